"""`doudi subscriber`: who may know who the pseudonyms are (docs/kafka.md, Security)."""

from pathlib import Path
from typing import Any

import click

from adapters import strict_json
from adapters.cli.scope import sees, somebody_here
from adapters.cli.session import Session, session
from domain.days import china_day
from domain.division import Division
from domain.ids import StreamId
from domain.subscriber import PublicKey, Subscriber, SubscriberAdmitted
from workflows.refusal import refuse
from workflows.world import division_stream

COLUMNS = ("subscriber", "division", "replaced_by", "programmes", "until", "holds", "basis")
_STREAMS = f"SELECT DISTINCT stream FROM events WHERE type = '{SubscriberAdmitted.__name__}' ORDER BY stream"
_DIVISION = click.option("--division", required=True, metavar="CODE", help="whose recipients")


@click.group(no_args_is_help=True)
def subscriber() -> None:
    """Other offices that may know who the pseudonyms are. Example: doudi subscriber list"""


@subscriber.command()
@click.argument("name")
@_DIVISION
@click.option("--programme", "programmes", multiple=True, required=True, help="may be repeated")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="his public key, a JWK: P-256 or X25519",
)
@click.option("--basis", required=True, help="the law or agreement it stands on")
@click.option("--until", metavar="YYYY-MM-DD", help="the last day; default: until it is ended")
def admit(
    name: str, division: str, programmes: tuple[str, ...], key: Path, basis: str, until: str | None
) -> None:
    """Let an office know the persons of a division's programmes, each number sealed to its key.

    Example: doudi --as admin subscriber admit medical --division 110199 --programme dibao --key medical.jwk --basis …
    """
    data: dict[str, Any] = {"division": division, "name": name, "programmes": programmes, "basis": basis}
    if until is not None:
        data["until"] = until
    session().send("AdmitSubscriber", **data, key=_public(strict_json.read(key.read_bytes())))


@subscriber.command()
@click.argument("name")
@_DIVISION
def end(name: str, division: str) -> None:
    """End a right now; what was told is taken back.

    Example: doudi --as admin subscriber end medical --division 110199
    """
    session().send("EndSubscriber", name=name, division=division)


@subscriber.command("list")
def list_() -> None:
    """Whose right there is or was, those of your divisions, and what became of the division it names.

    Example: doudi subscriber list
    """
    now = session()
    now.doudi.office.world.refresh()
    somebody_here(now)
    streams = [
        StreamId(stream) for (stream,) in now.doudi.store.database.connection.execute(_STREAMS).fetchall()
    ]
    rows = [_row(now, stream) for stream in streams]
    now.show(COLUMNS, [row for row in rows if sees(now, row["division"])], position=now.doudi.store.head())


def _public(key: Any) -> Any:
    """What the office keeps of a JWK; what else stands there says how it may be used (RFC 7517 section 4)."""
    if not isinstance(key, dict):
        return key
    if "d" in key:
        raise refuse("subscriber-key-private", "key")
    return {name: key[name] for name in PublicKey.__struct_fields__ if name in key}


def _row(now: Session, stream: StreamId) -> dict[str, Any]:
    world = now.doudi.office.world
    state: Subscriber = world.state(stream)
    place: Division | None = world.state(division_stream(state.division))
    said = [one.event for one in now.doudi.store.load(stream)]
    return {
        "subscriber": state.name,
        "division": state.division,
        "replaced_by": place.by if place is not None else None,
        "programmes": ", ".join(state.programmes),
        "until": state.until,
        "holds": now.mark(state.holds(china_day(now.doudi.store.clock.now()))),
        "basis": next(one.basis for one in reversed(said) if isinstance(one, SubscriberAdmitted)),
    }


COMMANDS: list[click.Command] = [subscriber]
