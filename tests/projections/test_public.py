"""What other offices are told: from the log alone, the same each time, and adding up to what the register says."""

from datetime import date
from hashlib import sha256
from typing import Any, ClassVar

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adapters.bootstrap  # noqa: F401
from adapters.store.codec import known_events
from domain.case.award import DifferenceDrawn, HoldEnded, HoldSet
from domain.case.change import DeadlineEscalated, DeadlineMoved, DeadlineWarned
from domain.case.enquiry import Answered, VerificationAsked
from domain.case.intake import Lapsed
from domain.case.payment import PaymentRepeated
from domain.case.takeover import TakenOver, TakeOverUndone
from domain.days import Month, month_of
from domain.ids import CaseNo, InstanceId, MemberKey, PersonRef
from domain.month import MonthClosed
from domain.payment import ListDrawn
from domain.person import PersonForgotten
from projections.public import facts
from projections.public.events import PUBLIC
from projections.public.mapping import Publishing
from projections.public.message import Message
from projections.public.persons import Approved, Recipient
from projections.register import Register, living
from tests.golden.example import example
from tests.projections.county import COUNTY, V1, County, fold
from tests.projections.publics import Log, compacted, covered, in_month, log, plain
from tests.projections.test_statistics import MONTHS, lives
from workflows.world import list_stream, month_stream, person_stream

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def topics(messages: list[Message]) -> list[str]:
    return [one.topic for one in messages]


def said(messages: list[Message], topic: str) -> list[Any]:
    return [one.data for one in messages if one.topic == topic]


def shares(county: County, month: str, events: list[Any]) -> dict[PersonRef, tuple[str, str, int]]:
    """The register's answer, person by person."""
    rows = fold(Register(), events)
    members = Register.households
    return {
        members.members(row["case_no"], rows)[key]["person"]: (
            row["case_no"],
            row["area"],
            row["shares"][key],
        )
        for row in living(rows, Month(month), "1")
        for key in row["covered"]
    }


# Every event of the log is public, or there is a reason why not.


def test_every_event_is_mapped_or_said_not_to_be_public() -> None:
    public = {kind.__name__ for kind in (*facts.LIFE, *facts.DEADLINES, *facts.OTHERS)}
    known = {kind.__name__ for kind in known_events()}
    assert known - public - facts.NOT_PUBLIC.keys() == set(), (
        "map it in projections/public/facts.py, or say why not"
    )
    assert public & facts.NOT_PUBLIC.keys() == set()
    assert all(reason for reason in facts.NOT_PUBLIC.values())


def test_what_is_said_not_to_be_public_exists() -> None:
    assert facts.NOT_PUBLIC.keys() - {kind.__name__ for kind in known_events()} == set()


def test_a_public_event_has_a_topic_and_says_what_it_is() -> None:
    assert {kind.TOPIC for kind in PUBLIC.values()} == {
        *("cases", "approvals", "exits", "recipients", "lists", "statistics", "deadlines", "subjects")
    }
    assert [kind.__name__ for kind in PUBLIC.values() if not (kind.__doc__ or "").strip()] == []


# One thing at a time.


def test_an_award_is_told_for_each_person_with_his_share() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    messages = log(county).messages()
    assert topics(messages) == ["cases", "cases", "approvals", "approvals", "recipients", "recipients"]
    first = said(messages, "approvals")[0]
    assert (first.person, first.case, first.amount, first.from_month, first.reason) == (
        *("a-m1", "a", 30000, "2025-05", "new"),
    )
    assert (first.division, first.until_month) == ("110199001", None)
    assert [(one.key, one.subject) for one in messages if one.topic == "approvals"] == [
        ("a-m1/dibao", "a-m1/dibao"),
        ("a-m2/dibao", "a-m2/dibao"),
    ]
    assert [one.key for one in messages if one.topic == "recipients"] == ["a-m1/dibao", "a-m2/dibao"]


