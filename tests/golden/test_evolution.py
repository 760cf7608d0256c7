"""How an event may change: a renamed class, a split type, a removed field, each read from bytes of its earlier form.

`examples/` holds those bytes, sealed under the golden keys, as a store of the time would have them (EN-23).
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.store.codec import Codec, Split, Upcaster
from adapters.store.errors import BadPayload, NewerVersion, NoUpcaster, UnknownEvent
from adapters.store.evolution import as_it_was
from domain.event import Event
from domain.personal import Address, Phone, Words
from tests.golden.example import CASE, PERSON
from tests.golden.kept import HERE, golden_keyring

EXAMPLES = HERE / "examples"


class NeighbourHeard(Event, frozen=True, kw_only=True):
    """Was called `NeighbourAsked`; version 2 adds `in_favour`, which may be left out."""

    VERSION: ClassVar[int] = 2

    words: Words
    in_favour: bool | None = None


class Moved(Event, frozen=True, kw_only=True):
    """One of two that `ContactChanged` became."""

    to: Address


class PhoneChanged(Event, frozen=True, kw_only=True):
    """The other; `ContactChanged` had its text under `value`."""

    phone: Phone


class Weighed(Event, frozen=True, kw_only=True):
    """Version 1 had `points`, which nobody may keep any more, and counted in yuan."""

    VERSION: ClassVar[int] = 3

    amount: int


def _in_fen(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "amount": old["amount"] * 100}


def _without_points(old: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in old.items() if name != "points"}


def _contact(version: int, old: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
    kind, value, rest = old["kind"], old["value"], {"on": old["on"]}
    if kind == "address":
        return "Moved", 1, {**rest, "to": value}
    return "PhoneChanged", 1, {**rest, "phone": value}


CLASSES: list[type[Event]] = [NeighbourHeard, Moved, PhoneChanged, Weighed]
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("NeighbourHeard", 1): as_it_was,
    ("Weighed", 1): _without_points,
    ("Weighed", 2): _in_fen,
}
RENAMED: Mapping[str, str] = {"NeighbourAsked": "NeighbourHeard"}
SPLIT: Mapping[str, Split] = {"ContactChanged": _contact}
DAY = date(2025, 3, 6)


def bytes_of(name: str) -> tuple[str, int, bytes]:
    kept = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return kept["type"], kept["version"], kept["payload"].encode()


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("renamed", NeighbourHeard(on=DAY, words=Words(CASE, "家里没人"))),
        ("split-address", Moved(on=DAY, to=Address(PERSON, "甲县乙镇丙村"))),
        ("split-phone", PhoneChanged(on=DAY, phone=Phone(PERSON, "13812345678"))),
        ("removed-field", Weighed(on=DAY, amount=1200)),
        ("in-yuan", Weighed(on=DAY, amount=1200)),
    ],
)
def test_earlier_bytes_are_read_as_what_they_are_now_en23(name: str, event: Event) -> None:
    with golden_keyring() as keyring:
        codec = Codec(CLASSES, keyring, UPCASTERS, RENAMED, SPLIT)
        read = codec.read(*bytes_of(name))
        assert read == event
        again = codec.write(read)
        assert again[:2] == (type(event).__name__, type(event).VERSION)
        assert codec.read(*again) == event


def test_what_nothing_lifts_is_never_dropped_en23() -> None:
    with golden_keyring() as keyring:
        with pytest.raises(UnknownEvent):
            Codec(CLASSES, keyring, UPCASTERS, {}, SPLIT).read(*bytes_of("renamed"))
        with pytest.raises(UnknownEvent):
            Codec(CLASSES, keyring, UPCASTERS, RENAMED).read(*bytes_of("split-phone"))
        lifts = {key: lift for key, lift in UPCASTERS.items() if key != ("Weighed", 2)}
        with pytest.raises(NoUpcaster):
            Codec(CLASSES, keyring, lifts).read(*bytes_of("removed-field"))
        with pytest.raises(BadPayload, match=r"points"):
            Codec(CLASSES, keyring, {**UPCASTERS, ("Weighed", 1): as_it_was}).read(*bytes_of("removed-field"))
        name, _, payload = bytes_of("removed-field")
        with pytest.raises(NewerVersion):
            Codec(CLASSES, keyring, UPCASTERS).read(name, 4, payload)


def test_each_example_has_its_bytes() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == {
        "renamed",
        "split-address",
        "split-phone",
        "removed-field",
        "in-yuan",
    }
    assert Path(EXAMPLES).is_dir()
