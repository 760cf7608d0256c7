"""Divisions that others stand for: under which code a month's figure is counted when it is asked for later."""

from collections.abc import Mapping

from domain.days import Month
from domain.division import DivisionReplaced
from domain.event import Event
from projections.base import Rows, Table

PLACE = "statistics_place"
TABLE = Table(
    name=PLACE,
    columns={"code": "text", "by": "text", "from_month": "text"},
    key=("code",),
)


def put_place(event: Event, rows: Rows) -> None:
    if isinstance(event, DivisionReplaced):
        rows.put(PLACE, {"code": event.code, "by": event.by, "from_month": event.from_month})


class Places:
    """Where divisions went. `now(code, since, until)`: what a code of month `since` is called in month `until`."""

    def __init__(self, rows: Rows) -> None:
        self._went: Mapping[str, tuple[str, Month]] = {
            row["code"]: (row["by"], Month(row["from_month"])) for row in rows.select(PLACE)
        }

    def now(self, code: str, since: str, until: str) -> str:
        """Through all that replaced it after `since` and up to `until`: the nearest division that was."""
        month = since
        while True:
            found = next(
                (
                    (code[:length], *self._went[code[:length]])
                    for length in range(len(code), 1, -1)
                    if code[:length] in self._went
                ),
                None,
            )
            if found is None or not month < found[2] <= until:
                return code
            old, by, month = found
            code = by + code[len(old) :]

    def before(self, code: str, month: str) -> list[tuple[str, Month]]:
        """The divisions that `code` stands for by a month, with the first month under it."""
        return sorted(
            (old, first) for old, (by, first) in self._went.items() if by == code and first <= month
        )
