"""EN-17: an error in any callback, guard, decider or write leaves the case as it was; the next command works."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.store.store import EventStore
from tests.cases.stories import PHOTO, Line, Story, nothing, single
from tests.journeys.lives import Outside
from workflows import definition, engine
from workflows.command import COMMANDS
from workflows.definition import current, machine


class Boom(Exception):
    """What goes wrong inside."""


def boom(*_: Any, **__: Any) -> Any:
    raise Boom


MACHINE_SLOTS = (
    "prepare_event",
    "before_state_change",
    "after_state_change",
    "on_exception",
    "on_final",
    "finalize_event",
)
"""Of the machine. `finalize_event` only hears of what is done: the library goes on after its error."""
WAY_SLOTS = ("prepare", "conditions", "before", "after")
STATE_SLOTS = ("on_exit", "on_enter")


@pytest.fixture
def case(office: Outside) -> str:
    """Forwarded; the county's first hand is due, then the decision, a final state of the application."""
    story = Story(office, "en17", single(11), [nothing("m1")])
    story.todo = [line for line in story.todo if line["type"] != "SignHand"]
    number = story.to("Forward")
    office.clock("2025-04-02")
    return number


def lines(office: Outside, case: str) -> list[Line]:
    return [office.line("SignHand", "chief", case), office.line("Confirm", "decider", case)]


def breaks(patch: pytest.MonkeyPatch, slot: str, trigger: str, source: str, to: str) -> None:
    """Put an error into one slot of the shared machine of applications."""
    definition._led.cache_clear()
    built = machine(current("application"))
    if slot in MACHINE_SLOTS:
        patch.setattr(built, f"_{slot}", [boom])
        if slot == "on_final":
            patch.setattr(built.states[to], "final", True)
        if slot == "on_exception":
            patch.setattr(built.states[to], "on_enter", [lambda event: 1 / 0])
    elif slot in WAY_SLOTS:
        for way in built.events[trigger].transitions[source]:
            if slot == "conditions":
                patch.setattr(
                    way, "conditions", [type("Asked", (), {"check": boom, "func": boom, "target": True})()]
                )
            else:
                patch.setattr(way, slot, [boom])
    else:
        patch.setattr(built.states[source if slot == "on_exit" else to], slot, [boom])


def goes_wrong(office: Outside, line: Line) -> None:
    with pytest.raises(Boom):
        office.say(line)


@pytest.mark.parametrize("slot", [*MACHINE_SLOTS, *WAY_SLOTS, *STATE_SLOTS])
def test_EN_17(office: Outside, case: str, slot: str) -> None:
    sign, confirm = lines(office, case)
    assert office.say(sign)["status"] == "done"
    before, head = office.case(case), office.head()
    with pytest.MonkeyPatch.context() as patch:
        breaks(patch, slot, "Confirm", "forwarded", "confirmed")
        if slot == "finalize_event":
            taken = office.say(confirm)
            assert (taken["status"], office.case(case).state("application")) == ("done", "confirmed")
            return
        goes_wrong(office, confirm)
        assert (office.case(case), office.head()) == (before, head)
        goes_wrong(office, confirm)
    assert (office.case(case), office.head()) == (before, head)
    assert office.say(confirm)["status"] == "done"
    assert office.case(case).state("application") == "confirmed"
    office.run("check")


@pytest.mark.parametrize("slot", [*MACHINE_SLOTS, *WAY_SLOTS, *STATE_SLOTS])
def test_EN_17_a_store_that_stays_open(office: Outside, case: str, slot: str) -> None:
    """The same process goes on: its caches hold nothing of what failed, another trigger works meanwhile."""
    doudi = office.open()
    sign, confirm = lines(office, case)
    assert doudi.office.take(sign).status == "done"
    other = office.line("Object", "window", case, anonymous=True, words="有车")
    with pytest.MonkeyPatch.context() as patch:
        breaks(patch, slot, "Confirm", "forwarded", "confirmed")
        head = doudi.store.head()
        if slot != "finalize_event":
            with pytest.raises(Boom):
                doudi.office.take(confirm)
            assert doudi.store.head() == head
    assert doudi.office.take(other).status == "refused"
    assert doudi.office.take(confirm).status == "done"
    assert doudi.office.world.case(case).state("application") == "confirmed"  # type: ignore
    doudi.close()


def of_ours(place: str) -> Callable[[pytest.MonkeyPatch], None]:
    def patch(patches: pytest.MonkeyPatch) -> None:
        definition._led.cache_clear()
        if place == "a guard":
            patches.setitem(engine.GUARDS, "opinion_favourable", boom)
        elif place == "a due day":
            patches.setitem(engine.DUE_DAYS, "review_opens", boom)
        elif place == "the decider":
            patches.setattr(COMMANDS["Confirm"], "decide", boom)
        elif place == "where it leads":
            patches.setattr(definition, "machine", boom)
        elif place == "entering a state":
            patches.setattr(engine, "compute", boom)
        elif place == "folding its events":
            patches.setattr(engine, "fold", boom)
        else:
            patches.setattr(EventStore, "write", boom)

    return patch


@pytest.mark.parametrize(
    "place",
    [
        "a guard",
        "a due day",
        "the decider",
        "where it leads",
        "entering a state",
        "folding its events",
        "the write",
    ],
)
def test_EN_17_our_own_parts(office: Outside, case: str, place: str) -> None:
    sign, confirm = lines(office, case)
    assert office.say(sign)["status"] == "done"
    before, head = office.case(case), office.head()
    with pytest.MonkeyPatch.context() as patches:
        of_ours(place)(patches)
        goes_wrong(office, confirm)
    assert (office.case(case), office.head()) == (before, head)
    assert office.say(confirm)["status"] == "done"


def test_EN_17_what_stood_behind_it_in_the_file_is_not_lost(office: Outside, case: str) -> None:
    """A file whose second line broke is sent again: the first is answered as before, the others are taken."""
    sign, confirm = lines(office, case)
    served = office.line("Serve", "handler", case, letter="L08", way="direct", proof=PHOTO)
    with pytest.MonkeyPatch.context() as patch:
        breaks(patch, "after", "Confirm", "forwarded", "confirmed")
        with pytest.raises(Boom):
            office.do(sign, confirm, served)
    first, *rest = office.do(sign, confirm, served)
    assert [one["status"] for one in (first, *rest)] == ["done"] * 3
    assert office.kinds(case).count("HandSigned") == 1