def test_an_id_says_stream_version_type_and_person() -> None:
    county = County()
    county.award("a", "2025-05")
    assert [one.id for one in log(county).messages()] == [
        "case:a@1/case-entered.v1",
        "case:a@2/award-began.v1",
        "case:a@2/approved.v1/a-m1",
        "case:a@2/recipient.v1/a-m1/dibao",
    ]


def test_an_exit_is_told_when_decided_and_the_recipient_goes_when_the_month_is_over() -> None:
    county = County()
    county.award("a", "2025-05")
    county.stop("a", "2025-07", "S01")
    county.enter("b", on="2025-07-01")
    told = list(log(county).told())
    stop, july = told[2][1], told[3][1]
    (gone,) = said(stop, "exits")
    assert (gone.person, gone.from_month, gone.until_month, gone.reason) == ("a-m1", "2025-07", None, "S01")
    (left,) = said(stop, "recipients")
    assert left.in_month(Month("2025-06")).amount == 30000
    assert left.in_month(Month("2025-07")) is None
    (tombstone,) = [one for one in july if one.topic == "recipients"]
    assert (tombstone.key, tombstone.data, tombstone.type) == ("a-m1/dibao", None, "recipient")


def test_an_end_in_a_month_that_is_over_is_a_tombstone_at_once() -> None:
    county = County()
    county.award("a", "2025-05")
    county.enter("b", on="2025-09-01")
    county.stop("a", "2025-07")
    stop = list(log(county).told())[-1][1]
    assert said(stop, "recipients") == [None]


def test_a_member_who_joins_is_approved_and_one_who_leaves_exits() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    county.join("a", "m3", "2025-07")
    county.leave("a", "m2", "2025-08", "D02")
    county.leave("a", "m3", "2025-09", "D01")
    messages = log(county).messages()
    assert [(one.person, one.from_month, one.reason) for one in said(messages, "approvals")] == [
        ("a-m1", "2025-05", "new"),
        ("a-m2", "2025-05", "new"),
        ("a-m3", "2025-07", "I02"),
    ]
    assert [(one.person, one.from_month, one.reason) for one in said(messages, "exits")] == [
        ("a-m2", "2025-08", "D02"),
        ("a-m3", "2025-09", "D01"),
    ]


def test_another_amount_is_told_to_recipients_alone() -> None:
    county = County()
    county.award("a", "2025-05")
    county.change("a", "2025-08", "I01", 40000)
    change = list(log(county).told())[-1][1]
    assert topics(change) == ["cases", "recipients"]
    (record,) = said(change, "recipients")
    assert [(one.from_month, one.until_month, one.amount) for one in record.spans] == [
        ("2025-05", "2025-07", 30000),
        ("2025-08", None, 40000),
    ]


def test_a_gradual_exit_tells_its_end_and_an_earlier_end_is_told_again() -> None:
    county = County()
    county.award("a", "2025-05")
    county.ease_out("a", "2025-07", until="2025-12")
    county.stop("a", "2025-09")
    messages = log(county).messages()
    assert [(one.from_month, one.reason) for one in said(messages, "exits")] == [
        ("2026-01", "S04"),
        ("2025-09", "S01"),
    ]
    assert said(messages, "recipients")[1].in_month(Month("2025-08")).gradual


def test_an_award_that_is_restored_is_approved_again() -> None:
    county = County()
    county.award("a", "2025-05")
    county.stop("a", "2025-07")
    county.begin("a", "2025-09", cause="restored")
    restored = list(log(county).told())[-1][1]
    (come,) = said(restored, "approvals")
    assert (come.from_month, come.reason) == ("2025-09", "restored")
    (record,) = said(restored, "recipients")
    assert [one.from_month for one in record.spans] == ["2025-09"]


