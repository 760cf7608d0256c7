"""What the mapping remembers of the log: enough to say what changed for whom, nothing that is sealed or said freely."""

from datetime import date
from typing import Any

import msgspec

from domain.days import Month
from domain.ids import CaseNo, DivisionCode, InstanceId, MemberKey, PersonRef
from domain.subscriber import PublicKey
from projections.public.places import Former, Replaced


class Known(msgspec.Struct):
    """A case. `award`: as `projections.awards` has it; `areas`: [first month, area]."""

    programme: str
    division: DivisionCode
    areas: list[list[str]]
    members: dict[MemberKey, PersonRef]
    award: dict[str, Any] | None = None
    past: list[dict[str, Any]] = []
    """Awards of the case before this one."""
    holds: list[InstanceId] = []
    taken: dict[MemberKey, tuple[Month, str]] = {}
    """Who is paid by another case's award from a month on, and the reason of his exit here."""
    former: list[Former] = []


class Totals(msgspec.Struct):
    """A list's, so far. `digest`: the sum of its lines' hashes, hexadecimal."""

    households: int = 0
    persons: int = 0
    amount: int = 0
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: int = 0
    repeated_lines: int = 0
    repeated_amount: int = 0
    digest: str = "0" * 64


class Right(msgspec.Struct):
    """A subscriber's who may know identities. `given`: whom he was told of."""

    programmes: tuple[str, ...]
    division: DivisionCode
    key: PublicKey
    until: date | None = None
    given: set[PersonRef] = msgspec.field(default_factory=set)


class State(msgspec.Struct):
    """As of `position`, in the `command` whose first event is there. A recipient's key is `person/programme`;
    `ending`: last month of aid → whose it is. `month`: the last that was looked at for what is over."""

    position: int = 0
    command: str = ""
    first: int = 0
    today: date = date.min
    this_month: Month = Month("")
    month: Month = Month("")
    cases: dict[CaseNo, Known] = {}
    awarded: dict[PersonRef, list[CaseNo]] = {}
    live: set[str] = msgspec.field(default_factory=set)
    ending: dict[Month, set[str]] = {}
    forgotten: set[PersonRef] = msgspec.field(default_factory=set)
    lists: dict[str, Totals] = {}
    numbered: set[PersonRef] = msgspec.field(default_factory=set)
    """Whose resident number is known."""
    rights: dict[str, Right] = {}
    replaced: Replaced = msgspec.field(default_factory=Replaced)
