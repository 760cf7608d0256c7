"""Where a store takes its now from."""

from datetime import date, datetime, time

from adapters.store.errors import RealClock
from adapters.store.meta import Meta
from domain.days import CHINA

OPENING = time(9, 0)
"""The time of day of a trial's clock that was set to a day."""


class SystemClock:
    """The machine's clock, in China's zone."""

    def now(self) -> datetime:
        return datetime.now(CHINA)

    def set(self, when: date | datetime) -> None:
        raise RealClock()


class TrialClock:
    """A clock kept in its store; it stands still until it is set, forward or back."""

    def __init__(self, meta: Meta) -> None:
        self._meta = meta

    def now(self) -> datetime:
        return self._meta.clock()

    def set(self, when: date | datetime) -> None:
        """To an instant (with its zone), or to nine in the morning of a day in China."""
        instant = when if isinstance(when, datetime) else datetime.combine(when, OPENING, CHINA)
        self._meta.set_clock(instant)
