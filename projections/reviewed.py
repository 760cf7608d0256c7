"""Reviews held, and who went by what they found, by the day it is done (rules.md §6, §8: campaigns and their results).

Not entries and exits of a month's list: a review's stop counts when it is decided, whatever list it takes effect on.
"""

from typing import Any

from domain.case.award import AmountChanged, GradualExitGranted, Stopped
from domain.case.change import ChangeDecided, ChangeDropped, ReviewConcluded
from domain.days import Month, month_of
from domain.event import Event
from projections.base import Row, Rows, Table

REVIEWED = ("steps.reviewed_households", "steps.reviewed_persons")
EXITS = ("steps.review_exits_households", "steps.review_exits_persons")


class Reviews:
    """Table and fold under a projection's name: the changes of a case that its reviews opened, and the one decided."""

    def __init__(self, name: str) -> None:
        self.name = f"{name}_review"
        self.table = Table(
            name=self.name,
            columns={"case_no": "text", "open": "json", "decided": "text"},
            key=("case_no",),
        )

    def apply(self, case: str, event: Event, award: Row | None, rows: Rows) -> dict[str, int]:
        """What an event adds to `REVIEWED` and `EXITS`; `award`: as it was before the event."""
        if isinstance(event, ReviewConcluded):
            return self._held(case, event, award, rows)
        if isinstance(event, ChangeDecided | ChangeDropped):
            self._settled(case, event, rows)
        elif isinstance(event, Stopped | AmountChanged | GradualExitGranted):
            return self._taken(case, event, award, rows)
        return {}

    def _held(self, case: str, event: ReviewConcluded, award: Row | None, rows: Rows) -> dict[str, int]:
        if event.change is not None:
            row = rows.get(self.name, (case,)) or {"case_no": case, "open": [], "decided": ""}
            rows.put(self.name, {**row, "open": [*row["open"], event.change]})
        if event.outcome == "impossible" or award is None:
            return {}
        covered = covered_in(award, month_of(event.on))
        return dict(zip(REVIEWED, (1, len(covered)), strict=True))

    def _settled(self, case: str, event: ChangeDecided | ChangeDropped, rows: Rows) -> None:
        row = rows.get(self.name, (case,))
        if row is None or event.change not in row["open"]:
            return
        left = [one for one in row["open"] if one != event.change]
        decided = event.change if isinstance(event, ChangeDecided) else ""
        if left or decided:
            rows.put(self.name, {**row, "open": left, "decided": decided})
        else:
            rows.delete(self.name, (case,))

    def _taken(
        self, case: str, event: Stopped | AmountChanged | GradualExitGranted, award: Row | None, rows: Rows
    ) -> dict[str, int]:
        row = rows.get(self.name, (case,))
        if row is None or not row["decided"] or award is None:
            return {}
        if row["open"]:
            rows.put(self.name, {**row, "decided": ""})
        else:
            rows.delete(self.name, (case,))
        before = covered_in(award, month_of(event.on))
        if isinstance(event, Stopped):
            return dict(zip(EXITS, (1, len(before)), strict=True))
        stay = set(event.terms.covered)
        return {EXITS[1]: sum(key not in stay for key in before)}


def covered_in(award: Row, month: Month) -> list[Any]:
    """Whom the award pays in a month, by its last terms that have begun; else by its first."""
    begun = [one for one in award["terms"] if one["from_month"] <= month] or award["terms"][:1]
    return list(begun[-1]["covered"]) if begun else []
