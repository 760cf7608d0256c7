"""What others are told while people split, join, merge and move: in each month one case pays a person, here too."""

from pathlib import Path

from domain.days import month_of
from projections.public.persons import Exited, Recipient
from tests.harness import TrialOffice, person
from tests.projections.publics import Log, compacted, covered
from tests.workflows.test_once_a_month import Town
from tests.workflows.test_split import alone, leave, settle
from tests.workflows.test_split import old as old
from workflows.ports import Recorded


def told(office: TrialOffice) -> Log:
    store = office.store
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
    messages = told(town.office).messages()
    recipients = compacted(messages)
    month = str(month_of(town.office.store.clock.now().date()))
    spans = {one.person: [(span.case, span.from_month) for span in one.spans] for one in recipients.values()}
    assert all(len(some) == 1 for some in spans.values()), spans
    truth = {ref: cases[0] for (ref, of), cases in town.claimed().items() if of == month}
    assert {who: some[0][0] for who, some in spans.items()} == truth
    _, second, alone = town.cases
    moved = [one for one in recipients.values() if one.spans[0].case == second]
    assert {one.spans[0].division for one in moved} == {"110199002"}
    assert all(isinstance(one, Recipient) for one in moved)
    assert not any(one.spans[0].case == alone for one in recipients.values())


def test_approvals_and_exits_give_each_month_one_case(tmp_path: Path) -> None:
    town = split_and_moved(tmp_path)
    months: dict[tuple[str, str], list[str]] = {}
    for (who, case), covers in covered(told(town.office).messages()).items():
        for month in covers:
            months.setdefault((who, month), []).append(case)
    assert {at: cases for at, cases in months.items() if len(cases) > 1} == {}
    claimed = {(ref, str(month)): cases for (ref, month), cases in town.claimed().items()}
    until = str(town.month)
    assert {at: cases for at, cases in months.items() if at[1] <= until} == claimed


def test_who_came_back_and_dies_has_that_reason(office: TrialOffice, old: str) -> None:
    leave(office, old)
    new = alone(office, old)
    settle(office, old, "2025-05-12")
    back = person("m4", "2000-01-01", 13, "周丙", "20")
    office.do("ReportChange", "handler", old, on="2025-06-10", kind="joined", happened="2025-06-10")
    office.do("JoinMember", "handler", old, on="2025-06-10", member=back, reason="return", from_case=new)
    settle(office, old, "2025-06-12", "I02", "increase")
    office.do("RecordDeath", "handler", old, on="2025-08-04", member="m4", died="2025-07-20", source="V14")
    he = office.case(old).members["m4"].person  # type: ignore[index]
    exits = [one.data for one in told(office).messages() if isinstance(one.data, Exited)]
    assert [(one.case, one.reason) for one in exits if one.person == he] == [
        (old, "D02"),
        (new, "S19"),
        (old, "D01"),
    ]
