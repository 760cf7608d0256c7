"""受理: the application is entered, what is missing is said once, members consent, it is accepted or not.

民发〔2021〕57号 art. 5–12; rules.md §3 where, apply, consent, accept.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.event import CaseEvent, Value
from domain.ids import CaseNo, DivisionCode, FactKey, HouseholdRef, MemberKey, PersonRef, StaffId
from domain.personal import Account, Address, Name, Number, Phone, Words

if TYPE_CHECKING:
    from domain.case.state import Case

Area = Literal["urban", "rural"]
CONSENT = "consent:"
DAY = timedelta(days=1)


def consent_item(member: MemberKey) -> str:
    """How a member's missing consent is named among what is missing; his consent brings it."""
    return f"{CONSENT}{member}"


class Paper(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An original, named by its content: sha256 (hex), media type, size in bytes."""

    sha256: str
    type: str
    size: int


class Member(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A member under a key of the case (m1 …). `consent_until`: his authorisation's last day."""

    key: MemberKey
    person: PersonRef
    name: Name
    number: Number | None
    sex: Literal["1", "2", "0", "9"]
    born: date
    kinship: str
    joined: date | None = None
    left: date | None = None
    left_reason: str | None = None
    died: date | None = None
    consent_from: date | None = None
    consent_until: date | None = None

    def here(self, day: date) -> bool:
        """Lives with the household on the day (a month counts who was here on its first day)."""
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)


class ApplicationEntered(CaseEvent, frozen=True, kw_only=True):
    number: CaseNo
    programme: str
    area: Area
    household: HouseholdRef
    division: DivisionCode
    applicant: MemberKey
    head: MemberKey
    members: tuple[Member, ...]
    address: Address | None = None
    phone: Phone | None = None
    account: Account | None = None
    account_holder: MemberKey | None = None
    entered_for: PersonRef | None = None
    entrusted: Paper | None = None
    near_relative: bool | None = None
    single_person: bool = False
    earlier: tuple[CaseNo, ...] = ()
    came_from: CaseNo | None = None
    came_by: Literal["split", "moved", "merged"] | None = None
    certificate: Paper | None = None
    """L22 of the county that a household moved here from."""


class MissingSaid(CaseEvent, frozen=True, kw_only=True):
    """The one-time notice (L02): everything missing, said once."""

    items: tuple[str, ...]
    until: date


class ItemBrought(CaseEvent, frozen=True, kw_only=True):
    item: str
    paper: Paper | None = None
    promise: bool = False


class ConsentGiven(CaseEvent, frozen=True, kw_only=True):
    """By a member (or his guardian), or by a supporter outside the household himself (L26 art. 41)."""

    scope: str
    until: date
    member: MemberKey | None = None
    supporter: FactKey | None = None
    by: Literal["self", "guardian"] = "self"
    paper: Paper | None = None


class ConsentWithdrawn(CaseEvent, frozen=True, kw_only=True):
    member: MemberKey | None = None
    supporter: FactKey | None = None


class Accepted(CaseEvent, frozen=True, kw_only=True):
    """Papers whole: the clock starts; the acceptance notice L01 carries the number."""


class NotAccepted(CaseEvent, frozen=True, kw_only=True):
    code: str
    reason: Words | None = None


class Lapsed(CaseEvent, frozen=True, kw_only=True):
    """Asked for once and not brought in time (E04)."""


class Withdrawn(CaseEvent, frozen=True, kw_only=True):
    reason: Words | None = None


class Terminated(CaseEvent, frozen=True, kw_only=True):
    """终止 for unreasonable non-cooperation or as coded (57 art. 29)."""

    code: str
    reason: Words


class ApplicantReplaced(CaseEvent, frozen=True, kw_only=True):
    applicant: MemberKey
    head: MemberKey


class MemberNumbered(CaseEvent, frozen=True, kw_only=True):
    """The resident number of a member who was entered without one."""

    member: MemberKey
    number: Number


class RelationFiled(CaseEvent, frozen=True, kw_only=True):
    """近亲属备案: this household has a near relative of `staff`; how it became known (57 art. 11)."""

    known_by: Literal["applicant", "staff", "committee", "machine"]
    member: MemberKey | None = None
    staff: StaffId | None = None
    kinship: str = ""


