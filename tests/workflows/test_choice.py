"""Ways of one trigger: whatever the predicates answer, exactly one is chosen; what comes too early tells all."""

import pytest

from workflows.definition import BadDefinition, Definition, StateSpec, Transition, check, predicates, target

GUARDS = ("a", "b", "c")


def definition(*ways: Transition) -> Definition:
    states = (
        StateSpec(name="one", zh="一", en="one", owner="handler", resting=True),
        StateSpec(name="two", zh="二", en="two", final=True),
        StateSpec(name="three", zh="三", en="three", final=True),
    )
    begin = Transition(trigger="Begin", sources=("-",), to="one", who=("handler",))
    return Definition(
        name="t", version=1, zh="", en="", source="", initial="one", states=states, transitions=(begin, *ways)
    )


def way(to: str, when: str = "", unless: str = "") -> Transition:
    return Transition(trigger="Go", sources=("one",), to=to, who=("handler",), when=when, unless=unless)


def test_ways_that_divide_all_answers_are_taken() -> None:
    made = definition(way("=", unless="a"), way("two", when="a b"), way("three", when="a", unless="b"))
    check(made, GUARDS, ["handler"])
    assert predicates(made.transitions) == ("a", "b")
    for answers, to in (
        ({"a": False, "b": False}, "one"),
        ({"a": False, "b": True}, "one"),
        ({"a": True, "b": True}, "two"),
        ({"a": True, "b": False}, "three"),
    ):
        assert target(made, "one", "Go", answers) == to


@pytest.mark.parametrize(
    "ways",
    [
        (way("two"), way("three")),
        (way("two", when="a"), way("three", when="b")),
        (way("two", when="a"), way("three", unless="a b")),
        (way("two", when="a b"), way("three", unless="a")),
    ],
)
def test_ways_that_overlap_or_leave_a_gap_are_refused(ways: tuple[Transition, ...]) -> None:
    with pytest.raises(BadDefinition, match="don't exclude each other"):
        check(definition(*ways), GUARDS, ["handler"])


def test_an_unknown_predicate_is_refused() -> None:
    with pytest.raises(BadDefinition, match="unknown guard z"):
        check(definition(way("two", when="a z"), way("three", unless="a z")), GUARDS, ["handler"])
