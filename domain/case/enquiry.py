"""调查核对: facts stated, verification by the centre, household survey, democratic review 民主评议.

民发〔2021〕57号 art. 13–19; rules.md §3 survey, verification, review.
"""

from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.case.intake import Paper
from domain.event import CaseEvent, Value
from domain.facts import Fact
from domain.ids import FactKey, InstanceId, MemberKey, StaffId
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case


class FactsStated(CaseEvent, frozen=True, kw_only=True):
    """New facts; `replaces` names the facts that these correct (same effective day); with none they are withdrawn,
    `words` say why."""

    facts: tuple[Fact, ...]
    replaces: tuple[FactKey, ...] = ()
    words: Words | None = None


class FactEnded(CaseEvent, frozen=True, kw_only=True):
    fact: FactKey
    until: date


class VerificationBegun(CaseEvent, frozen=True, kw_only=True):
    """A further verification is due: at a review, or after a change."""

    verification: InstanceId


class VerificationAsked(CaseEvent, frozen=True, kw_only=True):
    verification: InstanceId
    sources: tuple[str, ...]
    round: int = 1
    supporters: tuple[FactKey, ...] = ()


class VerificationStarted(CaseEvent, frozen=True, kw_only=True):
    verification: InstanceId


class Answered(CaseEvent, frozen=True, kw_only=True):
    """An office's answer: agrees | differs | none | late | incomplete | by_hand; `data_day`: of its data."""

    verification: InstanceId
    source: str
    answer: str
    data_day: date | None = None
    hit: bool = False
    member: MemberKey | None = None
    words: Words | None = None


class ReportIssued(CaseEvent, frozen=True, kw_only=True):
    verification: InstanceId
    report: str
    valid_until: date
    late_accepted: tuple[str, ...] = ()
    reason: Words | None = None


class HitTold(CaseEvent, frozen=True, kw_only=True):
    """The result is told to the applicant (L04) before the procedure ends."""

    verification: InstanceId


class Contested(CaseEvent, frozen=True, kw_only=True):
    verification: InstanceId
    words: Words


class VerificationOutlived(CaseEvent, frozen=True, kw_only=True):
    """Report or data are older than their validity: to be asked again."""

    verification: InstanceId


class VerificationClosed(CaseEvent, frozen=True, kw_only=True):
    verification: InstanceId


class Visited(CaseEvent, frozen=True, kw_only=True):
    """入户调查 by two; `why`: survey | resurvey | county | review | move. `present`: members who signed."""

    surveyors: tuple[StaffId, ...]
    way: str
    result: str
    present: tuple[MemberKey, ...] = ()
    why: Literal["survey", "resurvey", "county", "review", "move"] = "survey"
    papers: tuple[Paper, ...] = ()
    words: Words | None = None
    instance: InstanceId | None = None


class NobodyHome(CaseEvent, frozen=True, kw_only=True):
    """`turned_away`: somebody was there and did not let them in."""

    surveyors: tuple[StaffId, ...]
    turned_away: bool = False


class NeighboursAsked(CaseEvent, frozen=True, kw_only=True):
    surveyors: tuple[StaffId, ...]
    asked: int
    result: str
    words: Words | None = None


class InquirySent(CaseEvent, frozen=True, kw_only=True):
    inquiry: str
    to: Words


class InquiryAnswered(CaseEvent, frozen=True, kw_only=True):
    inquiry: str
    words: Words


class DemocraticReviewHeld(CaseEvent, frozen=True, kw_only=True):
    """民主评议: is the survey true and complete? Delegates are counted among those who take part."""

    participants: int
    delegates: int
    signed: int
    chair: StaffId
    outcome: str
    objection: InstanceId | None = None
    words: Words | None = None


