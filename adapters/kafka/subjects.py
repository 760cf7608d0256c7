"""`subjects.<subscriber>`: a person's number, sealed to the public key of the one who may know it (JWE, RFC 7516)."""

from collections.abc import Mapping

import msgspec
import orjson
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey
from msgspec.structs import replace

from adapters.kafka.wire import Wired, wired
from adapters.keys.errors import KeyMissing, SealBroken
from adapters.store.errors import BadPayload
from adapters.store.store import EventStore
from domain.ids import PersonRef
from domain.person import NumberAdded, PersonRegistered
from domain.personal import Number
from domain.subscriber import PublicKey
from projections.public.message import Message
from projections.public.persons import Identity, Subject
from workflows.world import person_stream

ALGORITHM, ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"
_KEYS: Mapping[str, type[ECKey] | type[OKPKey]] = {"EC": ECKey, "OKP": OKPKey}


def wired_with(store: EventStore, message: Message, source: str) -> Wired:
    """Any message on the wire; who is forgotten by now is taken back, also where the log tells of him.

    A number that can't be read, or whose key isn't there, is that one message's fault.
    """
    if not isinstance(message.data, Subject):
        return wired(message, source)
    without = replace(message, data=None)
    try:
        number = number_of(store, message.data.person)
    except (KeyMissing, SealBroken, BadPayload) as error:
        return replace(wired(without, source), fault=error.code)
    if number is None:
        return wired(without, source)
    return wired(message, source, sealed(message.data.person, number, message.data.key))


def number_of(store: EventStore, person: PersonRef) -> str | None:
    """His resident number as it is known now; None if he has none, or is forgotten."""
    found: Number | None = None
    for one in store.load(person_stream(person)):
        if isinstance(one.event, PersonRegistered | NumberAdded) and one.event.number is not None:
            found = one.event.number
    return found.opened() if found is not None else None


def sealed(person: PersonRef, number: str, key: PublicKey) -> bytes:
    """A compact JWE; its text is JSON `{"person", "number"}`. Sealed twice it is never the same."""
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "cty": "json"}
    if key.kid is not None:
        header["kid"] = key.kid
    jwk: dict[str, str | list[str]] = {"kty": key.kty, "crv": key.crv, "x": key.x}
    if key.y is not None:
        jwk["y"] = key.y
    content = orjson.dumps(msgspec.to_builtins(Identity(person=person, number=number)))
    text = jwe.encrypt_compact(
        header, content, _KEYS[key.kty].import_key(jwk), algorithms=[ALGORITHM, ENCRYPTION]
    )
    return text.encode()
