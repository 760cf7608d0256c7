"""The draw's port: cases that may be payable, from a projection brought to the head of the log."""

from collections.abc import Sequence

from adapters.faults import reach
from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CaseNo, DivisionCode

_CASES = (
    "SELECT case_no FROM read_payable WHERE county = ? AND programme = ? AND area = ?"
    " AND (back = 1 OR since <= ? AND (last >= ? OR drawn < last OR missing > 0)) ORDER BY case_no"
)


class PayableCases:
    """`workflows.ports.Cases` on a store."""

    def __init__(self, store: EventStore, projector: Projector) -> None:
        self._store = store
        self._projector = projector

    def cases(self, division: DivisionCode, programme: str, area: str, month: str) -> Sequence[CaseNo]:
        self._projector.catch_up()
        reach("cases.read")
        found = self._store.database.connection.execute(_CASES, (division, programme, area, month, month))
        return [CaseNo(case) for (case,) in found]
