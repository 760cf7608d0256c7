"""Transactions that can be trusted, over kafka-python 3.0.12.

What that release does wrong, and what stands against it here (tests/kafka/test_client_bugs.py shows each):
a request is lost when a broker goes away, and commit waits for ever → SafeNetClient, and a time limit;
a batch that expired or was fenced is left out and commit succeeds → every record's answer is seen before;
flush gives up at a batch that is sent again in parts → each record's answer is waited for, not flush alone;
after a failed record the next transaction fails → a producer is thrown away after any error;
a commit that failed may have been done → Unsure, and who called looks where he stands.
It uses what isn't public there, therefore the exact pin.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from time import monotonic
from typing import Any

from kafka import KafkaProducer
from kafka.errors import (
    AuthorizationError,
    InvalidProducerEpochError,
    InvalidRecordError,
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    ProducerFencedError,
    RecordListTooLargeError,
    SaslAuthenticationFailedError,
    UnknownError,
)
from kafka.partitioner.default import DefaultPartitioner, murmur2

from adapters.kafka.errors import Denied, Fenced, KafkaTrouble, Refused, Unsure
from adapters.kafka.health import unreachable
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.wire import Header

FLUSH_SECONDS = 10
COMMIT_SECONDS = 15
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
_FOR_EVER = (*_TOO_LARGE, InvalidRecordError, InvalidTimestampError)
_FENCED = (ProducerFencedError, InvalidProducerEpochError)


@lru_cache(maxsize=100_000)
def _hashed(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF


class ByKey(DefaultPartitioner):  # type: ignore[misc]
    """Where the default one puts a key, remembered: a case's messages have the same, and hashing is slow there."""

    def partition(
        self,
        topic: str,
        key: Any,
        serialized_key: bytes | None,
        value: Any,
        serialized_value: Any,
        cluster: Any,
    ) -> int:
        found = cluster.partitions_for_topic(topic)
        if serialized_key is None or not found:
            return int(super().partition(topic, key, serialized_key, value, serialized_value, cluster))
        return int(sorted(found)[_hashed(serialized_key) % len(found)])


def commit(producer: KafkaProducer, seconds: float = COMMIT_SECONDS) -> None:
    """Commit the open transaction, or raise KafkaTimeoutError after `seconds`: then it may have been done."""
    _waited(producer, producer._transaction_manager.begin_commit(), seconds)


_Sent = tuple[int, str, bytes | None]
"""A record as it was handed over: the how-manieth of its transaction, its topic and key."""
_NONE: _Sent = (-1, "", None)


def _note(failed: list[tuple[_Sent, KafkaError]], one: _Sent, error: KafkaError) -> None:
    failed.append((one, error))


def _waited(producer: KafkaProducer, result: Any, seconds: float) -> None:
    producer._sender.wakeup()
    if not result.wait(timeout_ms=seconds * 1000):
        raise KafkaTimeoutError("no answer in time")


