"""The month's list: drawn, signed, closed; drawn again; held, left out, owed (rules.md §7, §8)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.bootstrap import open_doudi
from adapters.store.store import EventStore
from domain.case.award import AmountChanged, MonthDrawn, Terms
from domain.days import Month, first_day
from domain.ids import DivisionCode, MemberKey
from domain.payment import ListClosed, ListDrawn, PayList
from domain.person import DeathRecorded
from tests.harness import COUNTY, TrialOffice, at, person
from tests.workflows import awards
from workflows.command import Answer
from workflows.ports import Commit
from workflows.world import case_stream, list_stream, person_stream

ADMIN = "admin"
MAY = {"division": COUNTY, "month": "2025-05"}
RURAL = {**MAY, "area": "rural"}


def household(serial: int, members: int = 1) -> list[dict[str, str]]:
    more = [person(f"m{n}", "1982-01-01", serial * 10 + n, "李四", "12") for n in range(2, members + 1)]
    return [person("m1", "1980-01-01", serial * 10 + 1), *more]


def living(office: TrialOffice, serial: int = 1, members: int = 1, area: str = "rural") -> str:
    """Paid 600.00 a member from May 2025 on, for they have no income."""
    return awards.living(office, household(serial, members), [], accepted="2025-04-03", area=area)


def draw(
    office: TrialOffice, day: str, month: str = "2025-05", **data: object
) -> dict[str, dict[str, object]]:
    if office.store.clock.now() < at(day):
        office.clock(day)
    return office.do("Draw", "payer", division=COUNTY, month=month, **data).data


def lines(office: TrialOffice, case: str) -> list[MonthDrawn]:
    return [event for event in office.events(case) if isinstance(event, MonthDrawn)]


def paylist(office: TrialOffice, month: str = "2025-05", area: str = "rural") -> PayList:
    office.doudi.office.world.refresh()
    found: PayList = office.doudi.office.world.state(list_stream(COUNTY, "dibao", area, month))
    return found


def close(office: TrialOffice, month: str = "2025-05", area: str = "rural") -> Answer:
    named = {"division": COUNTY, "month": month, "area": area}
    office.do("SignList", "payer", **named, hand="maker")
    office.do("SignList", "checker", **named, hand="checker")
    return office.do("CloseList", "payer", **named)


def held(office: TrialOffice, case: str, until: str = "2025-06-30") -> None:
    office.do("SetHold", "county", case, ground="account", until=until)


def test_a_draw_pays_what_is_due_in_both_areas(office: TrialOffice) -> None:
    rural, urban = living(office, 1, 2), living(office, 2, 1, "urban")
    answer = draw(office, "2025-05-08")
    assert answer["rural"]["amount"] == 120000
    assert answer["urban"]["amount"] == 60000
    (line,) = lines(office, rural)
    assert (line.month, line.amount, line.area, line.division) == ("2025-05", 120000, "rural", "110199001001")
    assert line.shares == {"m1": 60000, "m2": 60000}
    assert line.list == f"list:{COUNTY}/dibao/rural/2025-05"
    assert (line.supplementary, line.arrears, line.held) == (False, False, False)
    found = paylist(office)
    assert (found.households, found.persons, found.amount) == (1, 2, 120000)
    assert [event.area for event in lines(office, urban)] == ["urban"]


def test_a_draw_first_ticks_to_its_own_day(office: TrialOffice) -> None:
    living(office)
    answer = draw(office, "2025-05-08")
    assert answer["ticked"]["until"] == "2025-05-08"
    assert office.doudi.office.world.seen_until() == at("2025-05-08").date()


def test_only_one_area_where_it_is_named(office: TrialOffice) -> None:
    rural = living(office)
    assert "rural" not in draw(office, "2025-05-08", area="urban")
    assert lines(office, rural) == []


def test_a_draw_said_twice_is_quiet_and_another_draw_adds_only_what_was_missed(office: TrialOffice) -> None:
    first = living(office, 1)
    office.clock("2025-05-08")
    office.quiet("Draw", "payer", **MAY)
    again = draw(office, "2025-05-09")
    assert again["rural"]["households"] == 0
    assert len(lines(office, first)) == 1
    second = living(office, 2)
    office.clock("2025-05-20")
    added = draw(office, "2025-05-20")
    assert (added["rural"]["households"], added["rural"]["supplementary"]) == (1, 0)
    assert (len(lines(office, first)), len(lines(office, second))) == (1, 1)
    assert paylist(office).households == 2


def test_what_is_drawn_after_a_signature_is_supplementary_and_unsigns(office: TrialOffice) -> None:
    living(office, 1)
    draw(office, "2025-05-08")
    office.do("SignList", "payer", **RURAL, hand="maker")
    second = living(office, 2)
    assert draw(office, "2025-05-20")["rural"]["supplementary"] == 1
    assert lines(office, second)[0].supplementary
    assert paylist(office).maker is None
    close(office)


def test_a_list_is_signed_by_two_and_closed(office: TrialOffice) -> None:
    living(office, 1, 2)
    draw(office, "2025-05-08")
    assert office.refused("SignList", "checker", **RURAL, hand="checker") == ["maker-first"]
    assert office.refused("SignList", "checker", **RURAL, hand="maker") == ["not-your-desk"]
    assert office.refused("CloseList", "payer", **RURAL) == ["list-unsigned"]
    office.quiet("SignList", "payer", **RURAL, hand="maker")
    assert office.refused("SignList", "payer", **RURAL, hand="maker") == ["list-signed"]
    office.quiet("SignList", "checker", **RURAL, hand="checker")
    answer = office.quiet("CloseList", "payer", **RURAL)
    assert (answer.data["households"], answer.data["persons"], answer.data["amount"]) == (1, 2, 120000)
    assert office.refused("CloseList", "payer", **RURAL) == ["list-closed"]
    assert office.refused("SignList", "payer", **RURAL, hand="maker") == ["list-closed"]


def test_a_month_closes_after_the_one_before(office: TrialOffice) -> None:
    living(office)
    draw(office, "2025-05-08")
    office.clock("2025-06-02")
    draw(office, "2025-06-08", month="2025-06")
    about = {"division": COUNTY, "area": "rural", "month": "2025-06"}
    office.do("SignList", "payer", **about, hand="maker")
    office.do("SignList", "checker", **about, hand="checker")
    assert office.refused("CloseList", "payer", **about) == ["list-earlier-open"]
    close(office, "2025-05")
    office.do("CloseList", "payer", **about)


def test_maker_and_checker_are_two_persons(office: TrialOffice) -> None:
    living(office)
    draw(office, "2025-05-08")
    office.do("Appoint", ADMIN, division=COUNTY, staff="payer", name="钱七", desk="checker")
    office.do("SignList", "payer", **RURAL, hand="maker")
    assert office.refused("SignList", "payer", **RURAL, hand="checker") == ["same-hand"]


def test_a_list_is_refused(office: TrialOffice) -> None:
    living(office)
    office.clock("2025-05-08")
    assert office.refused("SignList", "payer", **RURAL, hand="maker") == ["list-not-open"]
    assert office.refused("CloseList", "payer", **RURAL) == ["list-not-open"]
    assert office.refused("Draw", "handler", **MAY) == ["out-of-scope"]
    assert office.refused("Draw", "decider", **MAY) == ["not-your-desk"]
    office.do("Tick", ADMIN, until="2025-05-08")
    assert office.refused("Draw", "payer", division=COUNTY, month="2025-07") == ["month-too-far"]
    assert office.refused("Draw", "payer", division=COUNTY, month="2025-7") == ["field-wrong"]
    office.quiet("OpenList", "payer", **RURAL)
    assert office.refused("OpenList", "payer", **RURAL) == ["list-open"]


def test_a_chunk_wants_time_seen_and_an_open_list(office: TrialOffice) -> None:
    case = living(office)
    office.clock("2025-05-08")
    assert office.refused("DrawCase", "payer", case, month="2025-05") == ["list-not-open"]
    office.do("OpenList", "payer", **RURAL)
    assert office.refused("DrawCase", "payer", case, month="2025-05") == ["time-not-seen"]
    assert office.refused("DrawChunk", "payer", **RURAL, cases=[case]) == ["time-not-seen"]
    office.do("Tick", ADMIN, until="2025-05-08")
    assert office.refused("DrawCase", "handler", case, month="2025-05") == ["not-your-desk"]
    office.quiet("DrawCase", "payer", case, month="2025-05")
    assert office.quiet("DrawChunk", "payer", **RURAL, cases=[case]).data["households"] == 0
    assert len(lines(office, case)) == 1
    assert paylist(office).households == 1


def test_before_its_first_month_and_after_its_stop_an_award_has_no_line(office: TrialOffice) -> None:
    case = living(office)
    assert draw(office, "2025-04-30", "2025-04")["rural"]["households"] == 0
    assert lines(office, case) == []


def test_a_list_drawn_ahead_waits_for_what_changes_the_award_until_its_first_day(office: TrialOffice) -> None:
    case = awards.living(office, household(1), [], accepted="2025-04-01")
    held(office, case, until="2025-04-30")
    office.clock("2025-04-30")
    answer = office.say("Draw", "payer", **MAY)
    assert [(reason.code, reason.params["cases"]) for reason in answer.reasons] == [("unfired", case)]
    assert lines(office, case) == []
    assert draw(office, "2025-05-01")["rural"]["held"] == 0
    assert not lines(office, case)[0].held


def test_a_line_on_hold_is_drawn_held_and_counts(office: TrialOffice) -> None:
    case = living(office)
    office.clock("2025-05-02")
    held(office, case)
    assert draw(office, "2025-05-08")["rural"]["held"] == 1
    assert lines(office, case)[0].held
    office.do("EndHold", "county", case, on="2025-05-10")
    assert not office.case(case).drawn[Month("2025-05")].held
    assert paylist(office).amount == 60000


def test_a_dead_account_holders_line_is_pending_until_there_is_another(office: TrialOffice) -> None:
    """The death of May is known in June: May is paid, but to nobody yet."""
    case = awards.living(
        office, household(1, 2), [], accepted="2025-04-03", account="6222021234567890123", account_holder="m1"
    )
    holder = office.case(case).members[MemberKey("m1")].person
    office.clock("2025-05-08")
    died = DeathRecorded(on=at("2025-05-07").date(), died=at("2025-05-06").date(), source="V14")
    office.write([(person_stream(holder), died)])
    assert draw(office, "2025-05-08")["rural"]["held"] == 1
    office.do("RecordDeath", "handler", case, on="2025-05-09", member="m1", died="2025-05-06", source="V14")
    office.do("ChangeHead", "handler", case, on="2025-05-09", head="m2")
    assert office.case(case).drawn[Month("2025-05")].held
    office.do("ChangeAccount", "handler", case, on="2025-05-09", account="6222021234567890124", holder="m2")
    assert not office.case(case).drawn[Month("2025-05")].held
    assert paylist(office).amount == 120000


def test_a_dead_persons_line_is_kept_back_and_not_the_list(office: TrialOffice) -> None:
    """He died in April and the award still covers him in May: no line until it is changed (J7)."""
    case, other = living(office, 1, 2), living(office, 2)
    dead = office.case(case).members[MemberKey("m2")].person
    died = DeathRecorded(on=at("2025-05-02").date(), died=at("2025-04-28").date(), source="V14")
    office.write([(person_stream(dead), died)])
    answer = draw(office, "2025-05-08")
    assert (answer["rural"]["households"], answer["rural"]["left_out"]) == (1, {"death": 1})
    assert (len(lines(office, case)), len(lines(office, other))) == (0, 1)
    changed = Terms(
        from_month=Month("2025-05"),
        amount=60000,
        shares={MemberKey("m1"): 60000},
        covered=(MemberKey("m1"),),
        code="D01",
        on=at("2025-05-09").date(),
    )
    office.write([(case_stream(case), AmountChanged(on=changed.on, terms=changed, before=120000))])
    assert draw(office, "2025-05-09")["rural"]["households"] == 1
    assert lines(office, case)[0].shares == {"m1": 60000}


def test_never_a_line_of_nothing(office: TrialOffice) -> None:
    case = living(office)
    zero = Terms(
        from_month=Month("2025-05"),
        amount=0,
        shares={MemberKey("m1"): 0},
        covered=(MemberKey("m1"),),
        code="D03",
        on=first_day(Month("2025-05")),
    )
    office.write([(case_stream(case), AmountChanged(on=zero.on, terms=zero, before=60000))])
    answer = draw(office, "2025-05-08")
    assert (answer["rural"]["households"], answer["rural"]["left_out"]) == (0, {"nothing_payable": 1})
    assert lines(office, case) == []


def test_what_a_closed_list_missed_comes_as_arrears_beside_the_months_own(office: TrialOffice) -> None:
    first, missed = living(office, 1), living(office, 2)
    dead = office.case(missed).members[MemberKey("m1")].person
    office.write(
        [
            (
                person_stream(dead),
                DeathRecorded(on=at("2025-05-02").date(), died=at("2025-04-28").date(), source="V14"),
            )
        ]
    )
    draw(office, "2025-05-08")
    close(office)
    office.write(
        [
            (
                person_stream(dead),
                DeathRecorded(on=at("2025-05-20").date(), died=at("2026-05-28").date(), source="V14"),
            )
        ]
    )
    answer = draw(office, "2025-06-05", "2025-06")["rural"]
    assert (answer["households"], answer["amount"]) == (2, 120000)
    assert (answer["arrears_lines"], answer["arrears_person_times"], answer["arrears_amount"]) == (
        1,
        1,
        60000,
    )
    owed, own = lines(office, missed)
    assert (owed.month, owed.arrears, owed.list) == ("2025-05", True, f"list:{COUNTY}/dibao/rural/2025-06")
    assert (own.month, own.arrears) == ("2025-06", False)
    assert paylist(office).households == 1
    june = paylist(office, "2025-06")
    assert (june.households, june.amount, june.arrears_amount) == (2, 120000, 60000)
    assert len(lines(office, first)) == 2


def test_drawing_a_closed_list_again_adds_supplementary_arrears_that_are_closed_in_their_turn(
    office: TrialOffice,
) -> None:
    living(office, 1)
    draw(office, "2025-05-08")
    close(office)
    second = living(office, 2)
    answer = draw(office, "2025-05-20")["rural"]
    assert (answer["households"], answer["arrears_lines"]) == (0, 1)
    (line,) = lines(office, second)
    assert (line.arrears, line.supplementary, line.month) == (True, True, "2025-05")
    answered = close(office)
    assert (answered.data["households"], answered.data["arrears_lines"]) == (1, 1)
    closed = [r.event for r in office.store.page(0, 100_000) if isinstance(r.event, ListClosed)]
    assert [(event.households, event.arrears_lines) for event in closed] == [(1, 0), (1, 1)]


def test_months_before_the_first_list_are_not_arrears(office: TrialOffice) -> None:
    living(office)
    answer = draw(office, "2025-08-05", "2025-08")["rural"]
    assert (answer["households"], answer["arrears_lines"]) == (1, 0)


def test_a_stop_decided_after_its_line_was_drawn_leaves_the_line_and_says_so(office: TrialOffice) -> None:
    case = living(office)
    draw(office, "2025-05-08")
    died = office.do(
        "RecordDeath", "handler", case, on="2025-05-12", member="m1", died="2025-04-20", source="V14"
    )
    assert [finding["month"] for finding in died.data["findings"]] == ["2025-05"]
    assert len(lines(office, case)) == 1
    assert draw(office, "2025-06-05", "2025-06")["rural"]["households"] == 0


def test_the_totals_of_a_list_are_the_sum_of_its_lines_at_every_position(office: TrialOffice) -> None:
    for serial in range(1, 6):
        living(office, serial, 1 + serial % 2)
    office.doudi.draw._size = 2
    draw(office, "2025-05-08")
    total = drawn = 0
    for recorded in office.store.page(0, 100_000):
        event = recorded.event
        if isinstance(event, MonthDrawn):
            drawn += event.amount
        elif isinstance(event, ListDrawn):
            total += event.amount
            assert total == drawn
    assert total == paylist(office).amount == sum(60000 * (1 + serial % 2) for serial in range(1, 6))
    drawn_events = [r for r in office.store.page(0, 100_000) if isinstance(r.event, ListDrawn)]
    assert len(drawn_events) == 3


class Killed(Exception):
    """The process ends here."""


def at_write(number: int, deed: Callable[[], None]) -> Callable[[EventStore, Commit], int]:
    """A store's `write` before whose n-th chunk of a draw something happens."""
    writes, count = EventStore.write, 0

    def write(store: EventStore, commit: Commit) -> int:
        nonlocal count
        if any(isinstance(event, MonthDrawn) for _, event in commit.events):
            count += 1
            if count == number:
                deed()
        return writes(store, commit)

    return write


