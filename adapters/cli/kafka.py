"""`doudi kafka`: topics made and checked, what stands between us and the broker, rights and passwords there."""

import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from adapters.cli.session import REFUSED, Session, session
from adapters.wording import remedy_of, text_of
from workflows.refusal import Reason

if TYPE_CHECKING:
    from adapters.kafka.errors import KafkaTrouble
    from adapters.kafka.settings import KafkaSettings

TOPICS = ("topic", "partitions", "copies", "in_step", "without_leader")
MADE = ("topic", "made")
FOUND = ("finding", "where", "says", "remedy", "allowed")
BROKERS = ("broker", "state")
RIGHTS = ("user", "what", "name", "begins", "may")
KAFKA = click.option("--kafka", metavar="FILE", help="settings of Kafka; or DOUDI_KAFKA")
METRICS = click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="write metrics there, in Prometheus' form",
)
_WHERE = ["topic", "address", "group", "id"]


def kafka_settings(file: str | None) -> "KafkaSettings":
    from adapters.kafka.settings import settings

    return settings(file)


def told_to_stop() -> Event:
    """Set once this process is asked to end."""
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    return stop


@click.group(no_args_is_help=True)
def kafka() -> None:
    """Kafka: topics, rights, and whether all is well. Example: doudi kafka check"""


@kafka.command()
@KAFKA
@click.option("--history", multiple=True, metavar="TOPIC", help="one more, for relay emit or relay snapshot")
def init(kafka: str | None, history: tuple[str, ...]) -> None:
    """Make the topics that aren't there; what is there isn't changed.

    Example: doudi kafka init --history history-school
    """
    from adapters.kafka import topics
    from adapters.kafka.upkeep import create

    now, settings = session(), kafka_settings(kafka)
    wanted = [*topics.TOPICS, *map(topics.history, history)]
    made = create(settings, wanted)
    names = [settings.topic(one.name) for one in wanted]
    now.listed(MADE, [{"topic": name, "made": name in made} for name in names])


@kafka.command()
@KAFKA
@click.option("--role", type=click.Choice(["relay", "inbox"]), help="only what it needs, with its rights")
def check(kafka: str | None, role: str | None) -> None:
    """Everything that stands in the way; ends with 1 if something does that the settings don't allow.

    Example: doudi kafka check --role relay
    """
    from adapters.kafka.start import findings
    from adapters.kafka.upkeep import allowed

    now, settings = session(), kafka_settings(kafka)
    found = findings(settings, role)
    if found or now.form != "table":
        rows = [{**_row(now, one), "allowed": allowed(one, settings)} for one in found]
        now.listed(FOUND, rows, headings={"finding": "column.findings_count"})
    else:
        click.echo(now.text("kafka.all-well"))
    if not all(allowed(one, settings) for one in found):
        raise SystemExit(REFUSED)


@kafka.command()
@KAFKA
@click.option("--topics", is_flag=True, help="each topic with its copies instead")
def status(kafka: str | None, topics: bool) -> None:
    """Each address of the settings and whether it can be used; ends with 1 if none can.

    Example: doudi kafka status --topics
    """
    from adapters.kafka.health import addresses
    from adapters.kafka.topics import TOPICS as table
    from adapters.kafka.upkeep import beside, offsets

    now, settings = session(), kafka_settings(kafka)
    tried = addresses(settings)
    rows = [{"broker": one, "state": _state(now, trouble)} for one, trouble in tried]
    usable = any(trouble is None for _, trouble in tried)
    if topics:
        now.listed(TOPICS, offsets(settings, [*table, *beside(settings, table)]) if usable else [])
    else:
        now.listed(BROKERS, rows)
    if not usable:
        now.refuse(*(_reason(trouble) for _, trouble in tried if trouble))


