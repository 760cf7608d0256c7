"""Ledgers through the command line: taken once, refused rows mended and sent again, undone whole, out and in again."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from adapters.ledger.households import Reading
from adapters.ledger.taking import Ledger, Taking
from tests.harness import COUNTY, T1, number
from tests.ledger.corpus import corpus
from tests.ledger.office import LedgerOffice
from tests.ledger.papers import Sheet, Value, write

CASES = {case.file: case for case in corpus()}
ALL = pytest.mark.parametrize("file", CASES)
LONG = "2015年3月农村低保备案表.xlsx"
RUINED = "农村低保.xlsx"


def rows_of(path: Path) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


@ALL
def test_the_office_takes_what_the_ledger_has(desk: LedgerOffice, file: str) -> None:
    case = CASES[file]
    found = desk.take_case(case)
    assert found["households"] == len(case.taken)
    assert found["persons"] == sum(one[3] for each in case.taken for one in each.persons)
    assert found["amount"] == sum(each.amount for each in case.taken)
    assert sum(found["problems"].values()) == len(case.refused)
    assert found["refusals"] is None or (desk.folder / found["refusals"]).exists()
    assert bool(found["refusals"]) == bool(case.refused)


@ALL
def test_the_same_file_twice_adds_nothing(desk: LedgerOffice, file: str) -> None:
    first = desk.take_case(CASES[file])
    head = desk.head()
    again = desk.take_case(CASES[file])
    assert (again["households"], again["already"]) == (0, first["households"])
    assert again["problems"] == first["problems"]
    assert desk.head() == head


@ALL
def test_a_dry_run_says_the_same_and_changes_nothing(desk: LedgerOffice, file: str) -> None:
    head = desk.head()
    said = desk.take_case(CASES[file], "--dry-run")
    assert desk.head() == head
    assert said["dry_run"] is True
    done = desk.take_case(CASES[file])
    for key in ("households", "persons", "amount", "problems", "repaired", "refused_rows", "rows"):
        assert said[key] == done[key]


@ALL
def test_refused_rows_sent_again_unmended_are_refused_again(desk: LedgerOffice, file: str) -> None:
    """What was ruined doesn't become whole by being written out."""
    case = CASES[file]
    found = desk.take_case(case)
    if found["refusals"] is None:
        return
    head = desk.head()
    since = ["--since", case.options["since"]] if "since" in case.options else []
    maps = [f"--map={heading}={field}" for heading, field in case.options.get("said", {}).items()]
    again = desk.take(desk.folder / found["refusals"], *since, *maps)
    assert again["households"] == 0
    assert again["problems"] == found["problems"]
    assert desk.head() == head


@ALL
def test_the_round_trip_is_identical(desk: LedgerOffice, tmp_path: Path, file: str) -> None:
    """Out, into another office, out again: the same cells; and each amount, person and month as it was."""
    desk.take_case(CASES[file])
    one = desk.export("out.xlsx")
    (tmp_path / "other").mkdir()
    other = LedgerOffice(tmp_path / "other")
    count = len(CASES[file].taken)
    if count:
        found = other.take(one, division=COUNTY)
        assert (found["households"], found["refused_households"]) == (count, 0), found["problems"]
    assert rows_of(one) == rows_of(other.export("out.xlsx"))
    other.office.doudi.close()


def test_the_exported_form_is_text(desk: LedgerOffice) -> None:
    desk.take_case(CASES["台账.xlsx"])
    (sheet,) = rows_of(desk.export("out.xlsx"))
    head, first = sheet[1], sheet[2]
    assert first[head.index("银行账号")] == "6217000000000001"
    assert first[head.index("行政区划代码")] == "110199001"
    assert all(isinstance(cell, str) for row in sheet for cell in row)