class Transactions:
    """One producer's transactions, one after the other; not for several threads.

        one.open()                  # fences and settles the predecessor; only then read where one stands
        one.begin(); one.send(…); one.send_offsets(…); one.settle()

    Any error discards the producer: `opened` is false then, and after looking where one stands `open` again.
    Errors: Fenced (stop for good), Refused (a record that will never be taken), Denied (a right is missing),
    Unsure (all else). Unsure, Fenced: it may have been committed. Refused, Denied: it wasn't.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        transactional_id: str,
        *,
        flush_seconds: float = FLUSH_SECONDS,
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self.transactional_id = transactional_id
        self._settings = settings
        self._arguments = settings.producer_args(transactional_id)
        self._flush_seconds = flush_seconds
        self._commit_seconds = commit_seconds
        self._producer: KafkaProducer | None = None
        self._sent: list[Any] = []
        self._failed: list[tuple[_Sent, KafkaError]] = []
        self._epoch: Any = None
        self._begun = monotonic()

    @property
    def opened(self) -> bool:
        return self._producer is not None

    def open(self) -> None:
        """A fresh producer under this id: who had it before is fenced, what he left open is settled."""
        self.discard()
        self._begun = monotonic()
        try:
            self._producer = KafkaProducer(**self._arguments, partitioner=ByKey())
            self._producer.init_transactions()
        except KafkaTimeoutError as error:
            self.discard()
            raise self._why(error) from error
        except KafkaError as error:
            raise self._told(error) from error
        except BaseException:
            self.discard()
            raise

    def _why(self, error: KafkaError) -> Unsure:
        """The library tells a wrong password as a time-out."""
        first = unreachable(self._settings)
        if first is None:
            return Unsure(reason=type(error).__name__)
        where = str(first.params["address"])
        passing = first.code in ("kafka.unreachable", "kafka.silent")
        return Unsure(reason=first.code) if passing else Denied(reason=first.code, what=where)

    def _open(self) -> KafkaProducer:
        if self._producer is None:
            raise RuntimeError("open first: a producer is thrown away after any error")
        return self._producer

    def begin(self) -> None:
        producer = self._open()
        self._sent, self._failed = [], []
        self._begun = monotonic()
        self._epoch = producer._transaction_manager.producer_id_and_epoch
        try:
            producer.begin_transaction()
        except KafkaError as error:
            raise self._told(error) from error

    def send(
        self,
        topic: str,
        *,
        key: bytes | None = None,
        value: bytes | None = None,
        headers: Iterable[Header] = (),
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Hand a record over; whether it was taken is seen in `settle`. No value: a tombstone."""
        producer = self._open()
        this: _Sent = (len(self._sent), topic, key)
        try:
            answer = producer.send(
                topic,
                key=key,
                value=value,
                headers=list(headers),
                partition=partition,
                timestamp_ms=timestamp_ms,
            )
        except _FOR_EVER as error:
            raise self._told(error, this) from error
        except KafkaError as error:
            # One that was sent before has failed meanwhile; which, its own answer tells.
            with suppress(KafkaError):
                self._all_taken(producer)
            which, cause = self._culprit() or (_NONE, error)
            raise self._told(cause, which) from error
        answer.add_errback(partial(_note, self._failed, this))
        self._sent.append(answer)

    def send_offsets(self, offsets: Mapping[Any, Any], group: Any) -> None:
        """Consumed offsets {TopicPartition: OffsetAndMetadata}, committed with all else; `group` as
        KafkaConsumer.group_metadata() gives it."""
        producer = self._open()
        try:
            answer = producer._transaction_manager.send_offsets_to_transaction(dict(offsets), group)
            _waited(producer, answer, self._commit_seconds)
        except KafkaError as error:
            raise self._told(error) from error

    def settle(self) -> None:
        """Commit. Returns only when every record was taken and the transaction is committed."""
        producer = self._open()
        try:
            self._all_taken(producer)
            self._same_epoch(producer)
            commit(producer, self._commit_seconds)
            self._same_epoch(producer)
        except KafkaError as error:
            which, cause = self._culprit() or (_NONE, error)
            raise self._told(cause, which) from error

    def _all_taken(self, producer: KafkaProducer) -> None:
        until = monotonic() + self._flush_seconds
        # flush gives up at a batch that is sent again in two parts; each record's own answer tells the truth.
        with suppress(UnknownError):
            producer.flush(self._flush_seconds)
        for answer in self._sent:
            if not answer.succeeded():
                answer.get(timeout=max(0, until - monotonic()))

    def _culprit(self) -> tuple[_Sent, KafkaError] | None:
        """A record that is refused fails others after it with its own error: the first is the one."""
        refused = (*_FOR_EVER, AuthorizationError)
        return next((one for one in self._failed if isinstance(one[1], refused)), None)

    def _same_epoch(self, producer: KafkaProducer) -> None:
        """The library may leave a transaction for a new epoch by itself; what was sent before is lost then."""
        if producer._transaction_manager.producer_id_and_epoch != self._epoch:
            raise InvalidProducerEpochError("the epoch changed within the transaction")

    def _told(self, error: KafkaError, which: _Sent = _NONE) -> KafkaTrouble:
        """What the library's error means here. The producer is thrown away."""
        timeout_ms: int = self._arguments["transaction_timeout_ms"]
        timed_out = (monotonic() - self._begun) * 1000 >= timeout_ms
        error = self._cause(error)
        self.discard()
        reason, (place, topic, key) = type(error).__name__, which
        if isinstance(error, _FOR_EVER):
            why = "too-large" if isinstance(error, _TOO_LARGE) else "invalid"
            named = (key or b"").decode("utf-8", "replace")
            return Refused(topic=topic, key=named, reason=why, index=place)
        if isinstance(error, AuthorizationError | SaslAuthenticationFailedError):
            return Denied(reason=reason, what=topic or self.transactional_id)
        # The coordinator fences in the same way a transaction that took too long.
        if isinstance(error, _FENCED) and not timed_out:
            return Fenced(id=self.transactional_id)
        return Unsure(reason=reason)

    def _cause(self, error: KafkaError) -> KafkaError:
        """The library says of all that follows a fatal error only that one was before."""
        before = self._producer._transaction_manager.last_error if self._producer else None
        return before if type(error) is KafkaError and isinstance(before, KafkaError) else error

    def discard(self) -> None:
        """Throw the producer away without waiting; an open transaction ends with the next `open`, or its time-out."""
        producer, self._producer, self._sent = self._producer, None, []
        if producer is None:
            return
        producer._sender.force_close()
        with suppress(KafkaError):
            producer.close(timeout=0)
        producer._closed = True

    close = discard
