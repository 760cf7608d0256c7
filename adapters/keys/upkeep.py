"""What an operator does with keys: a backup, its restoring, a new master key, the index anew."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from adapters.keys.errors import KeyMissing, KeysForeign, KeysLost, KeysTaken, MasterFixed
from adapters.keys.file import KeyFile, copy_of
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import Masters, place_of
from adapters.keys.opening import begun, master_place, noted_logs
from adapters.keys.port import KeyStore, WrappedKey
from adapters.keys.source import SystemSource
from adapters.store.database import Database
from adapters.store.meta import Meta
from adapters.store.open import file_of, forgotten_in, line_of, opened
from domain.person import NumberAdded, PersonCorrected, PersonRegistered
from domain.personal import Name, Number
from workflows.ports import Recorded

SECRETS = "secret:"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How the keys stand: how many persons and cases have one, how many were forgotten, what the index binds."""

    address: str
    master: str
    master_at: str
    keys: int
    forgotten: int
    numbers: int
    names: int


def standing(keyring: SealedKeyring) -> Standing:
    keys = keyring.keys
    numbers, names = keys.bound()
    return Standing(
        address=keys.address,
        master=keys.mark("master") or "",
        master_at=keyring.place.address,
        keys=sum(not key.name.startswith(SECRETS) for key in keys.all_keys()),
        forgotten=len(keys.forgotten()),
        numbers=len(numbers),
        names=len(names),
    )


def rotate(keyring: SealedKeyring, to: str | None) -> int:
    """A new master key at its place, or the one that stands at another address (made there, if it can be)."""
    if to is None or to == keyring.place.address:
        return keyring.rotate(keyring.place, SystemSource().key("master"))
    place = place_of(to, keyring.keys)
    try:
        return keyring.rotate(place, SystemSource().key("master"))
    except MasterFixed:
        return keyring.rotate(place, None)


def back_up(keys: KeyStore, path: Path) -> None:
    """A whole copy, wrapped as it stands: without the master key it opens nothing. Raises `KeysTaken`."""
    if path.exists():
        raise KeysTaken(path=str(path))
    keys.copy_to(path)


def restore(url: str, backup: Path, master: str | None = None) -> int:
    """Take from a backup the keys that aren't there and weren't forgotten since; how many.

    `master`: where the master key of the backup's time stands, if it is another now. What the log says is
    forgotten is dropped first. The index isn't taken: build it anew.
    Raises `KeysForeign`, `KeysLost`, `MasterWrong`, `MasterMissing`.
    """
    database, meta = opened(url)
    try:
        with TemporaryDirectory() as folder, closing(_looked_at(backup, Path(folder))) as other:
            if noted_logs(other).isdisjoint(line_of(database.connection, meta.log_id)):
                raise KeysForeign(address=str(backup))
            return _take(url, database, meta, other, master)
    finally:
        database.close()


def _looked_at(backup: Path, folder: Path) -> KeyFile:
    """The backup itself is only read."""
    if not backup.is_file():
        raise KeysLost(address=str(backup))
    return copy_of(backup, folder / "backup")


def _take(url: str, database: Database, meta: Meta, other: KeyFile, master: str | None) -> int:
    try:
        keys = database.key_store(begin=False)
    except KeysLost:
        keys = database.key_store(begin=True)
    with keys.steady():
        if keys.mark("log_id") is None:
            keys.put_mark("log_id", meta.log_id)
            keys.put_masters(other.masters())
        place = master_place(keys, file_of(url), meta.seed)
        now = Masters(place.read(), keys.mark("master"))
        keys.put_mark("master", now.current)
        then = now if master is None else Masters(place_of(master, other).read(), other.mark("master"))
        noted = {name for _, name in keys.forgotten()}
        gone = {name for _, name in other.forgotten()} | set(forgotten_in(database)) | noted
        known = {key.name for key in keys.all_keys()}
        taken = [_moved(key, then, now) for key in other.all_keys() if key.name not in known | gone]
        keys.drop(sorted(gone - noted))
        keys.add_keys(taken)
        begun(keys)
    return len(taken)


def _moved(key: WrappedKey, then: Masters, now: Masters) -> WrappedKey:
    plain = then.unwrap(key.master, key.wrapped, key.name)
    return WrappedKey(key.name, now.current, now.wrap(plain, key.name, SystemSource().nonce("", "", "", "")))


def index_anew(keyring: SealedKeyring, log: Iterable[Recorded]) -> tuple[int, int]:
    """Build the index again by opening what persons were registered with; (numbers, names) it then binds.

    Who is forgotten, and whose key is missing, isn't in it.
    """
    numbers: list[tuple[bytes, str, str]] = []
    names: list[tuple[bytes, str, str]] = []
    for one in log:
        person = one.stream.partition(":")[2]
        event = one.event
        if isinstance(event, PersonRegistered | PersonCorrected):
            names += [(keyring.index_name(text), person, one.command) for text in _opened(event.name)]
        if isinstance(event, PersonRegistered | NumberAdded):
            numbers += [(keyring.index(text), person, one.command) for text in _opened(event.number)]
    with keyring.keys.steady():
        keyring.keys.index_anew(numbers, names)
    bound = keyring.keys.bound()
    return len(bound[0]), len(bound[1])


def _opened(value: Name | Number | None) -> list[str]:
    try:
        text = value.opened() if value is not None else None
    except KeyMissing:
        text = None
    return [] if text is None else [text]
