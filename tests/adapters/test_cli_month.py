"""`doudi month`: what was reported, told the same for ever; what came later, line by line; and what check says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.closing import closing_of
from domain.days import Month
from domain.ids import DivisionCode
from domain.month import MonthClosed, digest_of, read_table
from tests.adapters.told import Said, ask
from tests.harness import COUNTY, T1, V1, V2, TrialOffice
from tests.workflows.test_closing import listed
from tests.workflows.test_pay import living
from workflows.world import month_stream

MAY = ("--division", COUNTY, "--month", "2025-05")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TrialOffice]:
    """Two households are paid for May; it is closed in June; then one payment comes back and is paid again."""
    office = TrialOffice(tmp_path)
    case = living(office, 1, 2)
    living(office, 2)
    listed(office)
    office.clock("2025-06-03")
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-05")
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K02", on="2025-06-12")
    yield office
    office.doudi.close()


def told(office: TrialOffice, *arguments: str, lang: str = "en") -> Said:
    said = ask(office.url, *arguments, lang=lang)
    assert said.code == 0, said.err
    return said


def kept(office: TrialOffice) -> MonthClosed:
    found = closing_of(office.store, COUNTY, "dibao", Month("2025-05"))
    assert found is not None
    return found


def test_the_raw_table_is_what_was_closed_to_the_byte(office: TrialOffice) -> None:
    said = told(office, "month", "show", *MAY, "--raw")
    assert said.out == kept(office).table + "\n"
    assert kept(office).digest in said.err
    assert json.loads(said.out)["rows"][COUNTY]["rural"]["paid"] == 180000


def test_what_was_reported_and_what_came_later_stand_side_by_side(office: TrialOffice) -> None:
    shown = told(office, "month", "show", *MAY, "--format", "json").json
    by_stats = told(office, "stats", *MAY, "--closed", "--format", "json").json
    assert by_stats == shown
    figures = {row["measure"]: row["rural"] for row in shown["rows"]}
    assert (figures["paid"], figures["pending"], figures["average_supplement"]) == (180000, 180000, "60000")
    about = shown["month_closed"]
    assert (about["on"], about["by"], about["digest"]) == ("2025-06-03", "chief", kept(office).digest)
    rural = [line for line in shown["corrections"] if line["area"] == "rural"]
    assert [(line["figure"], line["old"], line["new"], line["why"], line["known"]) for line in rural] == [
        ("paid", 180000, 60000, "K02", "2025-06"),
        ("pending", 180000, 60000, "K02", "2025-06"),
        ("returned", 0, 120000, "K02", "2025-06"),
    ]


def test_the_month_of_knowing_tells_them_too(office: TrialOffice) -> None:
    june = ("--division", COUNTY, "--month", "2025-06")
    found = told(office, "stats", *june, "--format", "json").json
    assert found["month_closed"] is None
    assert found["corrections"] == []
    assert {line["month"] for line in found["corrections_known"]} == {"2025-05"}
    figures = {row["measure"]: row["rural"] for row in found["rows"]}
    assert (figures["corrections"], figures["paid_to_date"]) == (-120000, 60000)
    table = told(office, "stats", *june)
    assert "known in this month of closed months" in table.out
    assert "K02 name differs" in table.out
    assert "户名不符" in told(office, "stats", *june, lang="zh").out


def test_a_township_and_a_village_stand_in_their_countys_table(office: TrialOffice) -> None:
    for division, paid in ((T1, 180000), (V1, 180000)):
        found = told(
            office, "month", "show", "--division", division, "--month", "2025-05", "--format", "json"
        ).json
        assert {row["measure"]: row["rural"] for row in found["rows"]}["paid"] == paid
        assert found["corrections"]
    empty = told(office, "month", "show", "--division", V2, "--month", "2025-05", "--format", "json").json
    assert (empty["rows"], empty["corrections"]) == ([], [])


def test_what_is_closed_is_listed_with_its_digest(office: TrialOffice) -> None:
    (row,) = told(office, "month", "list", "--division", COUNTY, "--format", "json").json["rows"]
    assert (row["month"], row["digest"]) == ("2025-05", kept(office).digest)
    assert row["lines"] == 6
    before = told(
        office, "month", "list", "--division", COUNTY, "--known-at", "2025-06-02", "--format", "json"
    )
    assert before.json["rows"] == []


def test_what_is_not_there_is_refused(office: TrialOffice) -> None:
    for arguments, code in (
        (("month", "show", "--division", COUNTY, "--month", "2025-06"), "is not closed"),
        (("month", "show", "--division", "1101", "--month", "2025-05", "--raw"), "does not close a month"),
        (("month", "show", *MAY, "--known-at", "2025-06-02"), "is not closed"),
    ):
        said = ask(office.url, *arguments)
        assert said.code == 1
        assert code in said.err


def test_above_counties_stands_the_sum_of_what_they_reported(office: TrialOffice) -> None:
    """Of another county three households, 4 persons, 1,000.00; it stands beside this one with 2, 3, 1,800.00."""
    event, other = kept(office), DivisionCode("110198")
    theirs = {
        "households": 3,
        "persons": 4,
        "person_times": 4,
        "paid": 100000,
        "average_supplement": "25000/1",
    }
    rows = {other: {"rural": theirs, "all": theirs}}
    text = replace(read_table(event.table), division=other, rows=rows).text()
    figures = {"rural": {name: value for name, value in theirs.items() if isinstance(value, int)}}
    another = replace(event, division=other, figures=figures, table=text, digest=digest_of(text))
    office.write([(month_stream(other, "dibao"), another)])
    ask_city = ("month", "show", "--division", "1101", "--month", "2025-05")
    shown = told(office, *ask_city, "--format", "json").json
    rural = {row["measure"]: row["rural"] for row in shown["rows"]}
    assert (rural["households"], rural["persons"], rural["paid"]) == (5, 7, 280000)
    assert rural["average_supplement"] == "40000"
    assert [one["division"] for one in shown["counties"]] == [other, COUNTY]
    assert (shown["month_closed"], shown["not_closed"]) == (None, [])
    assert {line["division"] for line in shown["corrections"]} == {COUNTY}
    lines = told(
        office, "month", "corrections", "--division", "11", "--known", "2025-06", "--format", "json"
    ).json
    assert {line["figure"] for line in lines["rows"]} == {"paid", "pending", "returned"}
    listed_in = told(office, "month", "list", "--division", "1101", "--format", "json").json["rows"]
    assert [(row["division"], row["lines"]) for row in listed_in] == [(other, 0), (COUNTY, 6)]
    assert "2 counties" in told(office, *ask_city).out


def test_closing_from_the_command_line(office: TrialOffice) -> None:
    said = ask(office.url, "--as", "payer", "month", "close", *MAY)
    assert said.code == 1
    assert "was closed on 2025-06-03" in said.err


def findings(office: TrialOffice) -> list[dict[str, str | int]]:
    said = ask(office.url, "--format", "json", "check")
    found: list[dict[str, str | int]] = said.json["findings"]
    assert said.code == bool(found)
    return [one for one in found if one["code"].startswith("check.month")]  # type: ignore[union-attr]


def test_check_folds_a_closed_month_again(office: TrialOffice) -> None:
    assert findings(office) == []


def test_check_names_each_figure_that_the_program_counts_otherwise(office: TrialOffice) -> None:
    event = kept(office)
    table = read_table(event.table)
    rows = {**table.rows, V1: {**table.rows[V1], "rural": {**table.rows[V1]["rural"], "persons": 4}}}
    text = replace(table, month=Month("2025-05"), rows=rows).text()
    wrong = replace(event, table=text, digest=digest_of(text), month=Month("2025-05"))
    office.write([(month_stream("110198", "dibao"), wrong)])
    (found,) = findings(office)
    assert (found["code"], found["division"], found["figure"]) == ("check.month-differs", V1, "persons")
    assert (found["kept"], found["folded"]) == (4, 3)
    assert "a defect of the program" in str(found["message"])


def test_check_names_a_table_that_was_touched(office: TrialOffice) -> None:
    event = kept(office)
    office.write([(month_stream("110198", "dibao"), replace(event, digest="0" * 64))])
    assert [one["code"] for one in findings(office)] == ["check.month-digest"]


def test_what_others_wrote_while_it_was_closed_is_a_line_of_its_own(tmp_path: Path) -> None:
    """The table counts up to a position; a payment settles before the closing is written."""
    office = TrialOffice(tmp_path)
    case = living(office, 1)
    listed(office)
    office.clock("2025-06-03")
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-05")
    event = kept(office)
    office.doudi.close()

    (tmp_path / "again").mkdir()
    office = TrialOffice(tmp_path / "again")
    assert living(office, 1) == case
    listed(office)
    office.clock("2025-06-03")
    office.do("SettlePayment", "payer", case, month="2025-05", reference="B-1")
    office.write([(month_stream(COUNTY, "dibao"), event)])
    office.do("SetHold", "county", case, ground="other", until="2026-06-30", words="停发待查")
    found = told(office, "month", "corrections", "--division", COUNTY, "--format", "json").json["rows"]
    rural = [line for line in found if line["area"] == "rural"]
    assert [(one["figure"], one["old"], one["new"], one["why"], one["known"]) for one in rural] == [
        ("pending", 60000, 0, "while_closing", "2025-06"),
        ("settled", 0, 60000, "while_closing", "2025-06"),
    ]
    assert findings(office) == []
    office.doudi.close()


def test_a_store_with_corrections_is_backed_up_and_restored(office: TrialOffice, tmp_path: Path) -> None:
    """SQLite 3.40's quick check finds fault with a table whose key stands in another order than its columns."""
    told(office, "month", "show", *MAY)
    assert told(office, "check", "--format", "json").json["findings"] == []
    told(office, "backup", str(tmp_path / "backup"))
    told(office, "keys", "backup", str(tmp_path / "keys"))
    new = f"sqlite:///{tmp_path}/new.sqlite"
    said = ask(new, "restore", str(tmp_path / "backup"), "--to", new, "--keys", str(tmp_path / "keys"))
    assert said.code == 0, said.err
