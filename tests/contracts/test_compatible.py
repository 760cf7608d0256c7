"""What may change within a version: a change that breaks somebody is found, and named with its field."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapters.contracts.compatible import sent, taken
from adapters.contracts.released import compare
from adapters.contracts.schemas import inbound, outbound

Schema = dict[str, Any]


def an_event() -> Schema:
    return {
        "type": "object",
        "properties": {
            "person": {"type": "string", "minLength": 1, "maxLength": 100},
            "amount": {"type": "integer"},
            "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
            "on": {"type": "string", "format": "date"},
            "kind": {"enum": ["a", "b"]},
            "held": {"type": "boolean", "default": False},
            "spans": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"share": {"type": "integer"}},
                    "required": ["share"],
                },
            },
            "states": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["person", "amount", "month", "on", "kind"],
    }


def closed() -> Schema:
    return {**an_event(), "additionalProperties": False}


def changed(schema: Schema, *path: str, **values: Any) -> Schema:
    """The schema with words of the part at a path set, or (None) taken away."""
    made = deepcopy(schema)
    part = made
    for step in path:
        part = part["items"] if step == "[]" else part["properties"][step]
    for name, value in values.items():
        if value is None:
            part.pop(name)
        else:
            part[name] = value
    return made


def without(schema: Schema, name: str) -> Schema:
    made = deepcopy(schema)
    del made["properties"][name]
    made["required"] = [one for one in made["required"] if one != name]
    return made


def with_field(schema: Schema, name: str, *, required: bool = False) -> Schema:
    made = deepcopy(schema)
    made["properties"][name] = {"type": "string"}
    if required:
        made["required"].append(name)
    return made


EVENT, LINE = an_event(), closed()
REQUIRED = EVENT["required"]

BREAKS_READERS = {
    "a field is gone": (
        without(EVENT, "amount"),
        ["amount: is not always there any more", "amount: is gone"],
    ),
    "one that was sometimes there is gone": (without(EVENT, "held"), ["held: is gone"]),
    "a field may be missing": (
        {**EVENT, "required": [one for one in REQUIRED if one != "month"]},
        ["month: is not always there any more"],
    ),
    "another type": (
        changed(EVENT, "amount", type="string"),
        ["amount: is string, where integer was meant"],
    ),
    "a type more": (
        changed(EVENT, "amount", type=["integer", "null"]),
        ["amount: is integer or null, where integer was meant"],
    ),
    "null by choice": (
        changed(EVENT, "amount", type=None, anyOf=[{"type": "integer"}, {"type": "null"}]),
        ["amount: is null, where integer was meant"],
    ),
    "no type": (changed(EVENT, "amount", type=None), ["amount: is anything, where integer was meant"]),
    "a value more": (
        changed(EVENT, "kind", enum=["a", "b", "c"]),
        ["kind: may have values that were not meant"],
    ),
    "no list of values": (
        changed(EVENT, "kind", enum=None, type="string"),
        ["kind: may have values that were not meant"],
    ),
    "another pattern": (changed(EVENT, "month", pattern="^[0-9]{6}$"), ["month: has another pattern"]),
    "another format": (changed(EVENT, "on", format="date-time"), ["on: has another format"]),
    "no format": (changed(EVENT, "on", format=None), ["on: has another format"]),
    "longer": (
        changed(EVENT, "person", maxLength=200),
        ["person: may be above the maxLength that was meant"],
    ),
    "empty": (changed(EVENT, "person", minLength=0), ["person: may be below the minLength that was meant"]),
    "within a list": (
        changed(EVENT, "spans", "[]", "share", type="number"),
        ["spans[].share: is number, where integer was meant"],
    ),
    "values of a map": (
        changed(EVENT, "states", additionalProperties={"type": "integer"}),
        ["states{}: is integer, where string was meant"],
    ),
}
KEEPS_READERS = {
    "nothing": EVENT,
    "a new field": with_field(EVENT, "area"),
    "a new field that is always there": with_field(EVENT, "area", required=True),
    "always there from now on": {**EVENT, "required": [*REQUIRED, "held"]},
    "a value less": changed(EVENT, "kind", enum=["a"]),
    "shorter": changed(EVENT, "person", maxLength=50),
    "other words": changed(EVENT, "person", description="…", examples=["p"]),
    "one value": changed(EVENT, "kind", enum=None, const="b"),
}
BREAKS_SENDERS = {
    "a field must be there": (
        with_field(LINE, "area", required=True),
        ["area: must be there, and was not asked for"],
    ),
    "an optional one must be there": (
        {**LINE, "required": [*REQUIRED, "held"]},
        ["held: must be there, and was not asked for"],
    ),
    "a field is not taken": (without(LINE, "held"), ["held: is not taken any more"]),
    "a value less": (changed(LINE, "kind", enum=["a"]), ["kind: may have values that were not meant"]),
    "shorter": (changed(LINE, "person", maxLength=50), ["person: may be above the maxLength that was meant"]),
    "a limit": (changed(LINE, "amount", maximum=9), ["amount: may be above the maximum that was meant"]),
    "a pattern": (changed(LINE, "on", pattern="^2"), ["on: has another pattern"]),
}
KEEPS_SENDERS = {
    "nothing": LINE,
    "a new field": with_field(LINE, "area"),
    "may be missing": {**LINE, "required": [one for one in REQUIRED if one != "month"]},
    "a value more": changed(LINE, "kind", enum=["a", "b", "c"]),
    "a type more": changed(LINE, "amount", type=["integer", "null"]),
    "longer": changed(LINE, "person", maxLength=None),
    "open": {**LINE, "additionalProperties": True},
}


@pytest.mark.parametrize("name", BREAKS_READERS)
def test_what_breaks_a_reader_is_named_with_its_field(name: str) -> None:
    present, said = BREAKS_READERS[name]
    assert [str(one) for one in sent(EVENT, present)] == said


@pytest.mark.parametrize("name", KEEPS_READERS)
def test_what_a_reader_bears(name: str) -> None:
    assert sent(EVENT, KEEPS_READERS[name]) == []


@pytest.mark.parametrize("name", BREAKS_SENDERS)
def test_what_breaks_a_sender_is_named_with_its_field(name: str) -> None:
    present, said = BREAKS_SENDERS[name]
    assert [str(one) for one in taken(LINE, present)] == said


@pytest.mark.parametrize("name", KEEPS_SENDERS)
def test_what_a_sender_bears(name: str) -> None:
    assert taken(LINE, KEEPS_SENDERS[name]) == []


def test_a_word_that_nobody_compares_is_not_passed_over() -> None:
    present = changed(EVENT, "amount", multipleOf=5)
    assert [str(one) for one in sent(EVENT, present)] == [
        "amount: multipleOf is nothing that can be compared"
    ]


def test_a_version_stays_until_its_period_is_over() -> None:
    said = ["approved.v1 $: is gone; publish it beside its successor until its period is over"]
    assert compare({"approved.v1": EVENT}, {"approved.v2": EVENT}, {}) == said
    assert compare({"approved.v1": EVENT}, {"approved.v1": EVENT, "approved.v2": LINE}, {}) == []


def test_each_direction_is_compared_its_own_way() -> None:
    more = with_field(EVENT, "area", required=True)
    assert compare({"one.v1": EVENT}, {"one.v1": more}, {}) == []
    assert compare({"one.v1": EVENT}, {}, {"one.v1": more}) == [
        "one.v1 area: must be there, and was not asked for"
    ]


@pytest.mark.parametrize("schema", [*outbound().values(), *inbound().values()], ids=lambda one: one["title"])
def test_every_schema_is_compatible_with_itself(schema: Schema) -> None:
    assert sent(schema, schema) == []
    assert taken(schema, schema) == []


@pytest.mark.parametrize("name", sorted(outbound()))
def test_every_field_of_every_event_is_kept(name: str) -> None:
    """Each field that is taken away is found, by its name."""
    schema = outbound()[name]
    for field in schema["properties"]:
        assert field in {one.field for one in sent(schema, without(schema, field))}


# What it lets through does no harm: every value that one allows, the other takes.

NAMES = ("a", "b", "c")


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> Schema:
    kinds = ["string", "integer", "number", "boolean", "enum", "nullable"] + (
        ["object", "array", "map"] if depth else []
    )
    kind = draw(st.sampled_from(kinds))
    if kind == "enum":
        return {
            "enum": draw(
                st.lists(st.sampled_from(["x", "y", 1, True]), min_size=1, max_size=3, unique_by=repr)
            )
        }
    if kind == "nullable":
        return {"anyOf": [{"type": draw(st.sampled_from(["string", "integer"]))}, {"type": "null"}]}
    if kind == "array":
        return {"type": "array", "items": draw(schemas(depth - 1)), **_bounds(draw, "minItems", "maxItems")}
    if kind == "map":
        return {"type": "object", "additionalProperties": draw(schemas(depth - 1))}
    if kind == "object":
        names = draw(st.lists(st.sampled_from(NAMES), unique=True))
        made: Schema = {"type": "object", "properties": {name: draw(schemas(depth - 1)) for name in names}}
        made["required"] = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        return {**made, **draw(st.sampled_from([{}, {"additionalProperties": False}]))}
    limits = {
        "string": ("minLength", "maxLength"),
        "integer": ("minimum", "maximum"),
        "number": ("minimum", "maximum"),
    }
    return {"type": kind, **(_bounds(draw, *limits[kind]) if kind in limits else {})}


def _bounds(draw: st.DrawFn, least: str, most: str) -> Schema:
    low, high = draw(st.none() | st.integers(0, 2)), draw(st.none() | st.integers(2, 4))
    return {name: value for name, value in ((least, low), (most, high)) if value is not None}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """A schema and one a little changed."""
    one = draw(schemas())
    return one, draw(st.just(one) | _changed(one))


@st.composite
def _changed(draw: st.DrawFn, one: Schema) -> Schema:
    made = deepcopy(one)
    if made.get("properties") and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(made["properties"])))
        made["properties"][name] = draw(_changed(made["properties"][name]))
        return made
    if "items" in made and draw(st.booleans()):
        made["items"] = draw(_changed(made["items"]))
        return made
    word = draw(st.sampled_from([*sorted(made.keys() - {"type"}), "new"]))
    if word == "required":
        made["required"] = (
            draw(st.lists(st.sampled_from(sorted(made["properties"])), unique=True))
            if made["properties"]
            else []
        )
    elif word in ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"):
        made[word] = draw(st.integers(0, 4))
    elif word == "new":
        return draw(schemas())
    else:
        del made[word]
        if word == "properties":
            made.pop("required")
    return made


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Values near those that a schema allows; whoever uses them looks whether they are."""
    plain = st.sampled_from(["", "x", "y", "xxxx", 0, 1, 2, 3, 4, 1.5, True, False, None])
    if "items" in schema:
        return st.lists(values(schema["items"]), max_size=5) | plain
    if "properties" in schema or "additionalProperties" in schema:
        known = {name: values(one) for name, one in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        other = values(more) if isinstance(more, dict) else plain
        return st.fixed_dictionaries({}, optional={**dict.fromkeys(NAMES, other), **known})
    return plain


@settings(max_examples=400, deadline=None)
@given(pairs(), st.data())
def test_what_is_let_through_does_no_harm(pair: tuple[Schema, Schema], data: st.DataObject) -> None:
    released, present = pair
    value = data.draw(values(released) | values(present))
    old, new = Draft202012Validator(released), Draft202012Validator(present)
    if new.is_valid(value) and not old.is_valid(value):
        assert sent(released, present), "a reader of the released schema would refuse it"
    if old.is_valid(value) and not new.is_valid(value):
        assert taken(released, present), "who sends by the released schema would be refused"


@settings(max_examples=100, deadline=None)
@given(schemas())
def test_nothing_breaks_where_nothing_changed(schema: Schema) -> None:
    assume("anyOf" not in str(schema))
    assert sent(schema, schema) == taken(schema, schema) == []
