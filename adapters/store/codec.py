"""Events as bytes and back: typed JSON, one decoder a class, old versions lifted on the way in."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import orjson

from adapters.store.errors import BadPayload, NewerVersion, NoUpcaster, UnknownEvent, Unwritable
from adapters.store.keyring import Keyring
from domain.event import CaseEvent, Event
from domain.personal import Personal
from domain.structs import learned

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Builtins of one version to builtins of the next."""
Split = Callable[[int, dict[str, Any]], tuple[str, int, dict[str, Any]]]
"""(version, builtins) of a type that was split → type, version and builtins of the one it is now."""

_NUL = b"\\u0000"
_VALUES = re.compile(r"'[^']*'")


class _Refused(Exception):
    pass


def known_events() -> list[type[Event]]:
    """The event classes of the domain modules imported so far: those that nothing derives from."""

    def leaves(cls: type[Event]) -> Iterable[type[Event]]:
        below = [sub for sub in cls.__subclasses__() if sub.__module__.partition(".")[0] == "domain"]
        if not below:
            yield cls
        for sub in below:
            yield from leaves(sub)

    return sorted(set(leaves(Event)) - {Event, CaseEvent}, key=lambda cls: cls.__name__)


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise _Refused


def _fault(value: object, path: str) -> tuple[str, str] | None:
    """(path, reason) of the first value that may not be stored."""
    if isinstance(value, str):
        if "\0" in value:
            return path, "nul"
        try:
            value.encode()
        except UnicodeEncodeError:
            return path, "surrogate"
        return None
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return None
    if isinstance(value, int):
        return None if -(2**63) <= value < 2**63 else (path, "integer")
    if isinstance(value, Personal):
        return _fault(value.opened() or "", path) or _fault(value.of, path)
    if isinstance(value, dict):
        for key, item in value.items():
            found = _fault(key, path) or _fault(item, f"{path}.{key}")
            if found:
                return found if found[0].isprintable() else (path, found[1])
        return None
    if isinstance(value, list | tuple | set | frozenset):
        for at, item in enumerate(value):
            if found := _fault(item, f"{path}[{at}]"):
                return found
        return None
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            if found := _fault(getattr(value, field), f"{path}.{field}" if path else field):
                return found
        return None
    return None if isinstance(value, Fraction | bytes) else (path, "kind")


