"""A projection is a plain fold: it reads one event and changes rows. The same code serves live, rebuilt and as-of."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from domain.event import Event
from domain.personal import Personal

Row = dict[str, Any]
Key = tuple[Any, ...]
Cell = Literal["text", "int", "day", "json", "personal", "bool"]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A read table: column → kind, its key columns, and further indexes."""

    name: str
    columns: Mapping[str, Cell]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()


class Seen(Protocol):
    """What a fold sees of a recorded event (workflows.ports.Recorded fits)."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def actor(self) -> str: ...
    @property
    def division(self) -> str: ...
    @property
    def recorded_at(self) -> Any: ...
    @property
    def event(self) -> Event: ...


class Rows(Protocol):
    """Rows by table and key; reads see own writes. A row put is owned by the store: get it anew to change it."""

    def get(self, table: str, key: Key) -> Row | None: ...
    def put(self, table: str, row: Row) -> None: ...
    def delete(self, table: str, key: Key) -> None: ...
    def select(self, table: str, **equal: Any) -> Iterator[Row]:
        """Rows whose columns equal the given ones, in key order."""

    def below(self, table: str, column: str, prefix: str) -> Iterator[Row]:
        """Rows whose text begins with a prefix, in key order; an index or the key should begin with the column."""


class Projection(Protocol):
    """It may have `reads`, the event classes it looks at: then no others need be given to it."""

    name: ClassVar[str]
    version: ClassVar[int]
    tables: ClassVar[tuple[Table, ...]]

    def apply(self, seen: Seen, rows: Rows) -> None: ...


__all__ = ["Cell", "Key", "Personal", "Projection", "Row", "Rows", "Seen", "Table"]