def test_the_workbook_of_refusals_says_what_and_what_to_do(desk: LedgerOffice) -> None:
    found = desk.take_case(CASES[RUINED])
    sheets = rows_of(desk.folder / found["refusals"])
    mend, problems = sheets
    assert [row[0] for row in mend[:2]] == ["Sheet1", "农村低保"]
    assert mend[2][:2] == ["户主姓名", "身份证号码"]
    assert len(mend) == 3 + 11
    assert problems[0] == [
        "cell",
        "sheet of the ledger",
        "row there",
        "column",
        "what is wrong",
        "what to do",
    ]
    assert problems[1][:4] == ["1!B4", "Sheet1", "5", "B 身份证号码"]
    assert "check" in problems[1][4]
    assert len(problems) == 1 + 11
    assert "110101198504020000" not in str(problems)


def test_mended_rows_alone_are_sent_again(desk: LedgerOffice) -> None:
    case = CASES["农村金额.xlsx"]
    found = desk.take_case(case)
    book = rows_of(desk.folder / found["refusals"])
    rows: list[list[Value]] = [list(row) for row in book[0]]
    last = len(rows) - 1
    amount = next(row for row in rows if "户月保障金" in row).index("户月保障金")
    rows[last][amount] = None
    path = write(desk.folder / "mended.xlsx", [Sheet(rows)])
    again = desk.take(path)
    assert (again["households"], again["already"], again["amount"]) == (1, 0, 20_000)
    whole = desk.take_case(case)
    assert (whole["households"], whole["already"], whole["refused_households"]) == (0, 2, 1)


def test_what_stands_over_refused_rows_goes_with_them(desk: LedgerOffice) -> None:
    """The village and country of a line between the rows, in the workbook of refused rows too; hidden rows stay so."""
    head: list[Value] = ["户主姓名", "身份证号", "户月保障金", "享受时间"]
    rows: list[list[Value]] = [
        ["台账"],
        head,
        ["丁村农村低保"],
        ["某甲", number("1955-07-16", 961), 300, "2018-03"],
        ["己村城市低保"],
        ["某乙", number("1955-07-16", 963), "三百", "2018-03"],
        ["某丙", number("1955-07-16", 965), 300, "2018-03"],
    ]
    found = desk.take(write(desk.folder / "各村.xlsx", [Sheet(rows, hidden_rows=(6,))]))
    assert found["problems"] == {"amount-not-a-number": 1, "ledger-row-hidden": 1}
    unmended = desk.folder / found["refusals"]
    assert desk.take(unmended)["problems"] == found["problems"]
    mend = [list(row) for row in rows_of(unmended)[0]]
    mend[-2][2], mend[-1][2] = 350, 360
    assert desk.take(write(desk.folder / "改好.xlsx", [Sheet(mend)]))["households"] == 2
    register = desk.say("register", "--division", COUNTY, "--as-of", "2025-06-10", "--format", "json").json
    assert [(row["division"], row["area"]) for row in register["rows"]] == [
        ("110199001001", "rural"),
        ("110199001002", "urban"),
        ("110199001002", "urban"),
    ]


def test_rows_set_right_in_the_whole_file(desk: LedgerOffice) -> None:
    case = CASES[RUINED]
    desk.take_case(case)
    rows = [list(row) for row in case.sheets[0].rows]
    rows[4][1] = number("1986-04-02", 951)
    rows[9][5] = "6217000000000999"
    again = desk.take(write(desk.folder / "again.xlsx", [Sheet(rows)]), "--area", "rural")
    assert (again["already"], again["households"]) == (3, 2)


def test_who_stands_in_the_office_already_is_refused_at_his_row(desk: LedgerOffice) -> None:
    case = CASES[RUINED]
    desk.take_case(case)
    rows = [list(row) for row in case.sheets[0].rows[:2]]
    rows[1][3] = 350
    found = desk.take(write(desk.folder / "other.xlsx", [Sheet(rows)]), "--area", "rural")
    assert found["problems"] == {"already-aided": 1}
    problems = rows_of(desk.folder / found["refusals"])[1]
    assert problems[1][2:4] == ["2", "B 身份证号码"]
    assert "11019920250000017" in problems[1][4]


