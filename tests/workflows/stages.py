"""Where a case stands when a story begins, brought there by the commands of the steps before.

A mother and two minors; her wage of 900.00 a month makes the award 3 × 600.00 − 900.00 = 900.00. Accepted on
21 April 2025, surveyed by `surveyor` and `handler2`, reported, assessed on 5 May, posted on the 6th.
"""

from typing import Any

from tests.harness import TrialOffice, person

PHOTO = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
ACCEPTED, VISITED, REPORTED, ASSESSED, POSTED = (
    "2025-04-21",
    "2025-04-23",
    "2025-04-28",
    "2025-05-05",
    "2025-05-06",
)
LAST_DAY, NEXT_DAY = "2025-05-13", "2025-05-14"
WAGE = 90_000


def household(serial: int = 1) -> list[dict[str, str]]:
    return [
        person("m1", "1985-03-04", serial * 10, "王芳", "02"),
        person("m2", "2012-06-01", serial * 10 + 1, "李明", "20"),
        person("m3", "2015-07-01", serial * 10 + 2, "李红", "30"),
    ]


def wage(month: int = WAGE) -> list[dict[str, Any]]:
    """The six months before acceptance."""
    return [
        {
            "kind": "income",
            "code": "W1",
            "member": "m1",
            "since": "2024-10-01",
            "until": "2025-03-31",
            "amount": 6 * month,
            "source": "V02",
        }
    ]


def surveyed(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    """Accepted, visited, its report issued, its facts stated."""
    members = household(serial)
    if "head" in data:
        members = [{**one, "kinship": "02" if one["key"] == data["head"] else "97"} for one in members]
    case = office.accepted(members, on=ACCEPTED, **data)
    office.do(
        "Visit",
        "surveyor",
        case,
        on=VISITED,
        surveyors=["surveyor", "handler2"],
        result="true",
        present=["m1"],
    )
    office.do("AskVerification", "handler", case, on=VISITED, sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-04-24")
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on=REPORTED,
        source="V02",
        answer="agrees",
        data_day="2025-04-25",
    )
    office.do("IssueReport", "centre", case, on=REPORTED, report="HD-2025-1")
    office.do("StateFacts", "handler", case, on=REPORTED, facts=wage(month))
    return case


def assessed(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    case = surveyed(office, serial, month, **data)
    office.do("Assess", "handler", case, on=ASSESSED)
    return case


def opined(office: TrialOffice, serial: int = 1, month: int = WAGE, **opinion: Any) -> str:
    """The handler's hand is there."""
    case = assessed(office, serial, month)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, **{"favourable": True, **opinion})
    return case


def to_post(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    """Both hands are there."""
    case = assessed(office, serial, month, **data)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    office.do("ConfirmOpinion", "leader", case, on=ASSESSED)
    return case


def posted(office: TrialOffice, serial: int = 1, month: int = WAGE, on: str = POSTED, **data: Any) -> str:
    case = to_post(office, serial, month, **data)
    office.do("Post", "village", case, on=on, place="村务公开栏", photo=PHOTO)
    return case


def ready(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    """The notice was up for its whole time and is down."""
    case = posted(office, serial, month, **data)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=True)
    return case


def forwarded(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    case = ready(office, serial, month, **data)
    office.do("Forward", "handler", case, on=NEXT_DAY)
    return case


def signed(office: TrialOffice, serial: int = 1, month: int = WAGE, **data: Any) -> str:
    """All is there for the decider."""
    case = forwarded(office, serial, month, **data)
    office.do("SignHand", "chief", case, on="2025-05-15")
    return case


def negative(office: TrialOffice, serial: int = 1) -> str:
    """Income over the standard: a negative opinion, confirmed by the leader."""
    case = opined(office, serial, 200_000, favourable=False, grounds=["R01"])
    office.do("ConfirmOpinion", "leader", case, on=ASSESSED)
    return case


def confirmed(office: TrialOffice, serial: int = 1, on: str = "2025-05-19") -> str:
    case = signed(office, serial)
    office.do("Confirm", "decider", case, on=on)
    return case
