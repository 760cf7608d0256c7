"""ST-1: each of several changes after a closing is a correction line of the month in which it was known."""

from datetime import date

from domain.case.award import AmountChanged, AwardBegan, Stopped, Terms
from domain.days import Month
from domain.ids import MemberKey
from tests.cases.payments import close, draw, given, lines, paid, raw, reported
from tests.cases.stories import Story, nothing, single
from tests.journeys.lives import Outside
from workflows.world import case_stream

APRIL = Month("2025-04")


def terms(fen: int, on: str, code: str) -> Terms:
    key = MemberKey("m1")
    day = date.fromisoformat(on)
    return Terms(from_month=APRIL, amount=fen, shares={key: fen}, covered=(key,), code=code, on=day)


def test_ST_1(office: Outside) -> None:
    x, y1, y2 = (
        paid(office, name, yuan, accepted="2025-02-06")
        for name, yuan in (("x", 800), ("yy", 300), ("yyy", 200))
    )
    draw(office, "2025-04", "2025-04-08")
    close(office, "2025-04", "2025-04-30")
    closed, april = raw(office, "2025-04"), reported(office, "2025-04")
    assert (april["paid"], april["due"]) == (130000, 130000)

    office.clock("2025-05-06")
    less = AmountChanged(on=date(2025, 5, 6), terms=terms(70000, "2025-05-06", "D03"), before=80000)
    given(office, [(case_stream(x), less)])
    merged = Story(office, "merged", single(77), [nothing("m1")], accepted="2025-05-06").to("Accept")
    office.clock("2025-05-20")
    day = date(2025, 5, 20)
    annulled = Stopped(on=day, code="S12", from_month=APRIL)
    both = [(case_stream(one), Stopped(on=day, code="S19", from_month=APRIL)) for one in (y1, y2)]
    one = AwardBegan(on=day, terms=terms(45000, "2025-05-20", "new"), cause="merged")
    given(office, [(case_stream(x), annulled)])
    given(office, [*both, (case_stream(merged), one)])

    assert raw(office, "2025-04") == closed
    assert reported(office, "2025-04") == april
    assert lines(office, "--of", "2025-04", "--known", "2025-05") == [
        ("due", 130000, 120000, "D03"),
        ("due", 120000, 50000, "S12"),
        ("due", 50000, 20000, "S19"),
        ("due", 20000, 0, "S19"),
        ("due", 0, 45000, "merged"),
    ]
    assert office.stats("2025-04")["due"] == 45000
    assert office.stats("2025-04")["paid"] == 130000
    assert office.run("check").code == 0
