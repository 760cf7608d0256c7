"""`doudi pay outcomes`: the bank's file, each line taken or refused by itself, the same line once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.told import Said, ask
from tests.harness import COUNTY, TrialOffice
from tests.workflows.test_pay import close, draw, living

HEADER = "case,month,outcome,on,amount,reference,code\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TrialOffice]:
    office = TrialOffice(tmp_path)
    yield office
    office.doudi.close()


@pytest.fixture
def cases(office: TrialOffice) -> list[str]:
    """Paid for May: 600.00, 1,200.00, 600.00."""
    found = [living(office, 1), living(office, 2, 2), living(office, 3)]
    draw(office, "2025-05-08")
    close(office)
    office.clock("2025-05-20")
    return found


def take(office: TrialOffice, path: Path, *more: str, encoding: str = "utf-8", text: str = "") -> Said:
    if text:
        path.write_text(text, encoding=encoding)
    return ask(office.url, "--as", "payer", "pay", "outcomes", str(path), *more, "--format", "json")


def counts(said: Said) -> tuple[int, int, int]:
    found: Any = said.json
    return found["taken"], found["already"], found["refused"]


def table(cases: list[str]) -> str:
    return (
        HEADER
        + f"{cases[0]},2025-05,settled,2025-05-10,600.00,B-1,\n"
        + f'{cases[1]},2025-05,settled,2025-05-10,"1,200.00",B-2,\n'
        + f"{cases[2]},2025-05,returned,2025-05-12,600,,K03\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_line_is_taken_and_the_same_file_again_adds_nothing(
    office: TrialOffice, cases: list[str], tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "bank.csv"
    said = take(office, path, encoding=encoding, text=table(cases))
    assert (said.code, counts(said)) == (0, (3, 0, 0))
    head = office.store.head()
    assert counts(take(office, path)) == (0, 3, 0)
    assert office.store.head() == head
    lines = [
        {"case": cases[0], "month": "2025-05", "outcome": "settled", "on": "2025-05-10", "amount": "600.00"}
    ]
    lines[0]["reference"] = "B-1"
    json_lines = "\n".join(json.dumps(line) for line in lines)
    assert counts(take(office, tmp_path / "bank.jsonl", text=json_lines)) == (0, 1, 0)


def test_a_wrong_line_is_refused_by_itself_mended_and_sent_again(
    office: TrialOffice, cases: list[str], tmp_path: Path
) -> None:
    wrong = table(cases).replace("600.00", "500.00") + "110101198504020000,2025-05,lost,2025-05-10,,,\n"
    mend = tmp_path / "mend.csv"
    said = take(office, tmp_path / "bank.csv", "--refused", str(mend), text=wrong)
    assert (said.code, counts(said)) == (1, (2, 0, 2))
    assert [(row["line"], row["case"], row["field"]) for row in said.json["rows"]] == [
        (1, cases[0], "data.amount"),
        (4, None, "outcome"),
    ]
    assert "110101198504020000" not in said.out + said.err
    text = mend.read_text("utf-8-sig")
    assert text.splitlines()[0] == "case,month,area,outcome,on,amount,reference,code,words,why"
    mended = "\n".join(text.splitlines()[:2]).replace("500.00", "600.00") + "\n"
    again = take(office, tmp_path / "mended.csv", text=mended)
    assert (again.code, counts(again)) == (0, (1, 0, 0))


@pytest.mark.parametrize(
    "text", ["case,month\n1,2\n", "a;b\n", "case,month,outcome,on,colour\n", '{"case": 1\n{}\n', '{"x": 1}\n']
)
def test_what_is_no_such_file_or_line_is_refused(
    office: TrialOffice, cases: list[str], tmp_path: Path, text: str
) -> None:
    head = office.store.head()
    said = take(office, tmp_path / "bank.csv", text=text)
    assert said.code == 1
    assert office.store.head() == head


def test_a_cell_too_many_is_not_guessed(office: TrialOffice, cases: list[str], tmp_path: Path) -> None:
    text = HEADER + f"{cases[1]},2025-05,settled,2025-05-10,1,200.00,B-2,\n"
    said = take(office, tmp_path / "bank.csv", text=text)
    assert counts(said) == (0, 0, 1)


def test_settle_and_return_one_by_one(office: TrialOffice, cases: list[str]) -> None:
    settle = ("pay", "settle", cases[0], "--month", "2025-05", "--reference", "B-1", "--amount", "600.00")
    assert ask(office.url, "--as", "payer", *settle, "--on", "2025-05-10").code == 0
    back = ("pay", "return", cases[1], "--month", "2025-05", "--code", "K99", "--words", "网点停业")
    assert ask(office.url, "--as", "payer", *back).code == 0
    shown = ask(office.url, "pay", "payments", "--division", COUNTY, "--month", "2025-05", "--format", "json")
    rows = [(row["paid"], row["pending"], row["settled"], row["returned"]) for row in shown.json["rows"]]
    assert rows == [(60000, 0, 60000, 0), (120000, 0, 0, 120000), (60000, 60000, 0, 0)]
    waiting = ask(office.url, "pay", "returned", "--division", COUNTY, "--format", "json").json["rows"]
    assert [(row["case"], row["code"], row["mended"]) for row in waiting] == [(cases[1], "K99", None)]
    assert "其他" in ask(office.url, "pay", "returned", "--division", COUNTY, lang="zh").out


@pytest.mark.parametrize(("lang", "said"), [("zh", "K03 已销户"), ("en", "K03 account closed")])
def test_a_case_s_file_tells_what_became_of_its_money(
    office: TrialOffice, cases: list[str], tmp_path: Path, lang: str, said: str
) -> None:
    take(office, tmp_path / "bank.csv", text=table(cases))
    shown = ask(office.url, "case", "show", cases[2], "--format", "csv", lang=lang)
    assert said in shown.out
    assert "B-1" in ask(office.url, "case", "show", cases[0], "--format", "csv", lang=lang).out
    told = ask(office.url, "case", "show", cases[2], lang=lang).out
    assert {"zh": "发放结果", "en": "what became of the money"}[lang] in told
