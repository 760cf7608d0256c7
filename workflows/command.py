"""Commands: one written form for every door (architecture, One way in), registered with who decides them.

A line is `{"id", "type", "actor", "case", "expected", "data": {…, "on"}}`. `data.on` is the day the thing was
done (default today, never later).
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from domain.event import CaseEvent, Event
from domain.ids import CaseNo, CommandId, InstanceId, PersonRef, StreamId
from domain.structs import learned
from workflows.refusal import Reason, Refused, field_name

if TYPE_CHECKING:
    from workflows.context import Context

Target = Literal["case", "new case", "office"]
Seat = Literal["case", "receiver"]


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a command says. Its type is the class's name; `on`: the day it was done, in China."""

    on: date | None = None


class InstanceCommand(Command, frozen=True, kw_only=True):
    """A command about one of several instances (`objection.1`); may be left out where only one is open."""

    instance: InstanceId | None = None


class Decision(msgspec.Struct, kw_only=True):
    """What a command decides: events of the case and of other streams, numbers to bind, what the answer adds.

    `begins` and `moves` add to those of the transition (life cycles that begin; life or instance → state).
    `number` names the case where this command makes it.
    """

    events: list[CaseEvent] = []
    others: list[tuple[StreamId, Event]] = []
    numbers: list[tuple[str, PersonRef]] = []
    answer: dict[str, Any] = {}
    begins: tuple[str, ...] = ()
    moves: dict[str, str] = {}
    number: CaseNo | None = None
    clock: datetime | None = None
    """Where a trial's clock goes with it."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A command with its envelope, parsed."""

    id: CommandId
    actor: str
    data: Command
    case: CaseNo | None = None
    expected: int | None = None
    causation: str | None = None
    quoted: str | None = None
    """Who a message from outside says acted: kept as a quotation with the case, never who acts."""
    said: bytes | None = None
    """What a repetition must equal, where the command was made from something else (a message)."""


@learned
class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a command: done with events and versions, or refused with everything in the way."""

    id: str
    status: Literal["done", "refused"]
    case: str | None = None
    events: list[tuple[str, int, str]] = []
    """(stream, version, type) of each event written."""
    data: dict[str, Any] = {}
    reasons: tuple[Reason, ...] = ()
    trial: bool = False


C = TypeVar("C", bound=Command)
Decide = Callable[["Context", Any], Decision]


class Spec(msgspec.Struct, kw_only=True):
    """How a command is taken: which life cycle of a case it moves, or who may where it moves none."""

    kind: type[Command]
    target: Target
    life: str | None = None
    who: tuple[str, ...] = ()
    ended_too: bool = False
    seat: Seat = "case"
    """Whose desks may: of the case's division, or of the one it is handed to."""
    process: bool = False
    """Its parts are commands of their own, taken before it is written; it answers with their counts."""
    decide: Decide | None = None

    @property
    def name(self) -> str:
        return self.kind.__name__


COMMANDS: dict[str, Spec] = {}


def command(
    *,
    life: str | None = None,
    target: Target = "case",
    who: tuple[str, ...] = (),
    ended_too: bool = False,
    process: bool = False,
    seat: Seat = "case",
) -> Callable[[type[C]], type[C]]:
    """Register a command's class. With `life` its definition says who may and when; else `who` does."""

    def register(kind: type[C]) -> type[C]:
        COMMANDS[kind.__name__] = Spec(
            kind=learned(kind),
            target=target,
            life=life,
            who=who,
            ended_too=ended_too,
            process=process,
            seat=seat,
        )
        return kind

    return register


def decides(
    kind: type[C],
) -> Callable[[Callable[["Context", C], Decision]], Callable[["Context", C], Decision]]:
    """Register the pure function that decides a command."""

    def register(function: Callable[["Context", C], Decision]) -> Callable[["Context", C], Decision]:
        COMMANDS[kind.__name__].decide = function
        return function

    return register


def parse(line: Any, default_actor: str | None = None) -> Request:
    """A command from its written form (a decoded JSON object). Raises Refused naming each field that is wrong."""
    if not isinstance(line, dict):
        raise Refused(Reason(code="command-shape"))
    wrong: list[Reason] = []
    for field in line.keys() - {"id", "type", "actor", "case", "expected", "data", "causation"}:
        wrong.append(Reason(code="field-unknown", field=field_name(field)))
    actor = line.get("actor", default_actor)
    for field, value, kind in (
        ("id", line.get("id"), str),
        ("type", line.get("type"), str),
        ("actor", actor, str),
        ("case", line.get("case"), str | None),
        ("expected", line.get("expected"), int | None),
        ("causation", line.get("causation"), str | None),
    ):
        if (
            not isinstance(value, kind)
            or isinstance(value, bool)
            or value == ""
            or (isinstance(value, str) and len(value) > 200)
        ):
            wrong.append(Reason(code="field-missing" if value is None else "field-wrong", field=field))
    spec = COMMANDS.get(str(line.get("type")))
    if isinstance(line.get("type"), str) and spec is None:
        wrong.append(Reason(code="command-unknown", field="type"))
    data: Command | None = None
    if spec is not None:
        try:
            data = msgspec.convert(line.get("data", {}), spec.kind)
        except msgspec.ValidationError:
            wrong.extend(wrong_fields(spec.kind, line.get("data", {})))
    if wrong or data is None:
        raise Refused(*wrong)
    return Request(
        id=CommandId(line["id"]),
        actor=str(actor),
        data=data,
        case=CaseNo(line["case"]) if line.get("case") else None,
        expected=line.get("expected"),
        causation=line.get("causation"),
    )


def wrong_fields(kind: type[msgspec.Struct], data: Any) -> list[Reason]:
    """Every field that is wrong, by name; never a value (it may be personal)."""
    if not isinstance(data, dict):
        return [Reason(code="field-wrong", field="data")]
    wrong = []
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in data.keys() - fields.keys():
        wrong.append(Reason(code="field-unknown", field=f"data.{field_name(name)}"))
    for name, field in fields.items():
        if name not in data:
            if field.required:
                wrong.append(Reason(code="field-missing", field=f"data.{name}"))
            continue
        try:
            msgspec.convert(data[name], field.type)
        except msgspec.ValidationError as error:
            path = str(error).rsplit(" - at `$", 1)
            inner = path[1].rstrip("`") if len(path) == 2 else ""
            code = "day-not-a-day" if "RFC3339 encoded date " in f"{path[0]} " else "field-wrong"
            wrong.append(Reason(code=code, field=f"data.{name}{inner}"))
    return wrong or [Reason(code="field-wrong", field="data")]


def content(request: Request) -> bytes:
    """The content that a repetition must equal: everything but the id, in one spelling."""
    if request.said is not None:
        return request.said
    return msgspec.json.encode(
        (type(request.data).__name__, request.actor, request.case, request.expected, request.data),
        order="sorted",
    )
