"""The contract as others have it: its schemas, the AsyncAPI document, what was released before."""

import json
import shutil
import subprocess
from datetime import date
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from adapters.contracts.asyncapi import HEADERS, document
from adapters.contracts.released import broken, released
from adapters.contracts.schemas import example, inbound, name_of, outbound
from adapters.contracts.words import EVENTS, FIELDS
from adapters.docs.contracts import pages
from adapters.kafka.wire import wired
from domain.days import Month
from domain.ids import CaseNo, DivisionCode, PersonRef
from projections.public.events import PUBLIC
from projections.public.message import Public
from projections.public.persons import Subject
from tests.house.files import ROOT
from tests.projections.publics import log
from tests.projections.test_public import County

PARSER = ROOT / "deploy" / "contracts"
KINDS = {name_of(*named): kind for named, kind in sorted(PUBLIC.items()) if kind is not Subject}


# Schemas


def test_what_was_released_still_holds() -> None:
    assert broken(ROOT) == [], "keep it within the version, or make a new one: docs/contracts/README.md"


def test_every_present_schema_was_released() -> None:
    """What is published under a version is what others were given."""
    missing = (outbound() | inbound()).keys() - released(ROOT).keys()
    assert missing == set(), "python -m adapters.contracts --release"


@pytest.mark.parametrize("name", sorted(outbound() | inbound()))
def test_a_schema_is_one(name: str) -> None:
    schema = (outbound() | inbound())[name]
    Draft202012Validator.check_schema(schema)
    assert jsonschema_rs.validator_for(schema)
    assert schema["$id"] == f"urn:doudi:contract:{name}"


@pytest.mark.parametrize("name", KINDS)
def test_its_examples_are_what_it_says(name: str) -> None:
    schema = outbound()[name]
    assert schema["examples"] == [example(KINDS[name], name.partition(".")[0])]
    for one in schema["examples"]:
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(one)
        msgspec.convert(one, KINDS[name])


def test_every_field_has_its_word_and_every_word_its_field() -> None:
    fields = {
        (name.partition(".")[0], field) for name, one in outbound().items() for field in one["properties"]
    }
    inner = {field for one in ("gradual", "held") for field in [one]}
    used = {f"{kind}.{field}" for kind, field in fields} | {field for _, field in fields} | inner
    assert FIELDS.keys() - used == set()
    assert {field for _, field in fields} - {key.rpartition(".")[2] for key in FIELDS} == set()
    assert EVENTS.keys() == {kind for kind, _ in PUBLIC}


@st.composite
def events(draw: st.DrawFn) -> Public:
    """Any public event, its values of the kinds it says."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    return draw(_of(kind))


def _of(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    fields = {field.name: (hints[field.name], field.required) for field in msgspec.structs.fields(kind)}
    return st.builds(
        kind,
        **{name: _value(hint) for name, (hint, required) in fields.items() if required},
    ) | st.builds(kind, **{name: _value(hint) for name, (hint, _) in fields.items()})


def _value(hint: Any) -> st.SearchStrategy[Any]:
    months = st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day:%Y-%m}")
    known: dict[Any, st.SearchStrategy[Any]] = {
        Month: months,
        CaseNo: st.just("11019920250000017"),
        DivisionCode: st.sampled_from(["110199", "110199001"]),
        PersonRef: st.just("p-gu7jga5mqpr5xrtihqokukum"),
        str: st.text(max_size=10),
        int: st.integers(-(2**40), 2**40),
        bool: st.booleans(),
        date: st.dates(),
        type(None): st.none(),
    }
    if hint in known:
        return known[hint]
    if hasattr(hint, "__supertype__"):
        return _value(hint.__supertype__)
    arguments = getattr(hint, "__args__", ())
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _of(hint)
    if getattr(hint, "__origin__", None) is tuple:
        return st.lists(_value(arguments[0]), max_size=3).map(tuple)
    if getattr(hint, "__origin__", None) is dict:
        return st.dictionaries(_value(arguments[0]), _value(arguments[1]), max_size=2)
    return st.one_of(*map(_value, arguments))


@settings(max_examples=300, deadline=None)
@given(events())
def test_what_is_written_is_what_its_schema_says(event: Public) -> None:
    """By two libraries that know nothing of us."""
    schema = outbound()[name_of(event.TYPE, event.VERSION)]
    county = County()
    county.enter("a")
    (message,) = log(county).messages()
    said = msgspec.structs.replace(message, type=event.TYPE, version=event.VERSION, data=event)
    value = wired(said, "urn:doudi").value
    assert value is not None
    read = json.loads(value)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(read)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(read)


def test_a_wrong_payload_is_refused() -> None:
    right = example(KINDS["approved.v1"], "approved")
    validator = Draft202012Validator(outbound()["approved.v1"], format_checker=FormatChecker())
    for field, value in (
        ("amount", "1"),
        ("from_month", "2025-13"),
        ("case", "1"),
        ("on", "x"),
        ("person", ""),
    ):
        assert [one.path[0] for one in validator.iter_errors({**right, field: value})] == [field]
    assert validator.is_valid({**right, "new": 1})


# AsyncAPI


@pytest.fixture(scope="session")
def parser() -> Path:
    """AsyncAPI's own, installed as its lock says."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("AsyncAPI's parser needs Node.js with npm (Debian, Ubuntu: apt install nodejs npm)")
    lock, stamp = PARSER / "package-lock.json", PARSER / "node_modules" / ".doudi-lock"
    with (PARSER / ".setup.lock").open("w") as waiting:
        flock(waiting, LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=PARSER, check=True, capture_output=True, timeout=300)
            stamp.write_bytes(lock.read_bytes())
    return PARSER


def validated(parser: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", str(parser / "validate.mjs"), str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_asyncapis_own_parser_takes_the_document(parser: Path) -> None:
    found = validated(parser, ROOT / "docs" / "contracts" / "asyncapi.json")
    assert found.returncode == 0, found.stdout + found.stderr
    said = document()
    counts = json.loads(found.stdout)
    assert counts["version"] == "3.0.0"
    assert counts["channels"] == counts["operations"] == len(said["channels"])
    assert counts["messages"] == len(said["components"]["messages"]) == len(PUBLIC) + len(inbound())


@pytest.mark.parametrize("spoil", ["no title", "no such message", "no such type"])
def test_the_parser_sees_what_is_wrong(parser: Path, tmp_path: Path, spoil: str) -> None:
    said = document()
    if spoil == "no title":
        del said["info"]["title"]
    elif spoil == "no such message":
        said["channels"]["cases"]["messages"]["case-entered.v1"]["$ref"] = "#/components/messages/none"
    else:
        said["components"]["messages"]["approved.v1"]["payload"]["properties"]["amount"]["type"] = "text"
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(said))
    assert validated(parser, file).returncode == 1


def test_every_header_of_a_message_is_told() -> None:
    county = County()
    county.award("a", "2025-05")
    county.stop("a", "2025-06")
    county.enter("b", on="2025-06-01")
    for message in log(county).messages():
        names = set(wired(message, "urn:doudi").headers)
        assert names <= HEADERS.keys()


def test_the_pages_link_to_every_schema() -> None:
    made = pages()
    page = made["docs/contracts/events.md"]
    for name in outbound() | inbound():
        assert f"docs/contracts/schemas/{name}.schema.json" in made
        assert f"(schemas/{name}.schema.json)" in page
