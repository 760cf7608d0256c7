"""What the mapping remembers of the log: enough to say what changed for whom, nothing that is sealed or said freely."""

from typing import Any

import msgspec

from domain.days import Month
from domain.ids import CaseNo, DivisionCode, InstanceId, MemberKey, PersonRef


class Known(msgspec.Struct):
    """A case. `award`: as `projections.awards` has it; `areas`: [first month, area]."""

    programme: str
    division: DivisionCode
    areas: list[list[str]]
    members: dict[MemberKey, PersonRef]
    award: dict[str, Any] | None = None
    cause: str = ""
    holds: list[InstanceId] = []


class Totals(msgspec.Struct):
    """A list's, so far. `digest`: the sum of its lines' hashes, hexadecimal."""

    households: int = 0
    persons: int = 0
    amount: int = 0
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: int = 0
    digest: str = ""


class Right(msgspec.Struct):
    """A subscriber who may know identities, until the end of a day (None: without end); `given`: whom he knows."""

    programmes: tuple[str, ...]
    division: DivisionCode
    key: dict[str, Any]
    until: str | None = None
    given: set[PersonRef] = msgspec.field(default_factory=set)


class State(msgspec.Struct):
    """As of `position`. A recipient's key is `person/programme`; `ending`: last month of aid → whose it is."""

    position: int = 0
    month: Month = Month("")
    cases: dict[CaseNo, Known] = {}
    awarded: dict[PersonRef, list[CaseNo]] = {}
    live: set[str] = msgspec.field(default_factory=set)
    ending: dict[Month, set[str]] = {}
    numbered: set[PersonRef] = msgspec.field(default_factory=set)
    forgotten: set[PersonRef] = msgspec.field(default_factory=set)
    lists: dict[str, Totals] = {}
    rights: dict[str, Right] = {}
