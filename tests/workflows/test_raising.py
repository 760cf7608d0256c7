"""提标 over a division: looked at, done in chunks that may break off, once each; it admits nobody, it leaves leads."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from adapters.ended import EndedCases, ReadingCases
from domain.case.award import AmountChanged
from domain.case.lead import LeadOpened
from domain.days import add_month
from domain.ids import CaseNo, CommandId
from domain.office import ParameterSet
from tests.harness import COUNTY, T1, T2, TrialOffice, person
from tests.workflows.awards import amount, day, draw, income, living, nothing
from tests.workflows.moves import V21, staffed, two
from tests.workflows.test_difference import arrears, drawn, stopped_by_error
from tests.workflows.test_ruled_amounts import fixed
from tests.workflows.test_takeover import raise_standard, take
from workflows.command import Request
from workflows.commands.raising import Raise
from workflows.processes.raising import Preview, Raising
from workflows.world import policy_stream

WAGES = (0, 20_000, 40_000)
MONTHS = ("2025-05", "2025-06", "2025-07")


def households(office: TrialOffice) -> list[str]:
    """600.00, 400.00 and 200.00 a month from May."""
    found = []
    for place, wage in enumerate(WAGES):
        facts = [income("m1", wage * 6, "2024-09-01", "2025-02-28")] if wage else []
        members = [person("m1", "1980-01-01", 21 + place, f"周{'甲乙丙'[place]}", "02")]
        found.append(living(office, members, facts, accepted=day("2025-03-06", place)))
    return found


def set_standard(office: TrialOffice, fen: int, since: str) -> None:
    event = ParameterSet(
        on=date(2025, 7, 20), division=COUNTY, programme="dibao", name="standard", value=fen, unit="yuan/month",
        since=date.fromisoformat(f"{since}-01"), document="民政发〔2025〕7号",
    )  # fmt: skip
    office.doudi.office.world.refresh()
    office.write([(policy_stream(COUNTY, "dibao"), event)])


def request(since: str, id: str = "raise-1", **more: Any) -> Request:
    command = Raise(division=COUNTY, from_month=since, **more)  # type: ignore[arg-type]
    return Request(id=CommandId(id), actor="county", data=command)


def look(office: TrialOffice, since: str, standard: int | None = None) -> Preview:
    head = office.store.head()
    found = office.doudi.raising.preview(request(since), standard)
    assert office.store.head() == head
    return found


def raises(office: TrialOffice, case: str) -> int:
    return sum(isinstance(one, AmountChanged) for one in office.events(case))


def test_a_preview_says_who_changes_and_what_it_costs_and_writes_nothing(office: TrialOffice) -> None:
    cases = households(office)
    drawn(office, *MONTHS)
    office.clock("2025-07-20")
    found = look(office, "2025-06", 65_000)
    assert [(one.case, one.before, one.amount) for one in found.rises] == [
        (case, 60_000 - wage, 65_000 - wage) for case, wage in zip(cases, WAGES, strict=True)
    ]
    assert [(row["month"], row["arrears"], row["households"], row["more"]) for row in found.cost()] == [
        ("2025-06", True, 3, 15_000),
        ("2025-07", True, 3, 15_000),
        ("2025-08", False, 3, 15_000),
    ]
    assert look(office, "2025-06").rises == ()
    assert (look(office, "2025-06").unchanged, look(office, "2026-01", 65_000).not_raised) == (3, ())


def test_a_raise_does_what_the_preview_said_and_is_done_once(office: TrialOffice) -> None:
    cases = households(office)
    drawn(office, *MONTHS)
    set_standard(office, 65_000, "2025-06")
    said = look(office, "2025-06")
    answer = office.quiet("Raise", "county", on="2025-07-21", division=COUNTY, from_month="2025-06").data
    assert (answer["raised"], answer["unchanged"], answer["arrears_months"]) == (3, 0, 6)
    assert [
        [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-08")] for case in cases
    ] == [[60_000 - wage, 65_000 - wage, 65_000 - wage] for wage in WAGES]
    again = office.do("Raise", "county", on="2025-07-22", division=COUNTY, from_month="2025-06").data
    assert (again["raised"], again["unchanged"]) == (0, 3)
    assert [raises(office, case) for case in cases] == [1, 1, 1]
    counts = drawn(office, "2025-08")
    owed = sum(row["more"] for row in said.cost() if row["arrears"])
    assert arrears(counts) == (6, 0, owed)
    assert {one.letter for one in office.case(cases[0]).letters} >= {"L16"}


def test_a_raise_is_refused_to_who_has_no_desk_for_it(office: TrialOffice) -> None:
    households(office)
    said = {"on": "2025-07-21", "division": COUNTY, "from_month": "2025-06"}
    assert office.refused("Raise", "payer", **said) == ["not-your-desk"]


def test_before_a_standard_is_set_it_is_refused_and_its_id_stays_free(office: TrialOffice) -> None:
    households(office)
    drawn(office, *MONTHS)
    office.clock("2025-07-21")
    answer = office.doudi.office.handle(request("2025-06"))
    assert [(one.code, one.field) for one in answer.reasons] == [("nothing-begins", "data.from_month")]
    assert office.doudi.office.handle(request("2025-06", parameter="uplift_C01")).status == "refused"
    set_standard(office, 65_000, "2025-06")
    assert office.doudi.office.handle(request("2025-06")).data["raised"] == 3
    again = office.doudi.office.handle(request("2025-06", "raise-2"))
    assert (again.status, again.data["raised"]) == ("done", 0)


def test_a_standard_of_long_ago_that_was_set_late_is_raised_to(office: TrialOffice) -> None:
    """Nothing begins in the month asked for, and yet every amount is behind."""
    households(office)
    drawn(office, *MONTHS)
    set_standard(office, 65_000, "2025-04")
    office.clock("2025-07-21")
    assert office.doudi.office.handle(request("2025-06")).data["raised"] == 3


class Only:
    """The first cases of a division: what a raise that was broken off came to."""

    def __init__(self, cases: Sequence[str]) -> None:
        self._cases = [CaseNo(one) for one in cases]

    def cases(self, division: str, programme: str, area: str, month: str) -> Sequence[CaseNo]:
        return self._cases if area == "rural" else []


def test_broken_off_and_said_again_it_goes_on_and_doubles_nothing(office: TrialOffice) -> None:
    cases = households(office)
    drawn(office, *MONTHS)
    set_standard(office, 65_000, "2025-06")
    office.clock("2025-07-21")
    doudi = office.doudi
    ended = EndedCases(doudi.store, lambda: doudi.projector)
    part = Raising(doudi.office, Only(cases[:2]), ended, ReadingCases(lambda: doudi.projector), size=1)
    assert part.parts(request("2025-06"))["raised"] == 2
    assert [raises(office, case) for case in cases] == [1, 1, 0]
    answer = doudi.office.handle(request("2025-06"))
    assert answer.data["raised"] == 3
    assert [raises(office, case) for case in cases] == [1, 1, 1]
    assert arrears(drawn(office, "2025-08")) == (6, 0, 30_000)


def test_in_one_step_or_in_two_it_is_the_same_money(office: TrialOffice) -> None:
    cases = households(office)
    drawn(office, *MONTHS)
    set_standard(office, 62_000, "2025-06")
    office.do("Raise", "county", on="2025-07-21", division=COUNTY, from_month="2025-06")
    assert arrears(drawn(office, "2025-08")) == (6, 0, 12_000)
    set_standard(office, 65_000, "2025-06")
    office.do("Raise", "county", on="2025-08-21", division=COUNTY, from_month="2025-06")
    assert arrears(drawn(office, "2025-09")) == (9, 0, 27_000)
    lines = [office.case(case).drawn for case in cases]
    assert [[line[month].drawn for month in ("2025-05", "2025-06", "2025-09")] for line in lines] == [  # type: ignore[index]
        [60_000 - wage, 65_000 - wage, 65_000 - wage] for wage in WAGES
    ]


def test_who_left_meanwhile_is_paid_the_months_he_was_in_aid(office: TrialOffice) -> None:
    first, *_ = households(office)
    drawn(office, *MONTHS)
    office.do("ReportChange", "window", first, on="2025-07-10", kind="own_request", happened="2025-07-10")
    office.do("ProposeChange", "handler", first, on="2025-07-10", effect="stop", code="S06")
    office.do("DecideChange", "decider", first, on="2025-07-11")
    set_standard(office, 65_000, "2025-06")
    answer = office.do("Raise", "county", on="2025-08-02", division=COUNTY, from_month="2025-06").data
    assert answer["raised"] == 3
    counts = drawn(office, "2025-08")
    assert (counts["households"], arrears(counts)) == (2, (6, 0, 30_000))
    assert office.case(first).state("award") == "ended"


def refused_for_income(office: TrialOffice, serial: int, wage: int) -> str:
    """A household not below the standard: refused R01 in April."""
    members = [person("m1", "1981-01-01", serial, "吴一", "02")]
    case = office.accepted(members, on="2025-03-06")
    office.do("AskVerification", "handler", case, on="2025-03-07", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-07")
    office.do(
        "Visit",
        "surveyor",
        case,
        on="2025-03-10",
        surveyors=["surveyor", "handler2"],
        result="true",
        present=["m1"],
    )
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on="2025-03-14",
        source="V02",
        answer="agrees",
        data_day="2025-03-06",
    )
    office.do("IssueReport", "centre", case, on="2025-03-14", report="HD-9")
    facts = [income("m1", wage * 6, "2024-09-01", "2025-02-28"), *nothing([], [], "2025-03-06")]
    office.do("StateFacts", "handler", case, on="2025-03-14", facts=facts)
    office.do("Assess", "handler", case, on="2025-03-17")
    office.do("GiveOpinion", "handler", case, on="2025-03-17", favourable=False, grounds=["R01"])
    office.do("ConfirmOpinion", "leader", case, on="2025-03-17")
    office.do("TellOpinion", "handler", case, on="2025-03-18")
    office.do("Forward", "handler", case, on="2025-03-24")
    office.do("SignHand", "chief", case, on="2025-03-24")
    office.do("Refuse", "decider", case, on="2025-04-01", grounds=["R01"], words="收入不低于标准")
    return case


def test_it_admits_nobody_who_it_would_reach_becomes_a_lead(office: TrialOffice) -> None:
    near, far = refused_for_income(office, 41, 63_000), refused_for_income(office, 42, 90_000)
    households(office)
    drawn(office, *MONTHS)
    set_standard(office, 65_000, "2025-06")
    assert look(office, "2025-06").leads == ((near, 2_000),)
    answer = office.do("Raise", "county", on="2025-07-21", division=COUNTY, from_month="2025-06").data
    assert answer["leads"] == 1
    assert office.case(near).award is None
    (lead,) = [one for one in office.events(near) if isinstance(one, LeadOpened)]
    assert (lead.from_month, lead.amount) == ("2025-06", 2_000)
    assert not [one for one in office.events(far) if isinstance(one, LeadOpened)]
    assert office.due(near, "lead.1/follow") == date(2025, 8, 20)
    assert office.refused("OpenLead", "county", near, on="2025-07-22", from_month="2025-06") == ["lead-known"]
    assert office.refused("OpenLead", "county", far, on="2025-07-22", from_month="2025-06") == [
        "lead-not-reached"
    ]
    assert office.refused("CloseLead", "window-t2", near, on="2025-07-25", outcome="applies") == [
        "case-unknown"
    ]
    office.quiet("CloseLead", "handler", near, on="2025-07-25", outcome="applies")
    assert office.case(near).state("lead.1") == "done"
    office.doudi.projector.catch_up()
    assert not [key for key in office.case(near).deadlines if key.startswith("lead")]


def test_a_lead_is_opened_by_hand_too(office: TrialOffice) -> None:
    near = refused_for_income(office, 41, 63_000)
    set_standard(office, 65_000, "2025-06")
    office.quiet("OpenLead", "county", near, on="2025-07-22", from_month="2025-06")


def test_a_township_alone_may_be_raised(office: TrialOffice) -> None:
    cases = households(office)
    draw(office, cases[0], "2025-05")
    set_standard(office, 65_000, "2025-06")
    answer = office.do("Raise", "decider", on="2025-07-21", division=T1, from_month="2025-06").data
    assert answer["raised"] == 3
    assert (
        office.do("Raise", "decider", on="2025-07-21", division="110199002", from_month="2025-06").data[
            "raised"
        ]
        == 0
    )


def test_only_decisions_that_read_the_parameter_are_looked_at(office: TrialOffice) -> None:
    """Additions for category C01: one household has anybody in it."""
    ill = {"kind": "category", "code": "C01", "member": "m1", "since": "2024-01-01", "source": "certificate"}
    members = [person("m1", "1980-01-01", 51, "郑一", "02")]
    one = living(office, members, [ill])
    cases = households(office)
    draw(office, one, "2025-05")
    office.set_policy(since=date(2025, 6, 1), uplift_C01="100.00")
    said = {"on": "2025-07-21", "division": COUNTY, "from_month": "2025-06"}
    assert office.refused("Raise", "county", **said, parameter="no_such") == ["parameter-unknown"]
    found = office.doudi.raising.preview(request("2025-06", parameter="uplift_C01"))
    assert [(each.case, each.amount) for each in found.rises] == [(one, 70_000)]
    assert found.unchanged == 0
    answer = office.do("Raise", "county", **said, parameter="uplift_C01").data
    assert (answer["raised"], answer["unchanged"]) == (1, 0)
    assert [raises(office, case) for case in cases] == [0, 0, 0]


def test_an_award_as_in_the_ledger_is_raised_from_the_first_month_that_is_ours(office: TrialOffice) -> None:
    office.clock("2025-06-10")
    case = take(office)
    raise_standard(office, 65_000, "2025-05-01")
    found = office.doudi.raising.preview(request("2025-05"))
    assert [(one.case, one.before, one.amount) for one in found.rises] == [(case, 70_000, 80_000)]
    answer = office.do("Raise", "county", on="2025-06-20", division=COUNTY, from_month="2025-05").data
    assert (answer["raised"], answer["not_raised"]) == (1, [])
    award = office.case(case).award
    assert award is not None
    assert [amount(office, case, month) for month in (award.paid_until, add_month(award.paid_until, 1))] == [
        70_000,
        80_000,
    ]


# what was looked at is what is done


def same(office: TrialOffice, since: str, standard: int) -> Preview:
    """The preview of a standard; its raise is then done, and is that."""
    said = look(office, since, standard)
    set_standard(office, standard, since)
    assert look(office, since) == said
    answer = office.do("Raise", "county", division=COUNTY, from_month=since).data
    owed = [(one.case, each.month) for one in said.rises for each in one.months if each.drawn]
    assert (answer["raised"], answer["unchanged"]) == (len(said.rises), said.unchanged)
    assert (answer["arrears_months"], answer["not_raised"]) == (len(owed), [])
    for one in said.rises:
        changed = [event for event in office.events(one.case) if isinstance(event, AmountChanged)]
        assert one.amount in [event.terms.amount for event in changed]
    return said


def test_an_award_that_was_restored_is_raised_beside_its_gap(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-01-01", 11)], [], accepted="2025-04-03")
    stopped_by_error(office, case)
    office.do("Restore", "decider", case, on="2025-06-20", code="I05", reason="错停", from_month="2025-07")
    drawn(office, "2025-07")
    found = same(office, "2025-06", 65_000)
    assert [(one.before, one.amount) for one in found.rises] == [(60_000, 65_000)]
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        60_000, None, 65_000,
    ]  # fmt: skip


def test_a_month_that_an_appeal_set_is_owed_nothing_by_a_raise(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-01-01", 11)], [])
    drawn(office, *MONTHS)
    fixed(office, case, 61_000, "2025-06", "2025-06", on="2025-07-10")
    (one,) = same(office, "2025-05", 65_000).rises
    assert [(owed.month, owed.more) for owed in one.months] == [
        ("2025-05", 5_000), ("2025-07", 5_000), ("2025-08", 5_000),
    ]  # fmt: skip


def test_money_that_came_back_is_no_part_of_what_a_raise_costs(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-01-01", 11)], [])
    drawn(office, *MONTHS)
    office.do("ReturnPayment", "payer", case, month="2025-06", on="2025-07-20", code="K01")
    (one,) = same(office, "2025-06", 65_000).rises
    assert [(owed.month, owed.more) for owed in one.months][:2] == [("2025-06", 5_000), ("2025-07", 5_000)]


def test_a_case_that_moved_is_raised_by_the_policy_of_where_it_was(office: TrialOffice) -> None:
    office.write(
        [
            (
                policy_stream(T1, "dibao"),
                ParameterSet(
                    on=date(2025, 1, 1), division=T1, programme="dibao", name="standard", value=66_000,
                    unit="yuan/month", since=date(2025, 1, 1), document="镇里自定",
                ),
            )
        ]
    )  # fmt: skip
    staffed(office)
    case = two(office)
    assert amount(office, case, "2025-05") == 82_000
    drawn(office, *MONTHS)
    office.do("HandOver", "handler", case, on="2025-07-22", to=T2, moved_on="2025-07-18")
    office.do("ReceiveMove", "window-t2", case, on="2025-07-25", division=V21)
    assert (same(office, "2025-06", 68_000).unchanged, raises(office, case)) == (1, 0)
    (one,) = same(office, "2025-08", 69_000).rises
    assert (one.before, one.amount) == (82_000, 88_000)