def test_a_gradual_exit_that_is_restored_tells_its_end_again() -> None:
    county = County()
    county.award("a", "2025-05")
    county.ease_out("a", "2025-07", until="2025-12")
    county.stop("a", "2025-09")
    county.ease_out_again("a", "2025-09", until="2025-12")
    messages = list(log(county).told())[-1][1]
    (come,) = said(messages, "approvals")
    assert (come.from_month, come.until_month, come.reason) == ("2025-09", "2025-12", "restored")
    (record,) = said(messages, "recipients")
    assert record.in_month(Month("2025-12")).gradual
    assert record.spans[-1].until_month == "2025-12"


def test_a_hold_and_another_area_are_the_recipients_state() -> None:
    county = County()
    county.award("a", "2025-05")
    hold = InstanceId("hold.1")
    county.to("a", HoldSet(on=date(2025, 5, 3), hold=hold, ground="account", until=date(2025, 8, 1)))
    county.area("a", "2025-06", "urban")
    county.to("a", HoldEnded(on=date(2025, 6, 2), hold=hold))
    held, moved, freed = (said(messages, "recipients")[0] for _, messages in list(log(county).told())[2:])
    assert [one.held for one in held.spans] == [True]
    assert [(one.from_month, one.area, one.held) for one in moved.spans] == [
        ("2025-05", "rural", True),
        ("2025-06", "urban", True),
    ]
    assert [(one.area, one.held) for one in freed.spans] == [("urban", False)]


def test_the_awards_of_two_cases_are_one_state_of_the_person() -> None:
    county = County()
    county.award("a", "2025-05")
    moving = county.cases["a"].members
    county.enter("b", members=tuple(moving.values()), on="2025-06-20")
    county.stop("a", "2025-07", "S05")
    county.begin("b", "2025-07", cause="moved")
    last = said(log(county).messages(), "recipients")[-1]
    assert [(one.case, one.from_month, one.until_month) for one in last.spans] == [
        ("a", "2025-05", "2025-06"),
        ("b", "2025-07", None),
    ]


def test_what_changes_nothing_for_a_person_is_not_told() -> None:
    """Not even where he has months in two cases."""
    county = County()
    county.award("a", "2025-05")
    county.enter("b", members=tuple(county.cases["a"].members.values()), on="2025-05-20")
    county.stop("a", "2025-07", "S05")
    county.begin("b", "2025-07", cause="moved")
    county.change("b", "2025-07", "I99", 30000)
    assert topics(list(log(county).told())[-1][1]) == ["cases"]


def test_an_award_begun_again_leaves_the_months_before_standing() -> None:
    county = County()
    county.award("a", "2025-01")
    county.stop("a", "2025-03")
    county.begin("a", "2025-06")
    messages = log(county).messages()
    assert [one.from_month for one in said(messages, "exits")] == ["2025-03"]
    months = covered(messages)[PersonRef("a-m1"), "a"]
    assert {"2025-01", "2025-02", "2025-06"} <= months
    assert months.isdisjoint({"2025-03", "2025-05"})


def test_reasons_that_no_office_needs_are_not_said() -> None:
    for code, told in (("S12", "S99"), ("S13", "S99"), ("S03", "S03")):
        county = County()
        county.award("a", "2025-05")
        county.stop("a", "2025-07", code)
        assert [one.reason for one in said(log(county).messages(), "exits")] == [told]


def test_what_a_command_takes_back_and_says_again_is_not_told() -> None:
    """A raise from an earlier month says again the terms that begin later: nobody left in between."""
    county = County()
    county.award("a", "2025-05", persons=2)
    county.change("a", "2025-09", "D02", 30000, "m1")
    at = len(county.log)
    county.change("a", "2025-08", "I01", 40000)
    county.change("a", "2025-09", "I01", 40000, "m1")
    told = list(log(county, {at + 1: "raise", at + 2: "raise"}).told())
    assert topics(told[at][1]) == ["cases"]
    assert topics(told[at + 1][1]) == ["cases", "recipients", "recipients"]
    assert {one.correlation for _, messages in told[at:] for one in messages} == {at + 1}


