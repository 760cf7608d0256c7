"""补发: what months drawn before are due beyond what was drawn; months of a restored award (rules.md §2, §3, §7)."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.cli.main import main
from domain.case import Case
from domain.case.award import DifferenceDrawn, LineReleased, MonthDrawn
from domain.days import Month
from domain.office import ParameterSet
from domain.payment import PayList
from domain.person import DeathRecorded
from projections.figures import month_table
from tests.harness import COUNTY, TrialOffice, at, number, person
from tests.workflows.awards import amount, family, family_income, income, living, nothing, plain
from workflows.world import list_stream, person_stream, policy_stream

BIRTH = "2025-05-20"


def drawn(office: TrialOffice, *months: str, area: str = "rural", then_close: bool = True) -> dict[str, Any]:
    """Each month's list drawn on its fifth and closed; the last one's counts."""
    found: dict[str, Any] = {}
    for month in months:
        if office.store.clock.now() < at(f"{month}-05"):
            office.clock(f"{month}-05")
        found = office.do("Draw", "payer", division=COUNTY, month=month, area=area).data[area]
        if then_close:
            close(office, month, area)
    return found


def close(office: TrialOffice, month: str, area: str = "rural") -> None:
    named = {"division": COUNTY, "month": month, "area": area}
    office.do("SignList", "payer", **named, hand="maker")
    office.do("SignList", "checker", **named, hand="checker")
    office.do("CloseList", "payer", **named)


def poorer(office: TrialOffice) -> str:
    """800.00; 200.00 for the two without their son."""
    return living(office, family(), family_income(wages=240_000), review_class="B")


def arrears(counts: dict[str, Any]) -> tuple[int, int, int]:
    return counts["arrears_lines"], counts["arrears_person_times"], counts["arrears_amount"]


def differences(office: TrialOffice, case: str) -> list[DifferenceDrawn]:
    return [event for event in office.events(case) if isinstance(event, DifferenceDrawn)]


def due(of: Case, month: str) -> int:
    terms = of.award.at(Month(month)) if of.award else None
    return terms.amount if terms else 0


def paylist(office: TrialOffice, month: str) -> PayList:
    office.doudi.office.world.refresh()
    found: PayList = office.doudi.office.world.state(list_stream(COUNTY, "dibao", "rural", month))
    return found


def raised(office: TrialOffice, standard: int, since: str, case: str, on: str) -> None:
    event = ParameterSet(
        on=date.fromisoformat(on), division=COUNTY, programme="dibao", name="standard", value=standard,
        unit="yuan/month", since=date.fromisoformat(f"{since}-01"), document="提标文件",
    )  # fmt: skip
    office.write([(policy_stream(COUNTY, "dibao"), event)])
    office.do("RaiseStandard", "county", case, on=on, from_month=since)


def born(office: TrialOffice, case: str, said: str) -> None:
    """A child reported within three months: 1,000.00 instead of 400.00 from June on."""
    baby = {"key": "m4", "name": "王小宝", "kinship": "20", "number": number(BIRTH, 31)}
    office.do("ReportChange", "window", case, on=said, kind="birth", happened=BIRTH)
    office.do("JoinMember", "window", case, on=said, member=baby, reason="birth")
    office.do("StateFacts", "handler", case, on=said, facts=nothing([baby], [], BIRTH))
    office.do("ProposeChange", "handler", case, on=said, effect="increase", code="I02")
    office.do("DecideChange", "decider", case, on=said)


def asked(office: TrialOffice, read: Callable[[], Any], *args: str) -> dict[str, Any]:
    main(["--store", office.url, "--as", "payer", "--format", "json", *args])
    found: dict[str, Any] = json.loads(read().out)
    return found


def test_a_child_reported_late_is_paid_for_the_months_drawn_without_it(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    born(office, case, "2025-07-10")
    counts = drawn(office, "2025-08")
    assert (counts["households"], counts["amount"]) == (1, 100_000)
    assert arrears(counts) == (2, 2, 120_000)
    found = differences(office, case)
    stream = list_stream(COUNTY, "dibao", "rural", "2025-08")
    assert [(one.month, one.list, one.amount, one.code, one.persons, one.held) for one in found] == [
        (month, stream, 60_000, "I02", ("m4",), False) for month in ("2025-06", "2025-07")
    ]
    assert all(sum(one.shares.values()) == one.amount for one in found)
    of = office.case(case)
    assert [of.drawn[Month(month)].drawn for month in ("2025-05", "2025-06", "2025-07", "2025-08")] == [
        40_000,
        100_000,
        100_000,
        100_000,
    ]
    assert of.award is not None
    assert of.drawn[Month("2025-06")].shares == of.award.at(Month("2025-06")).shares  # type: ignore[union-attr]
    assert (paylist(office, "2025-08").amount, paylist(office, "2025-08").arrears_amount) == (
        100_000,
        120_000,
    )


def test_what_was_made_good_is_never_drawn_twice(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    born(office, case, "2025-07-10")
    drawn(office, "2025-08")
    assert arrears(drawn(office, "2025-08", then_close=False)) == (0, 0, 0)
    assert arrears(drawn(office, "2025-09")) == (0, 0, 0)
    assert len(differences(office, case)) == 2
    office.clock("2025-10-05")
    office.quiet("Draw", "payer", division=COUNTY, month="2025-10")
    assert len(differences(office, case)) == 2


def test_a_draw_refused_draws_no_difference(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05")
    raised(office, 70_000, "2025-05", case, "2025-05-20")
    far = {"division": COUNTY, "month": "2025-07"}
    assert office.say("Draw", "payer", **far).reasons[0].code == "month-too-far"
    assert office.say("Draw", "window", division=COUNTY, month="2025-06").status == "refused"
    assert differences(office, case) == []


def test_a_second_raise_pays_only_what_the_first_left(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05")
    raised(office, 70_000, "2025-05", case, "2025-05-20")
    assert arrears(drawn(office, "2025-06")) == (1, 0, 30_000)
    raised(office, 71_000, "2025-05", case, "2025-06-20")
    assert arrears(drawn(office, "2025-07")) == (2, 0, 6_000)
    found = office.case(case)
    assert [found.drawn[Month(month)].drawn for month in ("2025-05", "2025-06", "2025-07")] == [73_000] * 3
    assert due(found, "2025-05") == 73_000


def test_a_list_drawn_again_after_a_raise_has_the_difference_beside_its_own(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", then_close=False)
    raised(office, 70_000, "2025-05", case, "2025-05-20")
    assert arrears(drawn(office, "2025-05", then_close=False)) == (1, 0, 30_000)
    assert arrears(drawn(office, "2025-05")) == (0, 0, 0)
    (found,) = differences(office, case)
    assert (found.list, found.supplementary) == (list_stream(COUNTY, "dibao", "rural", "2025-05"), False)
    again = paylist(office, "2025-05")
    assert (again.households, again.amount, again.arrears_amount) == (1, 40_000, 30_000)


def test_a_month_drawn_ahead_is_made_good_on_its_own_list_or_later(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", then_close=False)
    office.do("Draw", "payer", division=COUNTY, month="2025-06", area="rural")
    raised(office, 70_000, "2025-06", case, "2025-05-20")
    assert arrears(drawn(office, "2025-05")) == (0, 0, 0)
    assert arrears(drawn(office, "2025-06")) == (1, 0, 30_000)


def test_less_than_was_drawn_is_neither_taken_back_nor_set_off(office: TrialOffice) -> None:
    """A death found late: June was drawn with the dead in it; a raise reaches May."""
    case = poorer(office)
    drawn(office, "2025-05", "2025-06")
    office.do("RecordDeath", "handler", case, on="2025-06-20", member="m3", died="2025-05-20", source="V14")
    assert amount(office, case, "2025-06") == 20_000
    assert arrears(drawn(office, "2025-07")) == (0, 0, 0)
    raised(office, 61_000, "2025-05", case, "2025-07-20")
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        83_000,
        22_000,
        22_000,
    ]
    assert arrears(drawn(office, "2025-08")) == (2, 0, 5_000)
    assert [one.month for one in differences(office, case)] == ["2025-05", "2025-07"]
    assert office.case(case).drawn[Month("2025-06")].drawn == 80_000


def test_on_hold_a_difference_is_kept_back_and_released_with_it(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05")
    raised(office, 70_000, "2025-05", case, "2025-05-20")
    office.do("SetHold", "handler", case, on="2025-05-21", ground="check", until="2025-12-31")
    drawn(office, "2025-06")
    (found,) = differences(office, case)
    assert found.held
    before = office.case(case).drawn[Month("2025-05")]
    assert (before.held, before.held_on) == (False, (found.list,))
    office.do("EndHold", "handler", case, on="2025-06-20")
    released = [(one.month, one.list) for one in office.events(case) if isinstance(one, LineReleased)]
    assert released == [("2025-05", found.list), ("2025-06", found.list)]
    assert office.case(case).drawn[Month("2025-05")].held_on == ()
    assert arrears(drawn(office, "2025-07")) == (0, 0, 0)


def test_an_award_that_ended_meanwhile_is_still_paid_its_difference(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", "2025-06")
    born(office, case, "2025-06-10")
    office.do("ReportChange", "window", case, on="2025-06-11", kind="own_request", happened="2025-06-11")
    office.do("ProposeChange", "handler", case, on="2025-06-11", effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on="2025-06-12")
    counts = drawn(office, "2025-07")
    assert (counts["households"], arrears(counts)) == (0, (1, 1, 60_000))
    assert arrears(drawn(office, "2025-08")) == (0, 0, 0)


def test_another_area_pays_more_for_a_month_drawn_ahead(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    case = plain(office)
    drawn(office, "2025-05")
    office.do("Draw", "payer", division=COUNTY, month="2025-06", area="rural")
    office.do("ChangeArea", "decider", case, on="2025-05-20", area="urban", words="撤村建居")
    assert arrears(drawn(office, "2025-06")) == (0, 0, 0)
    assert arrears(drawn(office, "2025-06", area="urban")) == (1, 0, 90_000)
    assert differences(office, case)[0].area == "urban"
    assert arrears(drawn(office, "2025-07", area="urban")) == (0, 0, 0)


def test_differences_are_corrections_of_the_month_they_are_drawn_in(office: TrialOffice) -> None:
    case = plain(office)
    drawn(office, "2025-05", "2025-06")
    born(office, case, "2025-06-10")
    drawn(office, "2025-07")
    raised(office, 61_000, "2025-07", case, "2025-07-20")
    drawn(office, "2025-07")
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("statistics")
    july = month_table(rows, "dibao", COUNTY, Month("2025-07"))["rural"]
    assert (july["paid"], july["persons"], july["corrections"], july["correction_person_times"]) == (
        100_000,
        4,
        60_000 + 4_000,
        1,
    )
    assert july["paid_to_date"] == 2 * 40_000 + 100_000 + 64_000
    assert july["balance_persons"] == 0


def test_the_roll_the_list_and_the_file_show_arrears(
    office: TrialOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    case = plain(office)
    drawn(office, "2025-05", "2025-06")
    born(office, case, "2025-06-10")
    drawn(office, "2025-07")
    of = ("--division", COUNTY, "--month", "2025-07")
    (row,) = asked(office, capsys.readouterr, "roll", *of)["rows"]
    assert (row["total"], row["arrears"], row["covered"]) == (100_000, 60_000, 4)
    (june,) = asked(office, capsys.readouterr, "roll", *of[:3], "2025-06")["rows"]
    assert (june["total"], june["arrears"]) == (40_000, 0)
    (shown,) = asked(office, capsys.readouterr, "pay", "show", *of)["rows"]
    assert (shown["paid"], shown["arrears"]) == (100_000, 60_000)
    main(["--store", office.url, "--as", "handler", "--lang", "en", "case", "show", case])
    file = capsys.readouterr().out
    assert "2025-06 topped up: 600.00 yuan (I02" in file


# a restored award


def stopped_by_error(office: TrialOffice, case: str) -> None:
    """From June on, for a house that is another's."""
    house = {"kind": "property", "happened": "2025-05-05", "source": "V04"}
    office.do("DetectChange", "county", case, on="2025-05-09", **house)
    office.do("GivePriorNotice", "handler", case, on="2025-05-09", effect="stop", code="S14")
    office.do("Hear", "handler", case, on="2025-05-12", words="不是我的房")
    office.do("ProposeChange", "handler", case, on="2025-05-12", effect="stop", code="S14")
    office.do("DecideChange", "decider", case, on="2025-05-13")


