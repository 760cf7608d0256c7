"""Divisions that others stand for: under which code a month's figure is counted when it is asked for later."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from domain.days import Month, add_month
from domain.division import DivisionReplaced
from domain.event import Event
from domain.ids import DivisionCode
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


LAST = Month("9999-12")
_LEVELS = (12, 9, 6, 4, 2)
_Went: TypeAlias = tuple[str, str]
"""(by, first month)"""


def _followed(went: Callable[[str], _Went | None], code: str, since: str, until: str) -> str:
    while True:
        for length in _LEVELS:
            if length <= len(code) and (found := went(code[:length])) is not None:
                break
        else:
            return code
        by, first = found
        if not since < first <= until:
            return code
        code = by + code[length:]


def standing(rows: Rows, code: str, month: str) -> str:
    """What stands for a division in a month."""

    def went(one: str) -> _Went | None:
        row = rows.get(PLACE, (one,))
        return (row["by"], row["from_month"]) if row is not None else None

    return _followed(went, code, "", month)


class Places:
    """Where divisions went. `now(code, since, until)`: what a code of month `since` is called in month `until`."""

    def __init__(self, rows: Rows) -> None:
        self._went: Mapping[str, _Went] = {
            row["code"]: (row["by"], row["from_month"]) for row in rows.select(PLACE)
        }

    def now(self, code: str, since: str, until: str) -> str:
        """Through all that replaced it after `since` and up to `until`: the nearest division that was."""
        return _followed(self._went.get, code, since, until)

    def before(self, code: str, month: str) -> list[tuple[str, Month]]:
        """The divisions that `code` stands for by a month, with the first month under it."""
        return sorted(
            (old, Month(first)) for old, (by, first) in self._went.items() if by == code and first <= month
        )

    def joined(self, division: str, month: str) -> list[DivisionCode]:
        """The divisions outside it whose figures join its own by a month, the widest of them."""
        found = {
            old
            for old in self._went
            if not old.startswith(division) and self.now(old, "", month).startswith(division)
        }
        widest = (one for one in found if not any(one[:length] in found for length in range(2, len(one))))
        return [DivisionCode(one) for one in sorted(widest)]

    def last(self, division: str) -> Month | None:
        """The last month of which there are figures under a division that another stands for."""
        firsts = [first for one, (_, first) in self._went.items() if division.startswith(one)]
        return add_month(Month(min(firsts)), -1) if firsts else None
