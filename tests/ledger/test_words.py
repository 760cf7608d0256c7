"""Words and headings of offices' own ledgers that say the same as the nation's."""

import pytest

from adapters.ledger.codes import kinship
from adapters.ledger.fields import FIELDS, normalise
from adapters.ledger.values import BadCell


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("之子", "20"),
        ("之女", "30"),
        ("之妻", "12"),
        ("之父", "51"),
        ("之母", "52"),
        ("户主之子", "20"),
    ],
)
def test_of_the_head_is_understood(word: str, code: str) -> None:
    assert kinship(word) == code


@pytest.mark.parametrize("word", ["之", "户主之", "之友"])
def test_no_kinship_is_guessed(word: str) -> None:
    with pytest.raises(BadCell):
        kinship(word)


@pytest.mark.parametrize(
    "heading", ["享受低保起始年月", "享受低保起始时间", "享受低保 起始月份", "享受起始年月"]
)
def test_a_first_month_goes_by_its_near_spellings(heading: str) -> None:
    assert normalise(heading) in FIELDS["start"]
