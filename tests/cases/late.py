"""What the cases of late truth share: months paid by their lists, and lines as a reader sees them."""

from typing import Any

from tests.cases.stories import later
from tests.journeys.lives import Outside


def pay(office: Outside, *months: str, day: str = "08") -> None:
    for month in months:
        office.clock(f"{month}-{day}")
        office.pay(month)


def lines(office: Outside, number: str, *options: str) -> list[tuple[str, int, int]]:
    """(month, old, new) of the months drawn that late truth touches."""
    rows = office.json("case", "late", number, *options)["rows"]
    return [(row["month"], row["old"], row["new"]) for row in rows if row["drawn"]]


def finding(office: Outside, number: str) -> dict[str, Any]:
    (row,) = office.json("case", "findings", number)["rows"]
    return dict(row)


def heard(office: Outside, number: str, on: str) -> None:
    office.clock(on)
    office.tell("NoticeFinding", "county", number)
    office.clock(later(on, 1))
    office.tell("HearFinding", "county", number, words="没想到要报")


__all__ = ["finding", "heard", "lines", "pay"]
