"""EN-25: what was known at a time has one answer, however much comes to be known later; the future has none."""

from datetime import date

import pytest

from domain.case.award import AmountChanged, Terms
from domain.days import Month
from domain.ids import MemberKey
from tests.cases.payments import close, draw, given, paid
from tests.harness import COUNTY, V1
from tests.journeys.lives import Outside
from workflows.world import case_stream

DAYS = ("2025-04-30", "2025-05-15", "2025-06-02")
TIMES = ("2025-05-08", "2025-05-31T23:59:59+08:00", "2025-06-03", "2025-06-04T08:00:00+08:00")
LATER = 1_000


def reads(case: str) -> list[tuple[str, ...]]:
    """Every answer that may be asked as known at a time."""
    months = [
        ask
        for month in ("2025-05", "2025-06")
        for division in (COUNTY, V1)
        for ask in (
            ("stats", "--division", division, "--month", month),
            ("stats", "--division", division, "--month", month, "--table", "T2"),
        )
    ]
    registers = [("register", "--division", COUNTY, "--as-of", day) for day in DAYS]
    closed = [
        ("month", "list", "--division", COUNTY),
        ("month", "corrections", "--division", COUNTY),
        ("case", "replay", case),
    ]
    return [*months, *registers, *closed]


def answers(office: Outside, case: str) -> dict[tuple[str, ...], tuple[int, str]]:
    found = {}
    for ask in reads(case):
        for time in TIMES:
            said = office.run(*ask, "--known-at", time, "--format", "json")
            found[*ask, time] = (said.code, said.out)
    return found


def corrections(case: str) -> list[AmountChanged]:
    """One after another on days after all that is asked about: back to April, up and down."""
    key = MemberKey("m1")
    found = []
    for place in range(LATER):
        fen = 30000 + place % 7 * 100
        on = date(2025, 6, 5)
        first = Month(f"2025-{4 + place % 3:02d}")
        terms = Terms(from_month=first, amount=fen, shares={key: fen}, covered=(key,), code="I99", on=on)
        found.append(AmountChanged(on=on, terms=terms, before=30000))
    return found


def test_EN_25(office: Outside) -> None:
    case, other = paid(office, "a", 300), paid(office, "bb", 600)
    draw(office, "2025-05", "2025-05-08")
    close(office, "2025-05", "2025-06-03")
    office.run("pay", "settle", other, "--month", "2025-05", "--reference", "B-1", actor="payer")
    office.clock("2025-06-04")
    before = answers(office, case)

    office.clock("2025-06-05")
    given(office, [(case_stream(case), one) for one in corrections(case)])
    changed = office.json("month", "corrections", "--division", COUNTY, "--of", "2025-05")["rows"]
    assert len(changed) > LATER / 2
    assert answers(office, case) == before
    doudi = office.open()
    try:
        for name in ("statistics", "register"):
            doudi.projector.catch_up()
            doudi.projector.rebuild(name)
    finally:
        doudi.close()
    assert answers(office, case) == before


@pytest.mark.parametrize("later", ["2025-06-05", "2025-06-04T09:00:01+08:00", "2026-01-01"])
def test_EN_25_the_future_is_not_known(office: Outside, later: str) -> None:
    case = paid(office, "a", 300)
    draw(office, "2025-05", "2025-05-08")
    close(office, "2025-05", "2025-06-03")
    office.clock("2025-06-04")
    for ask in reads(case):
        said = office.run(*ask, "--known-at", later, code=1)
        assert said.out == ""
        assert "known_at" in said.err
