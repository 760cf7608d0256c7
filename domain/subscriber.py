"""数据共享单位: who may know who a pseudonym is: his programmes and division, his public key, on which legal basis.

个人信息保护法 art. 13, 23: to him alone, for what the basis says, until his right ends; numbers are sealed to his key.
"""

import base64
import binascii
import re
from datetime import date
from typing import Literal

import msgspec
from msgspec.structs import replace

from domain.errors import BadValue
from domain.event import Event, Value
from domain.ids import DivisionCode

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
LONGEST = 40
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""The curve P-256 (FIPS 186-5): y² = x³ - 3x + B modulo P."""
LOW_ORDER = frozenset(
    (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        2**255 - 20,
        2**255 - 19,
        2**255 - 18,
    )
)
"""Points of X25519 from which everybody knows the shared secret (RFC 7748 §6.1)."""


class BadSubscriber(BadValue):
    """No name, or no public key, of a subscriber."""


class PublicKey(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A public key as a JWK (RFC 7517): P-256 or X25519; a private one has a field more and is refused."""

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "X25519"]
    x: str
    y: str | None = None
    kid: str | None = None


class SubscriberAdmitted(Event, frozen=True, kw_only=True):
    """He may know the persons of these programmes in the division until the end of a day (None: until ended).

    `basis`: the law, agreement or document it stands on.
    """

    name: str
    programmes: tuple[str, ...]
    division: DivisionCode
    key: PublicKey
    basis: str
    until: date | None = None


class SubscriberEnded(Event, frozen=True, kw_only=True):
    """His right ends today, whatever day it was given to; what he was told of is taken back."""

    name: str


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    programmes: tuple[str, ...] = ()
    division: DivisionCode = DivisionCode("")
    until: date | None = None
    ended: bool = True

    def holds(self, day: date) -> bool:
        return not self.ended and (self.until is None or day <= self.until)


def evolve_subscriber(subscriber: Subscriber, event: Event) -> Subscriber:
    if isinstance(event, SubscriberEnded):
        return replace(subscriber, ended=True)
    assert isinstance(event, SubscriberAdmitted)
    return Subscriber(
        name=event.name,
        programmes=event.programmes,
        division=event.division,
        until=event.until,
        ended=False,
    )


def check_name(text: str, field: str) -> str:
    """Small letters, digits and single hyphens, as it stands in the name of his topic. Raises `BadSubscriber`."""
    if len(text) > LONGEST or not _NAME.fullmatch(text):
        raise BadSubscriber("subscriber-name", field, longest=LONGEST)
    return text


def check_key(key: PublicKey, field: str) -> PublicKey:
    """The key, if it is a point of its curve that something can be sealed to. Raises `BadSubscriber`."""
    if not (_on_p256(key) if key.kty == "EC" else _of_x25519(key)):
        raise BadSubscriber("subscriber-key", field)
    if key.kid is not None and not (key.kid.isascii() and key.kid.isprintable() and len(key.kid) <= 100):
        raise BadSubscriber("subscriber-key", field)
    return key


def _on_p256(key: PublicKey) -> bool:
    x, y = _number(key.x, "big"), _number(key.y, "big")
    if key.crv != "P-256" or x is None or y is None or x >= P or y >= P:
        return False
    return (y * y - (x * x * x - 3 * x + B)) % P == 0


def _of_x25519(key: PublicKey) -> bool:
    x = _number(key.x, "little")
    return key.crv == "X25519" and key.y is None and x is not None and x % 2**255 not in LOW_ORDER


def _number(part: str | None, order: Literal["big", "little"]) -> int | None:
    """32 bytes in base64url without padding."""
    if part is None or not _PART.fullmatch(part):
        return None
    try:
        return int.from_bytes(base64.urlsafe_b64decode(part + "="), order)
    except (ValueError, binascii.Error):
        return None
