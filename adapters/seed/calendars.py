"""The calendars that doudi ships with, and any year's file of the same form."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from adapters.seed.rows import BadRow, read_rows
from domain.calendar import YearCalendar, check_year
from domain.days import BadDay, parse_day

COLUMNS = ("year", "day", "kind", "document", "name")
SHIPPED = Path(__file__).parent / "calendar"


def read_calendar(path: Path) -> list[YearCalendar]:
    """Years of a csv file (year, day, kind `off` | `work`, document, name), each whole.

    Raises `BadRow` naming row and column, `BadCalendar` for a year that isn't whole.
    """
    days: dict[int, dict[str, set[date]]] = {}
    documents: dict[int, str] = {}
    for row, cells in read_rows(path, COLUMNS):
        try:
            day = parse_day(cells["day"])
        except BadDay as error:
            raise BadRow(error.code, path, row, "day") from None
        if cells["year"] != str(day.year):
            raise BadRow("calendar-other-year", path, row, "year", days=str(day))
        if cells["kind"] not in ("off", "work"):
            raise BadRow("calendar-row-kind", path, row, "kind")
        if documents.setdefault(day.year, cells["document"]) != cells["document"]:
            raise BadRow("calendar-two-documents", path, row, "document", year=day.year)
        kinds = days.setdefault(day.year, {"off": set(), "work": set()})
        if day in kinds["off"] or day in kinds["work"]:
            raise BadRow("calendar-day-twice", path, row, "day", days=str(day))
        kinds[cells["kind"]].add(day)
    if not days:
        raise BadRow("file-empty", path, 1, "day")
    return [
        check_year(year, kinds["off"], kinds["work"], documents[year]) for year, kinds in sorted(days.items())
    ]


@lru_cache(maxsize=1)
def _shipped() -> tuple[YearCalendar, ...]:
    return tuple(year for path in sorted(SHIPPED.glob("*.csv")) for year in read_calendar(path))


def shipped_calendars() -> list[YearCalendar]:
    """2004 to 2026, by the State Council's yearly notices, in order."""
    return list(_shipped())
