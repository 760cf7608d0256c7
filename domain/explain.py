"""Why an amount is what it is: lines of data with a published schema, kept with the decision (rules.md §4).

Amounts in lines are exact: fen as a fraction. Within a section `+` and `-` lines run up to the next `=`.
"""

from datetime import date
from fractions import Fraction
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from domain.catalogue import ParameterValue
from domain.days import Month
from domain.event import Value
from domain.facts import Fact, FactKind
from domain.ids import FactKey, MemberKey
from domain.money import Fen

SCHEMA_VERSION = 1

Op: TypeAlias = Literal["+", "-", "=", "note"]
Section: TypeAlias = Literal["household", "income", "property", "amount", "shares"]
SECTIONS: tuple[Section, ...] = ("household", "income", "property", "amount", "shares")


class Exact(Value, frozen=True, kw_only=False, omit_defaults=True, forbid_unknown_fields=True):
    """`n`/`d` fen in lowest terms."""

    n: int
    d: int = 1

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.n, self.d)


def exact(amount: Fraction | int) -> Exact:
    return Exact(amount.numerator, amount.denominator)


class FactRead(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fact as it was read; `received` is kept, never counted by. Money is fen."""

    key: FactKey
    kind: FactKind
    code: str
    source: str
    since: date
    until: date | None = None
    member: MemberKey | None = None
    item: int = 1
    amount: Fen | None = None
    received: date | None = None
    numbers: dict[str, int] = {}
    exempt: str | None = None
    unreported: bool = False
    monthly: bool = False

    @property
    def fact(self) -> Fact:
        """The fact again, without its note."""
        return Fact(
            key=self.key,
            kind=self.kind,
            code=self.code,
            source=self.source,
            since=self.since,
            until=self.until,
            member=self.member,
            item=self.item,
            amount=self.amount,
            received=self.received,
            numbers=self.numbers,
            exempt=self.exempt,
            unreported=self.unreported,
            monthly=self.monthly,
        )


class ParameterRead(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A parameter as it was read; money among the values is fen."""

    ref: str
    name: str
    value: ParameterValue
    unit: str
    since: date
    until: date | None = None
    document: str = ""


class Line(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One step. `rule` names a page of the rule book, `text` a message of the catalogue (`explain.` + text).

    `amount` is fen a month, unsigned direction in `op`; `facts` and `parameters` name entries of the explanation.
    """

    rule: str
    text: str
    section: Section
    op: Op = "note"
    amount: Exact | None = None
    member: MemberKey | None = None
    params: dict[str, str | int] = {}
    facts: tuple[FactKey, ...] = ()
    parameters: tuple[str, ...] = ()


class Explanation(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The whole calculation of one month's amount; `result` in fen.

    `rules` (id to section and source) is filled where an explanation is handed out, not where it is kept.
    `basis` ledger: nothing was computed from facts; the amount is that of an office's ledger, and what was added since.
    """

    version: int
    month: Month
    anchor: date
    decided_on: date
    eligible: bool
    grounds: tuple[str, ...]
    lines: tuple[Line, ...]
    facts: tuple[FactRead, ...]
    parameters: tuple[ParameterRead, ...]
    result: Fen
    rules: dict[str, str] = {}
    basis: Literal["facts", "ledger"] = "facts"


def out_of_sum(explanation: Explanation) -> tuple[int, ...]:
    """Numbers of the `=` lines that are not the sum of what stands above them; empty when all add up."""
    wrong: list[int] = []
    for section in SECTIONS:
        running = Fraction(0)
        for number, line in enumerate(explanation.lines):
            if line.section != section or line.amount is None or line.op == "note":
                continue
            amount = line.amount.fraction
            if line.op == "=":
                if amount != running:
                    wrong.append(number)
            else:
                running += amount if line.op == "+" else -amount
    last = [line for line in explanation.lines if line.section == "amount" and line.op == "="]
    if not last or last[-1].amount != Exact(explanation.result):
        wrong.append(len(explanation.lines))
    return tuple(wrong)


def json_schema() -> dict[str, Any]:
    """The published JSON schema of an explanation."""
    return msgspec.json.schema(Explanation)


class Catalogue(Protocol):
    """Whoever has the texts of one language: a message's code and its named values."""

    def text(self, code: str, /, **params: object) -> str: ...
