"""The deadline process's port: the projection of due deadlines, brought to the head of the log."""

from collections.abc import Sequence
from datetime import date

from adapters.faults import reach
from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CaseNo, DivisionCode
from workflows.ports import DueRow

_COLUMNS = "SELECT case_no, key, {day}, division, timer FROM read_due"
_DUE = _COLUMNS.format(day="next") + " WHERE next <= ? ORDER BY next, case_no, key"
_PROVISIONAL = _COLUMNS.format(day="due") + " WHERE provisional = 1 ORDER BY due, case_no, key"


class DueRows:
    """`workflows.ports.Due` on a store."""

    def __init__(self, store: EventStore, projector: Projector) -> None:
        self._store = store
        self._projector = projector

    def due(self, until: date) -> Sequence[DueRow]:
        return self._rows(_DUE, until.isoformat())

    def provisional(self) -> Sequence[DueRow]:
        return self._rows(_PROVISIONAL)

    def _rows(self, statement: str, *values: str) -> list[DueRow]:
        self._projector.catch_up()
        reach("due.read")
        return [
            DueRow(
                case=CaseNo(case),
                key=key,
                day=date.fromisoformat(day),
                division=DivisionCode(division),
                timer=bool(timer),
            )
            for case, key, day, division, timer in self._store.database.connection.execute(statement, values)
        ]