def test_who_is_forgotten_is_taken_back_and_never_told_of_again() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    person = PersonRef("a-m2")
    county.add(person_stream(person), PersonForgotten(on=date(2025, 6, 1), person=person, reason="F03"))
    county.change("a", "2025-08", "I01", 40000)
    county.stop("a", "2025-10")
    told = list(log(county).told())
    (tombstone,) = told[2][1]
    assert (tombstone.key, tombstone.data) == ("a-m2/dibao", None)
    assert [one.key for one in told[3][1] if one.topic == "recipients"] == ["a-m1/dibao"]
    assert [one.person for one in said(told[4][1], "exits")] == ["a-m1", "a-m2"]


def test_a_verification_says_whom_it_asks_and_never_what_was_answered() -> None:
    county = County()
    county.enter("a")
    one = InstanceId("verification.1")
    county.to("a", VerificationAsked(on=date(2025, 1, 2), verification=one, sources=("V01", "V04")))
    county.to("a", Answered(on=date(2025, 1, 3), verification=one, source="V04", answer="differs", hit=True))
    asked, answered = (messages[0].data for _, messages in list(log(county).told())[1:])
    assert (asked.sources, asked.round) == (("V01", "V04"), 1)
    assert set(answered.__struct_fields__) == {
        *("case", "programme", "division", "on", "states", "verification", "source")
    }


def test_two_versions_stand_side_by_side_for_a_period() -> None:
    class ApprovedBefore(Approved, frozen=True, kw_only=True):
        VERSION: ClassVar[int] = 0

    class RecipientBefore(Recipient, frozen=True, kw_only=True):
        VERSION: ClassVar[int] = 0

    def lowered(kind: type[Any]) -> Any:
        return lambda one: kind(**{name: getattr(one, name) for name in one.__struct_fields__})

    older = {
        Approved: (ApprovedBefore, lowered(ApprovedBefore)),
        Recipient: (RecipientBefore, lowered(RecipientBefore)),
    }
    county = County()
    county.award("a", "2025-05")
    county.stop("a", "2025-06")
    county.enter("b", on="2025-06-02")
    found = [
        (one.topic, one.id, one.data is None)
        for one in log(county).messages(older=older)
        if one.type in ("approved", "recipient")
    ]
    assert found == [
        ("approvals", "case:a@2/approved.v1/a-m1", False),
        ("approvals", "case:a@2/approved.v0/a-m1", False),
        ("recipients", "case:a@2/recipient.v1/a-m1/dibao", False),
        ("recipients.v0", "case:a@2/recipient.v0/a-m1/dibao", False),
        ("recipients", "case:a@3/recipient.v1/a-m1/dibao", False),
        ("recipients.v0", "case:a@3/recipient.v0/a-m1/dibao", False),
        ("recipients", "case:b@1/recipient.v1/a-m1/dibao", True),
        ("recipients.v0", "case:b@1/recipient.v0/a-m1/dibao", True),
    ]


# Lists, months, deadlines, awards taken over.


def drawn(county: County, month: str, area: str = "rural", **sums: int) -> None:
    """The totals of what was drawn, beside the lines."""
    stream = list_stream(COUNTY, "dibao", area, month)
    county.add(stream, ListDrawn(on=date.fromisoformat(f"{month}-08"), **sums))  # type: ignore[arg-type]


def test_a_list_is_told_with_totals_and_a_digest_that_anybody_can_compute() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    county.award("b", "2025-05")
    county.draw("2025-05")
    drawn(county, "2025-05", households=2, persons=3, amount=90000)
    county.close("2025-05", "rural")
    first, last = (one for one in log(county).messages("lists"))
    lines = ["b|2025-05|30000", "a|2025-05|60000"]
    digest = sum(int.from_bytes(sha256(line.encode()).digest(), "big") for line in lines) % 2**256
    for one in (first, last):
        assert one.key == one.subject == "110199/dibao/rural/2025-05"
        said = one.data
        assert (said.households, said.persons, said.amount) == (2, 3, 90000)  # type: ignore[union-attr]
        assert said.digest == f"{digest:064x}"  # type: ignore[union-attr]
    assert (first.type, last.type) == ("list-drawn", "list-closed")


