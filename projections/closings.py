"""What became known of a month after it was closed: correction lines in the month of knowing (rules.md §8).

The closed table never changes. A line has the figure, by how much it changed, and why, never whose it is; as now
known = closed + corrections.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.days import Month, add_month, china_day, month_of
from domain.ids import DivisionCode
from domain.month import MonthClosed
from projections.base import Row, Rows, Seen, Table
from projections.places import standing

CLOSED = "statistics_closed"
CORRECTION = "statistics_correction"

CLOSED_TABLE = Table(
    name=CLOSED,
    columns={
        "division": "text",
        "programme": "text",
        "month": "text",
        "on_day": "day",
        "position": "int",
        "at": "int",
        "digest": "text",
    },
    key=("division", "programme", "month"),
)
"""`position`: the last event the table counts; `at`: where it was closed."""
CORRECTION_TABLE = Table(
    name=CORRECTION,
    columns={
        "programme": "text",
        "month": "text",
        "position": "int",
        "area": "text",
        "division": "text",
        "measure": "text",
        "value": "int",
        "known": "text",
        "on_day": "day",
        "why": "text",
    },
    key=("programme", "month", "position", "area", "division", "measure", "why", "known"),
)
TABLES = (CLOSED_TABLE, CORRECTION_TABLE)


def put_closed(event: MonthClosed, position: int, rows: Rows) -> None:
    key = {"division": event.division, "programme": event.programme, "month": event.month}
    rows.put(
        CLOSED,
        {**key, "on_day": event.on, "position": event.position, "at": position, "digest": event.digest},
    )


def closed(rows: Rows, division: str, programme: str, month: str) -> Row | None:
    """The closing that covers a division's month, if there is one: that of the county it lay in then."""
    found = rows.get(CLOSED, (division[:6], programme, month))
    if found is not None:
        return found
    now = standing(rows, division, month)
    return rows.get(CLOSED, (now[:6], programme, month)) if now[:6] != division[:6] else None


def open_month(rows: Rows, division: str, programme: str, month: Month) -> Month:
    """The month, or the first after it that isn't closed yet."""
    while closed(rows, division, programme, month) is not None:
        month = add_month(month, 1)
    return month


def month_known(seen: Seen) -> Month:
    return max(month_of(china_day(seen.recorded_at)), month_of(seen.event.on))


class Corrections:
    """Collects an event's changes of figures of closed months, and writes them once in key order."""

    def __init__(self, rows: Rows, seen: Seen, programme: str) -> None:
        self._rows, self._seen, self._programme = rows, seen, programme
        self._sums: Counter[tuple[str, str, str, str, str, str]] = Counter()

    def add(
        self, month: str, area: str, division: str, measure: str, value: int, why: str, known: str = ""
    ) -> None:
        """`known`: where the money stands, where it stands in a month of its own."""
        if value and closed(self._rows, division, self._programme, month) is not None:
            known = known or open_month(self._rows, division, self._programme, month_known(self._seen))
            self._sums[month, area, division, measure, why, known] += value

    def write(self) -> None:
        for (month, area, division, measure, why, known), value in sorted(self._sums.items()):
            key = (self._programme, month, self._seen.position, area, division, measure, why, known)
            before = self._rows.get(CORRECTION, key)
            self._rows.put(
                CORRECTION,
                {
                    "programme": self._programme,
                    "month": month,
                    "position": self._seen.position,
                    "area": area,
                    "division": division,
                    "measure": measure,
                    "value": value + (before["value"] if before else 0),
                    "known": known,
                    "on_day": self._seen.event.on,
                    "why": why,
                },
            )
        self._sums.clear()


def corrections(rows: Rows, programme: str, division: str, **equal: Any) -> Iterator[Row]:
    """Correction rows of a division and all below it, by month and position."""
    for row in rows.select(CORRECTION, programme=programme, **equal):
        if row["division"].startswith(division):
            yield row


def lines(
    rows: Rows,
    programme: str,
    division: DivisionCode,
    month: Month,
    reported: Mapping[str, Mapping[str, int | str]],
    among: Iterable[Row] | None = None,
) -> list[dict[str, Any]]:
    """The correction lines of a closed month: position, known, on, area (with `all`), figure, old, new, why.

    `reported`: its figures by area as closed. What one event changed in several divisions is one line, by reason.
    `among`: the month's corrections of all divisions, where they are at hand.
    """
    sums: dict[tuple[int, str, str, str, str], dict[str, Any]] = {}
    for row in corrections(rows, programme, "", month=month) if among is None else among:
        if not row["division"].startswith(division):
            continue
        for area in (row["area"], "all"):
            line = sums.setdefault(
                (row["position"], area, row["measure"], row["why"], row["known"]),
                {"on": row["on_day"], "change": 0},
            )
            line["change"] += row["value"]
    now: dict[tuple[str, str], int] = {}
    found = []
    for (position, area, measure, why, known), line in sorted(sums.items()):
        if not line["change"]:
            continue
        old = now.get((area, measure))
        if old is None:
            old = int(reported.get(area, {}).get(measure, 0))
        now[area, measure] = new = old + line["change"]
        about = {"month": month, "known": known, "on": line["on"], "position": position}
        found.append({**about, "area": area, "figure": measure, "old": old, "new": new, "why": why})
    return found
