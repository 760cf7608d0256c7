"""Which explanation holds in a month of a case's award."""

from collections.abc import Iterable

from domain.case.award import AmountChanged, AwardBegan, GradualExitGranted
from domain.case.decision import Confirmed
from domain.case.takeover import TakenOver
from domain.days import Month
from domain.event import Event
from domain.explain import Explanation


def holding(events: Iterable[Event], month: Month) -> Explanation | None:
    """Of the terms that hold in a month; a later decision for the same month replaces the earlier."""
    found: list[tuple[Month, Explanation | None]] = []
    for event in events:
        if isinstance(event, Confirmed):
            found = [(event.from_month, event.explanation)]
        elif isinstance(event, TakenOver):
            found = [(event.terms.from_month, event.explanation)]
        elif isinstance(event, AmountChanged | GradualExitGranted):
            first = event.terms.from_month
            found = [*(one for one in found if one[0] < first), (first, event.explanation)]
        elif isinstance(event, AwardBegan) and event.cause == "restored":
            first = event.terms.from_month
            earlier = [one for one in found if one[0] < first]
            before = earlier[-1][1] if earlier else None
            found = [*earlier, (first, event.explanation or before)]
    return next((explanation for first, explanation in reversed(found) if first <= month), None)
