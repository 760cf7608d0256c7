"""What others are told while people split, join, merge and move: in each month one case pays a person, here too."""

from pathlib import Path

from domain.days import month_of
from projections.public.persons import Recipient
from tests.projections.publics import Log, compacted, covered
from tests.workflows.test_once_a_month import Town
from workflows.ports import Recorded


def told(town: Town) -> Log:
    store = town.office.store
    found: list[Recorded] = []
    at, head = 0, store.head()
    while at < head:
        page = store.page(at, 2_000)
        found += page
        at = page[-1].position
    return Log(found)


def split_and_moved(folder: Path) -> Town:
    """One splits off, joins another household; that one moves; the change of the old case waits a month."""
    town = Town(folder)
    first, second = town.cases
    town.draw()
    town.split(first, "m3", late=True)
    town.draw()
    town.settle(6)
    town.join(second, town.cases[2], "m1", late=False)
    town.draw()
    town.move(second)
    town.draw()
    return town


def test_recipients_are_those_whom_one_award_pays(tmp_path: Path) -> None:
    town = split_and_moved(tmp_path)
    messages = told(town).messages()
    recipients = compacted(messages)
    month = str(month_of(town.office.store.clock.now().date()))
    spans = {one.person: [(span.case, span.from_month) for span in one.spans] for one in recipients.values()}
    assert all(len(some) == 1 for some in spans.values()), spans
    truth = {ref: cases[0] for (ref, of), cases in town.claimed().items() if of == month}
    assert {person: some[0][0] for person, some in spans.items()} == truth
    _, second, alone = town.cases
    moved = [one for one in recipients.values() if one.spans[0].case == second]
    assert {one.spans[0].division for one in moved} == {"110199002"}
    assert all(isinstance(one, Recipient) for one in moved)
    assert not any(one.spans[0].case == alone for one in recipients.values())


def test_approvals_and_exits_give_each_month_one_case(tmp_path: Path) -> None:
    town = split_and_moved(tmp_path)
    months: dict[tuple[str, str], list[str]] = {}
    for (person, case), covers in covered(told(town).messages()).items():
        for month in covers:
            months.setdefault((person, month), []).append(case)
    assert {at: cases for at, cases in months.items() if len(cases) > 1} == {}
    claimed = {(ref, str(month)): cases for (ref, month), cases in town.claimed().items()}
    until = str(town.month)
    assert {at: cases for at, cases in months.items() if at[1] <= until} == claimed
