"""Where a store's keys and master key stand: beside it, unless DOUDI_KEYS and DOUDI_MASTER_KEY say otherwise."""

import os
from collections.abc import Iterable
from pathlib import Path

from adapters.keys.errors import KeysExist, KeysForeign, KeysLost, MasterMissing
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterOfTrial, MasterPlace, make_master, name_of, place_of
from adapters.keys.port import KeyStore
from adapters.keys.source import SeededSource, Source, SystemSource
from adapters.store.meta import Meta, seeded


def key_path(store: Path) -> Path:
    named = os.environ.get("DOUDI_KEYS")
    return Path(named) if named else store.with_name(f"{store.name}.keys")


def master_address(store: Path | None) -> str:
    """`store`: its file; a store without one has its master key only where the variable says."""
    named = os.environ.get("DOUDI_MASTER_KEY")
    if not named and store is None:
        raise MasterMissing(address="DOUDI_MASTER_KEY")
    return named or f"file:{store}.master"


def master_place(keys: KeyStore, store: Path | None, seed: str | None) -> MasterPlace:
    if seed is not None:
        return MasterOfTrial(seeded(seed, "master"))
    return place_of(master_address(store), keys)


def source_of(seed: str | None) -> Source:
    return SystemSource() if seed is None else SeededSource(seed)


def begin_keys(keys: KeyStore, store: Path | None, meta: Meta) -> SealedKeyring:
    """Keys of a store that is being made, and a master key if there is none. Raises `MasterMissing`."""
    keys.put_mark("log_id", meta.log_id)
    place = master_place(keys, store, meta.seed)
    keys.put_mark("master", name_of(make_master(place)[-1]))
    return SealedKeyring(keys, place, source_of(meta.seed))


def noted_logs(keys: KeyStore) -> frozenset[str]:
    """The log that these keys are of, and those it was restored from as far as they know."""
    found = (keys.mark(name) or "" for name in ("log_id", "log_before", "logs"))
    return frozenset(log for text in found for log in text.split())


def note_log(keys: KeyStore, log: str, before: frozenset[str]) -> None:
    """From here on they are the keys of this log, made of those before."""
    keys.put_mark("logs", " ".join(sorted(noted_logs(keys) | before)))
    keys.put_mark("log_id", log)


def clear_away(path: Path) -> None:
    """Keys of a store whose making was broken off, and of a trial, are nobody's loss. Raises `KeysExist`."""
    if not path.exists():
        return
    keys = KeyFile(path)
    try:
        if keys.mark("begun") and not (keys.mark("log_id") or "").startswith("trial-"):
            raise KeysExist(address=str(path))
    finally:
        keys.close()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def begun(keys: KeyStore) -> None:
    """The store that these keys are of is on the disk."""
    if keys.mark("begun") is None:
        keys.put_mark("begun", "1")


def open_keys(keys: KeyStore, store: Path | None, meta: Meta, forgotten: Iterable[str]) -> SealedKeyring:
    """Keys of a store; first every key goes that its log says is forgotten. Raises `KeysLost`, `KeysForeign`."""
    if keys.mark("log_id") is None:
        raise KeysLost(address=keys.address)
    if keys.mark("log_id") != meta.log_id:
        raise KeysForeign(address=keys.address)
    keyring = SealedKeyring(keys, master_place(keys, store, meta.seed), source_of(meta.seed))
    begun(keys)
    keyring.follow(forgotten)
    return keyring
