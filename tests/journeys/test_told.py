"""What other offices are told of whole lives and of a simulated year: the register month by month, nobody by name."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from adapters.bootstrap import Doudi
from adapters.contracts.released import ENDING, FOLDER
from adapters.kafka.wire import Wired, source_of, wired
from domain.days import Month, china_day, last_day, month_of
from domain.ids import PersonRef
from domain.personal import Personal
from projections.public.mapping import Publishing
from projections.public.message import Message
from projections.register import Register, living
from tests.adapters.test_simulate_play import Place
from tests.journeys.lives import ROOT, Life, pages
from tests.projections.publics import compacted, in_month
from workflows.ports import Recorded

Told = list[tuple[Recorded, list[Message]]]
LIVES = ("J1", "J3", "J5")


def told_of(doudi: Doudi) -> Told:
    fold = Publishing(doudi.store.load)
    return [(one, fold.apply(one)) for one in pages(doudi)]


@pytest.fixture(scope="module", params=[*LIVES, "a simulated year"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doudi]:
    folder: Path = tmp_path_factory.mktemp("told")
    if request.param in LIVES:
        life = Life(folder / request.param, request.param)
        life.play("9999-12-31")
        doudi = life.open()
    else:
        doudi = Place(folder, 3).doudi
    yield doudi
    doudi.close()


@pytest.fixture(scope="module")
def told(office: Doudi) -> Told:
    return told_of(office)


def months_of(told: Told) -> list[Month]:
    return sorted({month_of(china_day(one.recorded_at)) for one, _ in told})


def registered(doudi: Doudi, until: int, *months: Month) -> list[dict[PersonRef, tuple[str, str, int]]]:
    """The register's answers as known at a position, person by person."""
    rows = doudi.projector.fold_until("register", until)
    members = Register.households
    return [
        {
            members.members(row["case_no"], rows)[key]["person"]: (
                *(row["case_no"], row["area"], row["shares"][key]),
            )
            for row in living(rows, month, "")
            for key in row["covered"]
        }
        for month in months
    ]


def test_recipients_are_the_register_at_each_month(office: Doudi, told: Told) -> None:
    compared = 0
    for month in months_of(told):
        until = [pair for pair in told if month_of(china_day(pair[0].recorded_at)) <= month]
        standing = compacted(message for _, messages in until for message in messages)
        later = month_of(last_day(month) + timedelta(days=40))
        now, then = registered(office, until[-1][0].position, month, later)
        assert in_month(standing, month) == now
        assert in_month(standing, later) == then
        compared += len(now)
        assert all(
            one.spans[-1].until_month is None or one.spans[-1].until_month >= month
            for one in standing.values()
        )
    assert compared or not any(one.topic == "recipients" for _, messages in told for one in messages)


def personal_in(value: Any) -> Iterator[Personal]:
    """Every personal value in an event."""
    if isinstance(value, Personal):
        yield value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from personal_in(getattr(value, field))
    elif isinstance(value, dict):
        for one in value.values():
            yield from personal_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from personal_in(one)


def wires(told: Told) -> Iterator[Wired]:
    for _, messages in told:
        for message in messages:
            yield wired(message, source_of("urn:doudi:110199", "log"))


def test_nothing_personal_is_in_any_message(told: Told) -> None:
    """Not a name, number, phone, address, account or word of the log, masked or not; nor who works there."""
    texts: set[str] = set()
    for one, _ in told:
        texts.add(one.actor)
        for value in personal_in(one.event):
            texts.update((value.text, value.masked()))
    personal = {text for text in texts if len(text) > 1} - {"clock"}
    assert len(personal) > 20
    whole = "\n".join(
        f"{one.key} {(one.value or b'').decode()} {[(name, text.decode()) for name, text in one.headers.items()]}"
        for one in wires(told)
    )
    assert [text for text in personal if f'"{text}"' in whole or (len(text) > 7 and text in whole)] == []
    assert whole.isascii()


def test_each_payload_is_what_its_checked_in_schema_says(told: Told) -> None:
    """By a library that knows nothing of us, against the files that others have."""
    schemas = {
        path.name.removesuffix(ENDING): jsonschema_rs.validator_for(
            json.loads(path.read_text("utf-8")), validate_formats=True
        )
        for path in sorted((ROOT / FOLDER).glob(f"*{ENDING}"))
    }
    kinds = set()
    for one in wires(told):
        if one.value is not None:
            name = one.headers["ce_type"].decode().removeprefix("cn.doudi.")
            kinds.add(name)
            schemas[name].validate(json.loads(one.value))
    assert len(kinds) > 12


def test_the_same_log_tells_the_same_to_the_byte(office: Doudi, told: Told) -> None:
    assert list(wires(told_of(office))) == list(wires(told))


def test_each_case_is_told_in_order_under_its_number(told: Told) -> None:
    cases = [message for _, messages in told for message in messages if message.topic == "cases"]
    assert cases
    assert all(one.key == one.subject == one.data.case for one in cases)  # type: ignore[union-attr]
    versions: dict[str, list[int]] = {}
    for one in cases:
        versions.setdefault(one.key, []).append(int(one.id.partition("@")[2].partition("/")[0]))
    assert all(found == sorted(set(found)) for found in versions.values())


def test_there_is_much_to_tell(told: Told) -> None:
    """What all the above stands on: a life has its story, the simulated year every kind of change."""
    messages = [message for _, messages in told for message in messages]
    kinds = Counter(message.type for message in messages)
    assert len(kinds) > 12
    if kinds["case-entered"] > 1:
        assert (
            not {"approved", "exited", "recipient", "list-drawn", "list-closed", "award-changed"}
            - kinds.keys()
        )
        assert sum(message.data is None for message in messages) > 5
