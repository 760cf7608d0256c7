"""The grammar of printed figures, and the comparison of a report with what was counted."""

import re
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters.report
import adapters.simulate
from adapters.catalogue import Lang, messages
from adapters.report.compare import Verdict, compare, contradictions
from adapters.report.grammar import (
    COLUMNS,
    BadFigures,
    Figure,
    load_figures,
    meets,
    of_report,
    read_figures,
    shipped_figures,
)

HEADER = ",".join(COLUMNS)


def figures(*rows: str) -> tuple[Figure, ...]:
    return read_figures([HEADER, *rows])


def one(row: str) -> Figure:
    return figures(row)[0]


def test_money_is_held_in_fen_and_counts_as_they_are() -> None:
    average = one("D,dibao,urban,average_supplement,M12,323.13,yuan/person,0.01")
    assert (average.value, average.step, average.money) == (32313, 1, True)
    assert (average.period.first, average.period.last, average.unclear) == (12, 12, ())
    persons = one("D,dibao,urban,persons,M12,5155,person,1")
    assert (persons.value, persons.step, persons.money) == (5155, 1, False)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("M9", "month", 9, 9),
        ("M1-M9", "span", 1, 9),
        ("year", "span", 1, 12),
        ("end", "end", 12, 12),
        ("3y", "three_years", 0, 0),
        ("campaign", "campaign", 0, 0),
    ],
)
def test_periods(text: str, kind: str, first: int, last: int) -> None:
    period = one(f"D,dibao,all,persons,{text},10,person,1").period
    assert (period.kind, period.first, period.last) == (kind, first, last)


@pytest.mark.parametrize(
    ("row", "unclear"),
    [
        ("D,dibao,everywhere,persons,M12,1,person,1", ("area",)),
        ("D,dibao,urban,happiness,M12,1,person,1", ("measure",)),
        ("D,dibao,urban,persons,M13,1,person,1", ("period",)),
        ("D,dibao,urban,persons,M9-M3,1,person,1", ("period",)),
        ("D,dibao,dibao+tekun,joy,winter,1,person,1", ("area", "measure", "period")),
        ("D,dibao,urban_city,standard,year,150,yuan/person/month,1", ()),
        ("D,低保,urban,persons,M12,1,person,1", ("programme",)),
        ("D,Dibao,urban,persons,M12,1,person,1", ("programme",)),
        ("D,dibao,urban,persons,M12,17,万人,1", ("unit",)),
        ("D,dibao,urban,paid,M12,166.58,万元,0.01", ("unit",)),
        ("D,dibao,urban,paid,M12,166,yuan10000,1", ("unit",)),
        ("D,dibao,urban,standard,M12,450,yuan/person/quarter,1", ("unit",)),
        ("D,dibao,urban,uplift_max,year,200,permille,1", ("unit",)),
    ],
)
def test_what_is_not_understood_is_kept_and_marked(row: str, unclear: tuple[str, ...]) -> None:
    figure = one(row)
    assert figure.unclear == unclear
    verdicts = {r.verdict for r in compare([figure], {figure.key: 1}).rows}
    assert ("not_understood" in verdicts) == bool(unclear)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("D,dibao,urban,persons,M12,1,person", "figures.columns", "step"),
        ("D,dibao,urban,persons,M12,1,person,1,1", "figures.columns", "step"),
        ("D,dibao,urban,persons,M12,,person,1", "figures.empty", "value"),
        ("D,dibao,urban,persons,M12,1e3,person,1", "figures.not-a-number", "value"),
        ("D,dibao,urban,persons,M12,１２,person,1", "figures.not-a-number", "value"),
        ("D,dibao,urban,persons,M12,-3,person,1", "figures.not-a-number", "value"),
        ("D,dibao,urban,paid,M12,1.005,yuan,1", "figures.below-a-fen", "value"),
        ("D,dibao,urban,persons,M12,10,person,0", "figures.step-zero", "step"),
        ("D,dibao,urban,persons,M12,15,person,10", "figures.value-off-step", "value"),
        ("D,dibao,urban,persons,M12,15,yuan,1", "figures.unit", "unit"),
        ("D,dibao,urban,paid,M12,15,person,1", "figures.unit", "unit"),
        ("D,dibao,urban,households,M12,15,person,1", "figures.unit", "unit"),
        ("D,dibao,urban,standard,M12,15,yuan,1", "figures.unit", "unit"),
        ('D,dibao,urban,paid,M12,"15"x,yuan,1', "figures.quoting", "report"),
    ],
)
def test_a_malformed_row_is_refused_with_its_line_and_column(row: str, code: str, column: str) -> None:
    with pytest.raises(BadFigures) as caught:
        figures("D,dibao,urban,persons,M11,7,person,1", row)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, 3, column)


