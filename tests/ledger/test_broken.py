"""A file that is broken, cut off or overwritten anywhere is read or refused by code; nothing else comes out."""

import random
from pathlib import Path

import pytest
import xlsxwriter

from adapters.ledger.cells import Book
from adapters.ledger.reading import BadFile, read_book
from tests.ledger.corpus import corpus

WHOLE = {Path(case.file).suffix.lower(): case for case in corpus()}


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_broken_anywhere(kind: str, tmp_path: Path) -> None:
    content = WHOLE[kind].write(tmp_path).read_bytes()
    chance = random.Random(kind)
    path = tmp_path / f"broken{kind}"
    read, refused = 0, []
    for _ in range(60):
        if chance.random() < 0.3:
            broken = content[: chance.randrange(len(content))]
        else:
            many = bytearray(content)
            for _ in range(chance.choice((1, 20, 400))):
                many[chance.randrange(len(many))] = chance.randrange(256)
            broken = bytes(many)
        path.write_bytes(broken)
        try:
            assert isinstance(read_book(path), Book)
            read += 1
        except BadFile as error:
            refused.append(error)
    assert read + len(refused) == 60
    assert all(one.code.startswith("ledger-") for one in refused)
    assert all(one.__suppress_context__ and one.__cause__ is None for one in refused if one.__context__)
    assert refused or kind in (".csv", ".tsv")


@pytest.mark.parametrize(
    "text",
    [
        '姓名,证件号码\n"孙五,110101195507160004\n李六,110101196001010019\n',
        'a\tb\n"q\tz\n',
        'a,b\nc,"d',
    ],
)
def test_a_csv_that_ends_inside_a_quote_is_refused_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        read_book(path)
    assert refused.value.code == "ledger-quote-open"


@pytest.mark.parametrize("text", ['a,b\n"x"y,2\n', 'a,b\n"line\nbreak",2\n', "a,b\n1,2", 'a,b\n1,"2"'])
def test_quotes_that_close_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    assert len(read_book(path).sheets[0].rows) == 2


@pytest.mark.parametrize(
    ("cell", "code"), [("XFD2", "ledger-too-wide"), ("B1048576", "ledger-too-wide"), ("C3", "")]
)
def test_a_cell_at_the_end_of_the_world_is_refused_before_it_is_laid_out(
    tmp_path: Path, cell: str, code: str
) -> None:
    path = tmp_path / "ledger.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "姓名")
        sheet.write(cell, "x")
    if code:
        with pytest.raises(BadFile) as refused:
            read_book(path)
        assert refused.value.code == code
    else:
        assert read_book(path).sheets[0].rows[2][2] == "x"
