"""An application as command lines, day by day: from the window to the month after the decision."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.harness import V1, number
from tests.journeys.lives import Line, Outside

PHOTO = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
STAGES = (
    "Enter",
    "Accept",
    "Visit",
    "IssueReport",
    "ConfirmOpinion",
    "Post",
    "TakeDown",
    "Forward",
    "Confirm",
)


def member(key: str, name: str, born: str, serial: int, kinship: str = "") -> Line:
    """`kinship`: to the head `m1`; of others another relative's where nothing is said."""
    kinship = kinship or ("02" if key == "m1" else "97")
    return {"key": key, "name": name, "kinship": kinship, "number": number(born, serial)}


def single(serial: int, born: str = "1980-05-01", name: str = "周一") -> list[Line]:
    return [member("m1", name, born, serial)]


def income(who: str | None, yuan: str, since: str, until: str, code: str = "W1", **more: Any) -> Line:
    whole, _, cents = yuan.partition(".")
    found = {"kind": "income", "code": code, "since": since, "until": until, "source": "V02", **more}
    found["amount"] = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return {**found, "member": who} if who else found


def nothing(who: str, since: str = "2025-01-01") -> Line:
    return {"kind": "nothing_declared", "code": "all", "member": who, "since": since, "source": "survey"}


def later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


class Story:
    """One application; `to` plays it up to a stage, `said` is what `Assess` came to.

    `actors`: who does what another desk's name does here; `after`: days after acceptance instead of the usual ones.
    """

    def __init__(
        self,
        office: Outside,
        name: str,
        members: list[Line],
        facts: list[Line],
        *,
        accepted: str = "2025-03-06",
        assessed: str | None = None,
        decided: str | None = None,
        door: str = "do",
        actors: Mapping[str, str] | None = None,
        after: Mapping[int, int] | None = None,
        **entered: Any,
    ) -> None:
        self.office, self.name, self.door = office, name, door
        self.actors, self.after = actors or {}, after or {}
        self.number = ""
        self.said: Line = {}
        assess, decide = assessed or self._day(accepted, 11), decided or self._day(accepted, 27)
        self.todo = self._lines(members, facts, accepted, assess, decide, entered)

    def to(self, stage: str) -> str:
        """Everything up to and with a stage; the case's number."""
        at = next(place for place, line in enumerate(self.todo) if line["type"] == stage)
        lines, self.todo = self.todo[: at + 1], self.todo[at + 1 :]
        if self.door == "do":
            answers = self.office.do(*lines)
        else:
            answers = [self._by_hand(line) for line in lines]
        for line, answer in zip(lines, answers, strict=True):
            assert answer["status"] == "done", answer
            if line["type"] == "Enter":
                self.number = answer["case"]
            elif line["type"] == "Assess":
                self.said = answer["data"]
        return self.number

    def whole(self) -> str:
        return self.to("Confirm")

    def _by_hand(self, line: Line) -> Line:
        if "case" in line:
            line = {**line, "case": self.number}
        answer = self.office.say(line, "case")
        self.number = self.number or answer.get("case", "")
        return answer

    def _lines(
        self, members: list[Line], facts: list[Line], day: str, assess: str, decided: str, entered: Line
    ) -> list[Line]:
        applicant = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False, **entered}
        first: list[tuple[str, str, Line]] = [("Enter", "window", {**applicant, "members": members})]
        for one in members:
            first.append(("Consent", "window", {"member": one["key"], "until": "2035-12-31"}))
        by_day: list[tuple[str, list[tuple[str, str, Line]]]] = [
            (day, [*first, ("Accept", "window", {})]),
            (self._day(day, 1), [("AskVerification", "handler", {"sources": ["V02"]})]),
            (
                self._day(day, 4),
                [
                    ("StartVerification", "centre", {}),
                    (
                        "Visit",
                        "surveyor",
                        {
                            "surveyors": [self.actors.get(who, who) for who in ("surveyor", "surveyor2")],
                            "result": "true",
                            "present": ["m1"],
                        },
                    ),
                ],
            ),
            (
                self._day(day, 8),
                [
                    ("AnswerVerification", "centre", {"source": "V02", "answer": "agrees", "data_day": day}),
                    ("IssueReport", "centre", {"report": f"HD-{self.name}"}),
                    *([("StateFacts", "handler", {"facts": facts})] if facts else []),
                ],
            ),
            (
                assess,
                [
                    ("Assess", "handler", {}),
                    ("GiveOpinion", "handler", {"favourable": True}),
                    ("ConfirmOpinion", "leader", {}),
                ],
            ),
            (self._day(day, 12), [("Post", "village", {"place": "村务公开栏", "photo": PHOTO})]),
            (self._day(day, 19), [("TakeDown", "village", {"photo": PHOTO, "no_objection": True})]),
            (self._day(day, 20), [("Forward", "handler", {}), ("SignHand", "chief", {})]),
            (decided, [("Confirm", "decider", {})]),
        ]
        lines: list[Line] = []
        for on, steps in by_day:
            lines.append(self._line("SetClock", "admin", {"to": on}, len(lines)))
            for kind, actor, data in steps:
                lines.append(self._line(kind, actor, data, len(lines)))
        return lines

    def _day(self, day: str, days: int) -> str:
        return later(day, self.after.get(days, days))

    def _line(self, kind: str, actor: str, data: Line, at: int) -> Line:
        ident = f"{self.name}-enter" if kind == "Enter" else f"{self.name}-{at}"
        line: Line = {"id": ident, "type": kind, "actor": self.actors.get(actor, actor), "data": data}
        if kind not in ("Enter", "SetClock"):
            line["case"] = f"@{self.name}-enter"
        return line