@pytest.mark.parametrize("header", ["", "report,programme", HEADER.replace("step", "steps")])
def test_a_wrong_header_is_refused(header: str) -> None:
    with pytest.raises(BadFigures) as caught:
        read_figures([header])
    assert (caught.value.code, caught.value.line) == ("figures.header", 1)


def test_a_file_that_is_no_utf8_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "figures.csv"
    path.write_bytes(f"{HEADER}\nD,低保,urban,persons,M12,1,person,1\n".encode("gb18030"))
    with pytest.raises(BadFigures, match="not-utf-8"):
        load_figures(path)


def test_blank_lines_and_a_byte_order_mark_do_no_harm() -> None:
    read = read_figures(["\ufeff" + HEADER, "", "D,dibao,urban,persons,M12,1,person,1", "", ",,,,,,,"])
    assert [figure.line for figure in read] == [3]


def test_the_shipped_file_holds_four_reports() -> None:
    found = shipped_figures()
    assert sorted({figure.report for figure in found}) == ["B", "C", "D", "Y"]
    assert len(found) == 117
    with pytest.raises(BadFigures, match="no-such-report"):
        of_report(found, "Z")


@given(
    step=st.sampled_from([Fraction(1), Fraction(100), Fraction(10_000), Fraction(1, 2)]),
    steps=st.integers(0, 10**6),
    off=st.fractions(-2, 2),
)
def test_met_is_within_half_a_step_the_lower_half_included(step: Fraction, steps: int, off: Fraction) -> None:
    figure = Figure(2, "D", "dibao", "urban", "persons", one_period(), step * steps, "person", step)
    assert meets(figure, figure.value + off * step) == (-Fraction(1, 2) <= off < Fraction(1, 2))
    assert meets(figure, figure.value + off * step) == (figure.low <= figure.value + off * step < figure.high)


def one_period():  # type: ignore[no-untyped-def]
    return one("D,dibao,urban,persons,M12,1,person,1").period


def d_rural_december() -> tuple[Figure, ...]:
    return figures(
        "D,dibao,rural,persons,M12,1330,person,1",
        "D,dibao,rural,average_supplement,M12,199,yuan/person,1",
        "D,dibao,rural,paid,M12,273300,yuan,100",
    )


def test_the_contradiction_of_d_is_named_with_its_sum() -> None:
    found = contradictions(of_report(shipped_figures(), "D"))
    assert len(found) == 1
    assert [figure.measure for figure in found[0].figures] == ["persons", "average_supplement", "paid"]
    assert {figure.key[1:2] + figure.key[3:] for figure in found[0].figures} == {("rural", "M12")}
    assert found[0].gives_way.measure == "average_supplement"
    assert "273300.00 ÷ 1330 = 205.49 ≠ 199.00" in found[0].sum_lines
    assert any("[264005.00, 265335.00)" in line for line in found[0].sum_lines)


@pytest.mark.parametrize("report", ["C", "B", "Y"])
def test_the_other_reports_do_not_contradict_themselves(report: str) -> None:
    assert contradictions(of_report(shipped_figures(), report)) == ()


def test_an_average_that_just_fits_is_no_contradiction() -> None:
    paid = "D,dibao,urban,paid,M12,1665800,yuan,100"
    persons = "D,dibao,urban,persons,M12,5155,person,1"
    fits = "D,dibao,urban,average_supplement,M12,{},yuan/person,0.01"
    assert contradictions(figures(persons, fits.format("323.13"), paid)) == ()
    assert contradictions(figures(persons, fits.format("323.15"), paid)) == ()
    assert len(contradictions(figures(persons, fits.format("323.16"), paid))) == 1
    assert len(contradictions(figures(persons, fits.format("323.11"), paid))) == 1


