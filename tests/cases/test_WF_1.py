"""WF-1: nothing is approved before its publicity is over and its objections are settled, however it is tried."""

import pytest

from tests.cases.stories import PHOTO, Line, Story, nothing, single
from tests.journeys.lives import Outside

OTHERS = {"surveyors": ["surveyor3", "surveyor4"], "result": "true", "present": ["m1"]}
SURVEYOR = "surveyor"


@pytest.fixture
def posted(office: Outside) -> str:
    """On the board since 2025-05-06."""
    story = Story(office, "wf", single(11), [nothing("m1")], accepted="2025-04-24")
    number = story.to("Post")
    assert office.json("clock", "show")["rows"][0]["now"].startswith("2025-05-06")
    return number


def codes(answer: Line) -> list[str]:
    assert answer["status"] == "refused"
    return [reason["code"] for reason in answer["reasons"]]


def unchanged(office: Outside, case: str) -> tuple[int, str]:
    shown = office.json("case", "show", case)
    return office.head(), str(shown["lives"]) + str(shown["deadlines"])


def test_WF_1(office: Outside, posted: str, door: str) -> None:
    office.clock("2025-05-09")
    before = unchanged(office, posted)
    singly = office.say(office.line("Confirm", "decider", posted), door)
    assert "publicity-open" in codes(singly)
    until = next(one for one in singly["reasons"] if one["code"] == "publicity-open")
    assert until["params"]["until"] == "2025-05-13"
    assert "2025-05-13" in until["message"]
    assert unchanged(office, posted)[1] == before[1]

    office.clock("2025-05-10")
    head = office.head()
    bulk = office.do(*(office.line("Confirm", "decider", posted) for _ in range(5)), code=1)
    assert ["publicity-open" in codes(answer) for answer in bulk] == [True] * 5
    assert office.head() == head

    office.clock("2025-05-11")
    head = office.head()
    seen = office.json("case", "show", posted)["events"][-1]["version"]
    old = {**office.line("Confirm", "decider", posted), "expected": seen - 1}
    refused = codes(office.say(old, door))
    assert refused[0] == "moved-on"
    assert "publicity-open" in refused
    as_seen = {**office.line("Confirm", "decider", posted), "expected": seen}
    assert "publicity-open" in codes(office.say(as_seen, door))
    assert office.head() == head

    office.clock("2025-05-12")
    office.tell("Object", "window", posted, anonymous=True, words="有车")
    office.clock("2025-05-13")
    office.tell("TakeDown", "village", posted, photo=PHOTO, no_objection=False)
    office.clock("2025-05-14")
    assert "objection-open" in codes(office.say(office.line("Confirm", "decider", posted), door))
    assert codes(office.say(office.line("Forward", "handler", posted), door)) == ["objection-open"]

    office.clock("2025-05-20")
    office.tell("Resurvey", "surveyor3", posted, **OTHERS)
    settle = {"outcome": "rejected", "by": ["surveyor", "surveyor3"]}
    assert "surveyed-yourself" in codes(
        office.say(office.line("SettleObjection", "leader", posted, **settle))
    )
    office.tell("SettleObjection", "leader", posted, outcome="rejected", by=["surveyor3", "surveyor4"])
    office.tell("Assess", "handler", posted)
    office.tell("GiveOpinion", "handler", posted, favourable=True)
    office.tell("ConfirmOpinion", "leader", posted)
    office.tell("Forward", "handler", posted)
    office.tell("SignHand", "chief", posted)
    done = office.say(office.line("Confirm", "decider", posted), door)
    assert (done["status"], done["data"]["from_month"]) == ("done", "2025-06")


def test_WF_1_one_who_surveyed_does_not_decide(office: Outside, door: str) -> None:
    """A decider of the county who was among the surveyors; another of the county signs."""
    office.clock("2025-03-01")
    appointed = {"staff": SURVEYOR, "name": SURVEYOR, "desk": "decider", "since": "2000-01-01"}
    office.tell("Appoint", "admin", division="110199", **appointed)
    story = Story(office, "own", single(11), [nothing("m1")])
    case = story.to("Forward")
    office.tell("SignHand", "chief", case)
    head = office.head()
    assert codes(office.say(office.line("Confirm", SURVEYOR, case), door)) == ["surveyed-yourself"]
    refuse = office.line("Refuse", SURVEYOR, case, grounds=["R01"], words="收入超标")
    assert codes(office.say(refuse, door)) == ["surveyed-yourself"]
    assert office.head() == head
    assert office.say(office.line("Confirm", "decider", case), door)["status"] == "done"


@pytest.mark.parametrize(
    "stage", ["Enter", "Accept", "Visit", "IssueReport", "ConfirmOpinion", "Post", "TakeDown"]
)
def test_WF_1_nothing_is_decided_from_any_earlier_state(office: Outside, stage: str, door: str) -> None:
    story = Story(office, "early", single(11), [nothing("m1")])
    case = story.to(stage)
    before = unchanged(office, case)
    for line in (
        office.line("Confirm", "decider", case),
        office.line("Refuse", "decider", case, grounds=["R01"], words="收入"),
    ):
        assert codes(office.say(line, door))[0] == "not-now"
    assert unchanged(office, case) == before
