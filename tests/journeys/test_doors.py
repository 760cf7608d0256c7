"""A whole life goes through every door: a file at once, in a process of its own, each command by its shorthand."""

from collections.abc import Callable

import pytest

from tests.journeys.lives import Life, read, shorthand

JOURNEYS = ["J1", "J3", "J5"]


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_life_in_one_file_and_day_by_day_are_the_same(life: Callable[[str], Life], name: str) -> None:
    whole = life(name)
    answers = whole.run("do", str(whole.path)).lines
    assert {one["status"] for one in answers} == {"done"}
    again = whole.run("do", str(whole.path)).lines
    assert again == answers
    by_day = Life(whole.folder / "by-day", name)
    while by_day.todo:
        by_day.play(by_day.todo[0][0])
    assert by_day.events() == whole.events()


def test_a_life_in_one_file_by_a_process_of_its_own(life: Callable[[str], Life]) -> None:
    here, there = life("J3"), Life(life("J3").folder / "apart", "J3")
    here.run("do", str(here.path))
    there.apart("do", str(there.path))
    assert there.events() == here.events()


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_life_by_shorthands(life: Callable[[str], Life], name: str) -> None:
    by_file = life(name)
    by_file.run("do", str(by_file.path))
    by_hand = Life(by_file.folder / "by-hand", name)
    number = ""
    for line in read(by_file.path):
        said = by_hand.run(*shorthand(line, number), "--format", "json")
        number = number or said.json.get("case", "")
    assert by_hand.events() == by_file.events()