def test_an_import_is_undone_as_a_whole_and_may_come_again(desk: LedgerOffice) -> None:
    found = desk.take_case(CASES[LONG])
    said = desk.say("import", "undo", found["import"], "--format", "json")
    assert said.json["rows"] == [{"import": found["import"], "undone": 2}]
    register = desk.say("register", "--division", COUNTY, "--as-of", "2025-06-10", "--format", "json").json
    assert register["rows"] == []
    listed = desk.say("import", "list", "--format", "json").json["rows"]
    assert [(row["import"], row["households"], row["undone"]) for row in listed] == [(found["import"], 0, 2)]
    assert listed[0]["name"] == LONG
    again = desk.take_case(CASES[LONG])
    assert (again["households"], again["already"]) == (2, 0)
    assert desk.say("import", "undo", found["import"]).code == 0


def test_what_was_touched_keeps_the_whole_import(desk: LedgerOffice) -> None:
    found = desk.take_case(CASES[LONG])
    register = desk.say("register", "--division", COUNTY, "--as-of", "2025-06-10", "--format", "json").json
    case = register["rows"][1]["case"]
    desk.office.do("ChangeAccount", "handler", case, account="6217000000009999", holder="m1")
    head = desk.head()
    said = desk.say("import", "undo", found["import"])
    assert said.code == 1
    assert case in said.err
    assert desk.head() == head


def test_an_unknown_import(desk: LedgerOffice) -> None:
    said = desk.say("import", "undo", "imp-0")
    assert (said.code, "no such import" in said.err) == (1, True)


def test_only_a_programme_that_is_known_is_taken_over(desk: LedgerOffice) -> None:
    path = CASES[LONG].write(desk.folder)
    asked = ("import", "register", str(path), "--division", T1, "--paid-until", "2025-06", "--dry-run")
    assert desk.say(*asked, "--programme", "tekun").code == 2
    assert desk.say(*asked, "--programme", "dibao").code == 0


class _Broken(Exception):
    pass


