"""A bank's outcomes in bulk: JSON lines or CSV, each line taken or refused by itself, the same line once.

A line has case, month, outcome (settled | returned), on; and as it needs: area, amount (yuan), reference, code, words.
Its command's id follows from its content, so a file loaded again adds nothing.
"""

import csv
import io
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec
import orjson

from adapters import strict_json
from domain.errors import BadValue
from domain.money import parse_yuan
from workflows.command import Answer
from workflows.refusal import Reason, Refused, from_bad_value, refuse

Outcome = Literal["taken", "already", "refused"]
COLUMNS = ("case", "month", "area", "outcome", "on", "amount", "reference", "code", "words")
WHY = "why"
"""What a file of refused lines says beside each; it is not read."""
_NEEDED = ("case", "month", "outcome", "on")
_KINDS = {"settled": "SettlePayment", "returned": "ReturnPayment"}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line: its number in the file, the line as it came, why it was refused."""

    line: int
    row: dict[str, Any]
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


def take(
    path: Path, actor: str, send: Callable[[dict[str, Any]], Answer], known: Callable[[str], bool]
) -> Iterator[Told]:
    """Send each line as a command. A file that is neither, or lacks a column, is refused whole."""
    for number, row in enumerate(_rows(path), 1):
        try:
            command = _command(row, actor)
        except (Refused, BadValue) as error:
            reasons = error.reasons if isinstance(error, Refused) else (from_bad_value(error),)
            yield Told(line=number, row=_kept(row), outcome="refused", reasons=reasons)
            continue
        before = known(command["id"])
        answer = send(command)
        outcome: Outcome = "already" if before else "taken"
        if answer.status == "refused":
            yield Told(line=number, row=row, outcome="refused", reasons=answer.reasons)
        else:
            yield Told(line=number, row=row, outcome=outcome)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Lines as dicts of what they say; an empty cell says nothing."""
    content = path.read_bytes()
    if content.lstrip().startswith(b"{"):
        for line in content.splitlines():
            if line.strip():
                yield _json(line)
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise refuse("outcomes-file", "file", columns=", ".join(COLUMNS)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = [name.strip() for name in reader.fieldnames or ()]
    if not set(_NEEDED) <= set(columns) or not set(columns) <= {*COLUMNS, WHY}:
        raise refuse("outcomes-file", "file", columns=", ".join(COLUMNS))
    reader.fieldnames = columns
    for row in reader:
        if None in row or None in row.values():
            yield {"": ""}
            continue
        yield {key: value.strip() for key, value in row.items() if value.strip() and key != WHY}


def _json(line: bytes) -> dict[str, Any]:
    try:
        row = strict_json.read(line)
    except Refused:
        return {"": ""}
    return row if isinstance(row, dict) else {"": ""}


def _command(row: dict[str, Any], actor: str) -> dict[str, Any]:
    wrong = [Reason(code="field-missing", field=name) for name in _NEEDED if not row.get(name)]
    if "" in row:
        wrong = [Reason(code="outcomes-line")]
    wrong += [Reason(code="field-unknown", field="line") for name in row if name and name not in COLUMNS]
    kind = _KINDS.get(str(row.get("outcome")))
    if kind is None and row.get("outcome"):
        wrong.append(Reason(code="field-wrong", field="outcome"))
    if wrong or kind is None:
        raise Refused(*wrong)
    data = {name: row[name] for name in COLUMNS[1:] if row.get(name) and name not in ("outcome", "amount")}
    if row.get("amount") is not None:
        if not isinstance(row["amount"], str):
            raise refuse("amount-not-text", "amount")
        data["amount"] = parse_yuan(row["amount"], field="amount")
    if kind == "SettlePayment":
        data = {name: value for name, value in data.items() if name not in ("code", "words")}
    mark = orjson.dumps([row["case"], kind, data], option=orjson.OPT_SORT_KEYS)
    name = f"bank-{sha256(mark).hexdigest()[:32]}"
    return {"id": name, "type": kind, "actor": actor, "case": str(row["case"]), "data": data}


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS if name in row}


def write_refused(path: Path, refused: list[Told], said: Callable[[Reason], str]) -> None:
    """The refused lines in the form they came in, with their reasons beside, to be mended and sent again."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, WHY])
        for one in refused:
            why = " · ".join(said(reason) for reason in one.reasons)
            writer.writerow([*(one.row.get(name, "") for name in COLUMNS), why])