@pytest.mark.parametrize(
    ("rows", "gives_way", "sum_line"),
    [
        (
            [
                "R,dibao,urban,persons,M12,100,person,1",
                "R,dibao,rural,persons,M12,50,person,1",
                "R,dibao,all,persons,M12,160,person,10",
            ],
            4,
            "100 + 50 ≠ [155, 165)",
        ),
        (
            [
                "R,dibao,urban,paid,M12,900,yuan,100",
                "R,dibao,urban,paid,M1-M12,700,yuan,1",
            ],
            2,
            "[850.00, 950.00) > [699.50, 700.50)",
        ),
        (
            [
                "R,dibao,urban,paid,M1-M6,100,yuan,1",
                "R,dibao,urban,paid,M7-M12,100,yuan,1",
                "R,dibao,urban,paid,year,300,yuan,100",
            ],
            4,
            "[99.50, 100.50) + [99.50, 100.50) < [250.00, 350.00)",
        ),
        (
            [
                "R,dibao,urban,households,M12,10,household,10",
                "R,dibao,urban,persons,M12,4,person,1",
            ],
            2,
            "4 < [5, 15)",
        ),
        (
            [
                "R,dibao,urban,person_times,year,20,person-time,1",
                "R,dibao,urban,persons,M3,21,person,1",
            ],
            2,
            "21 > 20",
        ),
        (
            [
                "R,dibao,urban,exits_households,M1-M12,7,household,1",
                "R,dibao,urban,exits_households,year,8,household,1",
            ],
            2,
            "7 ≠ 8",
        ),
        (
            [
                "R,dibao,all,reviewed_households,campaign,7,household,1",
                "R,dibao,all,reviewed_persons,campaign,5,person,1",
            ],
            3,
            "5 < 7",
        ),
        (
            [
                "R,dibao,all,reviewed_persons,campaign,70,person,1",
                "R,dibao,all,review_exits_persons,campaign,80,person,10",
            ],
            3,
            "70 < [75, 85)",
        ),
        (
            [
                "R,dibao,urban,persons,M12,100,person,10",
                "R,dibao,urban_a,persons,end,60,person,1",
                "R,dibao,urban_b,persons,M12,50,person,1",
            ],
            2,
            "60 + 50 > [95, 105)",
        ),
        (
            [
                "R,dibao,all,exits_households,3y,7,household,1",
                "R,dibao,all,exits_households,year,8,household,1",
            ],
            2,
            "8 > 7",
        ),
    ],
)
def test_sets_that_cannot_all_be_true(rows: list[str], gives_way: int, sum_line: str) -> None:
    found = contradictions(figures(*rows))
    assert [(one.gives_way.line, one.sum_lines[0]) for one in found] == [(gives_way, sum_line)]


def test_a_campaign_lies_in_no_other_rows_time() -> None:
    rows = (
        "R,dibao,all,exits_households,year,7,household,1",
        "R,dibao,all,exits_households,campaign,80,household,1",
        "R,dibao,all,exits_households,3y,90,household,1",
    )
    assert contradictions(figures(*rows)) == ()


