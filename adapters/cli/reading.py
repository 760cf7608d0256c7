"""What reads have in common: the position an answer is taken at, and what was known at an instant."""

from datetime import datetime, time

from adapters.cli.scope import sees
from adapters.cli.session import Session
from adapters.replay import latest
from adapters.store.access_log import Access
from domain.days import CHINA, parse_day, parse_instant, show_instant
from domain.ids import DivisionCode
from workflows.refusal import refuse

END_OF_DAY = time(23, 59, 59, 999_999)


def known_at(now: Session, asked: str | None) -> int:
    """The last position known at an instant, or at the end of a day in China; None: the head of the log.

    Refused (`known-at-later`) where it lies later than now, which is the later of the clock and the last recorded.
    """
    store = now.doudi.store
    if asked is None:
        return store.head()
    instant = (
        parse_instant(asked, "known_at")
        if "T" in asked
        else datetime.combine(parse_day(asked, "known_at"), END_OF_DAY, CHINA)
    )
    if instant > latest(store):
        raise refuse("known-at-later", "known_at", asked=asked, now=show_instant(latest(store)))
    return store.known_at(instant)


def in_scope(now: Session) -> "Scope":
    return Scope(now)


class Scope:
    """Whether the actor sees a division's cases; each division is looked up once."""

    def __init__(self, now: Session) -> None:
        self._now = now
        self._seen: dict[str, bool] = {}
        now.doudi.office.world.refresh()

    def __call__(self, division: str) -> bool:
        if division not in self._seen:
            self._seen[division] = sees(self._now, DivisionCode(division))
        return self._seen[division]


def note_look(now: Session, purpose: str) -> None:
    """A look at a list of cases goes to the access log like one at a case."""
    now.doudi.access_log.note(
        Access(at=now.doudi.store.clock.now(), actor=now.actor, purpose=purpose, outcome="seen")
    )
