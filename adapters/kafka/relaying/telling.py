"""What the relay tells, put together: the public mapping's messages on the wire, named after this log."""

from adapters.kafka.relaying.reader import Wire
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.subjects import wired_with
from adapters.kafka.wire import source_of
from adapters.store.store import EventStore


def wire_of(store: EventStore, settings: KafkaSettings) -> Wire:
    return wire_named(store, settings.source)


def wire_named(store: EventStore, office: str) -> Wire:
    """`office`: the name of the office's messages, as the settings have it (`source`)."""
    source = source_of(office, store.log_id)
    return lambda message: wired_with(store, message, source)
