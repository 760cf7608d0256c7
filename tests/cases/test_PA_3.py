"""PA-3: a return after the month was closed changes no closed figure, and the money is neither lost nor doubled."""

from tests.cases.payments import close, draw, lines, paid, raw, reported
from tests.harness import COUNTY
from tests.journeys.lives import Outside


def waiting(office: Outside) -> list[tuple[str, int]]:
    rows = office.json("pay", "returned", "--division", COUNTY)["rows"]
    return [(row["case"], row["amount"]) for row in rows]


def test_PA_3(office: Outside) -> None:
    cases = [paid(office, name, yuan) for name, yuan in (("a", 900), ("bb", 500), ("ccc", 300))]
    draw(office, "2025-05", "2025-05-08")
    for place, case in enumerate(cases):
        office.run("pay", "settle", case, "--month", "2025-05", "--reference", f"B-{place}", actor="payer")
    close(office, "2025-05", "2025-06-05")
    closed = raw(office, "2025-05")
    assert (reported(office, "2025-05")["paid"], reported(office, "2025-05")["settled"]) == (170000, 170000)

    office.clock("2025-06-12")
    office.run(
        "pay", "return", cases[1], "--month", "2025-05", "--code", "K03", "--reference", "B-1", actor="payer"
    )
    assert waiting(office) == [(cases[1], 50000)]
    draw(office, "2025-06", "2025-06-13")
    assert waiting(office) == [(cases[1], 50000)]
    office.clock("2025-06-16")
    office.tell("ChangeAccount", "window", cases[1], account="6217 0000 1234", holder="m1")
    assert waiting(office) == [(cases[1], 50000)]
    draw(office, "2025-06", "2025-06-18")
    assert waiting(office) == []

    assert raw(office, "2025-05") == closed
    known = lines(office, "--of", "2025-05", "--known", "2025-06")
    assert [line for line in known if line[0] == "paid"] == [
        ("paid", 170000, 120000, "K03"),
        ("paid", 120000, 170000, "repeated"),
    ]
    assert [line for line in known if line[0] == "person_times"] == []
    assert lines(office, "--of", "2025-05", "--known", "2025-05") == []
    june = office.stats("2025-06")
    assert (june["paid"], june["corrections"], june["correction_person_times"]) == (170000, 0, 0)
    assert june["paid_to_date"] == 2 * 170000
    assert june["person_times_to_date"] == 2 * office.stats("2025-05")["persons"]
    assert office.run("check").code == 0