def kept_off(office: TrialOffice, case: str) -> None:
    """A hit that was another's keeps May off its list."""
    dead = office.case(case).members["m1"].person  # type: ignore[index]
    hit = DeathRecorded(on=date(2025, 5, 2), died=date(2025, 4, 28), source="V14")
    office.write([(person_stream(dead), hit)])
    drawn(office, "2025-05")
    office.write([(person_stream(dead), replace(hit, on=date(2025, 5, 8), died=date(2026, 5, 28)))])


def test_restored_from_a_later_month_an_award_is_still_owed_what_was_never_drawn(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-01-01", 11)], [], accepted="2025-04-03")
    kept_off(office, case)
    stopped_by_error(office, case)
    answer = office.quiet(
        "Restore", "decider", case, on="2025-06-20", code="I05", reason="错停", from_month="2025-07"
    ).data
    assert (answer["from_month"], answer["owed"]) == ("2025-07", [])
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        60_000,
        None,
        60_000,
    ]
    drawn(office, "2025-06")
    assert arrears(drawn(office, "2025-07")) == (0, 0, 0)
    lines = [(one.month, one.arrears) for one in office.events(case) if isinstance(one, MonthDrawn)]
    assert lines == [("2025-05", True), ("2025-07", False)]


def test_the_register_keeps_the_months_without_aid_apart(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-01-01", 11)], [], accepted="2025-04-03")
    stopped_by_error(office, case)
    office.do("Restore", "decider", case, on="2025-06-20", code="I05", reason="错停", from_month="2025-07")
    office.doudi.projector.catch_up()
    segments = office.doudi.projector.rows("register").select("register_segment", case_no=case)
    assert [(one["from_month"], one["until_month"], one["end_code"]) for one in segments] == [
        ("2025-05", "2025-05", "S14"),
        ("2025-07", None, None),
    ]
    assert office.refused("RaiseStandard", "county", case, on="2025-07-01", from_month="2025-06") == [
        "nothing-raised"
    ]


# the facts a month was decided on


def test_a_raise_reads_for_each_month_the_facts_of_the_decision_for_it(office: TrialOffice) -> None:
    """Wages end in July: 1,400.00 counted until August, 600.00 from September."""
    case = plain(office)
    drawn(office, "2025-05", "2025-06", "2025-07", "2025-08")
    office.do("ReportChange", "window", case, on="2025-08-20", kind="income", happened="2025-08-01")
    less = [income("m2", 300_000, "2025-03-01", "2025-07-31", "B1")]
    idle = nothing([{"key": "m1"}], [], "2025-02-01")
    office.do("EndFact", "handler", case, on="2025-08-20", fact="f1", until="2025-01-31")
    office.do("StateFacts", "handler", case, on="2025-08-20", facts=[*less, *idle])
    office.do("ProposeChange", "handler", case, on="2025-08-20", effect="increase", code="I03")
    office.do("DecideChange", "decider", case, on="2025-08-21")
    assert [amount(office, case, month) for month in ("2025-08", "2025-09")] == [40_000, 120_000]
    raised(office, 70_000, "2025-07", case, "2025-08-25")
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-09")] == [
        40_000,
        70_000,
        150_000,
    ]
    assert arrears(drawn(office, "2025-09")) == (2, 0, 60_000)


def test_a_month_before_a_death_is_raised_with_the_dead_in_it(office: TrialOffice) -> None:
    case = poorer(office)
    drawn(office, "2025-05", "2025-06")
    office.do("RecordDeath", "handler", case, on="2025-06-10", member="m3", died="2025-06-08", source="V14")
    raised(office, 70_000, "2025-05", case, "2025-06-20")
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        110_000,
        110_000,
        40_000,
    ]
    assert arrears(drawn(office, "2025-07")) == (2, 0, 60_000)
