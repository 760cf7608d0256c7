"""How far the relay is behind, by age and by count, and what is amiss; for people and for their monitoring."""

from pathlib import Path

import msgspec

from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.health import unreachable
from adapters.kafka.metrics import MetricsFile, Values, prometheus_text
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.channel import read_place
from adapters.kafka.relaying.lease import holder
from adapters.kafka.relaying.record import Record, check_log, check_point
from adapters.kafka.settings import KafkaSettings
from adapters.projecting.lease import micros, state_of
from adapters.store.errors import StoreError
from adapters.store.store import EventStore

_SECONDS = 3


class Alarm(msgspec.Struct, frozen=True):
    """`code` and `code.remedy` are in the message catalogue."""

    code: str
    params: dict[str, str | int]


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """`age`: seconds since the oldest event that isn't told was recorded, 0 where all is; `beat`: microseconds.

    None: Kafka doesn't answer and nobody noted it. `state`: stopped | stalled | working | idle | waiting | current
    (adapters.projecting.lease.state_of) | unknown.
    """

    position: int | None
    head: int
    behind: int | None
    age: int | None
    sent: int | None
    stuck: int | None
    waiting: int | None
    state: str
    holder: str | None
    beat: int | None
    trouble: str | None
    alarms: tuple[Alarm, ...]


def looked(store: EventStore, settings: KafkaSettings) -> Looked:
    """Reads the place in Kafka; where that doesn't answer, the one that whoever acts noted last counts.

    That nobody answers is known in a few seconds; the library would try for longer and not say why.
    """
    record: Record | None = None
    trouble: KafkaTrouble | StoreError | None = unreachable(settings, _SECONDS)
    if trouble is not None:
        return _looked(store, settings, record, trouble)
    try:
        record, _ = read_place(settings, settings.source)
        if record is not None:
            check_log(store, record)
            if record.position:
                check_point(record.point, store.envelope(record.position), store.head())
    except (KafkaTrouble, StoreError) as error:
        trouble = error
    return _looked(store, settings, record, trouble)


def _looked(
    store: EventStore,
    settings: KafkaSettings,
    record: Record | None,
    trouble: KafkaTrouble | StoreError | None,
) -> Looked:
    runner = holder(store.database)
    if record is None and (trouble is None or trouble.code == "kafka.topic-missing"):
        record = Record(log=store.log_id)
    position = (
        record.position if record is not None else (runner.position if runner is not None else 0) or None
    )
    head = store.head()
    behind = None if position is None else max(0, head - position)
    nobody = position is None and (runner is None or not runner.holder)
    found = Looked(
        position=position,
        head=head,
        behind=behind,
        age=None if position is None else _age(store, position) if behind else 0,
        sent=record.sent if record is not None else None,
        stuck=len(record.stuck) if record is not None else None,
        waiting=len(record.waiting) if record is not None else None,
        state="unknown" if nobody else state_of(runner, behind or 0, micros()),
        holder=runner.holder if runner is not None and runner.holder else None,
        beat=runner.beat if runner is not None else None,
        trouble=trouble.code if trouble is not None else runner.stopped if runner is not None else None,
        alarms=(),
    )
    return msgspec.structs.replace(found, alarms=tuple(_alarms(found, settings, trouble)))


def _alarms(found: Looked, settings: KafkaSettings, trouble: KafkaTrouble | StoreError | None) -> list[Alarm]:
    alarms = []
    if trouble is not None:
        alarms.append(Alarm(trouble.code, dict(trouble.params)))
    elif found.trouble is not None:
        alarms.append(Alarm("relay.alarm-stopped", {"reason": found.trouble}))
    if found.stuck:
        alarms.append(Alarm("relay.alarm-parked", {"count": found.stuck, "keys": found.waiting or 0}))
    if found.behind is None or found.age is None:
        return alarms
    if found.age > settings.ours.lag_seconds:
        alarms.append(Alarm("relay.alarm-age", {"age": found.age, "limit": settings.ours.lag_seconds}))
    if found.behind > settings.ours.lag_events:
        alarms.append(Alarm("relay.alarm-count", {"behind": found.behind, "limit": settings.ours.lag_events}))
    if found.state == "stalled" or (found.state == "waiting" and found.behind):
        alarms.append(Alarm("relay.alarm-nobody", {"behind": found.behind}))
    return alarms


def _age(store: EventStore, position: int) -> int:
    waiting = store.envelope(position + 1)
    if waiting is None:
        return 0
    return max(0, int((store.clock.now() - waiting.recorded_at).total_seconds()))


_HELP = {
    "position": ("gauge", "last position of the log that was told"),
    "head": ("gauge", "last position of the log"),
    "lag_events": ("gauge", "events that aren't told"),
    "lag_seconds": ("gauge", "age of the oldest event that isn't told"),
    "sent_total": ("counter", "messages told so far"),
    "parked": ("gauge", "messages or commands that can't be told"),
    "keys_waiting": ("gauge", "keys that wait behind them"),
    "alarms": ("gauge", "what is amiss"),
}


def metrics_text(found: Looked) -> str:
    """What isn't known is left out: a counter never goes back."""
    values: dict[str, int | None] = {
        "position": found.position,
        "head": found.head,
        "lag_events": found.behind,
        "lag_seconds": found.age,
        "sent_total": found.sent,
        "parked": found.stuck,
        "keys_waiting": found.waiting,
        "alarms": len(found.alarms),
    }
    known: Values = {name: [({}, value)] for name, value in values.items() if value is not None}
    return prometheus_text("doudi_relay_", _HELP, known)


class Metrics:
    """Written into a file now and then by the relay that acts, from what it knows itself."""

    def __init__(self, relay: Relay, path: Path) -> None:
        self._relay = relay
        self._file = MetricsFile(path)

    def __call__(self) -> None:
        if not self._file.due():
            return
        relay = self._relay
        if not relay.lease.held:
            self._file.remove()
            return
        if relay.record is None and relay.trouble is None:
            return
        self._file.write(metrics_text(_looked(relay.store, relay.settings, relay.record, relay.trouble)))
