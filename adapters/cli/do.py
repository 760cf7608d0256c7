"""`doudi do`: commands as JSON lines, each answered by a line."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from msgspec.structs import replace

from adapters import strict_json
from adapters.cli.session import REFUSED, session
from workflows.command import Answer
from workflows.refusal import Refused, refuse


@click.command()
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option("--stop", is_flag=True, help="end at the first refusal")
def do(file: str, stop: bool) -> None:
    """Take commands as JSON lines. After a refusal it goes on, and ends with 1.

    Example: doudi do life.jsonl
    """
    now = session()
    if file != "-" and not Path(file).is_file():
        raise click.BadParameter(f"no such file: {file}", param_hint="FILE")
    refused = False
    with sys.stdin.buffer if file == "-" else Path(file).open("rb") as lines:
        for number, line in enumerate(_readable(lines), 1):
            if not line.strip():
                continue
            answer = _take(line, number)
            click.echo(now.line(answer))
            if answer.status == "refused":
                refused = True
                if stop:
                    break
    if refused:
        raise SystemExit(REFUSED)


def _readable(lines: IO[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    except OSError as error:
        raise refuse("file-unreadable", "file", reason=type(error).__name__) from None


def _take(line: bytes, number: int) -> Answer:
    now = session()
    try:
        decoded = strict_json.read(line)
    except Refused as refused:
        reasons = tuple(replace(one, params={**one.params, "line": number}) for one in refused.reasons)
        return Answer(id="", status="refused", reasons=reasons)
    return now.doudi.office.take(decoded, default_actor=now.named_actor or (now.actor if now.trial else None))


COMMANDS: list[click.Command] = [do]
