"""What the relay stops at, by name."""

from adapters.store.errors import StoreError


class OtherLog(StoreError):
    """Kafka holds messages of another log, as after a restore (params: position, wanted, found)."""

    code = "relay.other-log"


class KafkaAhead(StoreError):
    """Kafka has been told of an event that the log doesn't reach (params: position, head)."""

    code = "relay.ahead"


class LogDiffers(StoreError):
    """Another event stands where the relay was (params: position, wanted, found)."""

    code = "relay.differs"


class TooManyWaiting(StoreError):
    """So many keys are parked that the mapping or the settings must be wrong (params: count, position)."""

    code = "relay.too-many"


class PlaceTooLarge(StoreError):
    """So many keys wait that their place fits no record (params: count, position)."""

    code = "relay.place-too-large"


class ReaderFailed(StoreError):
    """The log can't be read as messages: a defect, or a broken set-up (params: reason = kind of error, line)."""

    code = "relay.reader-failed"


class OtherSource(StoreError):
    """This log is told under another source already (params: source, known)."""

    code = "relay.other-source"


class NothingWaiting(StoreError):
    """No message waits under the key (params: key)."""

    code = "relay.nothing-waiting"


class HeldElsewhere(StoreError):
    """Another relay doesn't let go (params: holder)."""

    code = "relay.held"


class MappingChanged(StoreError):
    """An event that was told before can't be mapped any more (params: position, type, reason)."""

    code = "relay.mapping-changed"


class NoCommonPast(StoreError):
    """This log wasn't made from the one that Kafka knows (params: wanted, found)."""

    code = "relay.no-common-past"


class NotForHistory(StoreError):
    """No topic for it (params: topic, reason = contract | missing | not-empty | unknown)."""

    code = "relay.history-topic"


class SpanOutside(StoreError):
    """The span doesn't lie in the log (params: first, last, head)."""

    code = "relay.span"
