"""Dead letters: what can't be taken, with its reasons in the open and all that may be personal sealed.

A letter is a record of `<topic>.dead-letter` under a key of its own (topic, partition and offset it came from, and
when it came); the topic is compacted and the last record under a key is the letter's state. A settled letter has no
content any more, so compaction deletes it. What it is about is sealed to the keys of those persons as well: it can't be
read any more once one of them is forgotten.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from adapters.kafka.inbound import TOPICS
from adapters.kafka.reading import read_whole
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.taking import Arrived
from adapters.kafka.topics import DEAD_LETTER
from adapters.keys.errors import KeyMissing, OwnerForgotten, SealBroken
from adapters.keys.keyring import SealedKeyring
from domain.days import CHINA
from workflows.refusal import Reason

META = "doudi_letter"
OFFICE_KEY = "letters"
MOST_KEPT = 900_000
"""Bytes of an original that go along; of a larger one only where it stood."""
MOST_REASONS = 20
_NONCE = 12
_SHOWN = (
    "content-type",
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_dataschema",
    "traceparent",
)
_PLAIN = re.compile(r"[A-Za-z0-9._:/+;= -]{1,200}", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"\d{10}", re.ASCII)
_BOUND = tuple[tuple[str, ...], bytes]
"""Persons, and what is sealed under the key of one after the other."""

State = Literal["open", "taken", "discarded"]


class Letter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`at`: when it was parked; `arrived`: when its message came; `by`, `why`, `on`: who settled it, why, when.

    `headers`: those that show nobody. `tries`: how often it was retried in vain. `kept`: whether the original is here.
    """

    id: str
    topic: str
    partition: int
    offset: int
    at: datetime
    arrived: datetime
    reasons: tuple[Reason, ...] = ()
    headers: dict[str, str] = {}
    size: int = 0
    kept: bool = True
    state: State = "open"
    tries: int = 0
    by: str | None = None
    why: str | None = None
    on: datetime | None = None
    sealed: bytes = b""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be sent: `topic` has no prefix yet."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def letter_id(arrived: Arrived) -> str:
    """With its time, for a topic that is made anew counts its offsets from 0 again."""
    return f"{arrived.topic}-{arrived.partition}-{arrived.offset}-{arrived.at:x}"


def letter(
    keyring: SealedKeyring, arrived: Arrived, about: Iterable[str], reasons: Iterable[Reason], now: datetime
) -> Letter:
    """A new letter, that nobody opens once one of those it is about is forgotten; without its original where that is
    too large, or one of them is forgotten already."""
    name = letter_id(arrived)
    sealed = seal(keyring, name, arrived, about)
    return Letter(
        id=name,
        topic=arrived.topic,
        partition=arrived.partition,
        offset=arrived.offset,
        at=now,
        arrived=datetime.fromtimestamp(arrived.at / 1000, CHINA),
        reasons=tuple(reasons)[:MOST_REASONS],
        headers=shown(arrived),
        size=len(arrived.value or b""),
        kept=bool(sealed),
        sealed=sealed,
    )


def shown(arrived: Arrived) -> dict[str, str]:
    """Headers that say what it is; nothing that could be somebody's number."""
    found: dict[str, str] = {}
    for name, value in arrived.headers:
        text = (value or b"").decode("ascii", "replace")
        if name in _SHOWN and _PLAIN.fullmatch(text):
            close = re.sub(r"[^0-9A-Za-z]", "", text)
            found[name] = "•" if _LIKE_A_NUMBER.search(close) and name != "ce_time" else text
    return found


def seal(keyring: SealedKeyring, name: str, arrived: Arrived, about: Iterable[str]) -> bytes:
    """Under the key of each it is about and then the office's; empty where it can't be kept."""
    content = msgspec.msgpack.encode(arrived)
    if len(content) > MOST_KEPT:
        return b""
    persons = []
    for person in sorted(set(about)):
        try:
            key = keyring.kept(person)
        except OwnerForgotten:
            return b""
        if key is not None:
            persons.append(person)
            content = _seal(key, name, content)
    bound = msgspec.msgpack.encode((persons, content))
    return _seal(AESGCM(keyring.office_key(OFFICE_KEY)), name, bound)


def opened(keyring: SealedKeyring, one: Letter) -> Arrived:
    """The message as it came. Raises `OwnerForgotten`, `KeyMissing`, `SealBroken`."""
    bound = msgspec.msgpack.decode(
        _open(AESGCM(keyring.office_key(OFFICE_KEY)), one.id, one.sealed), type=_BOUND | Arrived
    )
    if isinstance(bound, Arrived):  # sealed by an earlier release
        return bound
    persons, content = bound
    for person in reversed(persons):
        key = keyring.kept(person)
        if key is None:
            raise KeyMissing(of=person)
        content = _open(key, one.id, content)
    return msgspec.msgpack.decode(content, type=Arrived)


def _seal(key: AESGCM, name: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + key.encrypt(nonce, plain, name.encode())


def _open(key: AESGCM, name: str, sealed: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
    except (InvalidTag, ValueError):
        raise SealBroken(of=name, kind="letter") from None


def record(one: Letter) -> Record:
    """How a letter stands in its topic: what is sealed as value, all else as a header."""
    meta = msgspec.json.encode(replace(one, sealed=b""))
    return Record(
        topic=one.topic + DEAD_LETTER,
        key=one.id.encode(),
        value=one.sealed,
        headers=[("content-type", b"application/octet-stream"), (META, meta)],
    )


def emptied(one: Letter) -> Letter:
    """The letter, still open, without its original."""
    return replace(one, kept=False, sealed=b"")


def settled(one: Letter, state: State, by: str, now: datetime, why: str | None = None) -> Letter:
    """Without its original."""
    return replace(emptied(one), state=state, by=by, on=now, why=why)


def letters(settings: KafkaSettings, topics: Iterable[str] = TOPICS) -> dict[str, Letter]:
    """All letters as they are now, by id, in the order they were parked."""
    found: dict[str, Letter] = {}
    for one in read_whole(settings, [topic + DEAD_LETTER for topic in topics]):
        read = _letter(one)
        if read is not None:
            found[read.id] = read
    return dict(sorted(found.items(), key=lambda item: (item[1].at, item[0])))


def _letter(one: Any) -> Letter | None:
    meta: Mapping[str, bytes] = dict(one.headers or ())
    try:
        return replace(msgspec.json.decode(meta[META], type=Letter), sealed=one.value or b"")
    except (KeyError, msgspec.DecodeError):
        return None
