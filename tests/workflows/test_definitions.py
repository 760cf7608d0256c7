"""Every shipped life cycle can be used: reachable, able to end, with owners and due days, guards and desks known."""

import pytest

import adapters.bootstrap  # noqa: F401
from domain.staff import DESK_LEVEL
from workflows.definition import OLD_LAW, Definition, check, companions, current, moved_to, shipped
from workflows.engine import DUE_DAYS, GUARDS


@pytest.mark.parametrize("definition", shipped().values(), ids=lambda one: one.id)
def test_it_can_be_used(definition: Definition) -> None:
    moved = moved_to(companions(definition)).get(definition.name, set())
    check(definition, GUARDS, [*DESK_LEVEL, "clock"], moved)
    computed = {one.span for state in definition.states for one in state.deadlines if one.span[0] == "@"}
    assert {name[1:] for name in computed} <= DUE_DAYS.keys()


def test_each_law_has_its_own_way_of_an_application_and_shares_the_award() -> None:
    assert current("application").id == "application@1"
    assert current("application", OLD_LAW).id == "application@220"
    assert current("award", OLD_LAW) is current("award")