@kafka.command()
@KAFKA
@click.argument("user")
@click.option("--relay", is_flag=True, help="what the relay needs")
@click.option("--inbox", is_flag=True, help="what the inbox needs")
@click.option("--read", multiple=True, metavar="TOPIC", help="a topic without its prefix; may be repeated")
@click.option("--write", multiple=True, metavar="TOPIC", help="likewise")
def grant(
    kafka: str | None, user: str, relay: bool, inbox: bool, read: tuple[str, ...], write: tuple[str, ...]
) -> None:
    """Give a user rights on the broker.

    Example: doudi kafka grant medical --read approvals --read exits
    """
    from adapters.kafka import rights

    now, settings = session(), kafka_settings(kafka)
    _known(now, settings, (*read, *write))
    wanted = [
        *(rights.of_the_relay(settings) if relay else ()),
        *(rights.of_the_inbox(settings) if inbox else ()),
        *(rights.of_a_reader(settings, user, read) if read else ()),
        *(rights.of_a_sender(settings, write) if write else ()),
    ]
    if not wanted:
        raise click.UsageError("--relay, --inbox, --read or --write is needed")
    rights.grant(settings, user, wanted)
    _show_rights(now, settings, user)


@kafka.command()
@KAFKA
@click.argument("user")
def revoke(kafka: str | None, user: str) -> None:
    """Take all rights of a user away. Example: doudi kafka revoke medical"""
    from adapters.kafka import rights

    now, settings = session(), kafka_settings(kafka)
    click.echo(now.text("kafka.revoked", user=user, count=rights.revoke(settings, user)))


@kafka.command("rights")
@KAFKA
@click.argument("user")
def rights_(kafka: str | None, user: str) -> None:
    """What a user may on the broker. Example: doudi kafka rights medical"""
    _show_rights(session(), kafka_settings(kafka), user)


@kafka.command()
@KAFKA
@click.argument("user")
@click.option("--password-file", type=click.Path(path_type=Path), required=True, metavar="FILE")
def password(kafka: str | None, user: str, password_file: Path) -> None:
    """Make a user with the password in a file, or give him another.

    Example: doudi kafka password medical --password-file medical.password
    """
    from adapters.kafka import rights
    from adapters.kafka.secret import from_file

    now, settings = session(), kafka_settings(kafka)
    rights.set_password(settings, user, from_file(password_file, "--password-file"))
    click.echo(now.text("kafka.password-set", user=user))


def _known(now: Session, settings: "KafkaSettings", topics: tuple[str, ...]) -> None:
    """Topics of the table, and those that were made for history."""
    from adapters.kafka.topics import topic
    from adapters.kafka.upkeep import exists

    for name in topics:
        try:
            topic(name)
        except KeyError:
            if not exists(settings, name):
                now.refuse(Reason(code="kafka.topic-unknown", params={"topic": name}))


def _show_rights(now: Session, settings: "KafkaSettings", user: str) -> None:
    from adapters.kafka.rights import rights_of

    now.listed(
        RIGHTS,
        [
            {"user": user, "what": one.what, "name": one.name, "begins": one.begins, "may": one.may}
            for one in rights_of(settings, user)
        ],
    )


def _state(now: Session, trouble: "KafkaTrouble | None") -> str:
    """json: `ok` or the code of what stands in the way."""
    code = trouble.code if trouble else "ok"
    return code if now.form == "json" else now.text(f"kafka.reason.{code}")


def _reason(trouble: "KafkaTrouble") -> Reason:
    return Reason(code=trouble.code, params=dict(trouble.params))


def _row(now: Session, trouble: "KafkaTrouble") -> dict[str, object]:
    where = next((str(trouble.params[key]) for key in _WHERE if key in trouble.params), "")
    return {
        "finding": trouble.code,
        "where": where,
        "says": text_of(now.catalogue, _reason(trouble)),
        "remedy": remedy_of(now.catalogue, _reason(trouble)),
    }


COMMANDS: list[click.Command] = [kafka]
