"""定期核查与动态管理: periodic reviews, changes reported or detected, hearing, members, appeals.

民发〔2021〕57号 art. 31–35; 社会救助法 art. 48, 76; rules.md §3 periodic review, reduce / stop, appeal.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.case.intake import Member, Paper
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.explain import Explanation
from domain.ids import CaseNo, InstanceId, MemberKey, StaffId
from domain.money import Fen
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case

Effect = Literal["increase", "reduce", "stop", "gradual_exit"]


class ReviewScheduled(CaseEvent, frozen=True, kw_only=True):
    """`due`: k × period from the award's first day; may be held up to a month before."""

    review: InstanceId
    due: date
    ordinal: int


class ReviewOpened(CaseEvent, frozen=True, kw_only=True):
    review: InstanceId


class ReviewConcluded(CaseEvent, frozen=True, kw_only=True):
    """`outcome`: unchanged | increase | reduce | stop | impossible; unchanged ends at the township. `words`: why it
    couldn't be held."""

    review: InstanceId
    outcome: str
    review_class: Literal["A", "B", "C"]
    change: InstanceId | None = None
    explanation: Explanation | None = None
    clear: bool = True
    words: Words | None = None


class ChangeOpened(CaseEvent, frozen=True, kw_only=True):
    """A change reported by the household or detected (source V…), or found by a review."""

    change: InstanceId
    kind: str
    happened: date
    source: str
    member: MemberKey | None = None
    words: Words | None = None


class PriorNotice(CaseEvent, frozen=True, kw_only=True):
    """L13: what is intended and why, with a term to answer (5 working days)."""

    change: InstanceId
    effect: Effect
    code: str
    answer_until: date


class Heard(CaseEvent, frozen=True, kw_only=True):
    change: InstanceId
    words: Words


class NotReached(CaseEvent, frozen=True, kw_only=True):
    """Tried by a way, with proof; two ways tried count as heard (L26 art. 48)."""

    change: InstanceId
    way: str
    proof: Paper | None = None


class ChangeProposed(CaseEvent, frozen=True, kw_only=True):
    """The township proposes to the deciding organ."""

    change: InstanceId
    by: StaffId
    effect: Effect
    code: str
    from_month: Month
    amount: Fen
    shares: dict[MemberKey, Fen]
    covered: tuple[MemberKey, ...]
    counted: tuple[MemberKey, ...] = ()
    uplifts: dict[MemberKey, Fen] = {}
    until_month: Month | None = None
    member: MemberKey | None = None
    explanation: Explanation | None = None
    words: Words | None = None


class ChangeDecided(CaseEvent, frozen=True, kw_only=True):
    """The deciding organ's hand; the effect itself is AmountChanged, Stopped or GradualExitGranted.

    `findings`: months already drawn from which on it should have held; they stand, and are looked into apart. `unpaid`:
    those a stop says nothing is due for: what is kept back of them is never sent.
    """

    VERSION: ClassVar[int] = 2

    change: InstanceId
    by: StaffId
    effect: Effect
    code: str
    findings: tuple[Month, ...] = ()
    unpaid: tuple[Month, ...] = ()


class ChangeDropped(CaseEvent, frozen=True, kw_only=True):
    """Nor is it so what it said of members: who was to have left is `here`, who was to have joined `never` was."""

    VERSION: ClassVar[int] = 2

    change: InstanceId
    reason: Words
    here: tuple[MemberKey, ...] = ()
    never: tuple[MemberKey, ...] = ()


class MemberJoined(CaseEvent, frozen=True, kw_only=True):
    """`from_case`: whose award pays him until this one does. `change`: which change says so (an application: none)."""

    VERSION: ClassVar[int] = 2

    member: Member
    reason: str
    from_case: CaseNo | None = None
    change: InstanceId | None = None


class MemberLeft(CaseEvent, frozen=True, kw_only=True):
    VERSION: ClassVar[int] = 2

    member: MemberKey
    left: date
    reason: str
    change: InstanceId | None = None


