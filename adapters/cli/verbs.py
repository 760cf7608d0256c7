"""Shorthands made from the command classes: `case accept CASE --on DAY` sends the same line as `do`.

But for amounts: here they are yuan as text, in JSON too; a line of `do` has whole fen.
"""

import json
import re
import types
from collections.abc import Callable
from typing import Any, Literal, Union, get_args, get_origin

import click
import msgspec

from adapters import strict_json
from adapters.cli.session import session
from adapters.cli.spoken import SpokenGroup
from adapters.cli.yuan import EXAMPLE, fields_in_fen, is_money
from domain.codes import code_list
from workflows.command import COMMANDS, Spec
from workflows.definition import ways_of

CODED: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "grounds"): ("refuse",),
    ("", "kinship"): ("kinship",),
    ("", "letter"): ("letter",),
    ("", "result"): ("survey_result",),
    ("", "source"): ("source",),
    ("", "way"): ("survey_way",),
    ("AnswerVerification", "answer"): ("answer",),
    ("AskVerification", "sources"): ("source",),
    ("AnswerComplaint", "outcome"): ("objection_outcome",),
    ("DecideAppeal", "outcome"): ("appeal_outcome",),
    ("GivePriorNotice", "code"): ("increase", "reduce", "stop"),
    ("HoldDemocraticReview", "outcome"): ("review_outcome",),
    ("NotAccept", "code"): ("not_accepted",),
    ("NotReach", "way"): ("service",),
    ("NotReachForFinding", "way"): ("service",),
    ("ProposeChange", "code"): ("increase", "reduce", "stop"),
    ("ReturnPayment", "code"): ("bank_return",),
    ("Serve", "way"): ("service",),
    ("SettleObjection", "outcome"): ("objection_outcome",),
    ("TellOpinion", "way"): ("service",),
    ("Terminate", "code"): ("ended",),
    ("TryToServe", "way"): ("service",),
}
"""(command, field) → the coded lists its words are of; without a command: of every one that has the field."""

OWN_WORDS: dict[tuple[str, str], str] = {
    ("RecordRepayment", "way"): "how the money came back: by bank transfer, in cash, otherwise",
}
"""(command, field) → what it is there, where other commands' field of that name is something else."""

_WORDS: dict[str, Any] = {
    "int": 0,
    "bool": True,
    "date": "2025-03-06",
    "datetime": "2025-03-06T09:00:00+08:00",
}


def verb(name: str) -> str:
    """`SayMissing` → `say-missing`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def case_verbs() -> dict[str, Spec]:
    return {
        verb(spec.name): spec
        for spec in COMMANDS.values()
        if spec.target != "office" and not _only_clock(spec)
    }


def _only_clock(spec: Spec) -> bool:
    if spec.life is None:
        return spec.who == ("clock",)
    ways = ways_of(spec.life, spec.name)
    return bool(ways) and all(way.who == ("clock",) for way in ways)


class CaseGroup(SpokenGroup):
    """The named reads, then every verb of the life cycles."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *sorted(case_verbs())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in case_verbs():
            found = self.said(make(cmd_name, case_verbs()[cmd_name]))
        return found


def make(name: str, spec: Spec) -> click.Command:
    """A click command with an option for each field of the command's class."""
    params: list[click.Parameter] = []
    if spec.target == "case":
        params.append(click.Argument(["case"], metavar="CASE"))
    for field in msgspec.structs.fields(spec.kind):
        option = f"--{field.name.replace('_', '-')}"
        kind, many = _scalar(field.type)
        asked = "[required]" if field.required else ""
        if kind is None:
            said = _help(_shape(field.type), asked)
            params.append(click.Option([option, field.name], metavar="JSON", help=said))
        elif is_money(field.type):
            said = _help(f"yuan, such as {EXAMPLE}", asked)
            params.append(click.Option([option, field.name], metavar="YUAN", help=said))
        elif kind is bool:
            params.append(click.Option([f"{option}/--no-{option[2:]}", field.name], default=None, help=asked))
        else:
            words = OWN_WORDS.get((spec.name, field.name)) or _codes(spec.name, field.name)
            said = _help(_shape(field.type), words, asked)
            params.append(click.Option([option, field.name], type=kind, multiple=many, help=said))
    params += [
        click.Option(["--id", "command_id"], help="the command's id; the same id again changes nothing"),
        click.Option(["--expected"], type=int, help="the case's version you have seen"),
        click.Option(["--data", "data_json"], metavar="JSON", help="the whole data, or what no option gives"),
    ]
    example = f"doudi --as STAFF case {name}" + (" 11019920250000017" if spec.target == "case" else "")
    text = (spec.kind.__doc__ or spec.name).strip()
    return click.Command(name, params=params, callback=_sender(spec), help=f"{text}\n\nExample: {example}")


