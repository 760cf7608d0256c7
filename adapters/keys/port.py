"""Where keys and index stand: apart from the log, in a form of their own for each kind of database."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol


class WrappedKey(NamedTuple):
    """`name`: the reference of whose it is; `master`: the name of the master key it needs."""

    name: str
    master: str
    wrapped: bytes


class Brought(NamedTuple):
    """What a command brings along for the keys' side, kept with its events or not at all.

    `keys` under which its values were sealed and which weren't kept yet: if another key of that name stands by
    then, the command conflicts. `numbers` and `names` bind keyed hashes to a person; a number is one person's.
    `forgets`: whose keys and index rows are dropped with it.
    """

    keys: Sequence[WrappedKey] = ()
    numbers: Sequence[tuple[bytes, str]] = ()
    names: Sequence[tuple[bytes, str]] = ()
    forgets: Sequence[str] = ()


class KeyStore(Protocol):
    address: str

    def listen(
        self, settled: Callable[[Iterable[str]], object], dropped: Callable[[Iterable[str]], object]
    ) -> None:
        """Tell of new keys once they are kept, and of keys that are dropped, in this process."""

    def changes(self) -> int:
        """Another number whenever somebody else may have dropped or rewrapped a key."""

    def mark(self, name: str) -> str | None:
        """What is noted under `log_id`, `logs` (those before), `master`, `begun`."""

    def put_mark(self, name: str, value: str) -> None: ...

    def masters(self) -> list[bytes]:
        """Master keys as a key service wrapped them, the one in use last."""

    def put_masters(self, wrapped: list[bytes]) -> None: ...

    def key(self, name: str) -> WrappedKey | None:
        """A key that is kept."""

    def all_keys(self) -> list[WrappedKey]: ...

    def add_keys(self, keys: Iterable[WrappedKey]) -> None:
        """Keep these; one that stands stays."""

    def forgotten(self, after: int = 0) -> list[tuple[int, str]]:
        """(serial, whose key was dropped) with a higher serial, in order."""

    def is_forgotten(self, name: str) -> bool: ...

    def revived(self) -> list[str]:
        """Whose keys stand although they are forgotten."""

    def drop(self, names: Iterable[str]) -> None:
        """Keys and index rows of these, so that no copy stays."""

    def number(self, hashed: bytes) -> str | None:
        """The person a number is bound to."""

    def named(self, hashed: bytes) -> list[str]:
        """The persons a name is bound to."""

    def bound(self) -> tuple[dict[bytes, str], set[tuple[bytes, str]]]:
        """The whole index: hash → person of numbers, (hash, person) of names."""

    def index_anew(
        self, numbers: Iterable[tuple[bytes, str, str]], names: Iterable[tuple[bytes, str, str]]
    ) -> None:
        """Put (hash, person, command) in place of the whole index."""

    def rewrap(self, keys: Iterable[WrappedKey], master: str) -> None:
        """Put keys that stand under another master key, which is in use from here on; all or none."""

    def steady(self) -> AbstractContextManager[object]:
        """Meanwhile nobody makes a key or drops one."""

    def copy_to(self, path: Path) -> None:
        """A whole copy in a SQLite file of its own, as of one moment, while others go on."""

    def close(self) -> None: ...
