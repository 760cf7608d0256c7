"""ST-3: a month closes with payments pending; they stand as pending and settle as a later line."""

from tests.cases.payments import close, draw, lines, paid, raw, reported
from tests.harness import COUNTY
from tests.journeys.lives import Outside


def standing(office: Outside) -> dict[str, tuple[int, int]]:
    """(settled, pending) by case on the list of May; nothing is without state."""
    rows = office.json("pay", "payments", "--division", COUNTY, "--month", "2025-05")["rows"]
    for row in rows:
        known = ("pending", "held", "settled", "returned", "repeated", "set_off", "withheld")
        assert row["paid"] == sum(row[one] for one in known)
    return {row["case"]: (row["settled"], row["pending"]) for row in rows}


def test_ST_3(office: Outside) -> None:
    cases = [paid(office, name, yuan) for name, yuan in (("a", 900), ("bb", 500), ("ccc", 300))]
    draw(office, "2025-05", "2025-05-08")
    office.clock("2025-05-09")
    for case in cases[:2]:
        office.run("pay", "settle", case, "--month", "2025-05", "--reference", f"B-{case}", actor="payer")
    assert standing(office) == {cases[0]: (90000, 0), cases[1]: (50000, 0), cases[2]: (0, 30000)}
    close(office, "2025-05", "2025-06-03")
    closed = raw(office, "2025-05")
    may = reported(office, "2025-05")
    assert (may["paid"], may["settled"], may["pending"]) == (170000, 140000, 30000)

    office.clock("2025-06-04")
    settle = ("pay", "settle", cases[2], "--month", "2025-05", "--reference", "B-3")
    office.run(*settle, actor="payer")
    office.run(*settle, actor="payer", code=1)
    assert raw(office, "2025-05") == closed
    assert reported(office, "2025-05") == may
    assert sorted(lines(office, "--of", "2025-05", "--known", "2025-06")) == [
        ("pending", 30000, 0, "settled"),
        ("settled", 140000, 170000, "settled"),
    ]
    now = office.stats("2025-05")
    assert (now["settled"], now["pending"], now["paid_to_date"]) == (170000, 0, 170000)
    assert {settled for settled, pending in standing(office).values()} == {90000, 50000, 30000}