class Verification(Value, frozen=True, kw_only=True):
    id: InstanceId
    asked: date
    sources: tuple[str, ...]
    round: int = 1
    started: date | None = None
    answers: dict[str, str] = {}
    data_days: dict[str, date] = {}
    hits: tuple[str, ...] = ()
    told: date | None = None
    told_hits: tuple[str, ...] = ()
    contested: date | None = None
    report: str | None = None
    reported: date | None = None
    valid_until: date | None = None

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Offices whose answer is still out; `late` only says that they were reminded."""
        return tuple(source for source in self.sources if self.answers.get(source, "late") == "late")

    @property
    def untold_hits(self) -> tuple[str, ...]:
        return tuple(source for source in self.hits if source not in self.told_hits)

    @property
    def oldest_data(self) -> date | None:
        return min(self.data_days.values(), default=None)


class Visit(Value, frozen=True, kw_only=True):
    on: date
    surveyors: tuple[StaffId, ...]
    why: str
    way: str
    result: str


class DemocraticReview(Value, frozen=True, kw_only=True):
    on: date
    outcome: str
    objection: InstanceId | None = None


@evolves(FactsStated)
def _stated(case: "Case", event: FactsStated) -> "Case":
    facts = {key: fact for key, fact in case.facts.items() if key not in event.replaces}
    by = event.facts[0].key if event.replaces and event.facts else None
    facts.update({fact.key: fact for fact in event.facts})
    return replace(
        case,
        facts=facts,
        replaced={**case.replaced, **dict.fromkeys(event.replaces, by)} if event.replaces else case.replaced,
        facts_changed=event.on,
        facts_round=case.facts_round + 1,
        fact_serial=max([case.fact_serial, *(int(fact.key[1:]) for fact in event.facts)]),
    )


@evolves(FactEnded)
def _fact_ended(case: "Case", event: FactEnded) -> "Case":
    fact = case.facts[event.fact]
    monthly = fact.monthly or (fact.until is None and fact.kind in ("income", "deduction"))
    fact = replace(fact, until=event.until, monthly=monthly)
    return replace(
        case,
        facts={**case.facts, event.fact: fact},
        facts_changed=event.on,
        facts_round=case.facts_round + 1,
    )


def _with(case: "Case", verification: Verification) -> "Case":
    return replace(case, verifications={**case.verifications, verification.id: verification})


@evolves(VerificationAsked)
def _asked(case: "Case", event: VerificationAsked) -> "Case":
    before = case.verifications.get(event.verification)
    one = Verification(id=event.verification, asked=event.on, sources=event.sources, round=event.round)
    if before is not None:
        kept = [source for source in before.sources if source not in event.sources]
        one = replace(
            one,
            sources=(*kept, *event.sources),
            answers={source: before.answers[source] for source in kept if source in before.answers},
            data_days={source: before.data_days[source] for source in kept if source in before.data_days},
            hits=tuple(source for source in before.hits if source in kept),
            told=before.told,
            told_hits=before.told_hits,
        )
    return _with(case, one)


@evolves(VerificationStarted)
def _started(case: "Case", event: VerificationStarted) -> "Case":
    return _with(case, replace(case.verifications[event.verification], started=event.on))


@evolves(Answered)
def _answered(case: "Case", event: Answered) -> "Case":
    one = case.verifications[event.verification]
    hits = (*one.hits, event.source) if event.hit and event.source not in one.hits else one.hits
    answers = {**one.answers, event.source: event.answer}
    days = one.data_days
    if event.data_day is not None:
        days = {**days, event.source: min(event.data_day, days.get(event.source, event.data_day))}
    return _with(case, replace(one, answers=answers, data_days=days, hits=hits))


@evolves(ReportIssued)
def _reported(case: "Case", event: ReportIssued) -> "Case":
    one = case.verifications[event.verification]
    return _with(case, replace(one, report=event.report, reported=event.on, valid_until=event.valid_until))


@evolves(HitTold)
def _told(case: "Case", event: HitTold) -> "Case":
    one = case.verifications[event.verification]
    return _with(case, replace(one, told=event.on, told_hits=one.hits))


@evolves(Contested)
def _contested(case: "Case", event: Contested) -> "Case":
    return _with(case, replace(case.verifications[event.verification], contested=event.on))


@evolves(Visited)
def _visited(case: "Case", event: Visited) -> "Case":
    visit = Visit(on=event.on, surveyors=event.surveyors, why=event.why, way=event.way, result=event.result)
    return replace(case, visits=(*case.visits, visit))


@evolves(NobodyHome)
def _nobody(case: "Case", event: NobodyHome) -> "Case":
    return replace(case, nobody_home=case.nobody_home + (2 if event.turned_away else 1))


@evolves(DemocraticReviewHeld)
def _review_held(case: "Case", event: DemocraticReviewHeld) -> "Case":
    meeting = DemocraticReview(on=event.on, outcome=event.outcome, objection=event.objection)
    return replace(case, meetings=(*case.meetings, meeting))


@evolves(InquirySent)
def _inquired(case: "Case", event: InquirySent) -> "Case":
    return replace(case, inquiries={**case.inquiries, event.inquiry: False})


@evolves(InquiryAnswered)
def _inquiry_answered(case: "Case", event: InquiryAnswered) -> "Case":
    return replace(case, inquiries={**case.inquiries, event.inquiry: True})


@evolves(NeighboursAsked, VerificationBegun, VerificationOutlived, VerificationClosed)
def _on_file(case: "Case", event: CaseEvent) -> "Case":
    return case