class Extended(CaseEvent, frozen=True, kw_only=True):
    """延期 of the whole limit to 45 working days on a ground, by an act; L05 goes out."""

    ground: str
    reason: Words | None = None


class Quoted(CaseEvent, frozen=True, kw_only=True):
    """Who acted, as a message from outside says: only a quotation. Who acts is the account its topic is bound to."""

    by: Words


class Intake(Value, frozen=True, kw_only=True):
    """What was asked for and brought."""

    missing: tuple[str, ...] = ()
    missing_said: date | None = None
    missing_until: date | None = None
    brought: tuple[str, ...] = ()
    accepted: date | None = None
    extended: str | None = None

    @property
    def outstanding(self) -> tuple[str, ...]:
        return tuple(item for item in self.missing if item not in self.brought)


class Relation(Value, frozen=True, kw_only=True):
    on: date
    member: MemberKey | None
    staff: StaffId | None
    kinship: str
    known_by: str


@evolves(ApplicationEntered)
def _entered(case: "Case", event: ApplicationEntered) -> "Case":
    return replace(
        case,
        number=event.number,
        programme=event.programme,
        area=event.area,
        household=event.household,
        division=event.division,
        applicant=event.applicant,
        head=event.head,
        members={member.key: member for member in event.members},
        address=event.address,
        phone=event.phone,
        account=event.account,
        account_holder=event.account_holder,
        single_person=event.single_person,
        declared_relative=event.near_relative,
        entered=event.on,
        earlier=event.earlier,
        came_from=event.came_from,
        came_by=event.came_by,
    )


@evolves(MissingSaid)
def _missing(case: "Case", event: MissingSaid) -> "Case":
    intake = replace(case.intake, missing=event.items, missing_said=event.on, missing_until=event.until)
    return replace(case, intake=intake)


@evolves(ItemBrought)
def _brought(case: "Case", event: ItemBrought) -> "Case":
    return replace(case, intake=replace(case.intake, brought=(*case.intake.brought, event.item)))


@evolves(ConsentGiven)
def _consent(case: "Case", event: ConsentGiven) -> "Case":
    if event.supporter is not None:
        return replace(case, supporters={**case.supporters, event.supporter: event.until})
    assert event.member is not None
    item = consent_item(event.member)
    if item in case.intake.outstanding:
        case = replace(case, intake=replace(case.intake, brought=(*case.intake.brought, item)))
    return case.with_member(event.member, consent_from=event.on, consent_until=event.until)


@evolves(ConsentWithdrawn)
def _consent_withdrawn(case: "Case", event: ConsentWithdrawn) -> "Case":
    if event.supporter is not None:
        left = {key: until for key, until in case.supporters.items() if key != event.supporter}
        return replace(case, supporters=left)
    assert event.member is not None
    return case.with_member(event.member, consent_until=event.on - DAY)


@evolves(Accepted)
def _accepted(case: "Case", event: Accepted) -> "Case":
    return replace(case, intake=replace(case.intake, accepted=event.on))


@evolves(NotAccepted, Terminated)
def _ended_by_code(case: "Case", event: NotAccepted | Terminated) -> "Case":
    return replace(case, ended=event.on, ended_code=event.code)


@evolves(Lapsed)
def _lapsed(case: "Case", event: Lapsed) -> "Case":
    return replace(case, ended=event.on, ended_code="E04")


@evolves(Withdrawn)
def _withdrawn(case: "Case", event: Withdrawn) -> "Case":
    return replace(case, ended=event.on, ended_code="E05")


@evolves(ApplicantReplaced)
def _replaced(case: "Case", event: ApplicantReplaced) -> "Case":
    return replace(case, applicant=event.applicant, head=event.head, facts_round=case.facts_round + 1)


@evolves(MemberNumbered)
def _numbered(case: "Case", event: MemberNumbered) -> "Case":
    return case.with_member(event.member, number=event.number)


@evolves(Quoted)
def _quoted(case: "Case", event: Quoted) -> "Case":
    return case


@evolves(RelationFiled)
def _filed(case: "Case", event: RelationFiled) -> "Case":
    relation = Relation(
        on=event.on, member=event.member, staff=event.staff, kinship=event.kinship, known_by=event.known_by
    )
    return replace(case, relations=(*case.relations, relation))


@evolves(Extended)
def _extended(case: "Case", event: Extended) -> "Case":
    return replace(case, intake=replace(case.intake, extended=event.ground))
