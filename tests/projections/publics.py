"""Public messages of a county's log, and what a reader makes of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

from domain.days import CHINA, Month
from domain.event import Event
from domain.ids import CommandId, DivisionCode, PersonRef, StreamId
from projections.public.mapping import Publishing
from projections.public.message import Message
from projections.public.persons import Approved, Exited, Recipient
from tests.projections.county import County
from workflows.ports import Recorded

Cover = dict[tuple[PersonRef, str], set[str]]
MANY_MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)]


def recorded(county: County, commands: dict[int, str] | None = None) -> list[Recorded]:
    """The county's log as a store gives it: recorded at nine on the day a thing was done, never earlier than before.

    `commands`: position → command, where several events are of one.
    """
    found: list[Recorded] = []
    last = datetime(2020, 1, 1, tzinfo=CHINA)
    for seen in county.log:
        last = max(last, datetime.combine(seen.event.on, time(9), tzinfo=CHINA))
        found.append(
            Recorded(
                position=seen.position,
                stream=seen.stream,
                version=seen.version,
                type=type(seen.event).__name__,
                command=CommandId((commands or {}).get(seen.position, f"c{seen.position}")),
                actor=seen.actor,
                division=DivisionCode(seen.division),
                recorded_at=last,
                event=seen.event,
            )
        )
    return found


class Log:
    """A list of events, loaded as a store loads them."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self.events = list(events)
        self.streams: dict[StreamId, list[Recorded]] = {}
        for one in self.events:
            self.streams.setdefault(one.stream, []).append(one)

    def load(self, stream: StreamId, after: int) -> Sequence[Recorded]:
        return self.streams.get(stream, [])[after:]

    def told(self, **options: Any) -> Iterator[tuple[Recorded, list[Message]]]:
        fold = Publishing(self.load, **options)
        for one in self.events:
            yield one, fold.apply(one)

    def messages(self, topic: str | None = None, **options: Any) -> list[Message]:
        found = [message for _, messages in self.told(**options) for message in messages]
        return [one for one in found if topic is None or one.topic == topic]


def plain(*events: tuple[str, Event], clock: str = "") -> Log:
    """Events of streams as they are, whatever a case would say to them. `clock`: the clock's command, of the last."""
    versions: Counter[str] = Counter()
    found = []
    for place, (stream, event) in enumerate(events, 1):
        versions[stream] += 1
        last = place == len(events) and bool(clock)
        found.append(
            Recorded(
                position=place,
                stream=StreamId(stream),
                version=versions[stream],
                type=type(event).__name__,
                command=CommandId(clock if last else f"c{place}"),
                actor="clock" if last else "given",
                division=DivisionCode("110199"),
                recorded_at=datetime.combine(event.on, time(9), tzinfo=CHINA),
                event=event,
            )
        )
    return Log(found)


def log(county: County, commands: dict[int, str] | None = None) -> Log:
    return Log(recorded(county, commands))


def compacted(messages: Iterable[Message], topic: str = "recipients") -> dict[str, Any]:
    """What stands in a compacted topic: the last of each key."""
    found: dict[str, Any] = {}
    for one in messages:
        if one.topic == topic:
            found[one.key] = one.data
            if one.data is None:
                del found[one.key]
    return found


def in_month(recipients: dict[str, Recipient], month: str) -> dict[PersonRef, tuple[str, str, int]]:
    """Who receives in a month: case, area, share."""
    spans = {one.person: one.in_month(Month(month)) for one in recipients.values()}
    return {person: (one.case, one.area, one.amount) for person, one in spans.items() if one is not None}


def covered(messages: Iterable[Message]) -> Cover:
    """Who is in aid in which months, by (person, case), from `approvals` and `exits` alone."""
    found: Cover = {}
    for message in sorted(messages, key=lambda one: one.sequence):
        one = message.data
        if isinstance(one, Approved | Exited):
            months = {
                month
                for month in MANY_MONTHS
                if one.from_month <= month and (one.until_month is None or month <= one.until_month)
            }
            known = found.setdefault((one.person, one.case), set())
            found[one.person, one.case] = known | months if isinstance(one, Approved) else known - months
    return {key: months for key, months in found.items() if months}
