"""Events as bytes and back."""

import gc
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.store.codec import Codec, known_events
from adapters.store.errors import BadPayload, CodecError, NewerVersion, NoUpcaster, UnknownEvent, Unwritable
from domain.event import CaseEvent, Deadline, Event, Moved
from domain.ids import InstanceId
from domain.personal import Account, Address, Name, Number, Phone, Words
from tests.adapters.keyrings import PlainKeyring
from tests.adapters.trials import DAY, EVENTS, Closed, Opened, Paid

KEYRING = PlainKeyring()
CODEC = Codec(EVENTS, KEYRING)

RARE = [
    "〇",
    "阿依古丽·买买提",
    "𠅤",
    "王𠅤〇",
    "İ",
    "e\u0301",
    "\u200b",
    "\\u0000",
    '"\\',
    "\U0010ffff",
    "\x7f\x1f",
]
texts = st.one_of(
    st.sampled_from(RARE), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
longs = st.integers(-(2**63), 2**63 - 1)
deadlines = st.builds(
    Deadline,
    key=texts,
    kind=st.sampled_from(["limit", "timer"]),
    due=days,
    owner=texts,
    source=texts,
    warn=st.none() | days,
    provisional=st.booleans(),
)
moves = st.builds(
    Moved,
    instance=texts.map(InstanceId),
    state=texts,
    life=st.none() | texts,
    sets=st.lists(deadlines, max_size=2).map(tuple),
    meets=st.lists(texts, max_size=2).map(tuple),
)
shares = st.builds(Fraction, longs, st.integers(1, 10**9))
events = st.one_of(
    st.builds(
        Opened,
        on=days,
        moved=st.lists(moves, max_size=2).map(tuple),
        name=st.builds(Name, texts, texts),
        number=st.none() | st.builds(Number, texts, texts),
        phone=st.none() | st.builds(Phone, texts, texts),
        address=st.none() | st.builds(Address, texts, texts),
        account=st.none() | st.builds(Account, texts, texts),
        words=st.none() | st.builds(Words, texts, texts),
        village=texts,
    ),
    st.builds(
        Paid,
        on=days,
        amount=longs,
        share=shares,
        parts=st.dictionaries(texts, longs, max_size=3),
        months=st.lists(texts, max_size=3).map(tuple),
        until=st.none() | days,
    ),
    st.builds(Closed, on=days, reason=texts),
)


@given(events)
def test_what_is_written_is_read(event: Event) -> None:
    name, version, payload = CODEC.write(event)
    assert (name, version) == (type(event).__name__, 1)
    assert CODEC.read(name, version, payload) == event
    assert CODEC.write(CODEC.read(name, version, payload))[2] == payload


def test_the_bytes_are_these() -> None:
    event = Opened(on=DAY, name=Name("p-1", "王𠅤〇"), words=Words("c-1", "病·重"))
    assert CODEC.write(event)[2].decode() == (
        '{"on":"2025-03-01","name":{"of":"p-1","sealed":"王𠅤〇"},"words":{"of":"c-1","sealed":"病·重"}}'
    )
    paid = Paid(on=DAY, amount=-5, share=Fraction(2, 6), months=("2025-03",))
    assert CODEC.write(paid)[2] == b'{"on":"2025-03-01","amount":-5,"share":"1/3","months":["2025-03"]}'


class Turning(PlainKeyring):
    """Seals by turning the text round under the name of whose it is."""

    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        return f"{kind}/{of}/{text[::-1]}"

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        assert sealed.startswith(f"{kind}/{of}/")
        return sealed.split("/", 2)[2][::-1]


def test_personal_values_pass_through_the_keyring() -> None:
    codec = Codec(EVENTS, Turning())
    event = Opened(on=DAY, name=Name("p-1", "王一二"), account=Account("p-2", "6222"))
    name, version, payload = codec.write(event)
    assert orjson.loads(payload)["name"] == {"of": "p-1", "sealed": "name/p-1/二一王"}
    assert "王一二" not in payload.decode()
    assert codec.read(name, version, payload) == event


@pytest.mark.parametrize(
    ("event", "path", "reason"),
    [
        (Closed(on=DAY, reason="a\0b"), "reason", "nul"),
        (Closed(on=DAY, reason="\ud800"), "reason", "surrogate"),
        (Opened(on=DAY, name=Name("p", "王\0一")), "name", "nul"),
        (Opened(on=DAY, name=Name("p\0", "王一")), "name", "nul"),
        (Opened(on=DAY, name=Name("p", "王\udfff一")), "name", "surrogate"),
        (Paid(on=DAY, amount=2**64), "amount", "integer"),
        (Paid(on=DAY, amount=-(2**63) - 1), "amount", "integer"),
        (Paid(on=DAY, amount=1, parts={"m1": 1, "m2": 2**70}), "parts.m2", "integer"),
        (Paid(on=DAY, amount=1, months=("a", "b\0")), "months[1]", "nul"),
        (Paid(on=DAY, amount=1, parts={"m\0": 1}), "parts", "nul"),
        (Paid(on=DAY, amount=1, months=("a", object())), "months[1]", "kind"),  # type: ignore[arg-type]
        (
            Opened(
                on=DAY,
                name=Name("p", "王"),
                moved=(
                    Moved(instance=InstanceId("a"), state="s"),
                    Moved(instance=InstanceId("b\0"), state="s"),
                ),
            ),
            "moved[1].instance",
            "nul",
        ),
    ],
)
def test_what_no_store_may_hold_is_refused_by_field(event: Event, path: str, reason: str) -> None:
    for codec in (CODEC, Codec(EVENTS, Turning())):
        with pytest.raises(Unwritable) as caught:
            codec.write(event)
        assert caught.value.params == {"type": type(event).__name__, "path": path, "reason": reason}
        assert "王" not in str(caught.value)
        assert caught.value.remedy == "event.unwritable.remedy"


@pytest.mark.parametrize(
    ("name", "payload", "path"),
    [
        ("Closed", {"on": "2025-03-01", "because": "x"}, "$"),
        ("Closed", {"on": "2025-02-30"}, "$.on"),
        ("Closed", {"reason": "x"}, "$"),
        ("Paid", {"on": "2025-03-01", "amount": "1"}, "$.amount"),
        ("Paid", {"on": "2025-03-01", "amount": 1.5}, "$.amount"),
        ("Paid", {"on": "2025-03-01", "amount": 1, "share": "1/0"}, "$.share"),
        ("Paid", {"on": "2025-03-01", "amount": 1, "share": 0.5}, "$.share"),
        ("Paid", {"on": "2025-03-01", "amount": 1, "share": "x/2"}, "$.share"),
        ("Opened", {"on": "2025-03-01", "name": "王一"}, "$.name"),
        ("Opened", {"on": "2025-03-01", "name": {"of": "p-1"}}, "$.name"),
        ("Opened", {"on": "2025-03-01", "name": {"of": 1, "sealed": "x"}}, "$.name"),
        ("Opened", {"on": "2025-03-01", "name": {"of": "p", "sealed": "x", "k": 1}}, "$.name"),
    ],
)
def test_a_payload_of_another_shape_is_refused_by_path(name: str, payload: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as caught:
        CODEC.read(name, 1, orjson.dumps(payload))
    assert caught.value.params["path"] == path
    assert "王" not in str(caught.value)


def test_a_value_of_an_unknown_code_is_not_repeated_in_the_error() -> None:
    moved = {"instance": "a", "state": "s", "sets": [{"key": "k", "kind": "张三", "due": "2025-03-01"}]}
    with pytest.raises(BadPayload) as caught:
        CODEC.read("Opened", 1, orjson.dumps({"on": "2025-03-01", "moved": [moved]}))
    assert "张三" not in str(caught.value)


def test_no_json_is_a_bad_payload_too() -> None:
    with pytest.raises(BadPayload):
        CODEC.read("Closed", 1, b"{")


def test_an_unknown_type_is_refused_both_ways_en23() -> None:
    class Strange(Event, frozen=True, kw_only=True):
        pass

    with pytest.raises(UnknownEvent):
        CODEC.read("Strange", 1, b"{}")
    with pytest.raises(UnknownEvent):
        CODEC.write(Strange(on=DAY))


def test_a_newer_version_stops_loudly() -> None:
    with pytest.raises(NewerVersion) as caught:
        CODEC.read("Closed", 2, b'{"on":"2025-03-01"}')
    assert caught.value.params == {"type": "Closed", "version": 2, "known": 1}


def shape_three() -> type[Event]:
    class Ended(Event, frozen=True, kw_only=True):
        VERSION = 3
        code: str
        head: Name

    return Ended


def test_old_versions_and_old_names_are_lifted_en23() -> None:
    ended = shape_three()
    codec = Codec(
        [ended],
        KEYRING,
        upcasters={
            ("Ended", 1): lambda old: {**old, "head": {"of": "p-1", "sealed": "王"}},
            ("Ended", 2): lambda old: {"code": old.pop("reason"), **old},
        },
        renamed={"Stopped": "Ended"},
    )
    wanted = ended(on=DAY, code="S1", head=Name("p-1", "王"))  # type: ignore[call-arg]
    assert codec.read("Stopped", 1, b'{"on":"2025-03-01","reason":"S1"}') == wanted
    assert codec.read("Ended", 3, codec.write(wanted)[2]) == wanted
    with pytest.raises(BadPayload):
        codec.read("Ended", 2, b'{"on":"2025-03-01","reason":"S1","head":"x"}')


def test_a_version_that_nothing_lifts_is_refused() -> None:
    codec = Codec([shape_three()], KEYRING, upcasters={("Ended", 2): lambda old: old})
    with pytest.raises(NoUpcaster) as caught:
        codec.read("Ended", 1, b'{"on":"2025-03-01"}')
    assert caught.value.params == {"type": "Ended", "version": 1}


def test_two_classes_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Ended"):
        Codec([shape_three(), shape_three()], KEYRING)


def test_known_events_are_the_domains_and_no_base() -> None:
    gc.collect()
    known = known_events()
    assert all(cls.__module__.startswith("domain.") for cls in known)
    assert CaseEvent not in known
    assert Event not in known
    assert len({cls.__name__ for cls in known}) == len(known)


def test_no_event_has_a_field_that_holds_floats() -> None:
    def kinds(node: object) -> set[type]:
        found: set[type] = {type(node)}
        for field in getattr(type(node), "__struct_fields__", ()):
            value = getattr(node, field)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, msgspec.inspect.Type | msgspec.inspect.Field):
                    found |= kinds(item)
        return found

    class Floating(Event, frozen=True, kw_only=True):
        parts: tuple[float, ...] = ()

    assert msgspec.inspect.FloatType in kinds(msgspec.inspect.type_info(Floating))
    for cls in [*known_events(), *EVENTS]:
        assert msgspec.inspect.FloatType not in kinds(msgspec.inspect.type_info(cls)), cls


def test_an_error_tells_where_and_how_many() -> None:
    error = UnknownEvent(type="Strange").located(7, 3)
    assert isinstance(error, CodecError)
    assert str(error) == "event.unknown (type=Strange, position=7, count=3)"
