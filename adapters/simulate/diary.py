"""When the steps of an application are taken: on working days, each within its due day."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from adapters.simulate.script import Days, calendar_days
from domain.days import Month
from workflows.definition import OLD_LAW, TODAYS_LAW

PUBLICITY = 7
TO_COUNTY = 15
"""Working days from entering to the decision at least, about."""
TO_COUNTY_220 = 20
"""The same by the rules of 2012: a review of every case and the county's own publicity come with it."""
DECIDED_220 = 3
"""Working days after it in which the county decides."""
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
    reviewed: date
    """By the rules of 2012 alone, as the next three: the review of every case, the county's own publicity."""
    proposed: date
    posted_again: date
    down_again: date


def in_month(days: Days, month: Month, turn: int, waits: int, law: str = TODAYS_LAW) -> Diary:
    """The steps that lead to a decision in the month, on one of its working days but the first and the last two.

    `turn` says on which, or the next one that holidays leave room for; `waits`: working days until missing papers
    are brought.
    """
    room = max(1, len(days.of(month)) - 3)
    for place in range(room):
        decided = days.nth(month, 1 + (turn + place) % room)
        for more in range(12):
            entered = days.back(decided, (TO_COUNTY if law == TODAYS_LAW else TO_COUNTY_220) + waits + more)
            found = _from(days, entered, waits, decided, law)
            if found is not None:
                return found
    raise ValueError(f"no working days lead to a decision in {month}")


def after(days: Days, entered: date, waits: int = 0, law: str = TODAYS_LAW) -> Diary:
    """The steps from an entry on that day, or soon after where holidays stand in the way."""
    for later in range(25):
        found = _from(days, days.after(days.on_or_after(entered), later), waits, None, law)
        if found is not None:
            return found
    raise ValueError(f"no working days follow an entry on {entered}")


def _from(days: Days, entered: date, waits: int, decided: date | None, law: str) -> Diary | None:
    brought = days.after(entered, waits)
    asked = days.after(brought, 1)
    started = days.after(asked, 1)
    reported = days.after(started, 2)
    old = law == OLD_LAW
    reviewed = days.after(reported, 1) if old else reported
    opinion = days.after(reviewed, 1)
    posted = days.after(opinion, 1)
    until = calendar_days(posted, PUBLICITY)
    down = days.on_or_after(until)
    objected = days.after(posted, 1)
    met = min(days.after(objected, 2), down)
    forwarded = down if down > until else days.after(down, 1)
    proposed = days.after(forwarded, 1)
    posted_again = days.after(proposed, 1)
    down_again = days.on_or_after(calendar_days(posted_again, PUBLICITY))
    signed = down_again if old else proposed
    if decided is None:
        decided = days.after(signed, 1)
    last = days.after(down_again, DECIDED_220) if old else days.after(forwarded, COUNTY)
    if objected > until or not signed < decided <= last:
        return None
    spans: Iterable[tuple[date, date, int]] = (
        (reviewed, opinion, 5),
        (opinion, posted, 5),
        (until, down, 1),
        (down, forwarded, 2),
    )
    if any(end > calendar_days(start, most) for start, end, most in spans):
        return None
    return Diary(
        entered, brought, asked, started, reported, opinion, posted, objected, met, until, down, forwarded,
        signed, decided, days.after(decided, 1), reviewed, proposed, posted_again, down_again,
    )  # fmt: skip
