"""J9, moves: T1 → T2 with number and history, then to county X with a certificate; each month paid once."""

from pathlib import Path

import pytest

from tests.cases.late import pay
from tests.cases.stories import Story, income, member
from tests.harness import COUNTY, T1, T2
from tests.journeys.lives import BASE, Line, Outside

X, X1, XV, V21 = "110198", "110198001", "110198001001", "110199002001"
DESKS = {
    "window": ("window", X1),
    "handler": ("handler", X1),
    "leader": ("leader", X1),
    "village": ("village", XV),
    "surveyor": ("surveyor", X1),
    "surveyor2": ("surveyor", X1),
    "centre": ("centre", X),
    "chief": ("section_chief", X),
    "decider": ("decider", X),
    "payer": ("payer", X),
    "checker": ("checker", X),
}
AT_X = {name: f"{name}-x" for name in DESKS}
HUSBAND, WIFE = member("m1", "王强", "1975-01-01", 11), member("m2", "李梅", "1976-01-01", 12, "12")
CERTIFICATE = {"sha256": "cd" * 32, "type": "application/pdf", "size": 900}


@pytest.fixture
def office(tmp_path: Path) -> Outside:
    """C with T1 and T2, and X with a township of its own, standard 680.00; all in one store."""
    office = Outside(tmp_path / "office")
    for code, name in ((X, "戊县"), (X1, "丁镇"), (XV, "北坡村")):
        office.run("division", "add", code, name)
    desks = {**{AT_X[name]: where for name, where in DESKS.items()}, "surveyor-t2": ("surveyor", T2)}
    for staff, (desk, division) in desks.items():
        about = {"division": division, "staff": staff, "name": staff, "desk": desk, "since": "2000-01-01"}
        office.do(office.line("Appoint", "admin", **about))
    office.run("policy", "load", str(BASE), "--division", X)
    standard = ("policy", "set", "standard", "680.00", "--division", X, "--since", "2025-01-01")
    office.run(*standard, "--area", "rural", "--document", "戊县标准")
    return office


def table(office: Outside, month: str, division: str) -> Line:
    return office.stats(month, division)


def test_J9(office: Outside) -> None:
    case = Story(
        office,
        "j9",
        [HUSBAND, WIFE],
        [income("m1", "3000.00", "2025-01-01", "2025-06-30")],
        accepted="2025-07-07",
    ).whole()
    pay(office, "2025-08", "2025-09")
    assert office.stats("2025-09", T1)["paid"] == 70_000

    office.clock("2025-09-22")
    office.tell("HandOver", "handler", case, to=T2, moved_on="2025-09-18")
    letter = office.run("--lang", "zh", "letter", case, "L20", actor="window-t2").out
    assert all(said in letter for said in ("乙镇", case, "2025年9月18日", "2025年10月22日"))
    office.clock("2025-09-25")
    office.tell("ReceiveMove", "window-t2", case, division=V21)
    office.run("case", "show", case, code=1, actor="handler")
    pay(office, "2025-10")
    t1, t2, county = (table(office, "2025-10", one) for one in (T1, T2, COUNTY))
    assert (t1["households"], t1["moved_out_households"], t1["exits_households"]) == (0, 1, 0)
    assert (t2["households"], t2["moved_in_households"], t2["new_households"]) == (1, 1, 0)
    assert (t2["paid"], county["households"]) == (70_000, 1)
    assert (county["moved_in_households"], county["moved_out_households"]) == (0, 0)
    office.clock("2025-10-20")
    seen = {"surveyors": ["surveyor-t2", "handler-t2"], "result": "true", "present": ["m1"]}
    office.tell("VisitAfterMove", "handler-t2", case, **seen)
    pay(office, *(f"2025-{month}" for month in (11, 12)), "2026-01", "2026-02")

    office.clock("2026-03-05")
    moved = {"kind": "moved_out", "happened": "2026-03-05"}
    office.tell("ReportChange", "window-t2", case, **moved)
    office.tell("HandOver", "window-t2", case, to=X1, moved_on="2026-03-05")
    pay(office, "2026-03")
    there = Story(
        office,
        "j9-x",
        [HUSBAND, WIFE],
        [income("m1", "3000.00", "2025-09-01", "2026-02-28")],
        accepted="2026-03-10",
        decided="2026-04-08",
        actors=AT_X,
        division=XV,
        came_from=case,
        came_by="moved",
        certificate=CERTIFICATE,
    )
    new = there.whole()
    assert new != case
    office.clock("2026-04-10")
    office.tell("ProposeChange", "handler-t2", case, effect="stop", code="S05")
    stopped = office.tell("DecideChange", "decider", case)["data"]
    assert stopped["from_month"] == "2026-05"
    office.run("letter", case, "L14", actor="window-t2")

    pay(office, "2026-04")
    office.clock("2026-05-08")
    office.pay("2026-05")
    for verb in (("draw",), ("sign", "--hand", "maker"), ("sign", "--hand", "checker"), ("close",)):
        actor = AT_X["checker" if "checker" in verb else "payer"]
        named = ("--division", X, "--month", "2026-05", "--area", "rural")
        office.run("pay", verb[0], *named, *verb[1:], actor=actor)
    drawn = {
        number: {str(month): line.amount for month, line in office.case(number).drawn.items()}
        for number in (case, new)
    }
    assert [drawn[case].get(month) for month in ("2026-03", "2026-04", "2026-05")] == [70_000, 70_000, None]
    assert drawn[new] == {"2026-05": 86_000}
    may = table(office, "2026-05", COUNTY)
    assert (may["moved_out_households"], may["exits_households"], may["households"]) == (1, 0, 0)
    at_x = table(office, "2026-05", X)
    assert (at_x["moved_in_households"], at_x["new_households"], at_x["paid"]) == (1, 0, 86_000)
    assert office.case(new).came_from == case
    office.run("check")
