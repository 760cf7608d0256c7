"""A projection that says which events it looks at says all of them."""

import sys
from types import ModuleType

import pytest

from adapters.bootstrap import PROJECTIONS
from domain.event import Event
from projections import awards, household
from projections.awards import AWARD_EVENTS
from projections.base import Projection
from projections.household import HOUSEHOLD_EVENTS

NARROW = [one for one in PROJECTIONS if hasattr(one, "reads")]


def named_in(module: ModuleType) -> set[type[Event]]:
    """The kinds of events that a module has a name for, alone or within a tuple."""
    values = [each for one in vars(module).values() for each in (one if isinstance(one, tuple) else (one,))]
    kinds = {one for one in values if isinstance(one, type) and issubclass(one, Event)}
    return {kind for kind in kinds if not kind.__subclasses__()}


@pytest.mark.parametrize("projection", NARROW, ids=lambda one: one.name)
def test_what_its_module_names_is_read(projection: Projection) -> None:
    named = named_in(sys.modules[type(projection).__module__])
    assert named
    assert named <= set(projection.reads)  # type: ignore[attr-defined]


def test_what_folds_shared_by_projections_name_is_read() -> None:
    assert named_in(household) == set(HOUSEHOLD_EVENTS)
    assert named_in(awards) == set(AWARD_EVENTS)


def test_some_read_little() -> None:
    assert {one.name for one in NARROW} >= {"register", "persons"}
