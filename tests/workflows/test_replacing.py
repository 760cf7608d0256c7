"""更名、撤并、撤县设区: from a day on desks, parameters and cases follow; old figures stay (rules.md §10.9)."""

from datetime import date
from typing import Any

import pytest

from adapters.closing import closing_of
from adapters.report.counted import counted
from domain.days import Month
from domain.ids import CommandId, DivisionCode
from domain.month import MonthClosed, read_table
from domain.office import ParameterSet
from projections.figures import balance, cells, month_table, tallies
from tests.adapters.told import ask
from tests.harness import COUNTY, T1, T2, V1, V2, TrialOffice
from tests.workflows.awards import amount, plain
from tests.workflows.moves import V21
from workflows.command import Request
from workflows.commands.office import SetClock
from workflows.context import Context
from workflows.world import division_stream, policy_stream

ADMIN, DOCUMENT = "admin", "国函〔2025〕9号"
NEW = DivisionCode("110120")
NAMES = {COUNTY: "丙县", T1: "甲镇", T2: "乙镇", V1: "东山村", V2: "西河村", V21: "南湾村"}
LEVELS = {6: "county", 9: "township", 12: "village"}


@pytest.fixture
def case(office: TrialOffice) -> str:
    """J1's household in V1, paid for May and June."""
    for code, name in NAMES.items():
        office.do("AddDivision", ADMIN, code=code, name=name, level=LEVELS[len(code)])
    found = plain(office)
    for month in ("2025-05", "2025-06"):
        pay(office, COUNTY, month)
    return found


def pay(office: TrialOffice, county: str, month: str) -> None:
    office.clock(f"{month}-08")
    about = {"division": county, "month": month, "area": "rural"}
    office.do("Draw", "payer", **about)
    office.do("SignList", "payer", **about, hand="maker")
    office.do("SignList", "checker", **about, hand="checker")
    office.do("CloseList", "payer", **about)


def table(office: TrialOffice, division: str, month: str) -> dict[str, object]:
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("statistics")
    return month_table(rows, "dibao", division, Month(month))["rural"]  # type: ignore[return-value]


def closed(office: TrialOffice, month: str, county: DivisionCode) -> MonthClosed:
    found = closing_of(office.store, county, "dibao", Month(month))
    assert found is not None
    return found


def test_a_division_is_renamed(office: TrialOffice, case: str) -> None:
    about = {"code": T1, "name": "新甲镇", "document": DOCUMENT}
    office.quiet("RenameDivision", ADMIN, **about, on="2025-07-01")
    found = office.doudi.office.world.state(division_stream(T1))
    assert (found.name, found.names) == ("新甲镇", ((date(2025, 7, 1), "甲镇"),))
    assert office.refused("RenameDivision", ADMIN, **about) == ["division-same-name"]
    unknown = {**about, "code": "110199077"}
    assert office.refused("RenameDivision", ADMIN, **unknown) == ["division-unknown"]
    assert office.refused("RenameDivision", "handler", **about) == ["out-of-scope"]


def test_a_county_becomes_a_district_under_another_code(office: TrialOffice, case: str) -> None:
    office.clock("2025-07-01")
    about = {"code": COUNTY, "by": NEW, "name": "丙区", "document": DOCUMENT}
    done = office.quiet("ReplaceDivision", ADMIN, **about).data
    assert (done["divisions"], done["cases"]) == (6, 1)
    found = office.case(case)
    assert (found.number, found.division) == (case, "110120001001")
    office.do("ChangeHead", "window", case, head="m2")
    pay(office, NEW, "2025-07")
    july = table(office, NEW, "2025-07")
    assert (july["households"], july["last_households"], july["paid"]) == (1, 1, 40_000)
    assert (july["new_households"], july["exits_households"]) == (0, 0)
    assert july["paid_to_date"] == 120_000
    june = table(office, COUNTY, "2025-06")
    assert (june["households"], june["paid"], june["paid_to_date"]) == (1, 40_000, 80_000)
    assert table(office, NEW, "2025-06")["households"] == 0
    assert amount(office, case, "2025-08") == 40_000
    sums = tallies(cells(office.doudi.projector.rows("statistics"), "dibao", "2025-07", "2025-07"), NEW)  # type: ignore[arg-type]
    assert balance(sums[Month("2025-07"), "rural"], "households").difference == 0