def test_what_is_drawn_later_adds_to_the_list() -> None:
    county = County()
    county.award("a", "2025-05")
    county.draw("2025-05")
    line = county.lines[-1]
    more = DifferenceDrawn(
        **{name: getattr(line, name) for name in ("on", "month", "list", "area", "division")},
        amount=5000,
        shares={MemberKey("m1"): 5000},
        persons=(),
        code="I01",
    )
    again = PaymentRepeated(
        on=line.on,
        list=line.list,
        of=list_stream(COUNTY, "dibao", "rural", "2025-04"),
        months={Month("2025-03"): 100, Month("2025-04"): 200},
        amount=300,
        area="rural",
        division=COUNTY,
    )
    totals = ListDrawn(
        on=line.on, households=1, persons=1, amount=30000, repeated_lines=1, repeated_amount=300
    )
    standing = [(one.stream, one.event) for one in county.log]
    whole = plain(*standing, ("case:a", more), ("case:a", again), (line.list, totals))
    last = whole.messages("lists")[-1].data
    lines = ["a|2025-05|30000", "a|2025-05|5000", "a|2025-03|100", "a|2025-04|200"]
    digest = sum(int.from_bytes(sha256(line.encode()).digest(), "big") for line in lines) % 2**256
    assert last.digest == f"{digest:064x}"  # type: ignore[union-attr]
    assert (last.amount, last.repeated_lines, last.repeated_amount) == (30000, 1, 300)  # type: ignore[union-attr]


def test_a_closed_month_is_told_with_its_figures() -> None:
    county = County()
    closed = msgspec.structs.replace(
        example(MonthClosed),
        division=COUNTY,
        programme="dibao",
        month=Month("2025-05"),
        figures={"rural": {"households": 2}},
        digest="0" * 64,
        position=7,
    )
    county.add(month_stream(COUNTY, "dibao"), closed)
    (message,) = log(county).messages()
    assert (message.topic, message.key, message.type) == (
        "statistics",
        "110199/dibao/2025-05",
        "month-closed",
    )
    assert (message.data.figures, message.data.position) == ({"rural": {"households": 2}}, 7)  # type: ignore[union-attr]


def test_a_deadline_is_told_when_it_moves_is_warned_of_escalated_or_fires() -> None:
    county = County()
    county.enter("a", on="2025-01-01")
    whole, key = "application/whole", "application/papers"
    moved = DeadlineMoved(on=date(2025, 1, 2), key=whole, due=date(2025, 3, 1), warn=None, cause="objection")
    warned = DeadlineWarned(on=date(2025, 2, 20), key=whole, owner="handler")
    escalated = DeadlineEscalated(on=date(2025, 3, 2), key=whole, to="leader")
    lapsed = Lapsed(on=date(2025, 3, 3))
    events = [("case:a", one) for one in (county.log[0].event, moved, warned, escalated, lapsed)]
    found = plain(*events, clock=f"clock:a/{key}/2025-03-03/fire#2").messages("deadlines")
    assert [(one.type, one.key) for one in found] == [
        *(
            ("deadline-moved", "a"),
            ("deadline-warned", "a"),
            ("deadline-escalated", "a"),
            ("deadline-fired", "a"),
        )
    ]
    said = [msgspec.structs.asdict(one.data) for one in found if one.data is not None]
    assert [one["deadline"] for one in said] == [whole, whole, whole, key]
    assert (said[0]["due"], said[1]["desk"], said[2]["desk"]) == (date(2025, 3, 1), "handler", "leader")
    assert said[3]["due"] == date(2025, 3, 3)
    assert plain(*events).messages("deadlines") == found[:3]


