"""`doudi relay`: tell Kafka what happened, see how far it is, and decide about what can't be told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.cli.kafka import KAFKA, METRICS, kafka_settings, told_to_stop
from adapters.cli.scope import for_administrators
from adapters.cli.session import REFUSED, Session, session
from adapters.store.access_log import Access
from adapters.store.meta import from_micros
from adapters.wording import remedy_of, text_of
from domain.days import show_instant
from domain.text import check_text
from workflows.refusal import Reason

if TYPE_CHECKING:
    from adapters.kafka.relay import Relay
    from adapters.kafka.relaying.reader import Reads
    from adapters.kafka.relaying.record import Record
    from adapters.kafka.settings import KafkaSettings

STATUS = ("position", "behind", "age", "told", "keys_waiting", "state", "runner", "beat", "trouble")
NUMBERS = STATUS[:5]
"""Not known where Kafka doesn't answer."""
ALARMS = ("alarm", "says", "remedy")
WAITING = ("key", "topic", "position", "type", "reason", "since", "state", "by")
TOLD = ("topic", "first", "last", "messages")
RESTORED = ("before", "log", "position", "lost")
_REASON = click.option("--reason", required=True, help="why; kept in the open, so name nobody in it")


@click.group(no_args_is_help=True)
def relay() -> None:
    """What Kafka is told. Example: doudi relay status"""


@relay.command()
@KAFKA
@METRICS
def run(kafka: str | None, metrics: Path | None) -> None:
    """Tell what happens as it happens, until stopped; while another does, stand by.

    Example: doudi relay run --kafka kafka.toml
    """
    from adapters.kafka.relaying.lag import Metrics
    from adapters.kafka.relaying.reading import ReadingProcess, calm_collector
    from adapters.kafka.start import ready

    now, settings = session(), kafka_settings(kafka)
    ready(settings, "relay")
    one = _relay(now, settings, ReadingProcess(now.url, settings.source))
    stop = told_to_stop()
    calm_collector()
    beat: Callable[[], object] = Metrics(one, metrics) if metrics else lambda: None
    one.run(stop, beat)


@relay.command()
@KAFKA
def once(kafka: str | None) -> None:
    """Tell what there is, and end; ends with 1 while another acts.

    Example: doudi relay once
    """
    from adapters.kafka.relaying.lag import looked
    from adapters.kafka.start import ready

    now, settings = session(), kafka_settings(kafka)
    ready(settings, "relay")
    one = _relay(now, settings)
    try:
        while one.step():
            pass
        held = one.lease.held
    finally:
        one.close()
    _show_status(now, looked(now.doudi.store, settings))
    if not held:
        raise SystemExit(REFUSED)


@relay.command()
@KAFKA
@click.option("--prometheus", is_flag=True, help="as metrics in Prometheus' form")
def status(kafka: str | None, prometheus: bool) -> None:
    """How far it is behind, by count and by age, who acts, what waits; ends with 1 if something is amiss.

    Example: doudi relay status
    """
    from adapters.kafka.relaying.lag import looked, metrics_text

    now = session()
    found = looked(now.doudi.store, kafka_settings(kafka))
    if prometheus:
        click.echo(metrics_text(found), nl=False)
    else:
        _show_status(now, found)
    if found.alarms:
        raise SystemExit(REFUSED)


@relay.command()
@KAFKA
def show(kafka: str | None) -> None:
    """What can't be told, and what was discarded: keys, positions, reasons.

    Example: doudi relay show
    """
    from adapters.kafka.relaying.channel import read_place

    now, settings = session(), kafka_settings(kafka)
    for_administrators(now)
    record, _ = read_place(settings, settings.source)
    rows: list[dict[str, Any]] = []
    if record is not None:
        rows += [_row(now, one, "relay.parked", since=one.since) for one in record.stuck]
        rows += [_row(now, one, "relay.discarded", since=one.at, by=one.actor) for one in record.discarded]
    now.show(WAITING, rows, position=record.position if record else 0)


@relay.command()
@KAFKA
@click.argument("key")
def retry(kafka: str | None, key: str) -> None:
    """Tell what waits under a key; what still can't be told goes on waiting, and it ends with 1.

    Example: doudi relay retry 11010120250000012
    """
    now, settings = session(), kafka_settings(kafka)
    with _instead(now, settings, "relay-retry", key, "tried") as one:
        left = one.retry(key)
    _show_left(now, left, key)


@relay.command()
@KAFKA
@click.argument("key")
@_REASON
def discard(kafka: str | None, key: str, reason: str) -> None:
    """Go on without the message that a key waits at; those behind it are told. Who said so and why is kept.

    Example: doudi --as admin relay discard 11010120250000012 --reason "told by letter"
    """
    now, settings = session(), kafka_settings(kafka)
    said = check_text(reason, "reason")
    with _instead(now, settings, "relay-discard", key, "discarded") as one:
        left = one.discard(key, now.actor, said)
    _show_left(now, left, key)


@relay.command("adopt")
@KAFKA
@click.option(
    "--at", type=click.IntRange(min=0), metavar="POSITION", help="where both logs part, if this one can't say"
)
@_REASON
def adopt_(kafka: str | None, at: int | None, reason: str) -> None:
    """Go on with a log that was restored. Tell readers which events they were told that no longer are.

    Example: doudi --as admin relay adopt --reason "disk lost on 1 March"
    """
    from adapters.kafka.relaying.adopt import adopt

    now, settings = session(), kafka_settings(kafka)
    said = check_text(reason, "reason")
    with _instead(now, settings, "relay-adopt", None, "adopted") as one:
        found = adopt(one, now.actor, said, at)
    row = {"before": found.before, "log": found.log, "position": found.position, "lost": found.lost}
    now.show(RESTORED, [row], position=now.doudi.store.head())


