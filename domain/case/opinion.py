"""初审与公示: the township's first opinion by two hands, publicity of seven days, objections and complaints.

民发〔2021〕57号 art. 18–21; rules.md §3 first opinion, publicity, objection.
"""

from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.case.intake import Paper
from domain.event import CaseEvent, Value
from domain.explain import Explanation
from domain.ids import InstanceId, MemberKey, PersonRef, StaffId
from domain.money import Fen
from domain.personal import Name, Words

if TYPE_CHECKING:
    from domain.case.state import Case

ReviewClass = Literal["A", "B", "C"]


class Assessed(CaseEvent, frozen=True, kw_only=True):
    """核算: the sheet line by line, as the machine proposes it."""

    explanation: Explanation
    amount: Fen
    eligible: bool
    grounds: tuple[str, ...] = ()


class OpinionGiven(CaseEvent, frozen=True, kw_only=True):
    """The handler's hand. A negative one is not posted; the applicant is told and may contest."""

    by: StaffId
    favourable: bool
    amount: Fen
    counted: tuple[MemberKey, ...]
    covered: tuple[MemberKey, ...]
    review_class: ReviewClass = "A"
    grounds: tuple[str, ...] = ()
    reason: Words | None = None


class OpinionConfirmed(CaseEvent, frozen=True, kw_only=True):
    """The leader in charge agrees (57 art. 18); with three hands a second one does."""

    by: StaffId


class OpinionTold(CaseEvent, frozen=True, kw_only=True):
    """A negative opinion is told to the applicant, who may contest it (57 art. 18)."""

    way: str


class Posted(CaseEvent, frozen=True, kw_only=True):
    """公示: head's name, members counted, amount, nothing more; `until`: the last day of the seven."""

    place: str
    size: int
    amount: Fen
    until: date
    photo: Paper


class TakenDown(CaseEvent, frozen=True, kw_only=True):
    photo: Paper
    no_objection: bool


class PublicityVoid(CaseEvent, frozen=True, kw_only=True):
    """Wrong, or down before its last day: to be posted anew, seven days again."""

    why: str
    reason: Words | None = None


class ObjectionRaised(CaseEvent, frozen=True, kw_only=True):
    """By a person (`by`), by somebody known by name only, or anonymous."""

    objection: InstanceId
    words: Words
    by: PersonRef | None = None
    name: Name | None = None
    anonymous: bool = False


class ObjectionSettled(CaseEvent, frozen=True, kw_only=True):
    objection: InstanceId
    outcome: str
    by: tuple[StaffId, ...]
    words: Words | None = None


class ComplaintRaised(CaseEvent, frozen=True, kw_only=True):
    """After publicity: before the decision the county must visit (57 art. 20); real names are answered."""

    complaint: InstanceId
    words: Words
    by: PersonRef | None = None
    name: Name | None = None
    anonymous: bool = False
    before_decision: bool = False


class ComplaintAnswered(CaseEvent, frozen=True, kw_only=True):
    complaint: InstanceId
    outcome: str
    words: Words | None = None


class Opinion(Value, frozen=True, kw_only=True):
    """The opinion in force. `signed`: the hands after the handler's."""

    on: date
    by: StaffId
    favourable: bool
    amount: Fen
    counted: tuple[MemberKey, ...]
    covered: tuple[MemberKey, ...]
    review_class: ReviewClass
    grounds: tuple[str, ...] = ()
    confirmed_by: StaffId | None = None
    confirmed: date | None = None
    signed: tuple[StaffId, ...] = ()
    told: date | None = None

    @property
    def hands(self) -> tuple[StaffId, ...]:
        return (self.by, *self.signed)


class Publicity(Value, frozen=True, kw_only=True):
    posted: date
    until: date
    amount: Fen
    size: int
    place: str
    taken_down: date | None = None
    void: bool = False

    @property
    def whole(self) -> bool:
        """Posted its whole time and taken down on its last day or later."""
        return not self.void and self.taken_down is not None and self.taken_down >= self.until


class Dispute(Value, frozen=True, kw_only=True):
    """An objection or a complaint."""

    id: InstanceId
    on: date
    anonymous: bool
    outcome: str | None = None
    settled: date | None = None
    before_decision: bool = False

    @property
    def upheld(self) -> bool:
        """Wholly or in part: the opinion no longer stands."""
        return self.outcome in ("upheld", "partly")


@evolves(Assessed)
def _assessed(case: "Case", event: Assessed) -> "Case":
    return replace(case, assessed=event, assessed_on=event.on, assessed_round=case.facts_round)


@evolves(OpinionGiven)
def _given(case: "Case", event: OpinionGiven) -> "Case":
    opinion = Opinion(
        on=event.on,
        by=event.by,
        favourable=event.favourable,
        amount=event.amount,
        counted=event.counted,
        covered=event.covered,
        review_class=event.review_class,
        grounds=event.grounds,
    )
    return replace(case, opinion=opinion, opinion_round=case.facts_round)


@evolves(OpinionConfirmed)
def _confirmed(case: "Case", event: OpinionConfirmed) -> "Case":
    opinion = case.opinion
    assert opinion is not None
    signed = (*opinion.signed, event.by)
    return replace(case, opinion=replace(opinion, confirmed_by=event.by, confirmed=event.on, signed=signed))


@evolves(OpinionTold)
def _told(case: "Case", event: OpinionTold) -> "Case":
    assert case.opinion is not None
    return replace(case, opinion=replace(case.opinion, told=event.on))


@evolves(Posted)
def _posted(case: "Case", event: Posted) -> "Case":
    publicity = Publicity(
        posted=event.on, until=event.until, amount=event.amount, size=event.size, place=event.place
    )
    return replace(case, publicities=(*case.publicities, publicity))


@evolves(TakenDown)
def _down(case: "Case", event: TakenDown) -> "Case":
    *earlier, last = case.publicities
    return replace(case, publicities=(*earlier, replace(last, taken_down=event.on)))


@evolves(PublicityVoid)
def _void(case: "Case", event: PublicityVoid) -> "Case":
    *earlier, last = case.publicities
    taken = last.taken_down or event.on
    return replace(case, publicities=(*earlier, replace(last, void=True, taken_down=taken)))


@evolves(ObjectionRaised)
def _objected(case: "Case", event: ObjectionRaised) -> "Case":
    one = Dispute(id=event.objection, on=event.on, anonymous=event.anonymous)
    return replace(case, objections={**case.objections, one.id: one})


@evolves(ObjectionSettled)
def _settled(case: "Case", event: ObjectionSettled) -> "Case":
    one = replace(case.objections[event.objection], outcome=event.outcome, settled=event.on)
    return replace(case, objections={**case.objections, one.id: one})


@evolves(ComplaintRaised)
def _complained(case: "Case", event: ComplaintRaised) -> "Case":
    one = Dispute(
        id=event.complaint, on=event.on, anonymous=event.anonymous, before_decision=event.before_decision
    )
    return replace(case, complaints={**case.complaints, one.id: one})


@evolves(ComplaintAnswered)
def _answered(case: "Case", event: ComplaintAnswered) -> "Case":
    one = replace(case.complaints[event.complaint], outcome=event.outcome, settled=event.on)
    return replace(case, complaints={**case.complaints, one.id: one})
