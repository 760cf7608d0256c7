"""The book of one calculation: its lines, and each fact and parameter it read."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from domain.explain import Exact, FactRead, Line, Op, ParameterRead, Section
from domain.facts import Fact
from domain.ids import FactKey, MemberKey
from domain.policy import BadParameter, Parameter, ParameterValue, Policy

_READ: dict[tuple[str, str, ParameterValue | None, date], ParameterRead] = {}


def _read(parameter: Parameter) -> ParameterRead:
    key = (parameter.ref, parameter.name, parameter.value, parameter.since)
    read = _READ.get(key)
    if read is None or (read.document, read.unit, read.until) != (
        parameter.document,
        parameter.unit,
        parameter.until,
    ):
        assert parameter.value is not None
        read = ParameterRead(
            ref=parameter.ref,
            name=parameter.name,
            value=parameter.value,
            unit=parameter.unit,
            since=parameter.since,
            until=parameter.until,
            document=parameter.document,
        )
        if len(_READ) > 4096:
            _READ.clear()
        _READ[key] = read
    return read


class Calculation:
    """Reads parameters of one day and keeps what was read, in the order lines are added."""

    __slots__ = ("_facts", "_parameters", "day", "lines", "policy")

    def __init__(self, policy: Policy, day: date) -> None:
        self.policy = policy
        self.day = day
        self.lines: list[Line] = []
        self._facts: dict[FactKey, Fact] = {}
        self._parameters: dict[str, Parameter] = {}

    def parameter(self, name: str) -> Parameter:
        found = self._parameters.get(name)
        if found is None:
            found = self._parameters[name] = self.policy.get(name, self.day)
        return found

    def assume(self, parameter: Parameter) -> None:
        """Take this value for its name, whatever holds on the calculation's day."""
        self._parameters[parameter.name] = parameter

    def number(self, name: str) -> int:
        value = self.parameter(name).value
        if not isinstance(value, int):
            raise BadParameter("parameter-kind", name, name=name)
        return value

    def word(self, name: str) -> str:
        value = self.parameter(name).value
        if not isinstance(value, str):
            raise BadParameter("parameter-kind", name, name=name)
        return value

    def words(self, name: str) -> tuple[int | str, ...]:
        value = self.parameter(name).value
        if not isinstance(value, tuple):
            raise BadParameter("parameter-kind", name, name=name)
        return value

    def flag(self, name: str) -> bool:
        return self.number(name) != 0

    def ratio(self, name: str) -> Fraction:
        return Fraction(self.word(name))

    def standard_month(self) -> Fraction:
        """The standard a person and month in fen, exact: one set for a year is divided only here."""
        found = self.parameter("standard")
        assert isinstance(found.value, int)
        return Fraction(found.value, 12) if found.unit == "yuan/year" else Fraction(found.value)

    def read(self, facts: Iterable[Fact]) -> None:
        """Facts that were looked at and gave no line of their own; what was read is named all the same."""
        for fact in facts:
            self._facts[fact.key] = fact

    def add(
        self,
        rule: str,
        text: str,
        section: Section,
        op: Op = "note",
        amount: Fraction | int | None = None,
        member: MemberKey | None = None,
        facts: Iterable[Fact] = (),
        parameters: tuple[str, ...] = (),
        **params: str | int,
    ) -> None:
        keys = []
        for fact in facts:
            self._facts[fact.key] = fact
            keys.append(fact.key)
        self.lines.append(
            Line(
                rule=rule,
                text=text,
                section=section,
                op=op,
                amount=None if amount is None else Exact(amount.numerator, amount.denominator),
                member=member,
                params=params,
                facts=tuple(keys),
                parameters=parameters,
            )
        )

    def facts_read(self) -> tuple[FactRead, ...]:
        return tuple(
            FactRead(
                key=fact.key,
                kind=fact.kind,
                code=fact.code,
                source=fact.source,
                since=fact.since,
                until=fact.until,
                member=fact.member,
                item=fact.item,
                amount=fact.amount,
                received=fact.received,
                numbers=fact.numbers,
                exempt=fact.exempt,
                unreported=fact.unreported,
                monthly=fact.monthly,
            )
            for fact in sorted(self._facts.values(), key=lambda fact: fact.key)
        )

    def parameters_read(self) -> tuple[ParameterRead, ...]:
        return tuple(_read(self._parameters[name]) for name in sorted(self._parameters))
