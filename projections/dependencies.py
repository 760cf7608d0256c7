"""Which facts and parameters each decision stands on, and the way back: what a late fact or a new value touches.

Few sets of parameters are read by very many decisions, so a set is kept once and named by its content.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import ClassVar

import msgspec

from domain.case.intake import ApplicationEntered
from domain.case.move import RELOCATED
from domain.case.takeover import TakenOver
from domain.event import CaseEvent, Event
from domain.explain import Explanation, ParameterRead
from projections.base import Row, Rows, Seen, Table

CASE = "dependencies_case"
DECISION = "dependencies_decision"
PARAMETER = "dependencies_parameter"
DEFAULT = "default:"


class Dependent(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: the event `version` of the case's stream, of which month, on which facts and parameters.

    A parameter is named `ref` of the act that set it; a default by `default:NAME`. `ordinal`: of the case's
    decisions, from 1.
    """

    case: str
    version: int
    ordinal: int
    type: str
    on: date
    month: str
    division: str
    result: int
    facts: tuple[str, ...]
    parameters: tuple[str, ...]


class Dependencies:
    """`dependencies_decision`: every event that carries an explanation."""

    name: ClassVar[str] = "dependencies"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=CASE,
            columns={"case_no": "text", "division": "text", "decisions": "int"},
            key=("case_no",),
        ),
        Table(
            name=DECISION,
            columns={
                "case_no": "text",
                "version": "int",
                "ordinal": "int",
                "type": "text",
                "done": "day",
                "month": "text",
                "division": "text",
                "result": "int",
                "facts": "json",
                "parameters": "text",
            },
            key=("case_no", "version"),
            indexes=(("parameters",),),
        ),
        Table(
            name=PARAMETER,
            columns={"parameters": "text", "name": "text", "ref": "text"},
            key=("parameters", "name"),
            indexes=(("ref",), ("name",)),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if not isinstance(event, CaseEvent):
            return
        case = seen.stream.partition(":")[2]
        if isinstance(event, ApplicationEntered | TakenOver):
            rows.put(CASE, {"case_no": case, "division": event.division, "decisions": 0})
        elif isinstance(event, RELOCATED):
            before = rows.get(CASE, (case,))
            assert before is not None
            rows.put(CASE, {**before, "division": event.division})
        explanation = explained(event)
        if explanation is None:
            return
        of = rows.get(CASE, (case,))
        assert of is not None
        ordinal = of["decisions"] + 1
        rows.put(CASE, {**of, "decisions": ordinal})
        rows.put(
            DECISION,
            {
                "case_no": case,
                "version": seen.version,
                "ordinal": ordinal,
                "type": type(event).__name__,
                "done": event.on,
                "month": explanation.month,
                "division": of["division"],
                "result": explanation.result,
                "facts": [fact.key for fact in explanation.facts],
                "parameters": self._set(explanation.parameters, rows),
            },
        )

    def _set(self, parameters: tuple[ParameterRead, ...], rows: Rows) -> str:
        refs = {one.name: reference(one) for one in parameters}
        named = "\n".join(f"{name} {ref}" for name, ref in sorted(refs.items()))
        digest = sha256(named.encode()).hexdigest()[:24]
        for name, ref in refs.items():
            if rows.get(PARAMETER, (digest, name)) is not None:
                break
            rows.put(PARAMETER, {"parameters": digest, "name": name, "ref": ref})
        return digest


def explained(event: Event) -> Explanation | None:
    """The explanation an event carries, if it is a decision with one."""
    found: Explanation | None = getattr(event, "explanation", None)
    return found


def reference(parameter: ParameterRead) -> str:
    return f"{DEFAULT}{parameter.name}" if parameter.ref == "default" else parameter.ref


def of_case(rows: Rows, case: str) -> list[Dependent]:
    """The decisions of a case, in order."""
    return [_dependent(row, rows) for row in rows.select(DECISION, case_no=case)]


def touched_by(
    rows: Rows,
    *,
    ref: str | None = None,
    name: str | None = None,
    case: str | None = None,
    fact: str | None = None,
    division: str = "",
    since: str = "",
) -> list[Dependent]:
    """The decisions that read a parameter (by the `ref` of its setting, or by `name` whatever its value), or a
    `fact` of a `case`; for months from `since` (`YYYY-MM`) on, in a division and below."""
    if (ref or name) is None and (case is None or fact is None):
        raise TypeError("a parameter by ref or name, or a fact of a case")
    found = _by_fact(rows, case, fact) if case and fact else _by_parameter(rows, ref, name)
    listed = [
        _dependent(row, rows)
        for row in found
        if row["month"] >= since and row["division"].startswith(division)
    ]
    return sorted(listed, key=lambda one: (one.case, one.version))


def cases_reading(rows: Rows, name: str, division: str = "") -> set[str]:
    """The cases of a division and below with a decision that read a parameter, whatever its value."""
    return {row["case_no"] for row in _by_parameter(rows, None, name) if row["division"].startswith(division)}


def _by_fact(rows: Rows, case: str, fact: str) -> Iterator[Row]:
    return (row for row in rows.select(DECISION, case_no=case) if fact in row["facts"])


def _by_parameter(rows: Rows, ref: str | None, name: str | None) -> Iterator[Row]:
    sets = rows.select(PARAMETER, ref=ref) if ref else rows.select(PARAMETER, name=name)
    for digest in dict.fromkeys(row["parameters"] for row in sets):
        yield from rows.select(DECISION, parameters=digest)


def _dependent(row: Row, rows: Rows) -> Dependent:
    return Dependent(
        case=row["case_no"],
        version=row["version"],
        ordinal=row["ordinal"],
        type=row["type"],
        on=row["done"],
        month=row["month"],
        division=row["division"],
        result=row["result"],
        facts=tuple(row["facts"]),
        parameters=tuple(sorted(one["ref"] for one in rows.select(PARAMETER, parameters=row["parameters"]))),
    )
