"""A living award to begin a story with, brought there by the commands of the steps before; J1's days by default."""

from datetime import date, timedelta
from typing import Any

from domain.case.award import MonthDrawn
from domain.days import Month
from domain.ids import StreamId
from tests.harness import V1, TrialOffice, person
from workflows.world import case_stream

PHOTO = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
ACCEPTED = "2025-03-06"


def day(start: str, days: int) -> str:
    return (date.fromisoformat(start) + timedelta(days=days)).isoformat()


def living(
    office: TrialOffice,
    members: list[dict[str, Any]],
    facts: list[dict[str, Any]],
    *,
    accepted: str = ACCEPTED,
    review_class: str = "A",
    **entered: Any,
) -> str:
    """Confirmed 27 days after acceptance; paid from the month after. Income not stated is confirmed to be none."""
    case = to_decide(office, members, facts, accepted, review_class, **entered)
    office.do("Confirm", "decider", case, on=day(accepted, 27))
    return case


def to_decide(
    office: TrialOffice,
    members: list[dict[str, Any]],
    facts: list[dict[str, Any]],
    accepted: str = ACCEPTED,
    review_class: str = "A",
    **entered: Any,
) -> str:
    """All is there for the decider, 20 days after acceptance."""
    case = office.accepted(members, on=accepted, **entered)
    office.do("AskVerification", "handler", case, on=day(accepted, 1), sources=["V02"])
    office.do("StartVerification", "centre", case, on=day(accepted, 1))
    office.do(
        "Visit",
        "surveyor",
        case,
        on=day(accepted, 4),
        surveyors=["surveyor", "handler2"],
        result="true",
        present=["m1"],
    )
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on=day(accepted, 8),
        source="V02",
        answer="agrees",
        data_day=accepted,
    )
    office.do("IssueReport", "centre", case, on=day(accepted, 8), report="HD-1")
    stated = [*facts, *nothing(members, facts, accepted)]
    office.do("StateFacts", "handler", case, on=day(accepted, 8), facts=stated)
    office.do("Assess", "handler", case, on=day(accepted, 11))
    opinion = {"favourable": True, "review_class": review_class}
    office.do("GiveOpinion", "handler", case, on=day(accepted, 11), **opinion)
    office.do("ConfirmOpinion", "leader", case, on=day(accepted, 11))
    office.do("Post", "village", case, on=day(accepted, 12), place="村务公开栏", photo=PHOTO)
    office.do("TakeDown", "village", case, on=day(accepted, 19), photo=PHOTO, no_objection=True)
    office.do("Forward", "handler", case, on=day(accepted, 20))
    office.do("SignHand", "chief", case, on=day(accepted, 20))
    return case


def nothing(members: list[dict[str, Any]], facts: list[dict[str, Any]], since: str) -> list[dict[str, Any]]:
    earning = {fact.get("member") for fact in facts if fact["kind"] == "income"}
    return [
        {"kind": "nothing_declared", "code": "all", "member": one["key"], "since": since, "source": "survey"}
        for one in members
        if one["key"] not in earning
    ]


def income(member: str, fen: int, since: str, until: str, code: str = "W1") -> dict[str, Any]:
    return {
        "kind": "income",
        "code": code,
        "member": member,
        "since": since,
        "until": until,
        "amount": fen,
        "source": "V02",
    }


def family() -> list[dict[str, Any]]:
    """J1: two adults and a student son."""
    return [
        person("m1", "1975-01-01", 11, "王强", "02"),
        person("m2", "1976-01-01", 12, "李梅", "12"),
        person("m3", "2006-01-01", 13, "王明", "20"),
    ]


def family_income(
    since: str = "2024-09-01", until: str = "2025-02-28", wages: int = 480_000
) -> list[dict[str, Any]]:
    return [
        income("m1", wages, since, until),
        income("m2", 360_000, since, until, "B1"),
    ]


def plain(office: TrialOffice, **more: Any) -> str:
    """J1: 600.00 × 3 − 1,400.00 = 400.00 from May 2025, reviewed half-yearly."""
    return living(office, family(), family_income(), **{"review_class": "B", **more})


def draw(office: TrialOffice, case: str, *months: str, held: bool = False) -> None:
    """Given: these months stand on their lists."""
    found = office.case(case)
    assert found.award is not None
    for month in months:
        terms = found.award.at(Month(month))
        assert terms is not None
        line = MonthDrawn(
            on=date.fromisoformat(f"{month}-08"),
            month=Month(month),
            list=StreamId(f"list:110199/dibao/rural/{month}"),
            amount=terms.amount,
            shares=terms.shares,
            area="rural",
            division=V1,
            held=held,
        )
        office.write([(case_stream(case), line)])


def tick(office: TrialOffice, until: str) -> dict[str, Any]:
    """The clock goes to the day and everything due fires."""
    office.clock(until)
    return office.doudi.deadlines.run(date.fromisoformat(until))


def amount(office: TrialOffice, case: str, month: str) -> int | None:
    """What the award pays in a month, in fen; None where it doesn't live."""
    found = office.case(case)
    assert found.award is not None
    terms = found.award.at(Month(month))
    return terms.amount if terms else None