class AppealFiled(CaseEvent, frozen=True, kw_only=True):
    """行政复议 reconsideration | 行政诉讼 lawsuit; doesn't stop execution."""

    appeal: InstanceId
    kind: Literal["reconsideration", "lawsuit"]
    against: str
    paper: Paper | None = None


class AppealDecided(CaseEvent, frozen=True, kw_only=True):
    appeal: InstanceId
    outcome: str
    words: Words | None = None


class DeadlineMoved(CaseEvent, frozen=True, kw_only=True):
    """A due day moves with its cause: an objection (45), an extension, a calendar published.

    A provisional one says from where it is counted (`domain.event.Deadline`).
    """

    key: str
    due: date
    warn: date | None
    cause: str
    provisional: bool = False
    start: date | None = None
    days: int | None = None


class DeadlineWarned(CaseEvent, frozen=True, kw_only=True):
    key: str
    owner: str


class DeadlineEscalated(CaseEvent, frozen=True, kw_only=True):
    key: str
    to: str


class LivesBrought(CaseEvent, frozen=True, kw_only=True):
    """Running life cycles brought to another version, that of a law; `moved` says which, to where."""

    law: str
    reason: Words


class Reminded(CaseEvent, frozen=True, kw_only=True):
    """A certificate, consent or status ends on `ends`, or an addition changes that day; told ahead.

    `key` names the thing and its day, so that each is told once.
    """

    key: str
    subject: str
    ends: date
    member: MemberKey | None = None


class Change(Value, frozen=True, kw_only=True):
    id: InstanceId
    on: date
    kind: str
    happened: date
    source: str
    member: MemberKey | None = None
    notice: PriorNotice | None = None
    heard: date | None = None
    tried: tuple[tuple[str, bool], ...] = ()
    """Ways tried, each with whether there is proof."""
    proposal: ChangeProposed | None = None
    decided: date | None = None
    unpaid: tuple[Month, ...] = ()
    """Months drawn that a stop says nothing is due for: what of them was kept back stays so."""
    joined: tuple[MemberKey, ...] = ()
    left: tuple[MemberKey, ...] = ()
    """Whom it says to have joined and left."""


class Review(Value, frozen=True, kw_only=True):
    id: InstanceId
    due: date
    ordinal: int
    opened: date | None = None
    concluded: date | None = None
    outcome: str | None = None


class Appeal(Value, frozen=True, kw_only=True):
    id: InstanceId
    on: date
    kind: str
    against: str = "application"
    outcome: str | None = None
    decided: date | None = None


def _review(case: "Case", review: Review) -> "Case":
    return replace(case, reviews={**case.reviews, review.id: review})


def _change(case: "Case", change: Change) -> "Case":
    return replace(case, changes={**case.changes, change.id: change})


@evolves(ReviewScheduled)
def _scheduled(case: "Case", event: ReviewScheduled) -> "Case":
    return _review(case, Review(id=event.review, due=event.due, ordinal=event.ordinal))


@evolves(ReviewOpened)
def _opened(case: "Case", event: ReviewOpened) -> "Case":
    return _review(case, replace(case.reviews[event.review], opened=event.on))


@evolves(ReviewConcluded)
def _concluded(case: "Case", event: ReviewConcluded) -> "Case":
    one = replace(case.reviews[event.review], concluded=event.on, outcome=event.outcome)
    case = replace(_review(case, one), review_class=event.review_class)
    found, award = event.explanation, case.award
    if event.outcome != "unchanged" or found is None or award is None or not award.as_in_ledger(found.month):
        return case
    award = replace(award, turned=max(award.turned, found.month))
    return replace(case, award=award.standing_on(found.month, found, case.fact_serial), decided_income=found)


@evolves(ChangeOpened)
def _change_opened(case: "Case", event: ChangeOpened) -> "Case":
    return _change(
        case,
        Change(
            id=event.change,
            on=event.on,
            kind=event.kind,
            happened=event.happened,
            source=event.source,
            member=event.member,
        ),
    )