def _help(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def _codes(command: str, field: str) -> str:
    """Of which coded lists a field's words are, and where to read what they mean."""
    names = CODED.get((command, field)) or CODED.get(("", field), ())
    return "; ".join(f"{', '.join(code_list(name))} (doudi codes {name})" for name in names)


def _sender(spec: Spec) -> Callable[..., None]:
    def send(
        case: str | None = None,
        command_id: str | None = None,
        expected: int | None = None,
        data_json: str | None = None,
        **values: Any,
    ) -> None:
        now = session()
        data: dict[str, Any] = strict_json.read(data_json) if data_json else {}
        for field in msgspec.structs.fields(spec.kind):
            value = values.get(field.name)
            if value is None or value == ():
                continue
            kind, many = _scalar(field.type)
            data[field.name] = list(value) if many else strict_json.read(value) if kind is None else value
        data = fields_in_fen(spec.kind, data, "data") if isinstance(data, dict) else data
        line: dict[str, Any] = {
            "id": command_id or now.doudi.fresh_id(),
            "type": spec.name,
            "actor": now.actor,
            "data": data,
        }
        if case:
            line["case"] = case
        if expected is not None:
            line["expected"] = expected
        now.answer(now.doudi.office.take(line))

    return send


def _scalar(annotation: Any) -> tuple[Any, bool]:
    """(click type, many) of a simple field; (None, False) for one that wants JSON."""
    plain = _plain(annotation)
    if get_origin(plain) is Literal:
        return click.Choice([str(one) for one in get_args(plain)]), False
    if get_origin(plain) is tuple:
        inner = _plain(get_args(plain)[0])
        return (str, True) if inner is str else (None, False)
    if plain in (int, bool):
        return plain, False
    if plain is str or getattr(plain, "__name__", "") == "date":
        return str, False
    return None, False


def _plain(annotation: Any) -> Any:
    """The type without Annotated, NewType and optional None."""
    while True:
        origin = get_origin(annotation)
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif origin in (Union, types.UnionType):
            inner = [one for one in get_args(annotation) if one is not type(None)]
            if len(inner) != 1:
                return annotation
            annotation = inner[0]
        else:
            return annotation


def _shape(annotation: Any) -> str:
    """What is to be written, where it is more than one word: of JSON an example with all that must be there."""
    if getattr(_plain(annotation), "__name__", "") == "date":
        return "YYYY-MM-DD"
    if _scalar(annotation)[0] is not None:
        return ""
    said = json.dumps(_sample(annotation), ensure_ascii=False)
    more = _more(annotation)
    return f"{said} and maybe {', '.join(more)}" if more else said


def _more(annotation: Any) -> list[str]:
    """What else a structure, or each of a list of them, may hold."""
    plain = _plain(annotation)
    if get_origin(plain) in (tuple, list):
        return _more(get_args(plain)[0])
    if not (isinstance(plain, type) and issubclass(plain, msgspec.Struct)):
        return []
    return [
        f"{one.encode_name} (yuan as text: {json.dumps(EXAMPLE)})" if is_money(one.type) else one.encode_name
        for one in msgspec.structs.fields(plain)
        if not one.required
    ]


def _sample(annotation: Any) -> Any:
    """An example of a type: of a structure what must be there, else all it may hold."""
    if is_money(annotation):
        return EXAMPLE
    plain = _plain(annotation)
    origin, arguments = get_origin(plain), get_args(plain)
    if origin is Literal:
        return "|".join(map(str, arguments))
    if origin in (Union, types.UnionType):
        return _sample(arguments[0])
    if origin is tuple and arguments[-1] is not Ellipsis:
        return [_sample(one) for one in arguments]
    if origin in (tuple, list, frozenset):
        return [_sample(arguments[0])]
    if origin is dict:
        return {str(_sample(arguments[0])): _sample(arguments[1])}
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        fields = msgspec.structs.fields(plain)
        asked = [one for one in fields if one.required] or fields
        return {one.encode_name: _sample(one.type) for one in asked}
    return _WORDS.get(getattr(plain, "__name__", ""), "…")