@relay.command()
@KAFKA
@click.option("--from", "first", type=click.IntRange(min=1), default=1, show_default=True, metavar="POSITION")
@click.option("--to", "last", type=click.IntRange(min=1), metavar="POSITION", help="else to the log's end")
@click.option("--topic", required=True, help="a new topic, without prefix, that you made for it")
@click.option("--only", multiple=True, metavar="TOPIC", help="only what is told there; else all but subjects")
def emit(kafka: str | None, first: int, last: int | None, topic: str, only: tuple[str, ...]) -> None:
    """Tell a span of the log again, to a new topic, with the same ids; broken off, said again it goes on.

    Example: doudi relay emit --from 1 --to 5000 --topic history --only approvals --only exits
    """
    from adapters.kafka.relaying.history import emit as emitted

    now, settings = session(), kafka_settings(kafka)
    for_administrators(now)
    found = emitted(now.doudi.store, settings, topic, first, last, only)
    _note(now, "relay-emit", None, topic)
    now.show(TOLD, [_told(found)], position=found.last)


@relay.command()
@KAFKA
@click.option("--topic", required=True, help="a new topic, without prefix, that you made for it")
def snapshot(kafka: str | None, topic: str) -> None:
    """Write everyone who receives aid now to a new topic; from `last` on a reader follows the others.

    Example: doudi relay snapshot --topic recipients-2026-01
    """
    from adapters.kafka.relaying.history import snapshot as written

    now, settings = session(), kafka_settings(kafka)
    for_administrators(now)
    found = written(now.doudi.store, settings, topic)
    _note(now, "relay-snapshot", None, topic)
    now.show(TOLD, [_told(found)], position=found.last)


def _relay(now: Session, settings: "KafkaSettings", reader: "Reads | None" = None) -> "Relay":
    from adapters.kafka.relay import Relay
    from adapters.kafka.relaying.telling import wire_of

    store = now.doudi.store
    return Relay(store, settings, wire_of(store, settings), reader=reader)


@contextmanager
def _instead(
    now: Session, settings: "KafkaSettings", purpose: str, key: str | None, outcome: str
) -> "Iterator[Relay]":
    """Act in the place of the relay that runs: it lets go, and goes on afterwards from what it finds in Kafka.

    What came of it is noted: `outcome`, or why it failed.
    """
    for_administrators(now)
    one = _relay(now, settings)
    try:
        with one.lease.taken_over():
            yield one
    except BaseException as error:
        outcome = getattr(error, "code", type(error).__name__)
        raise
    finally:
        one.close()
        _note(now, purpose, key, outcome)


def _show_status(now: Session, found: Any) -> None:
    row = {
        "position": found.position,
        "behind": found.behind,
        "age": found.age,
        "told": found.sent,
        "keys_waiting": found.waiting,
        "state": found.state if now.form == "json" else now.text(f"projections.{found.state}"),
        "runner": found.holder,
        "beat": show_instant(from_micros(found.beat)) if found.beat is not None else None,
        "trouble": found.trouble if now.form == "json" else _said(now, found.trouble),
    }
    if now.form == "table":
        row = {name: "–" if row[name] is None and name in NUMBERS else row[name] for name in row}
    alarms = [_alarm(now, one) for one in found.alarms]
    if now.form == "json":
        now.show(STATUS, [row], position=found.head, alarms=alarms)
        return
    now.show(STATUS, [row], position=found.head)
    if alarms:
        now.table(ALARMS, alarms)


def _alarm(now: Session, one: Any) -> dict[str, Any]:
    reason = Reason(code=one.code, params=one.params)
    remedy = remedy_of(now.catalogue, reason)
    own = f"{one.params.get('reason')}.remedy"
    if one.code == "relay.alarm-stopped" and now.catalogue.has(own) and "{" not in now.text(own):
        remedy = now.text("relay.alarm-stopped.then", remedy=now.text(own))
    return {"alarm": one.code, "says": text_of(now.catalogue, reason), "remedy": remedy}


def _said(now: Session, code: str | None) -> str | None:
    """What is amiss in short."""
    return now.text(f"kafka.reason.{code}") if now.catalogue.has(f"kafka.reason.{code}") else code


def _row(now: Session, one: Any, state: str, since: int, by: str = "") -> dict[str, Any]:
    return {
        "key": one.key,
        "topic": one.topic,
        "position": one.position,
        "type": getattr(one, "type", ""),
        "reason": one.reason if now.form == "json" else _said(now, one.reason),
        "since": show_instant(from_micros(since)),
        "state": state.rpartition(".")[2] if now.form == "json" else now.text(state),
        "by": by,
    }


def _show_left(now: Session, record: "Record", key: str) -> None:
    left = [_row(now, one, "relay.parked", since=one.since) for one in record.stuck]
    now.show(WAITING, left, position=record.position)
    if any(one.key == key for one in record.stuck):
        raise SystemExit(REFUSED)


def _told(found: Any) -> dict[str, Any]:
    return {"topic": found.topic, "first": found.first, "last": found.last, "messages": found.messages}


def _note(now: Session, purpose: str, key: str | None, outcome: str) -> None:
    now.doudi.access_log.note(
        Access(at=now.doudi.store.clock.now(), actor=now.actor, case=key, purpose=purpose, outcome=outcome)
    )


COMMANDS: list[click.Command] = [relay]
