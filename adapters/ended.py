"""The raise's port: cases that ended, from a projection brought to the head of the log."""

from collections.abc import Callable, Sequence

from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CaseNo, DivisionCode

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
