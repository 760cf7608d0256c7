"""When the steps of an application are taken: on working days, each within its due day."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from adapters.simulate.script import Days, calendar_days
from domain.days import Month

PUBLICITY = 7
TO_COUNTY = 15
"""Working days from entering to the decision at least, about."""
COUNTY = 7
"""Working days after forwarding in which the county decides: before its limit is near."""


class Diary(NamedTuple):
    """`until`: the last day of publicity. `objected`, `met`: days in it for an objection and the meeting on it."""

    entered: date
    brought: date
    asked: date
    started: date
    reported: date
    opinion: date
    posted: date
    objected: date
    met: date
    until: date
    down: date
    forwarded: date
    signed: date
    decided: date
    served: date


def in_month(days: Days, month: Month, turn: int, waits: int) -> Diary:
    """The steps that lead to a decision in the month, on one of its working days but the first and the last two.

    `turn` says on which, or the next one that holidays leave room for; `waits`: working days until missing papers
    are brought.
    """
    room = max(1, len(days.of(month)) - 3)
    for place in range(room):
        decided = days.nth(month, 1 + (turn + place) % room)
        for more in range(12):
            found = _from(days, days.back(decided, TO_COUNTY + waits + more), waits, decided)
            if found is not None:
                return found
    raise ValueError(f"no working days lead to a decision in {month}")


def after(days: Days, entered: date, waits: int = 0) -> Diary:
    """The steps from an entry on that day, or soon after where holidays stand in the way."""
    for later in range(25):
        found = _from(days, days.after(days.on_or_after(entered), later), waits, None)
        if found is not None:
            return found
    raise ValueError(f"no working days follow an entry on {entered}")


def _from(days: Days, entered: date, waits: int, decided: date | None) -> Diary | None:
    brought = days.after(entered, waits)
    asked = days.after(brought, 1)
    started = days.after(asked, 1)
    reported = days.after(started, 2)
    opinion = days.after(reported, 1)
    posted = days.after(opinion, 1)
    until = calendar_days(posted, PUBLICITY)
    down = days.on_or_after(until)
    objected = days.after(posted, 1)
    met = min(days.after(objected, 2), down)
    forwarded = down if down > until else days.after(down, 1)
    signed = days.after(forwarded, 1)
    if decided is None:
        decided = days.after(signed, 1)
    if objected > until or not signed < decided <= days.after(forwarded, COUNTY):
        return None
    spans: Iterable[tuple[date, date, int]] = (
        (reported, opinion, 5),
        (opinion, posted, 5),
        (until, down, 1),
        (down, forwarded, 2),
    )
    if any(end > calendar_days(start, most) for start, end, most in spans):
        return None
    return Diary(
        entered, brought, asked, started, reported, opinion, posted, objected, met, until, down, forwarded,
        signed, decided, days.after(decided, 1),
    )  # fmt: skip
