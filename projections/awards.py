"""The award of a case as projections need it: terms by month, its end, as `domain.case.award.Award` has them."""

from typing import Any

from domain.case.award import AmountChanged, AwardBegan, GradualExitGranted, Stopped, Terms
from domain.case.takeover import TakenOver, TakeOverUndone
from domain.days import Month, add_month
from domain.event import Event
from projections.base import Row, Rows, Table

AWARD_EVENTS: tuple[type[Event], ...] = (
    AwardBegan,
    AmountChanged,
    GradualExitGranted,
    Stopped,
    TakenOver,
    TakeOverUndone,
)


class Awards:
    """Table and fold under a projection's name.

    `terms`: [{from_month, amount, uplift, covered, shares, code, gradual}] in order of their first month; `ends`: the
    first month without aid; `gaps`: [[first month without aid, first with it again, code of its end]] of an award
    that was restored. `paid_until`: the last month paid elsewhere, before it was taken over ("": none).
    """

    def __init__(self, name: str) -> None:
        self.name = f"{name}_award"
        self.table = Table(
            name=self.name,
            columns={
                "case_no": "text",
                "cause": "text",
                "began": "text",
                "ends": "text",
                "end_code": "text",
                "terms": "json",
                "gaps": "json",
                "paid_until": "text",
            },
            key=("case_no",),
        )

    def of(self, case: str, rows: Rows) -> Row:
        row = rows.get(self.name, (case,))
        assert row is not None
        return row

    def apply(self, case: str, event: Event, rows: Rows) -> Row | None:
        """Take an event of a case; the award as it then is, None if the event says nothing about it."""
        if isinstance(event, TakeOverUndone):
            rows.delete(self.name, (case,))
            return None
        if isinstance(event, TakenOver):
            row = self._taken_over(case, event)
        elif isinstance(event, AwardBegan):
            row = self._begun(case, event, rows.get(self.name, (case,)))
        elif isinstance(event, AmountChanged):
            row = self.of(case, rows)
            before = terms_in(row, event.terms.from_month)
            row = _with_terms(row, event.terms, gradual=before is not None and before["gradual"])
        elif isinstance(event, Stopped):
            row = {**self.of(case, rows), "ends": event.from_month, "end_code": event.code}
        elif isinstance(event, GradualExitGranted):
            row = _with_terms(self.of(case, rows), event.terms, gradual=True)
            row.update(ends=add_month(event.until_month, 1), end_code=event.code)
        else:
            return None
        rows.put(self.name, row)
        return row

    @staticmethod
    def _begun(case: str, event: AwardBegan, before: Row | None) -> Row:
        first = event.terms.from_month
        until = event.until_month
        ends = add_month(until, 1) if until else None
        begun: Row = {"case_no": case, "cause": event.cause, "ends": ends, "end_code": event.code}
        if event.cause == "restored" and before is not None and before["ends"] is not None:
            gap = [[before["ends"], first, before["end_code"]]] if before["ends"] < first else []
            restored = _with_terms(before, event.terms, gradual=until is not None)
            return {**restored, **begun, "gaps": [*before["gaps"], *gap]}
        return _with_terms({**begun, "began": first, "terms": [], "gaps": [], "paid_until": ""}, event.terms)

    @staticmethod
    def _taken_over(case: str, event: TakenOver) -> Row:
        begun: Row = {
            "case_no": case,
            "cause": "taken_over",
            "began": event.terms.from_month,
            "ends": None,
            "end_code": None,
            "terms": [],
            "gaps": [],
            "paid_until": event.paid_until,
        }
        return _with_terms(begun, event.terms)


def _with_terms(row: Row, terms: Terms, *, gradual: bool = False) -> Row:
    """A later decision for the same month or an earlier one replaces what was to come."""
    kept = [one for one in row["terms"] if one["from_month"] < terms.from_month]
    new = {
        "from_month": terms.from_month,
        "amount": terms.amount,
        "uplift": sum(terms.uplifts.values()),
        "covered": list(terms.covered),
        "shares": dict(terms.shares),
        "code": terms.code,
        "gradual": gradual,
    }
    return {**row, "terms": [*kept, new]}


def terms_in(award: Row, month: Month) -> dict[str, Any] | None:
    """The terms that hold in a month, None before the award begins, in a gap, and from its end on."""
    if month < award["began"] or (award["ends"] is not None and month >= award["ends"]):
        return None
    if any(ends <= month < again for ends, again, _ in award["gaps"]):
        return None
    holding = [one for one in award["terms"] if one["from_month"] <= month]
    return holding[-1] if holding else None


def due_in(award: Row, month: Month) -> dict[str, Any] | None:
    """The same, but for months that were paid elsewhere before the award was taken over."""
    return None if month <= award["paid_until"] else terms_in(award, month)


def spans(award: Row, areas: list[list[str]]) -> list[dict[str, Any]]:
    """What holds from which month to which (null: without end), cut where terms or area change; none overlap."""
    firsts = {one["from_month"] for one in award["terms"]}
    firsts.update(first for first, _ in areas if first > award["began"])
    gaps = {ends: code for ends, _, code in award["gaps"]}
    firsts.update(gaps)
    starts = sorted(first for first in firsts if award["ends"] is None or first < award["ends"])
    last = add_month(award["ends"], -1) if award["ends"] is not None else None
    found = []
    for place, first in enumerate(starts):
        ends_here = place + 1 == len(starts)
        terms = terms_in(award, Month(first))
        if terms is not None:
            until = last if ends_here else add_month(Month(starts[place + 1]), -1)
            code = award["end_code"] if ends_here else gaps.get(starts[place + 1])
            found.append({**terms, "from_month": first, "until_month": until, "end_code": code})
    return found
