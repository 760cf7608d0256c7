"""The notice board: only what may be shown, only there, only while it may."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.award import HeadChanged
from domain.case.decision import Announced, Confirmed
from domain.case.intake import ApplicationEntered, Lapsed, Member, Paper, Withdrawn
from domain.case.opinion import Posted, PublicityVoid, TakenDown
from domain.days import Month
from domain.event import Event
from domain.explain import SCHEMA_VERSION, Explanation
from domain.ids import CaseNo, HouseholdRef, MemberKey, PersonRef, StaffId
from domain.office import TimeSeen
from domain.personal import Account, Address, Name, Number, Phone
from projections.base import Rows
from projections.notices import Notices, board
from tests.adapters.told import Said, ask
from tests.harness import T1, T2, V1, V2, TrialOffice, number, person
from tests.projections.county import Given, fold
from tests.workflows import stages
from workflows.world import CLOCK, case_stream

CASE = CaseNo("11019920250000017")
POSTED, LAST = date(2025, 5, 6), date(2025, 5, 13)
PHOTO = Paper(sha256="ab" * 32, type="image/jpeg", size=1)
DAY = timedelta(days=1)


def member(key: str, born: str, name: str) -> Member:
    ref = f"p-{key}"
    return Member(
        key=MemberKey(key),
        person=PersonRef(ref),
        name=Name(ref, name),
        number=Number(ref, number(born, int(key[1:]))),
        sex="2",
        born=date.fromisoformat(born),
        kinship="02" if key == "m1" else "20",
    )


def entered(born: str = "1985-03-04") -> ApplicationEntered:
    members = (member("m1", born, "王芳"), member("m2", "2015-06-01", "李小明"))
    return ApplicationEntered(
        on=POSTED - 20 * DAY,
        number=CASE,
        programme="dibao",
        area="rural",
        household=HouseholdRef("h1"),
        division=V1,
        applicant=MemberKey("m1"),
        head=MemberKey("m1"),
        members=members,
        address=Address("p-m1", "河东村 3 组 12 号"),
        phone=Phone("p-m1", "13800001234"),
        account=Account("p-m1", "6222021234567890123"),
        account_holder=MemberKey("m1"),
    )


def posted(on: date = POSTED) -> Posted:
    return Posted(on=on, place="村务公开栏", size=2, amount=90_000, until=on + 7 * DAY, photo=PHOTO)


def confirmed(on: date) -> Confirmed:
    members = (MemberKey("m1"), MemberKey("m2"))
    return Confirmed(
        on=on,
        by=StaffId("decider"),
        amount=80_000,
        shares=dict.fromkeys(members, 40_000),
        counted=members,
        covered=members,
        from_month=Month("2025-06"),
        review_class="A",
        explanation=Explanation(
            version=SCHEMA_VERSION,
            month=Month("2025-06"),
            anchor=on,
            decided_on=on,
            eligible=True,
            grounds=(),
            lines=(),
            facts=(),
            parameters=(),
            result=80_000,
        ),
    )


def folded(*events: Event) -> Rows:
    log = [
        Given(at, CLOCK if isinstance(event, TimeSeen) else case_stream(CASE), at, event)
        for at, event in enumerate(events, 1)
    ]
    return fold(Notices(), log)


def hangs(rows: Rows, day: date, where: str = V1) -> list[tuple[Any, ...]]:
    return [
        (one.letter, one.name.text if one.name else None, one.members, one.amount)
        for one in board(rows, day, where)
    ]


NOTICE = ("L06", "王芳", 2, 90_000)


def test_it_hangs_from_its_first_day_to_its_last() -> None:
    rows = folded(entered(), posted())
    assert hangs(rows, POSTED - DAY) == []
    assert hangs(rows, POSTED) == hangs(rows, LAST) == [NOTICE]
    assert hangs(rows, LAST + DAY) == []


def test_in_its_village_and_on_its_townships_board_alone() -> None:
    rows = folded(entered(), posted())
    assert hangs(rows, POSTED, T1) == [NOTICE]
    assert hangs(rows, POSTED, V2) == hangs(rows, POSTED, T2) == []


@pytest.mark.parametrize(
    "event",
    [
        TakenDown(on=LAST, photo=PHOTO, no_objection=True),
        PublicityVoid(on=POSTED + DAY, why="wrong"),
        Withdrawn(on=POSTED + DAY),
        Lapsed(on=POSTED + DAY),
        TimeSeen(on=LAST + DAY, until=LAST + DAY),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_over_leaves_the_rows_themselves(event: Event) -> None:
    rows = folded(entered(), posted(), event)
    assert list(rows.select("notices_shown")) == []


def test_a_tick_on_its_last_day_leaves_it_until_the_day_is_over() -> None:
    assert hangs(folded(entered(), posted(), TimeSeen(on=LAST, until=LAST)), LAST) == [NOTICE]


def test_posted_anew_it_hangs_again() -> None:
    again = POSTED + 3 * DAY
    rows = folded(entered(), posted(), PublicityVoid(on=again, why="wrong"), posted(again))
    assert hangs(rows, again + 7 * DAY) == [NOTICE]


def test_the_announcement_shows_what_was_confirmed() -> None:
    on = LAST + 6 * DAY
    rows = folded(
        entered(),
        posted(),
        TakenDown(on=LAST, photo=PHOTO, no_objection=True),
        confirmed(on),
        Announced(on=on, place="村务公开栏", until=on + 30 * DAY),
    )
    assert hangs(rows, on) == [("L10", "王芳", 2, 80_000)]
    assert hangs(rows, on + 31 * DAY) == []


def test_a_child_is_never_named() -> None:
    assert hangs(folded(entered(born="2007-05-07"), posted()), POSTED) == [("L06", None, 2, 90_000)]
    assert hangs(folded(entered(born="2007-05-06"), posted()), POSTED) == [NOTICE]


def test_a_new_head_is_named_and_a_child_as_head_is_not() -> None:
    head = HeadChanged(on=POSTED - DAY, head=MemberKey("m2"))
    assert hangs(folded(entered(), head, posted()), POSTED) == [("L06", None, 2, 90_000)]


@given(st.integers(-3, 12), st.integers(-3, 12))
def test_nothing_shows_outside_its_days_whatever_time_was_seen(seen: int, asked: int) -> None:
    rows = folded(
        entered(), posted(), TimeSeen(on=POSTED + max(seen, 0) * DAY, until=POSTED + max(seen, 0) * DAY)
    )
    day = POSTED + asked * DAY
    assert bool(hangs(rows, day)) == (0 <= asked <= 7 and (asked >= seen or seen <= 7))


# PR-1: a household of four, two of them children, one ill; 900.00; village V1.
CHILDREN = ("李明", "李红")
PRIVATE = ("13912345678", "6222020200112233445", "河东村", "5-3", "C04", *CHILDREN)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialOffice]:
    office = TrialOffice(tmp_path_factory.mktemp("notices"))
    yield office
    office.doudi.close()


@pytest.fixture(scope="module")
def case(office: TrialOffice) -> str:
    four = [*stages.household(7), person("m4", "1986-01-01", 99, "李强", "12")]
    case = office.accepted(
        four,
        on=stages.ACCEPTED,
        phone="13912345678",
        address="河东村3组12号",
        account="6222020200112233445",
        account_holder="m1",
    )
    office.do(
        "Visit",
        "surveyor",
        case,
        on=stages.VISITED,
        surveyors=["surveyor", "handler2"],
        result="true",
        present=["m1"],
    )
    office.do("AskVerification", "handler", case, on=stages.VISITED, sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-04-24")
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on=stages.REPORTED,
        source="V02",
        answer="agrees",
        data_day="2025-04-25",
    )
    office.do("IssueReport", "centre", case, on=stages.REPORTED, report="HD-2025-7")
    ill = [
        {"kind": "category", "code": "C04", "member": "m4", "since": "2024-01-01", "source": "declared"},
        {
            "kind": "nothing_declared",
            "code": "all",
            "member": "m4",
            "since": "2024-01-01",
            "source": "survey",
        },
    ]
    office.do("StateFacts", "handler", case, on=stages.REPORTED, facts=[*stages.wage(150_000), *ill])
    office.do("Assess", "handler", case, on=stages.ASSESSED)
    office.do("GiveOpinion", "handler", case, on=stages.ASSESSED, favourable=True)
    office.do("ConfirmOpinion", "leader", case, on=stages.ASSESSED)
    office.do("Post", "village", case, on=stages.POSTED, place="村务公开栏", photo=stages.PHOTO)
    return case


def read(office: TrialOffice, form: str, division: str = V1, *more: str) -> Said:
    return ask(office.url, *more, "--format", form, "notices", "--division", division)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_PR_1_only_name_members_amount_only_in_its_village(office: TrialOffice, case: str, form: str) -> None:
    for day in (stages.POSTED, stages.LAST_DAY):
        office.clock(day)
        shown = read(office, form)
        assert shown.code == 0
        assert "王芳" in shown.out
        assert ("90000" if form == "json" else "900.00") in shown.out
        assert not [one for one in (*PRIVATE, case, "110199198", "李强") if one in shown.out + shown.err]
        assert "王芳" not in read(office, form, V2).out
    office.clock(stages.NEXT_DAY)
    after = read(office, form)
    assert after.code == 0
    assert not [one for one in ("王", "90000", "900.00", "L06") if one in after.out + after.err]


def test_PR_1_the_exported_row_has_these_keys_and_no_more(office: TrialOffice, case: str) -> None:
    office.clock(stages.POSTED)
    (row,) = read(office, "json").json["rows"]
    assert row == {
        "letter": "L06",
        "division": V1,
        "head": "王芳",
        "members": 4,
        "amount": 90_000,
        "posted": stages.POSTED,
        "until": stages.LAST_DAY,
    }


def test_PR_1_staff_still_see_that_it_was_posted(office: TrialOffice, case: str) -> None:
    office.clock(stages.NEXT_DAY)
    shown = ask(office.url, "--as", "handler", "case", "show", case)
    assert "posted at 村务公开栏" in shown.out
    assert not [one for one in ("王芳", *PRIVATE[:3], *CHILDREN) if one in shown.out]


def test_PR_1_taken_down_it_is_in_no_row_of_the_store(office: TrialOffice, case: str) -> None:
    office.clock(stages.LAST_DAY)
    office.do("TakeDown", "village", case, on=stages.LAST_DAY, photo=stages.PHOTO, no_objection=True)
    office.doudi.projector.catch_up()
    assert list(office.doudi.projector.rows("notices").select("notices_shown")) == []
    assert read(office, "json").json["rows"] == []


def test_a_townships_board_is_for_its_staff_and_nothing_is_wider(office: TrialOffice) -> None:
    assert read(office, "json", T1, "--as", "window").code == 0
    assert read(office, "json", T1, "--as", "window-t2").code == 1
    wide = read(office, "json", "110199", "--as", "decider")
    assert wide.code == 1
    assert "village, a community or a township" in wide.err
