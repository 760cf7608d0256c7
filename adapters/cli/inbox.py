"""`doudi inbox`: what other offices send, taken as commands; `doudi dlq`: what couldn't be."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from adapters.cli.kafka import KAFKA, METRICS, kafka_settings, told_to_stop
from adapters.cli.scope import for_administrators
from adapters.cli.session import REFUSED, Session, session
from domain.days import CHINA, show_instant
from workflows.refusal import refuse

if TYPE_CHECKING:
    from adapters.kafka.deadletter import DeadLetters
    from adapters.kafka.inbox import Inbox
    from adapters.kafka.letters import Letter
    from adapters.kafka.settings import KafkaSettings

LAG = ("topic", "partition", "actor", "committed", "end", "behind", "age")
COUNTS = ("done", "repeated", "passed", "refused", "waited")
LETTERS = ("letter", "arrived", "type", "reasons", "tries", "state", "by", "why")
HEADED = {"letter": "column.dead_letter"}
INBOUND_DAYS = 90
"""So long inbound topics keep what came."""
CLEAR = frozenset({"case", "source", "answer", "kind", "code", "type", "verification"})
"""Fields of a message whose values show nobody."""


@click.group(no_args_is_help=True)
def inbox() -> None:
    """What other offices send over Kafka. Example: doudi inbox status"""


@inbox.command()
@KAFKA
@METRICS
def run(kafka: str | None, metrics: Path | None) -> None:
    """Take what comes until stopped; any number may run, they share the partitions.

    Example: doudi inbox run
    """
    from adapters.kafka.lag import Metrics

    inbox, stop = _inbox(kafka), told_to_stop()
    if metrics is None:
        inbox.run(stop)
    else:
        inbox.run(stop, Metrics(metrics))


@inbox.command()
@KAFKA
@click.option("--seconds", default=60, show_default=True, help="give up after so long")
def once(kafka: str | None, seconds: int) -> None:
    """Take what waits now, then end; 1 where something had to wait.

    Example: doudi inbox once
    """
    from time import monotonic

    now, inbox = session(), _inbox(kafka)
    until, still = monotonic() + seconds, 0
    try:
        while still < 3 and monotonic() < until:
            still = 0 if inbox.step() else still + 1
    finally:
        inbox.close()
    now.show(
        COUNTS, [{name: getattr(inbox.counts, name) for name in COUNTS}], position=now.doudi.store.head()
    )
    if inbox.waits_for is not None:
        now.refuse(refuse("inbox-waits", why=inbox.waits_for).reasons[0])


@inbox.command()
@KAFKA
@click.option(
    "--alarm", type=click.IntRange(min=1), metavar="SECONDS", help="end with 1 where something waits longer"
)
@click.option("--prometheus", is_flag=True, help="as metrics in Prometheus' form")
def status(kafka: str | None, alarm: int | None, prometheus: bool) -> None:
    """How far behind each topic is, by count and by the age in seconds of what waits; and open dead letters.

    Example: doudi inbox status --alarm 600
    """
    from adapters.kafka.lag import lag, metrics_text, of_lags
    from adapters.kafka.metrics import Values

    now, settings = session(), kafka_settings(kafka)
    rows = lag(now.doudi, settings)
    waiting = [one for one in _letters(now, settings).all().values() if one.state == "open"]
    if prometheus:
        age = int((datetime.now(CHINA) - waiting[0].at).total_seconds()) if waiting else 0
        values: Values = {
            **of_lags(rows),
            "letters_open": [({}, len(waiting))],
            "letters_seconds": [({}, age)],
        }
        click.echo(metrics_text(values), nl=False)
        return
    oldest = show_instant(waiting[0].at) if waiting else None
    now.show(
        LAG,
        [{name: getattr(one, name) for name in LAG} for one in rows],
        position=now.doudi.store.head(),
        letters=len(waiting),
        oldest_letter=oldest,
    )
    if now.form != "json":
        click.echo(now.text("inbox.letters", count=len(waiting), since=oldest or "–"), err=True)
    if alarm is not None and any(one.age > alarm for one in rows):
        raise SystemExit(REFUSED)


@click.group(no_args_is_help=True)
def dlq() -> None:
    """Messages that couldn't be taken. Example: doudi dlq list"""


@dlq.command("list")
@KAFKA
@click.option("--all", "everything", is_flag=True, help="settled ones too")
def list_(kafka: str | None, everything: bool) -> None:
    """What waits for somebody, with its reasons. Example: doudi dlq list"""
    now = session()
    for_administrators(now)
    found = _letters(now, kafka_settings(kafka)).all().values()
    now.show(LETTERS, [_row(one) for one in found if everything or one.state == "open"], headings=HEADED)


