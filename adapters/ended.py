"""What a raise asks: cases that ended, cases whose decisions read a parameter; from projections at the log's head."""

from collections.abc import Callable, Collection, Sequence

from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CaseNo, DivisionCode
from projections.dependencies import cases_reading

_ENDED = (
    "SELECT case_no FROM read_timeline_case WHERE ended IS NOT NULL AND programme = ?"
    " AND division >= ? AND division < ? ORDER BY case_no"
)


class EndedCases:
    """`workflows.processes.raising.Ended` on a store."""

    def __init__(self, store: EventStore, projector: Callable[[], Projector]) -> None:
        self._store = store
        self._projector = projector

    def ended(self, division: DivisionCode, programme: str) -> Sequence[CaseNo]:
        self._projector().catch_up()
        bounds = (programme, division, f"{division}:")
        found = self._store.database.connection.execute(_ENDED, bounds)
        return [CaseNo(case) for (case,) in found]


class ReadingCases:
    """`workflows.processes.raising.Reading` on a store."""

    def __init__(self, projector: Callable[[], Projector]) -> None:
        self._projector = projector

    def reading(self, parameter: str, division: DivisionCode) -> Collection[CaseNo]:
        self._projector().catch_up()
        rows = self._projector().rows("dependencies")
        return {CaseNo(case) for case in cases_reading(rows, parameter, division)}
