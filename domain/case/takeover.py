"""移交入库: a living award taken over from an office's own ledger, as it stands there.

A ledger has an amount and often no income: the award stands on "as in the ledger" until its first review, is not
computed anew before, and a raise of the standard adds the difference. Its months up to `paid_until` were paid by
whoever kept the ledger. Not new this month: the first day in aid is the ledger's (rules.md §8).
"""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from domain.case.award import Award, Terms
from domain.case.change import Review
from domain.case.fold import evolves
from domain.case.intake import Area, Member
from domain.case.opinion import ReviewClass
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.explain import Explanation
from domain.facts import Fact
from domain.ids import CaseNo, DivisionCode, HouseholdRef, InstanceId, MemberKey
from domain.personal import Account, Address, Phone, Words

if TYPE_CHECKING:
    from domain.case.state import Case

UNDONE = "E06"


class LedgerRow(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a household stands in the ledger: the file by its content (sha256, hex), the sheet by its place from 1,
    its rows as a spreadsheet counts them. `taken`: the import it came with; `name`: the file's, what people are called
    in it masked."""

    taken: str
    file: str
    sheet: int
    rows: tuple[int, ...]
    name: str = ""


class Kept(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the ledger says beside, kept as it says it: bank, number of the certificate, remarks."""

    bank: str | None = None
    certificate: Words | None = None
    remarks: Words | None = None


class TakenOver(CaseEvent, frozen=True, kw_only=True):
    """The case begins with a living award: `terms` from the ledger's first month, paid elsewhere to `paid_until`."""

    VERSION: ClassVar[int] = 2

    number: CaseNo
    programme: str
    area: Area
    household: HouseholdRef
    division: DivisionCode
    head: MemberKey
    members: tuple[Member, ...]
    terms: Terms
    paid_until: Month
    review: InstanceId
    review_due: date
    review_ordinal: int
    document: LedgerRow
    explanation: Explanation
    review_class: ReviewClass = "A"
    address: Address | None = None
    phone: Phone | None = None
    account: Account | None = None
    account_holder: MemberKey | None = None
    facts: tuple[Fact, ...] = ()
    earlier: tuple[CaseNo, ...] = ()
    kept: Kept = Kept()


class TakeOverUndone(CaseEvent, frozen=True, kw_only=True):
    """The import is undone: there was never an award here; what was registered of persons stands."""


@evolves(TakenOver)
def _taken_over(case: "Case", event: TakenOver) -> "Case":
    first = event.terms.from_month
    award = Award(
        began=first,
        cause="taken_over",
        terms=(event.terms,),
        turned=first,
        under="ledger",
        paid_until=event.paid_until,
    ).standing_on(first, event.explanation, len(event.facts))
    review = Review(id=event.review, due=event.review_due, ordinal=event.review_ordinal)
    return replace(
        case,
        number=event.number,
        programme=event.programme,
        area=event.area,
        household=event.household,
        division=event.division,
        applicant=event.head,
        head=event.head,
        members={member.key: member for member in event.members},
        address=event.address,
        phone=event.phone,
        account=event.account,
        account_holder=event.account_holder,
        entered=event.on,
        earlier=event.earlier,
        facts={fact.key: fact for fact in event.facts},
        fact_serial=len(event.facts),
        review_class=event.review_class,
        reviews={review.id: review},
        award=award,
        ledger=event.document,
        kept=event.kept,
    )


@evolves(TakeOverUndone)
def _undone(case: "Case", event: TakeOverUndone) -> "Case":
    return replace(case, award=None, ended=event.on, ended_code=UNDONE)