@dlq.command()
@KAFKA
@click.argument("letter")
@click.option("--unseal", is_flag=True, help="show the message as it came; the look is noted")
@click.option("--purpose", default="", help="what for; kept in the open, so name nobody in it")
def show(kafka: str | None, letter: str, unseal: bool, purpose: str) -> None:
    """Why a letter couldn't be taken, and its message with what is personal masked.

    Example: doudi --as admin dlq show deaths-0-41-19587e7a2c0
    """
    now = session()
    for_administrators(now)
    box = _letters(now, kafka_settings(kafka))
    one = box.find(letter)
    said: dict[str, Any] = {**_row(one), "headers": one.headers, "size": one.size}
    said["reasons"] = [
        {
            "code": reason.code,
            "field": reason.field,
            "message": now.text(reason.code, **reason.params),
            "remedy": now.text(reason.remedy, **reason.params),
        }
        for reason in one.reasons
    ]
    if one.kept:
        purpose = purpose if unseal else "masked"
        came = box.original(one, now.actor, purpose)
        if unseal:
            said["headers"] = {
                name: (value or b"").decode("utf-8", "replace") for name, value in came.headers
            }
            said["message"] = (came.value or b"").decode("utf-8", "replace")
        else:
            said["message"] = masked(came.value or b"")
    click.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2, default=str).decode())


@dlq.command()
@KAFKA
@click.argument("letters", metavar="LETTER...", nargs=-1, required=True)
def retry(kafka: str | None, letters: tuple[str, ...]) -> None:
    """Take messages again, each as the command it was; what still can't be taken stays, with its new reasons.

    Example: doudi --as admin dlq retry deaths-0-41-19587e7a2c0
    """
    now = session()
    for_administrators(now)
    box = _letters(now, kafka_settings(kafka))
    known = box.all()
    missing = [name for name in letters if name not in known]
    if missing:
        raise refuse("dead-letter-unknown", "letter")
    after = [box.retry(known[name], now.actor) for name in dict.fromkeys(letters)]
    now.show(LETTERS, [_row(one) for one in after], headings=HEADED, position=now.doudi.store.head())
    if any(one.state == "open" for one in after):
        raise SystemExit(REFUSED)


@dlq.command()
@KAFKA
@click.argument("letter")
@click.option("--reason", required=True, help="why nothing is done; kept in the open, so name nobody in it")
def discard(kafka: str | None, letter: str, reason: str) -> None:
    """Settle a letter without taking it; its message is deleted. Who did it and why is kept.

    Example: doudi --as admin dlq discard deaths-0-41-19587e7a2c0 --reason "sent for another county"
    """
    now = session()
    for_administrators(now)
    box = _letters(now, kafka_settings(kafka))
    now.show(LETTERS, [_row(box.discard(box.find(letter), now.actor, reason))], headings=HEADED)


@dlq.command()
@KAFKA
@click.option("--days", type=click.IntRange(min=1), default=INBOUND_DAYS, show_default=True)
def expire(kafka: str | None, days: int) -> None:
    """Take the message out of letters that have been open for longer; they stay open, with their reasons.

    Example: doudi --as admin dlq expire --days 90
    """
    now = session()
    for_administrators(now)
    found = _letters(now, kafka_settings(kafka)).expire(days, now.actor)
    now.show(LETTERS, [_row(one) for one in found], headings=HEADED)


def masked(value: bytes) -> Any:
    """A message's fields with their values masked, but for codes; None where it is no JSON."""
    try:
        return _masked(orjson.loads(value), "")
    except orjson.JSONDecodeError:
        return None


def _masked(value: Any, name: str) -> Any:
    from workflows.refusal import field_name

    if isinstance(value, dict):
        return {field_name(key): _masked(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, name) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if name in CLEAR and isinstance(value, str) and len(value) <= 40 and value.isascii():
        return value if len(value) != 18 else "•"
    return "•"


def _row(one: "Letter") -> dict[str, Any]:
    return {
        "letter": one.id,
        "arrived": show_instant(one.arrived),
        "type": one.headers.get("ce_type"),
        "reasons": ", ".join(
            f"{each.field}: {each.code}" if each.field else each.code for each in one.reasons
        ),
        "tries": one.tries,
        "state": one.state,
        "by": one.by,
        "why": one.why,
    }


def _inbox(file: str | None) -> "Inbox":
    from adapters.kafka.inbox import Inbox
    from adapters.kafka.start import ready

    settings = kafka_settings(file)
    ready(settings, "inbox")
    return Inbox(session().doudi, settings)


def _letters(now: Session, settings: "KafkaSettings") -> "DeadLetters":
    from adapters.kafka.deadletter import DeadLetters

    return DeadLetters(now.doudi, settings)


COMMANDS: list[click.Command] = [inbox, dlq]
