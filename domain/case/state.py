"""The state of a case: a household × a programme, from its application until it ends."""

from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.case.award import Award, Line
from domain.case.change import Appeal, Change, Review
from domain.case.decision import Decision, Letter
from domain.case.enquiry import DemocraticReview, Verification, Visit
from domain.case.finding import Finding, Ruling
from domain.case.intake import Intake, Member, Relation
from domain.case.lead import Lead
from domain.case.move import Cause, Move
from domain.case.opinion import Assessed, Dispute, Opinion, Publicity
from domain.case.payment import Payment
from domain.case.takeover import Kept, LedgerRow
from domain.days import Month, add_month
from domain.event import Deadline
from domain.explain import Explanation
from domain.facts import Fact
from domain.ids import CaseNo, DivisionCode, FactKey, HouseholdRef, InstanceId, MemberKey, StaffId, StreamId
from domain.personal import Account, Address, Phone


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A small life cycle of the case: which definition (name@version), its state, since when."""

    life: str
    state: str
    since: date
    began: date


class Case(msgspec.Struct, frozen=True, kw_only=True):
    number: CaseNo = CaseNo("")
    programme: str = ""
    area: str = ""
    household: HouseholdRef = HouseholdRef("")
    division: DivisionCode = DivisionCode("")
    applicant: MemberKey = MemberKey("")
    head: MemberKey = MemberKey("")
    members: dict[MemberKey, Member] = {}
    address: Address | None = None
    phone: Phone | None = None
    account: Account | None = None
    account_holder: MemberKey | None = None
    single_person: bool = False
    declared_relative: bool | None = None
    earlier: tuple[CaseNo, ...] = ()
    came_from: CaseNo | None = None
    came_by: Cause | None = None
    """Why it came out of another case: split | moved | merged."""
    joined_from: dict[MemberKey, CaseNo] = {}
    """Members who joined out of another case, whose award pays them until this one does."""
    taken: dict[MemberKey, Month] = {}
    """Members whom another case's award pays, from a month on."""
    transfers: dict[InstanceId, Move] = {}
    divisions: tuple[tuple[date, DivisionCode], ...] = ()
    """(day, division it was in until then) of each time it went to another."""
    entered: date | None = None
    ended: date | None = None
    ended_code: str | None = None

    lives: dict[InstanceId, Life] = {}
    deadlines: dict[str, Deadline] = {}
    steps: frozenset[tuple[str, str]] = frozenset()

    intake: Intake = Intake()
    relations: tuple[Relation, ...] = ()
    facts: dict[FactKey, Fact] = {}
    replaced: dict[FactKey, FactKey | None] = {}
    """What a fact was corrected to; None: withdrawn, it never was."""
    facts_changed: date | None = None
    facts_round: int = 0
    """Goes up with each change of facts, members, applicant: what was assessed before is out of date."""
    fact_serial: int = 0
    supporters: dict[FactKey, date] = {}
    """Supporters outside the household who consented: the last day of each consent."""
    inquiries: dict[str, bool] = {}
    """Inquiry letters by their number: whether they are answered."""
    verifications: dict[InstanceId, Verification] = {}
    visits: tuple[Visit, ...] = ()
    nobody_home: int = 0
    meetings: tuple[DemocraticReview, ...] = ()
    assessed: Assessed | None = None
    assessed_on: date | None = None
    assessed_round: int = -1
    opinion_round: int = -1
    opinion: Opinion | None = None
    publicities: tuple[Publicity, ...] = ()
    objections: dict[InstanceId, Dispute] = {}
    complaints: dict[InstanceId, Dispute] = {}
    forwarded: date | None = None
    returns: int = 0
    hands: tuple[StaffId, ...] = ()
    visit_grounds: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    decision: Decision | None = None
    decided_income: Explanation | None = None
    review_class: str = "A"
    letters: tuple[Letter, ...] = ()
    announced: date | None = None

    award: Award | None = None
    ledger: LedgerRow | None = None
    """Where it stood in an office's ledger, if it was taken over from one."""
    kept: Kept = Kept()
    areas: tuple[tuple[Month, str], ...] = ()
    """(first month, area) of an award that went between town and country; () if it never did."""
    work_refused: dict[MemberKey, int] = {}
    """How often in a row each member refused suitable work."""
    drawn: dict[Month, Line] = {}
    payments: dict[StreamId, Payment] = {}
    """What became of the money on each list; a list nobody heard of yet has none: all of it is pending or held."""
    account_returned: str | None = None
    """Why the bank sent money back (K…), until the account is put right."""
    holds: dict[InstanceId, date] = {}
    reviews: dict[InstanceId, Review] = {}
    changes: dict[InstanceId, Change] = {}
    appeals: dict[InstanceId, Appeal] = {}
    findings: dict[InstanceId, Finding] = {}
    rulings: tuple[Ruling, ...] = ()
    leads: dict[InstanceId, Lead] = {}
    reminded: frozenset[str] = frozenset()
    """What ends and was told ahead, by key and day."""

    def state(self, instance: str) -> str | None:
        life = self.lives.get(InstanceId(instance))
        return life.state if life else None

    def with_member(self, key: MemberKey, **changes: Any) -> "Case":
        members = {**self.members, key: replace(self.members[key], **changes)}
        round = self.facts_round + 1 if changes.keys() & {"joined", "left", "died"} else self.facts_round
        return replace(self, members=members, facts_round=round)

    @property
    def surveyors(self) -> frozenset[StaffId]:
        """Who surveyed for the application (rules.md §1: leader and decider may not have surveyed)."""
        return frozenset(
            who for visit in self.visits if visit.why in ("survey", "resurvey") for who in visit.surveyors
        )

    @property
    def surveyed(self) -> bool:
        return any(visit.why in ("survey", "resurvey") for visit in self.visits)

    @property
    def near_relative(self) -> bool:
        return bool(self.relations) or self.declared_relative is True

    @property
    def publicity(self) -> Publicity | None:
        return self.publicities[-1] if self.publicities else None

    def living(self, month: Month) -> bool:
        return self.award is not None and self.award.at(month) is not None

    def cause_of(self, finding: Finding) -> Change | None:
        """The change that a finding came out of."""
        return self.changes.get(finding.cause) if finding.cause is not None else None

    def ruled_until(self, month: Month) -> "Case":
        """With a decision that works from a month on: amounts that an appeal said without a last month end there."""
        rulings = (
            replace(one, until_month=add_month(month, -1)) if one.endless else one for one in self.rulings
        )
        kept = tuple(one for one in rulings if one.until_month is None or one.until_month >= one.from_month)
        return replace(self, rulings=kept)

    def area_in(self, month: Month) -> str:
        """The area whose list a month's line is on, and whose parameters hold for it."""
        earliest = self.areas[0][1] if self.areas else self.area
        return next((area for first, area in reversed(self.areas) if first <= month), earliest)

    def division_on(self, day: date) -> DivisionCode:
        return next((division for until, division in self.divisions if day < until), self.division)

    @property
    def kept_back(self) -> bool:
        """Whether a month drawn now is a held line: on a hold, or until head and account are put right."""
        gone = [key for key in (self.head, self.account_holder) if key and self.members[key].died]
        return bool(self.holds) or bool(gone) or self.account_returned is not None
