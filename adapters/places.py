"""The replacing process's port: divisions and cases by where they lie, from projections brought to the head."""

from collections.abc import Callable, Sequence

from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CaseNo, DivisionCode

_DIVISIONS = "SELECT code FROM read_office_division WHERE code >= ? AND code < ? ORDER BY code"
_CASES = (
    "SELECT case_no, division FROM read_timeline_case WHERE division >= ? AND division < ? ORDER BY case_no"
)


class PlacesOf:
    """`workflows.processes.replacing.Places` on a store."""

    def __init__(self, store: EventStore, projector: Callable[[], Projector]) -> None:
        self._store = store
        self._projector = projector

    def divisions(self, above: DivisionCode) -> Sequence[DivisionCode]:
        return [DivisionCode(code) for (code,) in self._select(_DIVISIONS, above)]

    def cases(self, above: DivisionCode) -> Sequence[tuple[CaseNo, DivisionCode]]:
        return [(CaseNo(case), DivisionCode(code)) for case, code in self._select(_CASES, above)]

    def _select(self, statement: str, above: DivisionCode) -> list[tuple[str, ...]]:
        self._projector().catch_up()
        return list(self._store.database.connection.execute(statement, (above, f"{above}:")))
