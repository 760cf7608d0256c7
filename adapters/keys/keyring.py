"""Seals personal values under keys of their own, opens them, and makes the keyed hashes of the index."""

import binascii
import hmac
from collections.abc import Iterable
from threading import RLock, local

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.errors import KeyMissing, OwnerForgotten, SealBroken
from adapters.keys.master import MasterPlace, Masters
from adapters.keys.port import KeyStore, WrappedKey
from adapters.keys.source import NONCE_BYTES, Source

_FORM = b"\x01"
"""First byte of what is sealed: AES-256-GCM, then nonce, text, tag."""
_SEALED_AT = 1 + NONCE_BYTES
_KEPT = 50_000
"""So many key objects are kept; beyond it the memory begins anew."""
SECRET = "secret:"
DIGEST, INDEX = f"{SECRET}digest", f"{SECRET}index"


def _about(of: str, kind: str) -> bytes:
    """What a sealed value is bound to."""
    return f"{kind}\0{of}".encode()


class _Used:
    """What a thread sealed under since it last wrote; what others dropped is heeded once for all of it."""

    __slots__ = ("heeded", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, WrappedKey] = {}
        self.heeded = False


class SealedKeyring:
    """One for a store.

    A key is new until it is kept. Every command brings along the new keys that its values were sealed under
    (`taken`), and conflicts if another stands there by then; so nothing is ever sealed under a key that is lost.
    """

    def __init__(self, keys: KeyStore, place: MasterPlace, source: Source) -> None:
        self.keys = keys
        self.place = place
        self._masters = Masters(place.read(), keys.mark("master"))
        self._source = source
        self._lock = RLock()
        self._open: dict[str, AESGCM] = {}
        self._new: dict[str, WrappedKey] = {}
        self._local = local()
        keys.listen(self._settled, self._let_go)
        self._changes = keys.changes()
        gone = keys.forgotten()
        self._gone = {name for _, name in gone}
        self._gone_until = max((serial for serial, _ in gone), default=0)
        self._digest_key = self._secret(DIGEST)
        self._index_key = self._secret(INDEX)

    def _secret(self, name: str) -> bytes:
        found = self.keys.key(name)
        if found is None:
            self.keys.add_keys([self._wrapped(name, self._source.key(name))])
            found = self.keys.key(name)
            assert found is not None
        return self._unwrapped(found)

    def office_key(self, name: str) -> bytes:
        """A key of the office's own, kept at once where there was none: for what stands outside the log."""
        with self._lock:
            return self._secret(f"{SECRET}{name}")

    def _wrapped(self, name: str, key: bytes) -> WrappedKey:
        nonce = self._source.nonce(name, "key", "", self._masters.current)
        return WrappedKey(name, self._masters.current, self._masters.wrap(key, name, nonce))

    def _unwrapped(self, found: WrappedKey) -> bytes:
        if not self._masters.knows(found.master):
            self._masters = Masters(self.place.read(), self.keys.mark("master"))
        return self._masters.unwrap(found.master, found.wrapped, found.name)

    def _heed(self) -> None:
        """Let go of what another process dropped, and of a master key that it replaced."""
        changes = self.keys.changes()
        if changes != self._changes:
            self._changes = changes
            master = self.keys.mark("master")
            if master != self._masters.current:
                self._masters = Masters(self.place.read(), master)
            for serial, name in self.keys.forgotten(self._gone_until):
                self._open.pop(name, None)
                self._new.pop(name, None)
                self._gone.add(name)
                self._gone_until = serial

    def _key(self, of: str) -> AESGCM | None:
        known = self._open.get(of)
        if known is None:
            found = self._new.get(of) or self.keys.key(of)
            if found is None:
                return None
            known = self._hold(of, self._unwrapped(found))
        return known

    def _hold(self, of: str, key: bytes) -> AESGCM:
        if len(self._open) >= _KEPT:
            self._open.clear()
        held = self._open[of] = AESGCM(key)
        return held

    def let_go(self) -> None:
        """Of the keys that are held open: each is unwrapped anew when it is asked for."""
        with self._lock:
            self._open.clear()

    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        """The text under the key of `of`, which is made if he has none. Raises `OwnerForgotten`."""
        used = self._used()
        with self._lock:
            if not used.heeded:
                self._heed()
                used.heeded = True
            key = self._key(of)
            if key is None:
                if of in self._gone:
                    raise OwnerForgotten(of=of)
                fresh = self._source.key(of)
                self._new[of] = self._wrapped(of, fresh)
                key = self._hold(of, fresh)
            new = self._new.get(of)
        if new is not None:
            used.keys[of] = new
        nonce = self._source.nonce(of, kind, text, place)
        sealed = key.encrypt(nonce, text.encode(), _about(of, kind))
        return binascii.b2a_base64(_FORM + nonce + sealed, newline=False).decode()

    def again(self, of: str) -> None:
        """What was sealed before is written once more: it may still need its new key to go with it."""
        new = self._new.get(of)
        if new is not None:
            self._used().keys[of] = new

    def _used(self) -> "_Used":
        try:
            return self._local.used  # type: ignore[no-any-return]
        except AttributeError:
            used = self._local.used = _Used()
            return used

    def taken(self) -> list[WrappedKey]:
        """New keys that this thread sealed under since it last asked: they go with what it writes."""
        used, self._local.used = self._used(), _Used()
        return list(used.keys.values())

    def _settled(self, names: Iterable[str]) -> None:
        """The new keys of these are kept."""
        with self._lock:
            for name in names:
                self._new.pop(name, None)

    def superseded(self, keys: Iterable[WrappedKey]) -> None:
        """Let go of new keys where another stands by now: a command met one."""
        with self._lock:
            for key in keys:
                kept = self.keys.key(key.name)
                if kept is not None and kept != key:
                    self._new.pop(key.name, None)
                    self._open.pop(key.name, None)

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        """The text, None if its key was dropped on purpose. Raises `KeyMissing`, `SealBroken`."""
        with self._lock:
            self._heed()
            key = self._key(of)
            if key is None:
                if of in self._gone:
                    return None
                raise KeyMissing(of=of)
        try:
            raw = binascii.a2b_base64(sealed, strict_mode=True)
            if raw[:1] != _FORM:
                raise SealBroken(of=of, kind=kind)
            return key.decrypt(raw[1:_SEALED_AT], raw[_SEALED_AT:], _about(of, kind)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(of=of, kind=kind) from None

    def holds(self, of: str) -> bool:
        """Whether anything personal is kept of a reference."""
        with self._lock:
            self._heed()
            return of in self._open or self.keys.key(of) is not None

    def kept(self, of: str) -> AESGCM | None:
        """The key as it is kept, for what stands outside the log; None if there is none. Raises `OwnerForgotten`."""
        with self._lock:
            self._heed()
            if of in self._gone:
                raise OwnerForgotten(of=of)
            found = self.keys.key(of)
            return None if found is None else AESGCM(self._unwrapped(found))

    def digest(self, content: bytes) -> bytes:
        """Keyed digest (HMAC-SHA256) of a command's content: tells equal content only."""
        return hmac.digest(self._digest_key, content, "sha256")

    def index(self, number: str) -> bytes:
        """Keyed hash under which a resident number is found; stands in the index, never in an event."""
        return self._hash("number", number)

    def index_name(self, name: str) -> bytes:
        """The same of a name."""
        return self._hash("name", name)

    def _hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._index_key, f"{kind}\0{text}".encode(), "sha256")

    def _let_go(self, names: Iterable[str]) -> None:
        with self._lock:
            for name in names:
                self._open.pop(name, None)
                self._new.pop(name, None)
                self._gone.add(name)

    def follow(self, forgotten: Iterable[str]) -> list[str]:
        """Drop every key that stands although the log says it is forgotten; whose they were."""
        noted = {name for _, name in self.keys.forgotten()}
        late = sorted({name for name in forgotten if name not in noted} | set(self.keys.revived()))
        if late:
            self.keys.drop(late)
        return late

    def rotate(self, to: MasterPlace, key: bytes | None) -> int:
        """Wrap all keys under a new master key, which goes to `to` (None: the last one there); how many.

        Broken off anywhere, the keys open with what then stands at the old and the new place.
        """
        with self.keys.steady(), self._lock:
            if key is not None:
                to.add(key)
            masters = Masters(to.read())
            moved = []
            for one in self.keys.all_keys():
                nonce = self._source.nonce(one.name, "key", "", masters.current)
                wrapped = masters.wrap(self._unwrapped(one), one.name, nonce)
                moved.append(WrappedKey(one.name, masters.current, wrapped))
            self.keys.rewrap(moved, masters.current)
            to.keep_last()
            self.place, self._masters = to, Masters(to.read())
            self._open.clear()
            self._new.clear()
            return len(moved)

    def close(self) -> None:
        self.keys.close()
