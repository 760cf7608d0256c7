"""What goes into the means test and what comes out."""

from datetime import date

from domain.errors import BadValue
from domain.event import Value
from domain.explain import Exact, Explanation
from domain.ids import MemberKey
from domain.money import Fen


class Person(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A member of the household: sex by GB/T 2261.1, kinship to the head by GB/T 4761."""

    key: MemberKey
    sex: str
    born: date
    kinship: str
    head: bool = False


class Missing(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A field that isn't stated: whose (None: the household's) and which."""

    member: MemberKey | None
    field: str


class Incomplete(BadValue):
    """Not given is not 0: what is missing, all of it at once (rules.md §3, §4)."""

    def __init__(self, fields: tuple[Missing, ...]) -> None:
        named = ", ".join(f"{missing.member or '*'}.{missing.field}" for missing in fields)
        super().__init__("means-incomplete", "facts", fields=named)
        self.fields = fields


class Uplift(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An addition of one person, once though several grounds: the parameter that gives it, and fen a month."""

    member: MemberKey
    parameter: str
    amount: Fen


class Assessment(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The outcome for one month. `amount` is the line to pay, 0 where nothing is payable (rules.md §10.2).

    `grounds` are the refusal codes that stand in the way (R01 income, R02 property …), empty when eligible.
    `income_month` is exact fen a month. `household_part` and the uplifts add up to `amount`, and so do `shares`.
    """

    eligible: bool
    grounds: tuple[str, ...]
    counted: tuple[MemberKey, ...]
    covered: tuple[MemberKey, ...]
    income_month: Exact
    amount: Fen
    household_part: Fen
    uplifts: tuple[Uplift, ...]
    shares: dict[MemberKey, Fen]
    explanation: Explanation
