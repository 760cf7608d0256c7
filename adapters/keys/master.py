"""Master keys by address: `file:PATH`, `env:NAME`, `kms:PROGRAM`; they wrap the keys of persons and cases.

A file or variable holds one key a line (32 bytes, base64), the last is in use; those before it open what a
rotation that was broken off left. A key management service is reached through a program of the operator's.
"""

import base64
import binascii
import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.errors import MasterBad, MasterFixed, MasterMissing, MasterWrong
from adapters.keys.source import KEY_BYTES, NONCE_BYTES, SystemSource

_KMS_SECONDS = 30


def name_of(key: bytes) -> str:
    """What a wrapped key says of which master it needs."""
    return hashlib.sha256(b"doudi master key\0" + key).hexdigest()[:12]


class Masters:
    """The master key in use and those still known, by name."""

    def __init__(self, keys: list[bytes], current: str | None = None) -> None:
        """`current`: the name of the one in use, else it is the last. Raises `MasterWrong` if it isn't there."""
        self._keys = {name_of(key): AESGCM(key) for key in keys}
        self.current = current or name_of(keys[-1])
        if self.current not in self._keys:
            raise MasterWrong(master=self.current)

    def knows(self, master: str) -> bool:
        return master in self._keys

    def wrap(self, key: bytes, name: str, nonce: bytes) -> bytes:
        """Under the key in use, bound to whose key it is."""
        return nonce + self._keys[self.current].encrypt(nonce, key, name.encode())

    def unwrap(self, master: str, wrapped: bytes, name: str) -> bytes:
        """Raises `MasterWrong`."""
        known = self._keys.get(master)
        if known is None:
            raise MasterWrong(master=master)
        try:
            return known.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise MasterWrong(master=master) from None


class MasterPlace(Protocol):
    """Where a master key is kept."""

    address: str

    def read(self) -> list[bytes]:
        """The keys, the one in use last. Raises `MasterMissing`, `MasterBad`."""

    def add(self, key: bytes) -> None:
        """Put a new key in use beside the others. Raises `MasterFixed` where an operator must."""

    def keep_last(self) -> None:
        """Let go of all but the one in use."""


def _decoded(lines: list[str], address: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error:
        raise MasterBad(address=address) from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise MasterBad(address=address)
    return keys


class MasterFile:
    """A file that its owner alone may read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = f"file:{path}"

    def read(self) -> list[bytes]:
        try:
            text = self.path.read_text("ascii")
        except FileNotFoundError:
            raise MasterMissing(address=self.address) from None
        except (OSError, UnicodeDecodeError):
            raise MasterBad(address=self.address) from None
        return _decoded(text.split(), self.address)

    def add(self, key: bytes) -> None:
        self._write([*(self.read() if self.path.exists() else []), key])

    def keep_last(self) -> None:
        self._write(self.read()[-1:])

    def _write(self, keys: list[bytes]) -> None:
        """Whole or not at all, and on the disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.unlink(missing_ok=True)
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.writelines(f"{base64.b64encode(key).decode()}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class MasterVariable:
    """A variable of the environment, filled by whoever starts doudi."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = f"env:{name}"

    def read(self) -> list[bytes]:
        text = os.environ.get(self.name)
        if not text:
            raise MasterMissing(address=self.address)
        return _decoded(text.split(), self.address)

    def add(self, key: bytes) -> None:
        raise MasterFixed(address=self.address)

    def keep_last(self) -> None:
        """What else the variable holds is the operator's to take away."""


class Wrapped(Protocol):
    """Where the master keys that a key service wrapped are kept: beside the keys they wrap."""

    def masters(self) -> list[bytes]: ...

    def put_masters(self, wrapped: list[bytes]) -> None: ...


class MasterService:
    """A key service: `PROGRAM wrap` and `PROGRAM unwrap` turn bytes on stdin into bytes on stdout."""

    def __init__(self, program: str, kept: Wrapped) -> None:
        self.program = program
        self.address = f"kms:{program}"
        self._kept = kept

    def read(self) -> list[bytes]:
        wrapped = self._kept.masters()
        if not wrapped:
            raise MasterMissing(address=self.address)
        keys = [self._run("unwrap", one) for one in wrapped]
        if any(len(key) != KEY_BYTES for key in keys):
            raise MasterBad(address=self.address)
        return keys

    def add(self, key: bytes) -> None:
        self._kept.put_masters([*self._kept.masters(), self._run("wrap", key)])

    def keep_last(self) -> None:
        self._kept.put_masters(self._kept.masters()[-1:])

    def _run(self, what: str, given: bytes) -> bytes:
        try:
            done = subprocess.run(
                [self.program, what], input=given, capture_output=True, timeout=_KMS_SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError):
            raise MasterMissing(address=self.address) from None
        return done.stdout


class MasterOfTrial:
    """A trial's: it follows from the seed, like all else of it."""

    address = "trial"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self) -> list[bytes]:
        return [self._key]

    def add(self, key: bytes) -> None:
        raise MasterFixed(address=self.address)

    def keep_last(self) -> None:
        """There is one."""


PLACES: dict[str, Callable[[str, Wrapped], MasterPlace]] = {
    "file": lambda rest, kept: MasterFile(Path(rest)),
    "env": lambda rest, kept: MasterVariable(rest),
    "kms": MasterService,
}
"""Forms of an address, by what stands before its colon; another key service's adapter adds its own."""


def place_of(address: str, kept: Wrapped) -> MasterPlace:
    """Raises `MasterBad` for an address of no known form."""
    form, colon, rest = address.partition(":")
    if not colon or not rest or form not in PLACES:
        raise MasterBad(address=address)
    return PLACES[form](rest, kept)


def make_master(place: MasterPlace) -> list[bytes]:
    """The keys at a place; where none stands one is made, if the place can take it."""
    try:
        return place.read()
    except MasterMissing:
        try:
            place.add(SystemSource().key("master"))
        except MasterFixed:
            raise MasterMissing(address=place.address) from None
        return place.read()
