"""Letters, the change table and the roll come out of the case; each shows only what its reader may see."""

import json
from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.papers.letters import compose, kinds
from domain.codes import code_list
from domain.ids import CaseNo, make_case_no
from tests.harness import COUNTY, TrialOffice
from tests.workflows import stages
from tests.workflows import test_finding as late
from tests.workflows import test_ruled_amounts as ruled
from tests.workflows.test_difference import drawn
from workflows.refusal import Refused


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def letter(office: TrialOffice, case: str, kind: str) -> str:
    return compose(office.doudi, CaseNo(case), kind).text


def lacks(office: TrialOffice, case: str, kind: str) -> str:
    with pytest.raises(Refused) as refused:
        letter(office, case, kind)
    return refused.value.reasons[0].code


def test_every_letter_of_today_has_its_text_and_its_name() -> None:
    assert set(kinds()) == {*(f"L{n:02d}" for n in range(1, 23)), "L24"}
    assert set(kinds()) <= set(code_list("letter"))


def test_l01_names_the_applicant_the_number_and_the_limit(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    text = letter(office, case, "L01")
    assert case in text
    assert "30个工作日" in text
    assert office.case(case).members["m1"].name.text in text  # type: ignore[index]


def test_l06_shows_head_size_and_amount_and_nothing_more(office: TrialOffice) -> None:
    case = stages.posted(office)
    made = compose(office.doudi, CaseNo(case), "L06")
    assert made.reader == "board"
    assert set(made.fields) == {
        "programme", "head", "size", "posted_amount", "posted", "posted_until", "township", "county",
    }  # fmt: skip
    state = office.case(case)
    for member in state.members.values():
        assert member.number is not None
        assert member.number.text not in made.text
        if member.key != state.head:
            assert member.name.text not in made.text


def test_a_board_names_no_child(office: TrialOffice) -> None:
    case = stages.posted(office, head="m2")
    assert "户主姓名：不公开\n" in letter(office, case, "L06")


def test_a_letter_whose_ground_has_not_happened_is_refused(office: TrialOffice) -> None:
    case = stages.posted(office)
    for kind in ("L02", "L03", "L07", "L08", "L09", "L10", "L12", "L13", "L14", "L15", "L24"):
        assert lacks(office, case, kind) == "letter-not-due", kind
    assert lacks(office, case, "L99") == "letter-kind-unknown"


def test_l08_says_amount_in_words_and_the_first_month(office: TrialOffice) -> None:
    case = stages.confirmed(office)
    text = letter(office, case, "L08")
    amount = office.case(case).award.terms[0].amount  # type: ignore[union-attr]
    assert f"{amount // 100:,}.00元" in text
    assert "元整" in text
    assert "2025年6月" in text


def test_the_roll_and_the_change_table_of_a_month(
    office: TrialOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    case = stages.confirmed(office)
    office.clock("2025-06-02")
    office.do("Draw", "payer", division="110199", month="2025-06")
    for kind, actor, more in (
        ("SignList", "payer", {"hand": "maker"}),
        ("SignList", "checker", {"hand": "checker"}),
        ("CloseList", "payer", {}),
    ):
        office.do(kind, actor, division="110199", area="rural", month="2025-06", **more)
    state = office.case(case)
    amount = state.award.terms[0].amount  # type: ignore[union-attr]

    def read(*args: str) -> dict[str, object]:
        main(["--store", office.url, "--as", "payer", "--format", "json", *args])
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    rolled = read("roll", "--division", "110199", "--month", "2025-06")
    [row] = rolled["rows"]  # type: ignore[misc]
    assert row["total"] == row["household_part"] + row["uplift"] == amount
    assert row["covered"] == len(state.members)
    assert state.members[state.head].number.text not in json.dumps(rolled)  # type: ignore[union-attr]
    looks = [look.purpose for look in office.doudi.access_log.entries() if look.actor == "payer"]
    assert looks[-1] == "roll"
    changed = read("changes", "--division", "110199", "--month", "2025-06")
    [new] = changed["rows"]  # type: ignore[misc]
    assert (new["kind"], new["before"], new["difference"]) == ("新增", 0, amount)
    assert new["reason"] == "新审核确认"
    assert changed["summary"][0] == {  # type: ignore[index]
        "kind": "新增", "households": 1, "persons": len(state.members), "amount": amount,
    }  # fmt: skip


def test_a_letter_out_of_scope_is_as_an_unknown_case(
    office: TrialOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    case = stages.surveyed(office)
    said = []
    for number in (case, str(make_case_no(COUNTY, 2025, 999))):
        with pytest.raises(SystemExit) as end:
            main(["--store", office.url, "--as", "window-t2", "letter", number, "L01"])
        assert end.value.code == 1
        said.append(capsys.readouterr().err)
    assert said[0] == said[1]


# late truth


def test_l17_says_each_month_that_was_paid_too_little(office: TrialOffice) -> None:
    case = late.single(office)
    late.draw(office, case, "2025-05", "2025-06")
    assert lacks(office, case, "L17") == "letter-not-due"
    office.do("ReportChange", "window", case, on="2025-07-03", kind="correction", happened="2025-07-03")
    wage = late.income("m1", 30_000, "2024-09-01", "2025-02-28")
    office.do("CorrectFact", "handler", case, on="2025-07-03", fact="f1", corrected=wage)
    office.do("MakeGood", "decider", case, on="2025-07-04", reason="工资录错")
    text = letter(office, case, "L17")
    assert all(said in text for said in ("2025年5月：50.00元", "2025年6月：50.00元", "合计100.00元", "纠错"))
    late.drawn(office, "2025-07")
    assert "合计100.00元" in letter(office, case, "L17")


@pytest.mark.parametrize(
    ("decided", "says"),
    [
        ({"outcome": "waive"}, ("免于追回",)),
        ({"outcome": "recover", "set_off_percent": 10}, ("追回80.00元", "不超过当月金额的10%")),
        ({"outcome": "part", "amount": 3_000}, ("追回30.00元", "2025年8月4日前：30.00元")),
    ],
)
def test_l18_says_what_was_decided_and_how_it_comes_back(
    office: TrialOffice, decided: dict[str, object], says: tuple[str, ...]
) -> None:
    case = late.single(office)
    late.draw(office, case, "2025-05", "2025-06")
    late.detected(office, case, "2025-07-03", late.hidden("2025-05-12", "2025-06-11"))
    assert lacks(office, case, "L18") == "letter-not-due"
    office.do("FindDifference", "county", case, on="2025-07-03")
    office.do("NoticeFinding", "county", case, on="2025-07-03")
    before = letter(office, case, "L18")
    assert all(
        said in before
        for said in ("已发500.00元，应发420.00元，多发80.00元", "尚未决定追回", "2025年7月10日")
    )
    office.do("HearFinding", "county", case, on="2025-07-04", words="知道了")
    office.do("DecideFinding", "decider", case, on="2025-07-05", reason="有困难", **decided)
    text = letter(office, case, "L18")
    assert all(said in text for said in (*says, "有困难", "行政复议"))
    assert "尚未决定追回" not in text


def test_l18_says_nothing_was_paid_of_a_month_that_came_back(office: TrialOffice) -> None:
    case = late.single(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    office.do("ReturnPayment", "payer", case, month="2025-06", on="2025-07-05", code="K01")
    late.detected(office, case, "2025-08-03", late.hidden("2025-05-12", "2025-07-11"))
    office.do("FindDifference", "county", case, on="2025-08-03")
    office.do("NoticeFinding", "county", case, on="2025-08-03")
    text = letter(office, case, "L18")
    assert "2025年6月：应发420.00元，没有多发" in text
    assert "2025年7月：已发500.00元，应发420.00元，多发80.00元" in text


def test_l22_certifies_aid_or_none(office: TrialOffice) -> None:
    case = late.single(office)
    office.clock("2025-05-02")
    assert "自2025年5月起享受农村最低生活保障" in letter(office, case, "L22")
    applied = stages.surveyed(office)
    assert "目前未享受" in letter(office, applied, "L22")
    assert lacks(office, applied, "L11") == "letter-not-due"


def test_l19_says_when_a_review_opens_and_then_by_when_it_ends(office: TrialOffice) -> None:
    case = late.single(office)
    text = letter(office, case, "L19")
    assert "起进行定期核查" in text
    assert "救助金照常发放" in text
    opens = next(one.due for key, one in office.case(case).deadlines.items() if key.endswith("/open"))
    office.clock(opens.isoformat())
    office.do("Tick", "admin", until=opens.isoformat())
    assert "前完成定期核查" in letter(office, case, "L19")
    assert lacks(office, stages.surveyed(office), "L19") == "letter-not-due"


def test_l21_asks_another_place_and_names_no_number(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    text = letter(office, case, "L21")
    assert case in text
    assert "10个工作日内函复" in text
    members = office.case(case).members.values()
    assert all(one.number is None or one.number.text not in text for one in members)


def test_l14_of_an_award_restored_says_that_it_is_paid_again(office: TrialOffice) -> None:
    case = late.single(office)
    late.stopped(office, case, "S09", "2025-07-10", "2025-07-20")
    assert "起对你户的农村最低生活保障停发" in letter(office, case, "L14")
    office.do("Restore", "decider", case, on="2025-08-20", code="I05", reason="重名，错停")
    text = letter(office, case, "L14")
    assert "自2025年8月起对你户的农村最低生活保障恢复发放" in text
    assert "现户月保障金额：500.00元" in text


def test_l14_of_another_area_says_so_though_the_amount_stands(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    case = ruled.fixed(office, late.single(office), 52_000, "2025-07")
    office.do("ChangeArea", "decider", case, on="2025-07-20", area="urban", words="撤村建居")
    text = letter(office, case, "L14")
    assert "自2025年8月起对你户的城市最低生活保障调整" in text
    assert text.count("520.00元") == 2
