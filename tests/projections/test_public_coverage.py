"""Months in aid as runs: taking some away is taking months from a set."""

from hypothesis import given
from hypothesis import strategies as st

from domain.days import Month, add_month
from domain.ids import CaseNo, DivisionCode
from projections.public.coverage import FOREVER, Run, runs, without
from projections.public.persons import Span

FIRST = Month("2025-01")
MONTHS = [add_month(FIRST, place) for place in range(12)]


def months(found: list[Run]) -> set[str]:
    return {month for month in MONTHS for first, last in found if first <= month <= last}


@st.composite
def covers(draw: st.DrawFn) -> list[Run]:
    """Runs in order, apart from each other, the last perhaps without end."""
    marks = sorted(draw(st.sets(st.integers(0, 11), max_size=8)))
    found = [(MONTHS[one], MONTHS[other]) for one, other in zip(marks[::2], marks[1::2], strict=False)]
    apart = [
        run for place, run in enumerate(found) if not place or add_month(found[place - 1][1], 1) < run[0]
    ]
    if apart and draw(st.booleans()):
        apart[-1] = (apart[-1][0], FOREVER)
    return apart


def span(first: Month, last: Month) -> Span:
    until = None if last == FOREVER else last
    return Span(
        case=CaseNo("a"),
        division=DivisionCode("110199"),
        area="rural",
        from_month=first,
        until_month=until,
        amount=1,
    )


@given(covers(), covers())
def test_without_takes_away_these_months_and_no_other(some: list[Run], others: list[Run]) -> None:
    left = without(some, others)
    assert months(left) == months(some) - months(others)
    assert left == sorted(left)
    assert all(first <= last for first, last in left)
    endless = bool(some) and some[-1][1] == FOREVER and not (others and others[-1][1] == FOREVER)
    assert any(last == FOREVER for _, last in left) == endless


@given(covers(), st.data())
def test_spans_next_to_each_other_are_one_run(cover: list[Run], data: st.DataObject) -> None:
    """However the months are cut into spans, the runs are the same."""
    spans: list[Span] = []
    for first, last in cover:
        inner = [month for month in MONTHS if first <= month < min(last, MONTHS[-1])]
        cuts = sorted(data.draw(st.sets(st.sampled_from(inner)))) if inner else []
        start = first
        for cut in cuts:
            spans.append(span(start, cut))
            start = add_month(cut, 1)
        spans.append(span(start, last))
    assert runs(spans) == cover