@evolves(PriorNotice)
def _noticed(case: "Case", event: PriorNotice) -> "Case":
    """Each notice is heard for itself: what was said to one before, or proposed upon it, doesn't count."""
    one = replace(case.changes[event.change], notice=event, heard=None, tried=(), proposal=None)
    return _change(case, one)


@evolves(Heard)
def _heard(case: "Case", event: Heard) -> "Case":
    return _change(case, replace(case.changes[event.change], heard=event.on))


@evolves(NotReached)
def _not_reached(case: "Case", event: NotReached) -> "Case":
    one = case.changes[event.change]
    return _change(case, replace(one, tried=(*one.tried, (event.way, event.proof is not None))))


@evolves(ChangeProposed)
def _proposed(case: "Case", event: ChangeProposed) -> "Case":
    return _change(case, replace(case.changes[event.change], proposal=event))


@evolves(ChangeDecided)
def _change_decided(case: "Case", event: ChangeDecided) -> "Case":
    return _change(case, replace(case.changes[event.change], decided=event.on, unpaid=event.unpaid))


@evolves(ChangeDropped)
def _change_dropped(case: "Case", event: ChangeDropped) -> "Case":
    case = _change(case, replace(case.changes[event.change], decided=event.on))
    for key in event.here:
        case = case.with_member(key, left=None, left_reason=None)
    for key in event.never:
        member = case.members[key]
        case = case.with_member(key, left=(member.joined or event.on) - timedelta(days=1))
    return case


@evolves(MemberJoined)
def _joined(case: "Case", event: MemberJoined) -> "Case":
    members = {**case.members, event.member.key: event.member}
    joined = case.joined_from
    if event.from_case is not None:
        joined = {**joined, event.member.key: event.from_case}
    if event.change is not None:
        one = case.changes[event.change]
        case = _change(case, replace(one, joined=(*one.joined, event.member.key)))
    return replace(case, members=members, joined_from=joined, facts_round=case.facts_round + 1)


@evolves(MemberLeft)
def _left(case: "Case", event: MemberLeft) -> "Case":
    if event.change is not None:
        one = case.changes[event.change]
        case = _change(case, replace(one, left=(*one.left, event.member)))
    return case.with_member(event.member, left=event.left, left_reason=event.reason)


@evolves(AppealFiled)
def _filed(case: "Case", event: AppealFiled) -> "Case":
    one = Appeal(id=event.appeal, on=event.on, kind=event.kind, against=event.against)
    return replace(case, appeals={**case.appeals, event.appeal: one})


@evolves(AppealDecided)
def _appeal_decided(case: "Case", event: AppealDecided) -> "Case":
    one = replace(case.appeals[event.appeal], outcome=event.outcome, decided=event.on)
    return replace(case, appeals={**case.appeals, event.appeal: one})


@evolves(DeadlineMoved)
def _moved(case: "Case", event: DeadlineMoved) -> "Case":
    deadline = replace(
        case.deadlines[event.key],
        due=event.due,
        warn=event.warn,
        provisional=event.provisional,
        start=event.start,
        days=event.days,
    )
    return replace(case, deadlines={**case.deadlines, event.key: deadline}, steps=_forget(case, event.key))


def _forget(case: "Case", key: str) -> frozenset[tuple[str, str]]:
    return frozenset(step for step in case.steps if step[0] != key)


@evolves(DeadlineWarned)
def _warned(case: "Case", event: DeadlineWarned) -> "Case":
    return replace(case, steps=case.steps | {(event.key, "warn")})


@evolves(DeadlineEscalated)
def _escalated(case: "Case", event: DeadlineEscalated) -> "Case":
    return replace(case, steps=case.steps | {(event.key, f"escalate:{event.to}")})


@evolves(LivesBrought)
def _brought(case: "Case", event: LivesBrought) -> "Case":
    return case


@evolves(Reminded)
def _reminded(case: "Case", event: Reminded) -> "Case":
    return replace(case, reminded=case.reminded | {event.key})
