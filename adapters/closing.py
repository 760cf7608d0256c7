"""Month's tables on a store: taken for a closing, read back as they were closed, and folded again to compare."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from adapters.projector import Projector
from adapters.rows import stored_name
from adapters.store.store import EventStore
from domain.days import Month
from domain.ids import DivisionCode
from domain.month import MonthClosed, MonthTable, digest_of, read_table
from projections.month_tables import living_areas, table_of
from projections.statistics import Statistics
from workflows.ports import Taken
from workflows.world import month_stream

NAME = Statistics.name


class MonthTables:
    """`workflows.ports.Tables` on a store."""

    def __init__(self, store: EventStore, projector: Callable[[], Projector]) -> None:
        self._store = store
        self._projector = projector

    def taken(self, division: DivisionCode, programme: str, month: str) -> Taken:
        projector = self._projector()
        projector.catch_up(NAME)
        tables = [stored_name(table) for table in Statistics.tables]
        with self._store.database.reading(*tables):
            rows = projector.rows(NAME)
            return Taken(
                table=table_of(rows, programme, division, Month(month)),
                position=projector.position(NAME),
                living=living_areas(rows, programme, division, Month(month)),
                waiting=sum(self._within(one.position, division) for one in projector.parked(NAME)),
            )

    def _within(self, position: int, division: DivisionCode) -> bool:
        row = self._store.database.connection.execute(
            "SELECT division FROM events WHERE position = ?", (position,)
        ).fetchone()
        return row is not None and str(row[0]).startswith(division)


def closings(
    store: EventStore, division: DivisionCode, programme: str, position: int | None = None
) -> Iterator[MonthClosed]:
    """What a county closed of a programme, month by month, as far as it was known at a position."""
    for recorded in store.load(month_stream(division, programme)):
        assert isinstance(recorded.event, MonthClosed)
        if position is None or recorded.position <= position:
            yield recorded.event


def closing_of(
    store: EventStore, division: DivisionCode, programme: str, month: Month, position: int | None = None
) -> MonthClosed | None:
    """A month's closing, as far as it was known at a position."""
    found = closings(store, division, programme, position)
    return next((event for event in found if event.month == month), None)


class Difference(NamedTuple):
    """A figure of a closed table that a fold of the same events doesn't give: a defect of the program."""

    division: str
    area: str
    figure: str
    kept: int | str
    folded: int | str


def unlike(projector: Projector, event: MonthClosed) -> list[Difference]:
    """The figures of a closed month folded again from the events that it counted, where they differ."""
    rows = projector.fold_until(NAME, event.position)
    kept, folded = read_table(event.table), table_of(rows, event.programme, event.division, event.month)
    return list(_differences(kept, folded))


def whole(event: MonthClosed) -> bool:
    """Whether the table's bytes are those that were closed."""
    return digest_of(event.table) == event.digest


def _differences(kept: MonthTable, folded: MonthTable) -> Iterator[Difference]:
    """A later fold may count figures that an earlier one didn't have: those were not reported."""
    if kept.lists != folded.lists:
        yield Difference(kept.division, "all", "lists", _lists(kept), _lists(folded))
    same = kept.counted_by == folded.counted_by
    for division in sorted({*kept.rows, *folded.rows}):
        one, other = kept.rows.get(division, {}), folded.rows.get(division, {})
        for area in sorted({*one, *other}):
            was, now = one.get(area, {}), other.get(area, {})
            for figure in sorted({*was, *now} if same else was):
                if was.get(figure, 0) != now.get(figure, 0):
                    yield Difference(division, area, figure, was.get(figure, 0), now.get(figure, 0))


def _lists(table: MonthTable) -> str:
    return ", ".join(f"{area} {day}" for area, day in sorted(table.lists.items()))
