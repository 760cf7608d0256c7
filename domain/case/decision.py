"""审核确认: forwarding, the county's hands and visit, the decision with reasons, letters and their service.

民发〔2021〕57号 art. 20–24; rules.md §3 return, decision, must visit, tell, announce.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from domain.case.enquiry import Visit
from domain.case.fold import evolves
from domain.case.intake import Paper
from domain.case.opinion import ReviewClass
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.explain import Explanation
from domain.ids import InstanceId, MemberKey, StaffId
from domain.money import Fen
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case


class Forwarded(CaseEvent, frozen=True, kw_only=True):
    """上报: the township's opinion, for or against, goes with the file."""

    favourable: bool


class ReturnedForCompletion(CaseEvent, frozen=True, kw_only=True):
    missing: tuple[str, ...]
    words: Words | None = None


class CountyVisitDue(CaseEvent, frozen=True, kw_only=True):
    """The county must visit the home before it decides: near_relative | complaint | override | sample."""

    ground: str


class CountyVisited(CaseEvent, frozen=True, kw_only=True):
    """县级入户: two of the county, who don't decide, look for themselves; every visit due is thereby made."""

    surveyors: tuple[StaffId, ...]
    result: str
    way: str
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Words | None = None


class HandSigned(CaseEvent, frozen=True, kw_only=True):
    """A county hand before the decider's: handler or section chief."""

    by: StaffId
    favourable: bool
    words: Words | None = None


class Overridden(CaseEvent, frozen=True, kw_only=True):
    """A rule of hands was set aside on record; it brings a county visit (rules.md §1)."""

    rule: str
    by: StaffId
    reason: Words


class ApprovalProposed(CaseEvent, frozen=True, kw_only=True):
    """拟批准: what the county means to approve, in fen, and posts again before it decides (220 art. 27–29)."""

    by: StaffId
    amount: Fen
    words: Words | None = None


class Confirmed(CaseEvent, frozen=True, kw_only=True):
    """确认: amount and shares in fen, paid from `from_month`; the explanation names all it stands on."""

    by: StaffId
    amount: Fen
    shares: dict[MemberKey, Fen]
    counted: tuple[MemberKey, ...]
    covered: tuple[MemberKey, ...]
    from_month: Month
    review_class: ReviewClass
    explanation: Explanation
    words: Words | None = None


class RefusedAid(CaseEvent, frozen=True, kw_only=True):
    """不予确认, by coded grounds (R…) with reasons."""

    by: StaffId
    grounds: tuple[str, ...]
    words: Words
    explanation: Explanation | None = None


class LetterIssued(CaseEvent, frozen=True, kw_only=True):
    letter: str
    about: InstanceId | None = None


class LetterServed(CaseEvent, frozen=True, kw_only=True):
    """送达回证 L24: way of service, day, proof; appeals run from this day (L26 art. 76)."""

    letter: str
    way: str
    proof: Paper | None = None
    about: InstanceId | None = None


class ServiceTried(CaseEvent, frozen=True, kw_only=True):
    """A way of service that reached nobody, with its proof; public notice comes only after others."""

    letter: str
    way: str
    proof: Paper | None = None
    about: InstanceId | None = None


class Announced(CaseEvent, frozen=True, kw_only=True):
    """公布 L10: applicant, members counted, amount."""

    place: str
    until: date


class Decision(Value, frozen=True, kw_only=True):
    on: date
    by: StaffId
    confirmed: bool
    amount: Fen = 0
    from_month: Month | None = None
    grounds: tuple[str, ...] = ()


class Letter(Value, frozen=True, kw_only=True):
    letter: str
    on: date
    about: InstanceId | None = None
    served: date | None = None
    way: str | None = None
    tried: tuple[str, ...] = ()


@evolves(Forwarded)
def _forwarded(case: "Case", event: Forwarded) -> "Case":
    return replace(case, forwarded=event.on, hands=())


@evolves(ReturnedForCompletion)
def _returned(case: "Case", event: ReturnedForCompletion) -> "Case":
    return replace(case, returns=case.returns + 1)


@evolves(CountyVisitDue)
def _visit_due(case: "Case", event: CountyVisitDue) -> "Case":
    return replace(case, visit_grounds=(*case.visit_grounds, event.ground))


@evolves(CountyVisited)
def _county_visited(case: "Case", event: CountyVisited) -> "Case":
    visit = Visit(on=event.on, surveyors=event.surveyors, why="county", way=event.way, result=event.result)
    return replace(case, visits=(*case.visits, visit), visit_grounds=())


@evolves(HandSigned)
def _signed(case: "Case", event: HandSigned) -> "Case":
    return replace(case, hands=(*case.hands, event.by))


@evolves(ApprovalProposed)
def _proposed(case: "Case", event: ApprovalProposed) -> "Case":
    return case


@evolves(Overridden)
def _overridden(case: "Case", event: Overridden) -> "Case":
    return replace(case, overrides=(*case.overrides, event.rule))


@evolves(Confirmed)
def _confirmed(case: "Case", event: Confirmed) -> "Case":
    decision = Decision(
        on=event.on, by=event.by, confirmed=True, amount=event.amount, from_month=event.from_month
    )
    return replace(case, decision=decision, review_class=event.review_class, decided_income=event.explanation)


@evolves(RefusedAid)
def _refused(case: "Case", event: RefusedAid) -> "Case":
    decision = Decision(on=event.on, by=event.by, confirmed=False, grounds=event.grounds)
    return replace(case, decision=decision, ended=event.on, ended_code=event.grounds[0])


@evolves(LetterIssued)
def _issued(case: "Case", event: LetterIssued) -> "Case":
    return replace(case, letters=(*case.letters, Letter(letter=event.letter, on=event.on, about=event.about)))


@evolves(LetterServed)
def _served(case: "Case", event: LetterServed) -> "Case":
    return _of_letter(case, event, served=event.on, way=event.way)


@evolves(ServiceTried)
def _tried(case: "Case", event: ServiceTried) -> "Case":
    tried = next((one.tried for one in case.letters if _meant(one, event)), ())
    return _of_letter(case, event, tried=(*tried, event.way))


def _meant(letter: Letter, event: LetterServed | ServiceTried) -> bool:
    return letter.letter == event.letter and letter.about == event.about and letter.served is None


def _of_letter(case: "Case", event: LetterServed | ServiceTried, **changes: Any) -> "Case":
    letters = tuple(replace(one, **changes) if _meant(one, event) else one for one in case.letters)
    return replace(case, letters=letters)


@evolves(Announced)
def _announced(case: "Case", event: Announced) -> "Case":
    return replace(case, announced=event.on)
