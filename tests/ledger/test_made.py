"""More ledgers than anybody keeps, made at random: what is certain comes in to the fen, whatever its form."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.ledger.cells import numeric
from adapters.ledger.fields import FIELDS, Unit
from adapters.ledger.places import Places
from adapters.ledger.reading import read_book
from adapters.ledger.taking import Ledger, Options
from adapters.ledger.values import identity, month, name, yuan
from domain.days import Month
from domain.errors import BadValue
from domain.ids import DivisionCode, mod_11_2
from domain.money import show_yuan
from tests.ledger.papers import Sheet, Value, write

TODAY = date(2025, 6, 10)
MADE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BORN = st.dates(date(1930, 1, 1), date(2024, 12, 31))
STARTS = ["day", "{0.year}年{0.month}月", "{0:%Y%m}", "{0.year}.{0.month}", "{0:%Y-%m-%d}"]
NAMES = st.text("张王李赵陈杨吴刘黄周徐孙", min_size=2, max_size=4)


def number(born: date, serial: int) -> str:
    digits = f"110199{born:%Y%m%d}{serial:03d}"
    return digits + mod_11_2(digits)


@st.composite
def households(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Households with persons of whom no number comes twice."""
    found = []
    serial = 0
    for _ in range(draw(st.integers(1, 6))):
        persons = []
        for place in range(draw(st.integers(1, 4))):
            serial += 1
            persons.append((draw(NAMES), number(draw(BORN), serial), "户主" if not place else "其他亲属"))
        found.append(
            {
                "persons": persons,
                "amount": draw(st.integers(1, 400_000)),
                "uplift": draw(st.integers(0, 20_000)),
                "start": draw(st.dates(date(2000, 1, 1), date(2025, 6, 1))),
            }
        )
    return found


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": draw(st.sampled_from(["xlsx", "xls", "csv"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])),
        "titles": draw(st.integers(0, 3)),
        "total": draw(st.booleans()),
        "order": draw(
            st.permutations(["seq", "relation", "name", "id", "count", "amount", "uplift", "sum", "start"])
        ),
        "headings": {
            "seq": "序号",
            "relation": draw(st.sampled_from(FIELDS["relation"])),
            "name": draw(st.sampled_from(("姓名", "家庭成员姓名"))),
            "id": draw(st.sampled_from(("身份证号", "身份证号码", "证件号码", "公民身份号码"))),
            "count": draw(st.sampled_from(FIELDS["insured"])),
            "amount": draw(st.sampled_from(("户月保障金（元）", "月保障金", "保障金额 *", "家庭补差"))),
            "uplift": draw(st.sampled_from(FIELDS["uplift"])),
            "sum": draw(st.sampled_from(("发放合计（元）", "家庭合计", "合计"))),
            "start": draw(st.sampled_from(FIELDS["start"])),
        },
        "start": draw(
            st.sampled_from(
                ["day", "{0.year}年{0.month}月", "{0:%Y%m}", "{0.year}.{0.month}", "{0:%Y-%m-%d}"]
            )
        ),
        "spell": draw(
            st.sampled_from([str, str.lower, lambda text: f" {text}\u00a0", lambda text: "'" + text])
        ),
    }


def sheet(made: list[dict[str, Any]], form: dict[str, Any]) -> Sheet:
    rows: list[list[Value]] = [[f"农村低保第{place}行说明"] for place in range(form["titles"])]
    rows.append([form["headings"][one] for one in form["order"]])
    for place, each in enumerate(made, 1):
        for whose, (who, of, relation) in enumerate(each["persons"]):
            cells: dict[str, Value] = {"relation": relation, "name": who, "id": form["spell"](of)}
            if not whose:
                start = each["start"] if form["start"] == "day" else form["start"].format(each["start"])
                cells |= {
                    "seq": place,
                    "count": len(each["persons"]),
                    "amount": show_yuan(each["amount"]),
                    "uplift": show_yuan(each["uplift"]),
                    "sum": show_yuan(each["amount"] + each["uplift"]),
                    "start": start,
                }
            rows.append([cells.get(one) for one in form["order"]])
    if form["total"]:
        rows.append(["合计"])
    return Sheet(rows)


@MADE
@given(made=households(), form=forms())
def test_what_is_certain_comes_in_whole(made: list[dict[str, Any]], form: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / f"农村.{form['kind']}", [sheet(made, form)], encoding=form["encoding"])
        options = Options(division=DivisionCode("110199001"), paid_until=Month("2025-06"), area="rural")
        ledger = Ledger(read_book(path), options, Places(options.division, ()), TODAY)
    assert [trouble for _, read in ledger.outcome.refused for trouble in read.troubles] == []
    commands = [ledger.command(*one) for one in ledger.ready]
    assert [[(one.name, one.number) for one in command.members] for command in commands] == [
        [(who, of) for who, of, _ in each["persons"]] for each in made
    ]
    assert [command.amount for command in commands] == [each["amount"] + each["uplift"] for each in made]
    assert [sum(one.uplift for one in command.members) for command in commands] == [
        each["uplift"] for each in made
    ]
    assert [command.from_month for command in commands] == [f"{each['start']:%Y-%m}" for each in made]


@given(st.integers(0, 10**18), st.booleans())
def test_a_number_in_a_numeric_cell_is_taken_only_where_it_is_whole(value: int, as_float: bool) -> None:
    cell = numeric(float(value) if as_float else value)
    if refusal(identity, cell, TODAY) is None:
        found, repair = identity(cell, TODAY)
        assert repair == "numeric-fifteen"
        assert found[:6] + found[8:17] == str(value)


@given(st.floats(0, 10**9, allow_nan=False))
def test_a_numeric_cell_has_fifteen_digits_and_no_exponent(value: float) -> None:
    text = numeric(value).text
    assert "e" not in text.lower()
    assert len(text.replace(".", "").lstrip("0")) <= 15
    assert abs(float(text) - value) <= abs(value) * 1e-14 + 1e-300


@given(st.integers(0, 10**7))
def test_fen_come_through_a_numeric_cell(fen: int) -> None:
    assert yuan(numeric(fen / 100), Unit())[0] == fen


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    """Taken or refused by code; nothing else, and the text never stands in what is said."""
    readers: list[tuple[Any, tuple[Any, ...]]] = [
        (identity, (TODAY,)),
        (name, ()),
        (yuan, (Unit(),)),
        (month, (False,)),
    ]
    for reader, more in readers:
        said = refusal(reader, text, *more)
        assert said is None or len(text) < 4 or text not in said


def refusal(reader: Any, *given: Any) -> str | None:
    """What it is refused with; None where it is taken."""
    try:
        reader(*given)
    except BadValue as error:
        return str(error)
    return None
