"""The log's functions in PostgreSQL, called by prepared statements with binary values: half of a call was writing them.

The types of a call are those of the function's arguments in `schema/postgres/0001.sql`, in their order.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from struct import Struct
from typing import Any, NamedTuple

from psycopg import Connection, errors
from psycopg.pq import ExecStatus, Format

from adapters.store.database import Entry, Form, columns_of, quoted, upserted

_BOOL, _BYTES, _BIG, _INT, _TEXT = 16, 17, 20, 23, 25
_ARRAYS = {_BYTES: 1001, _INT: 1007, _TEXT: 1009, _BIG: 1016}
_OF_ARRAY = Struct("!iiIii").pack
_LENGTH = Struct("!i").pack
_EIGHT = Struct("!q")
_FOUR = Struct("!i")
_NULL = _LENGTH(-1)

Value = bytes | None


class Call(NamedTuple):
    name: bytes
    statement: bytes
    types: Sequence[int]
    answers: str
    """A letter a column: t text, q bigint."""


def _call(name: str, answers: Sequence[str], kinds: str, types: Sequence[int]) -> Call:
    places = ", ".join(f"${number + 1}" for number in range(len(types)))
    return Call(
        name.encode(), f"SELECT {', '.join(answers)} FROM doudi.{name}({places})".encode(), types, kinds
    )


_T, _Q, _I, _B = (_ARRAYS[kind] for kind in (_TEXT, _BIG, _INT, _BYTES))
_ROWS = (_T, _Q, _T, _I, _T, _T, _T, _T, _B)
APPEND = _call(
    "append",
    ("outcome", "last", "detail", "last_recorded_at"),
    "tqtq",
    (_BIG, _BOOL, *_ROWS, _TEXT, _BYTES, _BYTES, _T, _Q, _T, _T, _B, _B, _T, _B, _T, _T),
)
TOGETHER = _call(
    "append_together", ("last", "last_recorded_at"), "qq", (_BIG, _BOOL, *_ROWS, _T, _B, _B, _Q, _Q, _T, _Q)
)


def called(raw: Connection[Any], call: Call, values: Sequence[Value]) -> tuple[Any, ...]:
    """The one row it answers, if it answers; raises what psycopg would."""
    connection = raw.pgconn
    formats = [Format.BINARY] * len(values)
    result = connection.exec_prepared(call.name, values, formats, Format.BINARY)  # type: ignore[arg-type]
    if result.status == ExecStatus.COMMAND_OK:
        return ()
    if result.status != ExecStatus.TUPLES_OK:
        raise errors.error_from_result(result, encoding="utf-8")
    found = (result.get_value(0, at) for at in range(len(call.answers)))
    return tuple(
        value if value is None else value.decode() if kind == "t" else _EIGHT.unpack(value)[0]
        for kind, value in zip(call.answers, found, strict=True)
    )


def put_call(form: Form) -> Call:
    """All rows of a call go over as a column each."""
    places = ", ".join(f"${number + 1}" for number in range(len(form.columns)))
    statement = (
        f"INSERT INTO doudi_read.{quoted(form.name)} ({columns_of(form.columns)})"
        f" SELECT * FROM unnest({places}) {upserted(form)}"
    )
    return Call(f"put {form.name}".encode(), statement.encode(), _arrays_of(form, form.columns), "")


def drop_call(form: Form) -> Call:
    places = ", ".join(f"${number + 1}" for number in range(len(form.key)))
    same = " AND ".join(f"t.{quoted(column)} = x.{quoted(column)}" for column in form.key)
    statement = (
        f"DELETE FROM doudi_read.{quoted(form.name)} t USING unnest({places}) AS x ({columns_of(form.key)})"
        f" WHERE {same}"
    )
    return Call(f"drop {form.name}".encode(), statement.encode(), _arrays_of(form, form.key), "")


def _arrays_of(form: Form, names: Iterable[str]) -> list[int]:
    return [_T if form.columns[name] is str else _Q for name in names]


def columns_in(call: Call, rows: Sequence[Sequence[Any]]) -> list[Value]:
    """What such a call is given; raises `struct.error` where a number has more than 64 bits."""
    return [
        _array(_TEXT, (None if value is None else value.encode() for value in column))
        if kind == _T
        else _array(_BIG, (None if value is None else _EIGHT.pack(value) for value in column))
        for kind, column in zip(call.types, zip(*rows, strict=True), strict=True)
    ]


def prepare(raw: Connection[Any], call: Call) -> None:
    """Once a connection."""
    result = raw.pgconn.prepare(call.name, call.statement, call.types)
    if result.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(result, encoding="utf-8")


def appended(entry: Entry) -> list[Value]:
    """What `APPEND` is given."""
    command, expected = entry.command, entry.expected
    keys, numbers, names = entry.keys, entry.numbers, entry.names
    return [
        _EIGHT.pack(entry.clock()),
        b"\1" if entry.running else b"\0",
        *_rows(entry.rows),
        *((command.id.encode(), command.digest, command.answer) if command else (None, None, None)),
        *((None, None) if expected is None else (_texts(expected), _bigs(expected.values()))),
        *(
            (_texts(k[0] for k in keys), _texts(k[1] for k in keys), _bytes(k[2] for k in keys))
            if keys
            else _NONE[:3]
        ),
        *((_bytes(n[0] for n in numbers), _texts(n[1] for n in numbers)) if numbers else _NONE[:2]),
        *((_bytes(n[0] for n in names), _texts(n[1] for n in names)) if names else _NONE[:2]),
        _texts(entry.forgets) if entry.forgets else None,
    ]


_NONE = (None, None, None)


def may_go_together(entries: Sequence[Entry]) -> bool:
    """Whether each is a command whose streams no other touches, and brings nothing for the keys."""
    seen: set[str] = set()
    for entry in entries:
        if entry.command is None or entry.keys or entry.numbers or entry.names or entry.forgets:
            return False
        mine = {entry.command.id + "\n", *(row.stream for row in entry.rows), *(entry.expected or ())}
        if not seen.isdisjoint(mine):
            return False
        seen |= mine
    return True


def together(entries: Sequence[Entry]) -> tuple[list[Value], list[int]]:
    """What `TOGETHER` is given, and how many events are in once each of them is."""
    rows = [row for entry in entries for row in entry.rows]
    commands = [entry.command for entry in entries if entry.command]
    ends = list(accumulate(len(entry.rows) for entry in entries))
    expected = [pair for entry in entries for pair in (entry.expected or {}).items()]
    values = [
        _EIGHT.pack(max(entry.clock() for entry in entries)),
        b"\1" if all(entry.running for entry in entries) else b"\0",
        *_rows(rows),
        _texts(command.id for command in commands),
        _bytes(command.digest for command in commands),
        _bytes(command.answer for command in commands),
        _bigs(end - len(entry.rows) for entry, end in zip(entries, ends, strict=True)),
        _bigs(ends),
        _texts(stream for stream, _ in expected),
        _bigs(version for _, version in expected),
    ]
    return values, ends


def _rows(rows: Sequence[Sequence[Any]]) -> list[Value]:
    if not rows:
        return [_array(kind, ()) for kind in (_TEXT, _BIG, _TEXT, _INT, _TEXT, _TEXT, _TEXT, _TEXT, _BYTES)]
    streams, versions, types, of_types, commands, actors, divisions, causations, payloads = zip(
        *rows, strict=True
    )
    return [
        _texts(streams),
        _bigs(versions),
        _texts(types),
        _array(_INT, map(_FOUR.pack, of_types)),
        _texts(commands),
        _texts(actors),
        _texts(divisions),
        _array(_TEXT, (None if one is None else one.encode() for one in causations)),
        _bytes(payloads),
    ]


def _texts(values: Iterable[str]) -> bytes:
    return _array(_TEXT, (value.encode() for value in values))


def _bigs(values: Iterable[int]) -> bytes:
    return _array(_BIG, map(_EIGHT.pack, values))


def _bytes(values: Iterable[bytes]) -> bytes:
    return _array(_BYTES, values)


def _array(kind: int, values: Iterable[Value]) -> bytes:
    items = list(values)
    if not items:
        return _OF_ARRAY(0, 0, kind, 0, 0)[:12]
    parts = [_OF_ARRAY(1, None in items, kind, len(items), 1)]
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            parts += (_LENGTH(len(item)), item)
    return b"".join(parts)