def test_a_draw_that_is_killed_goes_on_and_counts_what_it_had_drawn(
    office: TrialOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [living(office, serial) for serial in range(1, 6)]
    office.doudi.draw._size = 2
    office.clock("2025-05-08")

    def die() -> None:
        raise Killed

    monkeypatch.setattr(EventStore, "write", at_write(2, die))
    with pytest.raises(Killed):
        office.say("Draw", "payer", id="draw", **MAY)
    monkeypatch.undo()
    office.doudi.close()
    office.doudi = open_doudi(office.url)
    office.doudi.draw._size = 2
    assert sum(len(lines(office, case)) for case in cases) == 2
    answer = office.say("Draw", "payer", id="draw", **MAY)
    assert answer.data["rural"]["households"] == 5
    assert [len(lines(office, case)) for case in cases] == [1] * 5
    assert paylist(office).households == 5


def test_a_case_that_moves_meanwhile_is_decided_again_alone(
    office: TrialOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [living(office, serial) for serial in range(1, 5)]
    office.clock("2025-05-08")
    other = open_doudi(office.url)

    def held_meanwhile() -> None:
        line = {
            "id": "meanwhile",
            "type": "SetHold",
            "actor": "county",
            "case": cases[1],
            "data": {"ground": "account", "until": "2025-06-30"},
        }
        assert other.office.take(line).status == "done"

    monkeypatch.setattr(EventStore, "write", at_write(1, held_meanwhile))
    answer = office.do("Draw", "payer", **MAY).data["rural"]
    assert (answer["households"], answer["held"]) == (4, 1)
    assert [lines(office, case)[0].held for case in cases] == [False, True, False, False]
    drawn = [r for r in office.store.page(0, 100_000) if isinstance(r.event, ListDrawn)]
    assert [event.event.households for event in drawn] == [3, 1]
    assert all(r.causation == drawn[0].causation for r in drawn)
    other.close()


def test_draw_as_a_process(office: TrialOffice) -> None:
    living(office)
    office.clock("2025-05-08")
    answer = office.doudi.draw.draw(DivisionCode(COUNTY), "2025-05", "rural", id="d1")
    assert answer.data["rural"]["households"] == 1


def test_months_owed_to_a_restored_award_are_drawn_as_arrears_of_closed_lists(office: TrialOffice) -> None:
    """Wrongly stopped from June, restored in July: June, whose list is closed, is paid beside July."""
    case = living(office)
    draw(office, "2025-05-08")
    close(office)
    office.do(
        "DetectChange", "county", case, on="2025-05-09", kind="property", happened="2025-05-05", source="V04"
    )
    office.do("GivePriorNotice", "handler", case, on="2025-05-09", effect="stop", code="S14")
    office.do("Hear", "handler", case, on="2025-05-12", words="不是我的房")
    office.do("ProposeChange", "handler", case, on="2025-05-12", effect="stop", code="S14")
    office.do("DecideChange", "decider", case, on="2025-05-13")
    assert draw(office, "2025-06-05", "2025-06")["rural"]["households"] == 0
    close(office, "2025-06")
    office.do("Restore", "decider", case, on="2025-07-01", code="I05", reason="房产系同名，错停")
    answer = draw(office, "2025-07-05", "2025-07")["rural"]
    assert (answer["households"], answer["arrears_lines"], answer["arrears_amount"]) == (1, 1, 60000)
    assert [(line.month, line.arrears) for line in lines(office, case)] == [
        ("2025-05", False),
        ("2025-06", True),
        ("2025-07", False),
    ]
    assert draw(office, "2025-08-05", "2025-08")["rural"]["arrears_lines"] == 0


def test_nobody_signs_or_closes_before_the_draw(office: TrialOffice) -> None:
    living(office)
    draw(office, "2025-05-08")
    about = {"division": COUNTY, "area": "rural", "month": "2025-05"}
    assert office.refused("SignList", "payer", **about, hand="maker", on="2025-05-07") == ["on-before"]
    signed = office.do("SignList", "payer", **about, hand="maker").data
    assert signed["maker"] == "payer"
    office.do("SignList", "checker", **about, hand="checker")
    assert office.refused("CloseList", "payer", **about, on="2025-05-07") == ["on-before"]


def test_no_list_lies_before_there_were_lists(office: TrialOffice) -> None:
    about = {"division": COUNTY, "area": "rural", "month": "0001-01"}
    assert office.refused("OpenList", "payer", **about) == ["month-too-early"]


def test_a_draw_names_the_month_before_that_nobody_drew(office: TrialOffice) -> None:
    living(office)
    assert draw(office, "2025-06-08", month="2025-06")["rural"]["undrawn"] == "2025-05"
    assert "undrawn" not in draw(office, "2025-06-08", month="2025-05")["rural"]
    assert "undrawn" not in draw(office, "2025-06-09", month="2025-06")["rural"]
