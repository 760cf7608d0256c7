"""Households of a month's list by the amount they are paid, and what becomes of it, from outside."""

from collections.abc import Iterable
from typing import Any

from domain.days import Month, add_month, first_day, last_day
from domain.event import Event
from domain.ids import CommandId, StreamId
from tests.cases.stories import Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Line, Outside
from workflows.ports import Commit

RURAL = ("--division", COUNTY, "--area", "rural")


def paid(office: Outside, name: str, yuan: int, accepted: str = "2025-03-06") -> str:
    """A household whose award is this much a month from the month after the decision on."""
    persons = -(-yuan // 600)
    members = [
        member(f"m{n}", "周一", "1980-05-01", len(name) * 100 + sum(map(ord, name)) % 90 + n)
        for n in range(1, persons + 1)
    ]
    facts: list[Line] = [nothing(f"m{n}") for n in range(2, persons + 1)]
    left, month = persons * 600 - yuan, Month(accepted[:7])
    span = (first_day(add_month(month, -6)).isoformat(), last_day(add_month(month, -1)).isoformat())
    facts.append(income("m1", str(left * 6), *span) if left else nothing("m1"))
    return Story(office, name, members, facts, accepted=accepted).whole()


def close(office: Outside, month: str, on: str) -> Any:
    office.clock(on)
    return office.json("month", "close", "--division", COUNTY, "--month", month, actor="payer")


def draw(office: Outside, month: str, on: str) -> None:
    """The month's list on a day, signed and closed."""
    office.clock(on)
    office.pay(month)


def lines(office: Outside, *options: str, area: str = "rural") -> list[tuple[str, int, int, str]]:
    """Correction lines of an area: (figure, old, new, why)."""
    found = office.json("month", "corrections", "--division", COUNTY, *options)["rows"]
    return [(one["figure"], one["old"], one["new"], one["why"]) for one in found if one["area"] == area]


def reported(office: Outside, month: str, area: str = "rural") -> dict[str, Any]:
    """A closed month's figures as they were reported."""
    rows = office.json("month", "show", "--division", COUNTY, "--month", month)["rows"]
    return {row["measure"]: row[area] for row in rows}


def raw(office: Outside, month: str) -> str:
    return office.run("month", "show", "--division", COUNTY, "--month", month, "--raw").out


def given(office: Outside, events: Iterable[tuple[StreamId, Event]]) -> None:
    """What is decided elsewhere stands in the log."""
    doudi = office.open()
    try:
        world, found = doudi.office.world, list(events)
        world.refresh()
        doudi.store.write(
            Commit(
                command=CommandId(f"given-{doudi.store.head()}"),
                digest=b"",
                answer=b'{"id":"","status":"done"}',
                actor="given",
                division=COUNTY,
                expected={stream: world.version(stream) for stream, _ in found},
                events=found,
            )
        )
    finally:
        doudi.close()