def test_an_award_taken_over_is_approved_from_its_first_month_and_an_undone_one_exits() -> None:
    whole = example(TakenOver)
    assert isinstance(whole, TakenOver)
    key = MemberKey("m1")
    taken = msgspec.structs.replace(
        whole,
        on=date(2025, 4, 2),
        area="rural",
        division=V1,
        members=(msgspec.structs.replace(whole.members[0], key=key, person=PersonRef("p-1")),),
        terms=msgspec.structs.replace(
            whole.terms, from_month=Month("2019-03"), covered=(key,), shares={key: 41000}
        ),
    )
    undone = msgspec.structs.replace(example(TakeOverUndone), on=date(2025, 4, 3))
    (_, first), (_, second) = plain(("case:a", taken), ("case:a", undone)).told()
    assert topics(first) == ["cases", "approvals", "recipients"]
    (come,) = said(first, "approvals")
    assert (come.from_month, come.amount, come.reason) == ("2019-03", 41000, "taken_over")
    assert topics(second) == ["cases", "exits", "recipients"]
    (gone,) = said(second, "exits")
    assert (gone.from_month, gone.reason) == ("2019-03", "E06")
    assert said(second, "recipients") == [None]


# What holds whatever happens.


@SLOW
@given(lives())
def test_recipients_say_what_the_register_says(county: County) -> None:
    """At the end of each month, for it and all later ones; nobody stands there whose aid is over."""
    whole = log(county)
    told = list(whole.told())
    for month in (*MONTHS, "2025-07"):
        until = [(one, messages) for one, messages in told if month_of(one.recorded_at.date()) <= month]
        standing = compacted(message for _, messages in until for message in messages)
        seen = [one for one, _ in until]
        for later in (month, *(one for one in ("2025-03", "2025-06", "2026-03") if one > month)):
            assert in_month(standing, later) == shares(county, later, seen)
        last = month_of(seen[-1].recorded_at.date()) if seen else month
        ends = [max(span.until_month or "9999-12" for span in one.spans) for one in standing.values()]
        assert all(end >= last for end in ends)


@SLOW
@given(lives())
def test_approvals_and_exits_say_who_is_in_aid_in_which_months(county: County) -> None:
    truth = {}
    for number, case in county.cases.items():
        for key, member in case.members.items():
            months = {
                month
                for month in (f"{year}-{place:02d}" for year in (2024, 2025, 2026) for place in range(1, 13))
                if case.award and (terms := case.award.at(Month(month))) and key in terms.covered
            }
            if months:
                truth.setdefault((member.person, CaseNo(number)), set()).update(months)
    assert covered(log(county).messages()) == truth


@SLOW
@given(lives(), st.data())
def test_the_fold_goes_on_from_wherever_it_was_kept(county: County, data: st.DataObject) -> None:
    whole = log(county)
    messages = whole.messages()
    assert len({one.id for one in messages}) == len(messages)
    at = data.draw(st.integers(0, len(whole.events)))
    fold = Publishing(whole.load)
    first = [message for one in whole.events[:at] for message in fold.apply(one)]
    kept = msgspec.json.decode(msgspec.json.encode(fold.state), type=type(fold.state))
    again = Publishing(whole.load, state=kept)
    assert first + [message for one in whole.events[at:] for message in again.apply(one)] == messages


@SLOW
@given(lives())
def test_a_snapshot_and_what_follows_is_the_whole(county: County) -> None:
    whole = log(county)
    half = Log(whole.events[: len(whole.events) // 2])
    fold = Publishing(whole.load)
    for one in half.events:
        fold.apply(one)
    if not half.events:
        return
    snapshot = fold.snapshot(half.events[-1])
    rest = [message for one in whole.events[len(half.events) :] for message in fold.apply(one)]
    one, other = compacted([*snapshot, *rest]), compacted(whole.messages())
    assert one.keys() == other.keys()
    present = month_of(whole.events[-1].recorded_at.date())
    for month in (present, "2025-12"):
        assert in_month(one, month) == in_month(other, month)