def test_broken_off_it_goes_on_where_it_stopped(desk: LedgerOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    once = Taking.take

    def breaking(self: Taking, ledger: Ledger, *, dry: bool = False) -> Any:
        def stop() -> None:
            raise _Broken

        self.size, self._let_go = 2, stop
        return once(self, ledger, dry=dry)

    with monkeypatch.context() as patch:
        patch.setattr(Taking, "take", breaking)
        with pytest.raises(_Broken):
            desk.take_case(CASES["农村月份.xlsx"])
    again = desk.take_case(CASES["农村月份.xlsx"])
    assert (again["households"], again["already"]) == (10, 2)


def test_a_file_that_is_no_ledger(desk: LedgerOffice) -> None:
    for name, content in (
        ("a.xlsx", b"PK\x03\x04 not really"),
        ("b.xls", b"\xd0\xcf\x11\xe0 not really"),
        ("c.csv", b""),
        ("d.csv", b"\x00\x01\x02"),
        ("e.csv", b"a,b,c\n1,2,3\n"),
        ("f.csv", b"\xff\xff\xff,\xff"),
    ):
        path = desk.folder / name
        path.write_bytes(content)
        said = desk.say("import", "register", str(path), "--division", "110199001", "--paid-until", "2025-06")
        assert said.code == 1, name
        assert "→" in said.err


def test_whose_desk_it_is(desk: LedgerOffice) -> None:
    path = CASES[LONG].write(desk.folder)
    arguments = ("import", "register", str(path), "--division", "110199001", "--paid-until", "2025-06")
    said = desk.say(*arguments, "--format", "json", actor="handler")
    assert said.json["problems"] == {"not-your-desk": 2}
    assert desk.say(*arguments, actor="handler-t2").code == 1


def test_paid_until_must_be_said(desk: LedgerOffice) -> None:
    path = CASES[LONG].write(desk.folder)
    assert desk.say("import", "register", str(path), "--division", "110199001").code == 2


def test_a_mapping_that_names_nothing(desk: LedgerOffice) -> None:
    path = CASES[LONG].write(desk.folder)
    common = ("import", "register", str(path), "--division", "110199001", "--paid-until", "2025-06")
    assert "no field" in desk.say(*common, "--map", "姓名=nobody").err
    assert "no such column" in desk.say(*common, "--map", "没有=id").err
    assert desk.say(*common, "--map", "姓名").code == 2


def test_it_asks_for_what_the_ledger_lacks(desk: LedgerOffice) -> None:
    rows: list[list[Value]] = [["姓名", "身份证号", "保障金"], ["某人", "11010119850402000X", 300]]
    path = write(desk.folder / "名单.xlsx", [Sheet(rows)])
    common = ("import", "register", str(path), "--division", "110199001", "--paid-until", "2025-06")
    assert "--area" in desk.say(*common).err
    found = desk.take(path, "--area", "rural")
    assert found["problems"] == {"ledger-start-missing": 1}
    assert desk.take(path, "--area", "rural", "--since", "2020-01")["households"] == 1


def test_a_first_month_under_a_heading_nobody_knows_is_named(desk: LedgerOffice) -> None:
    """Each household that lacks it is counted, whatever else is wrong with it."""
    header: list[Value] = ["姓名", "身份证号", "保障金", "人数说明", "吃上低保"]
    rows: list[list[Value]] = [
        header,
        ["某人", "11010119850402000X", 300, 1, "2015年3月"],
        ["某甲", "110101198504020000", 300, 1, "2016年3月"],
    ]
    path = write(desk.folder / "名单.xlsx", [Sheet(rows)])
    found = desk.take(path, "--area", "rural")
    assert found["problems"]["ledger-start-heading"] == found["refused_households"] == 2
    said = desk.say(
        *("--lang", "zh", "import", "register", str(path), "--area", "rural", "--dry-run"),
        *("--division", "110199001", "--paid-until", "2025-06"),
        actor="county",
    )
    assert "E 吃上低保" in said.out
    sheet = rows_of(desk.folder / found["refusals"])[-1]
    assert any("--map E=start" in str(cell) and "--since" in str(cell) for row in sheet for cell in row)
    assert desk.take(path, "--area", "rural", "--map", "E=start")["households"] == 1


def test_refused_rows_are_written_anew_until_somebody_mends_them(desk: LedgerOffice) -> None:
    rows: list[list[Value]] = [["姓名", "身份证号", "保障金"], ["某人", "11010119850402000X", 300]]
    path = write(desk.folder / "名单.xlsx", [Sheet(rows)])
    first = desk.take(path, "--area", "rural", "--dry-run")["refusals"]
    assert desk.take(path, "--area", "rural")["refusals"] == first
    write(desk.folder / first, [Sheet([*rows, ["某乙", "", 1]])])
    mended = (desk.folder / first).read_bytes()
    assert desk.take(path, "--area", "rural")["refusals"] != first
    assert (desk.folder / first).read_bytes() == mended


def test_an_export_writes_over_nothing_unasked(desk: LedgerOffice) -> None:
    out = desk.folder / "out.xlsx"
    out.write_bytes(b"mine")
    asked = ("export", "register", "--division", "110199", "--out", str(out))
    said = desk.say(*asked)
    assert said.code == 1
    assert "--force" in said.err
    assert out.read_bytes() == b"mine"
    assert desk.say(*asked, "--force").code == 0
    assert out.read_bytes() != b"mine"


def test_nothing_personal_is_printed(desk: LedgerOffice) -> None:
    path = CASES[RUINED].write(desk.folder)
    said = desk.say("import", "register", str(path), "--division", "110199001", "--paid-until", "2025-06")
    for row in CASES[RUINED].sheets[0].rows[1:]:
        for cell in (row[0], row[1], row[5]):
            assert not cell or str(cell) not in said.out + said.err


def test_reading_is_pure(desk: LedgerOffice) -> None:
    """The same group read twice comes to the same."""
    from datetime import date

    from adapters.ledger.households import table_of
    from adapters.ledger.reading import read_book

    book = read_book(CASES[RUINED].write(desk.folder))
    table = table_of(book.sheets[0], book.stem, {})
    assert table is not None
    reading = Reading(table, date(2025, 6, 10))
    assert [reading.read(group).household for group in table.groups] == [
        reading.read(group).household for group in table.groups
    ]
