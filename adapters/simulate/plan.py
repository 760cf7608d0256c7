"""What a simulated place is planned to be: every household month by month, and the stories beside them.

All money in fen. Months are `YYYY-MM`; month 0 of a book is the December before the year.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from adapters.report.compare import Contradiction
from adapters.seed.divisions import DivisionRow
from domain.campaign import Campaign
from domain.days import Month
from domain.identity import ResidentNumber, Sex
from domain.ids import DivisionCode, MemberKey
from domain.money import Fen
from domain.policy import Area

ReviewClass: TypeAlias = Literal["A", "B"]
Origin: TypeAlias = Literal["review", "reported", "detected"]
ReviewOutcome: TypeAlias = Literal["unchanged", "increase", "reduce", "stop"]
ObjectionOutcome: TypeAlias = Literal["upheld", "not_upheld"]
StoryKind: TypeAlias = Literal[
    "negative_opinion",  # first opinion no, not posted; the county refuses with `code`
    "refused_by_county",  # opinion yes, posted; the county finds `found` or `property` and refuses
    "objection_upheld",  # posted, objected to, surveyed again, `found` stated; refused
    "withdrawn",  # by the applicant while posted
    "lapsed",  # asked once for what is missing, not brought in 30 days
    "terminated",  # accepted, then no cooperation: ended with `code`
    "not_accepted",  # in writing, with `code`
]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An invented person; the number's address code 110199 was never assigned."""

    name: str
    number: ResidentNumber
    sex: Sex
    born: date


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member under his key; codes as in the coded lists.

    `covered` False: counted in the means test, not paid, because of his `status` (child_aid).
    `disability`: kind and grade as `4-2`. `from_month` / `until_month`: first and last month he is counted in,
    None: from the beginning / to the end.
    """

    key: MemberKey
    person: Person
    kinship: str
    covered: bool
    labour: str
    causes: tuple[str, ...]
    categories: tuple[str, ...]
    disability: str | None = None
    student: bool = False
    status: str | None = None
    from_month: Month | None = None
    until_month: Month | None = None


class Income(msgspec.Struct, frozen=True):
    """What a member earns a month, counted wholly in the means test."""

    member: MemberKey
    code: str
    monthly: Fen


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of months (both inclusive, within the year and its December before) with one amount.

    floor to whole yuan of (standard × counted − income) × covered ÷ counted = amount; `income` is the total
    of `incomes`.
    """

    first: Month
    last: Month
    members: tuple[MemberKey, ...]
    covered: int
    incomes: tuple[Income, ...]
    income: Fen
    amount: Fen


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Why the next piece begins in `from_month`: I02, I03, D01, D02, D03.

    `happened_on` lies in the month before. I03 and D03 are decided in the month before; of origin `review`,
    by the review due in that month. D01, D02, I02 concern `member`.
    """

    code: str
    from_month: Month
    happened_on: date
    origin: Origin
    member: MemberKey | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """The award ends: not on the list of `from_month` any more. `grace_from` (S04): gradual exit since."""

    code: str
    from_month: Month
    happened_on: date
    origin: Origin
    grace_from: Month | None = None


class Review(msgspec.Struct, frozen=True):
    """A periodic review due on the first day of `month`, and how it ends in that month."""

    month: Month
    outcome: ReviewOutcome


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    anonymous: bool
    outcome: ObjectionOutcome


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    phone: str
    account: str


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """A household that is confirmed. Its award counts from `award_from`, decided in the month before that.

    `first_month` / `last_month`: first and last list it is on; the stock's first is the December before.
    `last_month` None: still on the year's December list. The first member is the head and applicant.
    """

    key: str
    area: Area
    division: DivisionCode
    review_class: ReviewClass
    contact: Contact
    members: tuple[Member, ...]
    award_from: Month
    first_month: Month
    last_month: Month | None
    pieces: tuple[Piece, ...]
    changes: tuple[Change, ...] = ()
    reviews: tuple[Review, ...] = ()
    stop: Stop | None = None
    objection: Objection | None = None


class Property(msgspec.Struct, frozen=True):
    """`amount` in fen for money and things of value, else `count` of them."""

    code: str
    amount: Fen | None = None
    count: int | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An application that ends without an award, entered in `month`.

    `declared` would give an amount; `found` is what shows to be true (the same where nothing else shows).
    """

    key: str
    kind: StoryKind
    area: Area
    division: DivisionCode
    month: Month
    contact: Contact
    members: tuple[Member, ...]
    declared: tuple[Income, ...]
    found: tuple[Income, ...]
    code: str
    property: tuple[Property, ...] = ()
    objection: Objection | None = None


class Standard(msgspec.Struct, frozen=True):
    """Per person and month, from the beginning of all awards on; of the county or of a township."""

    area: Area
    division: DivisionCode
    amount: Fen


class BookMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What an area's list of the month gives (rules.md §8); flows of month 0 are not counted and 0."""

    month: Month
    households: int
    persons: int
    paid: Fen
    new_households: int = 0
    new_persons: int = 0
    joined: int = 0
    exits_households: int = 0
    exits_persons: int = 0
    left: int = 0


class Place(msgspec.Struct, frozen=True):
    """Divisions, the county first, each after the one above it."""

    county: DivisionCode
    divisions: tuple[DivisionRow, ...]
    urban: tuple[DivisionCode, ...]
    rural: tuple[DivisionCode, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole place. `books` hold 13 months by area, December before first.

    `parts`: which townships a printed part of an area is. `additions`: percent of the standard by category.
    `campaign`: its months before the year; then all are reviewed in the same months of every year. `left_out`: lines
    of the figures that nothing is planned by.
    """

    report: str
    year: int
    seed: int
    place: Place
    standards: tuple[Standard, ...]
    households: tuple[Household, ...]
    stories: tuple[Story, ...]
    books: dict[Area, tuple[BookMonth, ...]]
    contradictions: tuple[Contradiction, ...]
    parts: dict[str, tuple[DivisionCode, ...]] = {}
    additions: dict[str, int] = {}
    campaign: Campaign | None = None
    left_out: tuple[int, ...] = ()


def standard_at(standards: Iterable[Standard], area: Area, division: DivisionCode) -> Fen:
    """The standard of the nearest division at or above one; raises `LookupError` if there is none."""
    found = [one for one in standards if one.area == area and division.startswith(one.division)]
    if not found:
        raise LookupError(division)
    return max(found, key=lambda one: len(one.division)).amount