class Codec:
    """Writes and reads events of the given classes; a type's name is its class's.

    `upcasters` lift (type, version) to version + 1; `renamed` maps a type's old name to its present one; `split`
    tells which type an event of a type that isn't there any more is now.
    """

    def __init__(
        self,
        classes: Iterable[type[Event]],
        keyring: Keyring,
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
        renamed: Mapping[str, str] | None = None,
        split: Mapping[str, Split] | None = None,
    ) -> None:
        self._keyring = keyring
        self._open_text = keyring.open
        self._upcasters = dict(upcasters or {})
        self._renamed = dict(renamed or {})
        self._split = dict(split or {})
        self._classes: dict[str, type[Event]] = {}
        for cls in classes:
            if self._classes.setdefault(cls.__name__, cls) is not cls:
                raise ValueError(f"two event classes are called {cls.__name__}")
        self._writes = {cls: (name, cls.VERSION) for name, cls in self._classes.items()}
        self._decoders: dict[tuple[str, int], msgspec.json.Decoder[Event]] = {}

    @property
    def types(self) -> list[str]:
        return sorted(self._classes)

    def others(self, kinds: Iterable[type[Event]]) -> frozenset[str]:
        """The names of all other types that are known; a name from before is never among them."""
        return frozenset(self._classes) - {kind.__name__ for kind in kinds}

    def write(self, event: Event, place: str = "") -> tuple[str, int, bytes]:
        """(type, version, payload); its personal values are sealed from here on. `place`: which event it is.

        A value that is sealed already is copied as it is. Raises `UnknownEvent`, `Unwritable`.
        """
        named = self._writes.get(type(event))
        if named is None:
            raise UnknownEvent(type=type(event).__name__)
        try:
            payload = orjson.dumps(msgspec.to_builtins(event, enc_hook=self._sealer(place)))
        except (_Refused, TypeError, UnicodeEncodeError):
            path, reason = _fault(event, "") or ("", "kind")
            raise Unwritable(type=named[0], path=path, reason=reason) from None
        if _NUL in payload and (found := _fault(event, "")):
            raise Unwritable(type=named[0], path=found[0], reason=found[1])
        return named[0], named[1], payload

    def read(self, name: str, version: int, payload: bytes) -> Event:
        """The event, of its class's present version; raises a `CodecError` that names type and path."""
        decoder = self._decoders.get((name, version))
        if decoder is None:
            return self._read_other(name, version, payload)
        try:
            return decoder.decode(payload)
        except msgspec.MsgspecError as error:
            raise self._bad(name, version, error) from None

    def _read_other(self, name: str, version: int, payload: bytes) -> Event:
        present = self._renamed.get(name, name)
        if present in self._split:
            return self._read_split(name, present, version, payload)
        cls = self._classes.get(present)
        if cls is None:
            raise UnknownEvent(type=name)
        if version > cls.VERSION:
            raise NewerVersion(type=name, version=version, known=cls.VERSION)
        if version == cls.VERSION:
            self._decoders[name, version] = msgspec.json.Decoder(learned(cls), dec_hook=self._open)
            return self.read(name, version, payload)
        try:
            return self._lifted(present, version, orjson.loads(payload))
        except (msgspec.MsgspecError, orjson.JSONDecodeError) as error:
            raise self._bad(name, version, error) from None

    def _read_split(self, name: str, present: str, version: int, payload: bytes) -> Event:
        try:
            return self._lifted(*self._split[present](version, orjson.loads(payload)))
        except (msgspec.MsgspecError, orjson.JSONDecodeError) as error:
            raise self._bad(name, version, error) from None

    def _lifted(self, name: str, version: int, builtins: dict[str, Any]) -> Event:
        cls = self._classes[name]
        for step in range(version, cls.VERSION):
            lift = self._upcasters.get((name, step))
            if lift is None:
                raise NoUpcaster(type=name, version=step)
            builtins = lift(builtins)
        return msgspec.convert(builtins, learned(cls), dec_hook=self._open, builtin_types=())

    @staticmethod
    def _bad(name: str, version: int, error: Exception) -> BadPayload:
        reason, _, path = str(error).partition(" - at `")
        return BadPayload(
            type=name, version=version, path=path.rstrip("`") or "$", reason=_VALUES.sub("'…'", reason)
        )

    def _sealer(self, place: str) -> Callable[[object], object]:
        count = 0

        def seal(value: object) -> object:
            nonlocal count
            if not isinstance(value, Personal):
                return _plain(value)
            count += 1
            sealed = value.sealed_by(self._open_text)
            if sealed is None:
                text = value.opened()
                if text is None or "\0" in text:
                    raise _Refused
                sealed = self._keyring.seal(value.of, value.kind, text, f"{place}/{count}")
                value.seal(sealed, self._open_text)
            else:
                self._keyring.again(value.of)
            return {"of": value.of, "sealed": sealed}

        return seal

    def _open(self, kind: type[Any], value: Any) -> Any:
        if issubclass(kind, Personal):
            if type(value) is not dict or value.keys() != {"of", "sealed"}:
                raise ValueError("Expected `of` and `sealed`")
            of, sealed = value["of"], value["sealed"]
            if type(of) is not str or type(sealed) is not str:
                raise ValueError("Expected texts")
            return kind.from_sealed(of, sealed, self._open_text)
        if kind is Fraction:
            if type(value) is not str:
                raise ValueError("Expected a share as `a/b`")
            numerator, slash, denominator = value.partition("/")
            if not (slash and denominator.isdigit() and int(denominator) and numerator.lstrip("-").isdigit()):
                raise ValueError("Expected a share as `a/b`")
            return Fraction(int(numerator), int(denominator))
        raise ValueError("Unexpected kind of field")