@pytest.mark.parametrize(
    ("row", "unclear"),
    [
        ("R,dibao,urban_city,persons,M12,1,person,1", ("area",)),
        ("R,dibao,urban_town,persons,M12,1,person,1", ()),
        ("R,dibao,urban,persons,year,1,person,1", ("measure", "period")),
        ("R,dibao,urban,households,3y,1,household,1", ("measure", "period")),
        ("R,dibao,urban,covered_persons,end,1,person,1", ()),
        ("R,dibao,urban,villages,M12,1,count,1", ("measure",)),
        ("R,dibao,urban,paid,campaign,1,yuan,1", ("period",)),
        ("R,dibao,urban,reviewed_persons,M1-M9,1,person,1", ()),
        ("R,dibao,urban,paid,3y,1,yuan,1", ()),
        ("R,tekun,urban_city,persons,year,1,person,1", ()),
        ("R,dibao,urban,paid,end,1,yuan,1", ("measure", "period")),
        ("R,dibao,urban,new_persons,end,1,person,1", ("measure", "period")),
    ],
)
def test_a_row_that_cannot_be_counted_names_its_columns(row: str, unclear: tuple[str, ...]) -> None:
    (found,) = compare(figures(row), {}, parts=("town",), campaign=False).rows
    assert found.unclear == unclear
    assert found.verdict == ("not_understood" if unclear else "not_yet_counted")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        *(("year", "M1-M12"), ("M01-M12", "M1-M12"), ("M03", "M3"), ("M3-M3", "M3"), ("end", "M12")),
        *(("M1-M09", "M1-M9"), ("3y", "3y"), ("campaign", "campaign")),
    ],
)
def test_a_period_is_counted_however_it_is_printed(printed: str, name: str) -> None:
    (row,) = figures(f"R,dibao,urban,average_supplement,{printed},7,yuan/person,1")
    assert row.period.name == row.key[3] == name
    found = compare([row], {("dibao", "urban", "average_supplement", name): 700}).rows[0]
    assert (found.verdict == "meets") == (printed != "end")
    assert found.figure.period.text == printed


def test_a_yearly_standard_is_twelve_of_a_month() -> None:
    row = figures("R,dibao,rural,standard,year,7800,yuan/person/year,1")
    key = ("dibao", "rural", "standard", "M1-M12")
    assert compare(row, {key: 65_000}).rows[0].verdict == "meets"
    assert compare(row, {key: 65_010}).differs
    assert compare(row, {}, varying=[key]).rows[0].verdict == "varies"
    assert not compare(row, {}, varying=[key]).differs


def test_compare_gives_each_row_its_verdict() -> None:
    rows = (
        *d_rural_december(),
        *figures(
            "D,dibao,urban,persons,M12,5155,person,1",
            "D,dibao,urban,paid,M1-M12,21004500,yuan,100",
            "D,dibao,urban,households,M12,3229,household,1",
            "D,tekun,urban,persons,M12,104,person,1",
        ),
    )
    rows = tuple(
        Figure(i + 2, r.report, r.programme, r.area, r.measure, r.period, r.value, r.unit, r.step, r.unclear)
        for i, r in enumerate(rows)
    )
    counted = {
        ("dibao", "rural", "persons", "M12"): 1330,
        ("dibao", "rural", "paid", "M12"): 27_330_000,
        ("dibao", "rural", "average_supplement", "M12"): Fraction(27_330_000, 1330),
        ("dibao", "urban", "persons", "M12"): 5154,
        ("dibao", "urban", "paid", "M1-M12"): 2_100_454_900,
        ("tekun", "urban", "persons", "M12"): 104,
    }
    result = compare(rows, counted)
    assert [(row.verdict, row.met) for row in result.rows] == [
        ("contradictory", True),
        ("contradictory", False),
        ("contradictory", True),
        ("differs", False),
        ("meets", True),
        ("not_yet_counted", None),
        ("not_yet_counted", None),
    ]
    assert result.differs
    counted["dibao", "urban", "persons", "M12"] = 5155
    assert not compare(rows, counted).differs


def codes() -> set[str]:
    folders = (Path(adapters.report.__path__[0]), Path(adapters.simulate.__path__[0]))
    return {
        code
        for folder in folders
        for path in folder.glob("*.py")
        for code in re.findall(
            r'"((?:figures|simulate)\.(?!csv)[a-z0-9-]+)"', path.read_text(encoding="utf-8")
        )
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_code_and_verdict_has_its_texts(lang: Lang) -> None:
    known = messages(lang)
    assert len(codes()) >= 15
    assert [code for code in sorted(codes()) if not {code, f"{code}.remedy"} <= set(known)] == []
    assert all(f"verdict.{verdict}" in known for verdict in get_args(Verdict))
    for code in codes():
        assert set(re.findall(r"{(\w+)}", known[code])) <= {
            "line", "column", "lines", "report", "step", "command", "day", "codes",
        }  # fmt: skip