def test_each_month_is_drawn_once_before_and_after(office: TrialOffice, case: str) -> None:
    office.clock("2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    assert sorted(office.case(case).drawn) == ["2025-05", "2025-06", "2025-07"]


def test_a_township_merges_into_another(office: TrialOffice, case: str) -> None:
    office.clock("2025-07-15")
    about = {"code": T1, "by": T2, "document": DOCUMENT}
    assert office.refused("ReplaceDivision", ADMIN, **about) == ["division-taken"]
    assert office.refused("ReplaceDivision", "handler-t2", **about) == ["out-of-scope"]
    below = {V1: "110199002011", V2: "110199002012"}
    done = office.quiet("ReplaceDivision", ADMIN, **about, below=below).data
    assert (done["divisions"], done["cases"]) == (3, 1)
    assert office.case(case).division == "110199002011"
    office.do("ChangeHead", "window-t2", case, head="m2")
    office.do("ChangeHead", "window", case, head="m1")
    pay(office, COUNTY, "2025-07")
    pay(office, COUNTY, "2025-08")
    august = table(office, T2, "2025-08")
    assert (august["households"], august["last_households"], august["moved_in_households"]) == (1, 1, 0)
    assert (august["new_households"], august["paid_to_date"]) == (0, 160_000)
    assert table(office, T1, "2025-06")["households"] == 1
    again = {"code": T1, "by": "110199003", "document": DOCUMENT}
    assert office.refused("ReplaceDivision", ADMIN, **again) == ["division-replaced"]


def test_its_parts_are_said_once(office: TrialOffice, case: str) -> None:
    office.clock("2025-07-15")
    part = {"code": V2, "by": "110199002012", "document": DOCUMENT}
    assert office.refused("FollowDivision", "handler", **part) == ["out-of-scope"]
    office.quiet("FollowDivision", ADMIN, **part)
    cases = {"code": V1, "by": "110199002011", "cases": [case]}
    assert office.refused("FollowCases", "handler", **cases) == ["out-of-scope"]
    office.quiet("FollowCases", ADMIN, **cases)
    assert office.case(case).division == "110199002011"


def test_parameters_of_days_before_are_those_of_the_old_division(office: TrialOffice, case: str) -> None:
    """A village that goes to a township with a standard of its own: months before keep theirs."""
    higher = ParameterSet(
        on=date(2025, 1, 1),
        division=T2,
        programme="dibao",
        name="standard",
        value=70000,
        unit="yuan/month",
        since=date(2025, 1, 1),
        document="乙镇文件",
    )
    office.doudi.office.world.refresh()
    office.write([(policy_stream(T2, "dibao"), higher)])
    office.clock("2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=V1, by="110199002011", document=DOCUMENT)
    office.doudi.office.world.refresh()
    request = Request(id=CommandId("x"), actor=ADMIN, data=SetClock(to="2025-07-01"))
    found = office.case(case)
    context = Context(
        office.doudi.office.world, request, office.store.clock.now(), found, lambda prefix: prefix
    )
    assert [context.policy.number("standard", day) for day in (date(2025, 6, 1), date(2025, 7, 1))] == [
        60_000,
        70_000,
    ]


def test_what_comes_late_for_the_old_code_stands_in_the_month_of_the_new_one(
    office: TrialOffice, case: str
) -> None:
    """May and June are closed under the old code; a payment of May comes back after the county has another one."""
    for month in ("2025-05", "2025-06"):
        office.do("CloseMonth", "chief", division=COUNTY, month=month, on="2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K01", on="2025-07-20")
    july = table(office, NEW, "2025-07")
    assert (july["corrections"], july["paid_to_date"]) == (-40_000, 80_000)
    assert table(office, COUNTY, "2025-07")["corrections"] == 0
    may = table(office, COUNTY, "2025-05")
    assert (may["returned"], may["paid"], table(office, NEW, "2025-05")["paid"]) == (40_000, 40_000, 0)
    office.do("CloseMonth", "chief", division=NEW, month="2025-07", on="2025-08-01")
    reported = read_table(closed(office, "2025-07", NEW).table).rows[NEW]["rural"]
    assert reported["paid_to_date"] == 80_000


def test_what_is_told_of_a_closed_month_of_the_new_code_is_a_line_of_the_next(
    office: TrialOffice, case: str
) -> None:
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-05", on="2025-07-01")
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-06", on="2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    office.do("CloseMonth", "chief", division=NEW, month="2025-07", on="2025-08-01")
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K01", on="2025-07-20")
    july, august = table(office, NEW, "2025-07"), table(office, NEW, "2025-08")
    assert (july["corrections"], july["paid_to_date"]) == (0, 120_000)
    assert (august["corrections"], august["paid_to_date"]) == (-40_000, 80_000)
    said = ask(
        office.url, "--format", "json", "month", "corrections", "--division", NEW, "--known", "2025-08"
    )
    found = {(one["division"], one["month"], one["old"], one["new"]) for one in said.json["rows"]}
    assert (COUNTY, "2025-05", 40_000, 0) in found
    about = ask(office.url, "--format", "json", "stats", "--division", NEW, "--month", "2025-08").json
    assert {one["division"] for one in about["corrections_known"]} == {COUNTY}
    shown = ask(office.url, "month", "show", "--division", NEW, "--month", "2025-05")
    assert (shown.code, COUNTY in shown.err) == (1, True)
    assert ask(office.url, "--format", "json", "check").json["findings"] == []


def test_a_township_that_goes_as_its_county_gets_another_code_is_followed(
    office: TrialOffice, case: str
) -> None:
    """T1 into T2 on 20 June, the county under another code on 1 July: both from July on."""
    office.clock("2025-06-20")
    below = {V1: "110199002011", V2: "110199002012"}
    office.do("ReplaceDivision", ADMIN, code=T1, by=T2, document=DOCUMENT, below=below)
    office.clock("2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    july = table(office, f"{NEW}002", "2025-07")
    assert (july["last_households"], july["households"], july["paid_to_date"]) == (1, 1, 120_000)
    assert (july["moved_in_households"], table(office, NEW, "2025-07")["paid_to_date"]) == (0, 120_000)


def test_a_report_of_the_months_before_is_compared_under_the_old_code(office: TrialOffice, case: str) -> None:
    office.clock("2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("statistics")
    old, new = counted(rows, "dibao", COUNTY, 2025), counted(rows, "dibao", NEW, 2025)
    paid = {period: int(old["dibao", "rural", "paid", period]) for period in ("M6", "M1-M6", "M1-M12")}
    assert paid == {"M6": 40_000, "M1-M6": 80_000, "M1-M12": 80_000}
    paid = {period: int(new["dibao", "rural", "paid", period]) for period in ("M7", "M1-M12")}
    assert paid == {"M7": 40_000, "M1-M12": 120_000}


def test_months_follow_each_other_from_the_old_code_to_the_new_one(office: TrialOffice, case: str) -> None:
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-05", on="2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    pay(office, NEW, "2025-07")
    pay(office, NEW, "2025-08")
    office.clock("2025-09-01")
    july, august = {"division": NEW, "month": "2025-07"}, {"division": NEW, "month": "2025-08"}
    assert office.refused("CloseMonth", "chief", **july) == ["month-earlier-open"]
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-06")
    assert office.refused("CloseMonth", "chief", **august) == ["month-earlier-open"]
    office.do("CloseMonth", "chief", **july)
    office.do("CloseMonth", "chief", **august)


def test_who_came_to_the_new_code_sees_what_is_owed_and_was_reported_under_the_old_one(
    office: TrialOffice, case: str
) -> None:
    """A payer whose only desk is in the new county; nobody was new or went by the change of its code."""
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-05", on="2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    office.appoint("newpayer", "payer", NEW)
    office.clock("2025-07-20")

    def rows(*words: str) -> list[dict[str, Any]]:
        said = ask(office.url, "--as", "newpayer", "--format", "json", *words)
        assert said.code == 0, said.err
        found: list[dict[str, Any]] = said.json["rows"]
        return found

    told = ask(office.url, "--as", "newpayer", "pay", "return", case, "--month", "2025-05", "--code", "K01")
    assert (told.code, "by month: 2025-05 400.00 yuan" in told.out) == (0, True)
    assert [row["month"] for row in rows("pay", "returned", "--division", NEW)] == ["2025-05"]
    assert rows("pay", "returned", "--division", T2) == []
    assert rows("pay", "payments", "--division", COUNTY, "--month", "2025-05")[0]["returned"] == 40_000
    assert rows("month", "show", "--division", T1, "--month", "2025-05")
    pay(office, NEW, "2025-07")
    assert rows("changes", "--division", NEW, "--month", "2025-07") == []
    refused = ask(office.url, "--as", "handler-t2", "stats", "--division", T1, "--month", "2025-05")
    assert refused.code == 1
    empty = ask(office.url, "pay", "payments", "--division", NEW, "--month", "2025-05", lang="zh")
    assert "{" not in empty.err


def test_no_list_is_opened_under_the_old_code_for_a_month_of_the_new_one(
    office: TrialOffice, case: str
) -> None:
    office.clock("2025-07-01")
    office.do("ReplaceDivision", ADMIN, code=COUNTY, by=NEW, name="丙区", document=DOCUMENT)
    july = {"month": "2025-07", "area": "rural"}
    assert office.refused("OpenList", "payer", division=COUNTY, **july) == ["division-replaced"]
    office.do("OpenList", "payer", division=NEW, **july)
