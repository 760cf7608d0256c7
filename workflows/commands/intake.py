"""受理: what the window does with an application until it is accepted or not (57 art. 8–12)."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.case.intake import Paper
from domain.ids import CaseNo, DivisionCode, FactKey, MemberKey, StaffId
from domain.text import whole
from workflows.command import Command, command

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class MemberEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member as entered. Without a number: why (`number_missing`), and sex and day of birth.

    `renamed`: the number is known under another name, which this one replaces.
    """

    key: Annotated[str, whole(r"m[1-9][0-9]{0,3}")]
    name: Short
    kinship: Short
    number: Short | None = None
    number_missing: Short | None = None
    sex: Literal["1", "2", "0", "9"] | None = None
    born: date | None = None
    renamed: bool = False


@command(life="application", target="new case")
class Enter(Command, frozen=True, kw_only=True):
    """An application as it comes to the window: who applies, for which household, for which programme.

    `came_from`: the case its people come out of, `came_by`: why. `split`: who applies left that household; `moved`:
    from another county, with its `certificate` (L22); `merged`: out of several cases into this one.
    """

    division: DivisionCode
    programme: Literal["dibao"] = "dibao"
    area: Literal["urban", "rural"]
    applicant: MemberKey
    head: MemberKey | None = None
    members: Annotated[tuple[MemberEntry, ...], msgspec.Meta(min_length=1, max_length=40)]
    address: Text | None = None
    phone: Short | None = None
    account: Short | None = None
    account_holder: MemberKey | None = None
    near_relative: bool | None = None
    single_person: bool = False
    entrusted: Paper | None = None
    came_from: CaseNo | None = None
    came_by: Literal["split", "moved", "merged"] | None = None
    certificate: Paper | None = None


@command(life="application")
class SayMissing(Command, frozen=True, kw_only=True):
    """The one-time notice: everything that is missing, each a paper or field by its name.

    A member's consent is named `consent:m2`; his consenting brings it.
    """

    items: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1)]


@command(life="application")
class Bring(Command, frozen=True, kw_only=True):
    """A missing thing is brought, or promised where a promise is allowed (57 art. 10)."""

    item: Short
    paper: Paper | None = None
    promise: bool = False


@command(who=("window", "handler"))
class Consent(Command, frozen=True, kw_only=True):
    """A member authorises verification, for a scope and until a day; for one who can't, his guardian.

    A supporter outside the household (his fact of kind supporter) only by himself (L26 art. 41).
    """

    until: date
    member: MemberKey | None = None
    supporter: FactKey | None = None
    by: Literal["self", "guardian"] = "self"
    scope: Short = "means"
    paper: Paper | None = None


@command(who=("window", "handler"))
class WithdrawConsent(Command, frozen=True, kw_only=True):
    """The authorisation ends that day; what it allowed until then stands."""

    member: MemberKey | None = None
    supporter: FactKey | None = None


@command(life="application")
class Accept(Command, frozen=True, kw_only=True):
    """Papers are whole: accepted, the clock starts (L01)."""


@command(life="application")
class NotAccept(Command, frozen=True, kw_only=True):
    """Not accepted in writing, by code N… (L03)."""

    code: Short
    reason: Text | None = None


@command(life="application")
class Lapse(Command, frozen=True, kw_only=True):
    """Asked for once and not brought in time: sent by the clock, the day after the last one."""


@command(life="application")
class Withdraw(Command, frozen=True, kw_only=True):
    """主动撤回: a notice that hangs comes down that day."""

    reason: Text | None = None


@command(life="application")
class Terminate(Command, frozen=True, kw_only=True):
    """终止 by code E… with its reason (L12)."""

    code: Short
    reason: Text


@command(life="application")
class ReplaceApplicant(Command, frozen=True, kw_only=True):
    """The applicant died or can't go on: another adult member does; means are computed anew."""

    applicant: MemberKey
    head: MemberKey | None = None


@command(who=("window", "handler", "leader", "county_handler"))
class FileRelation(Command, frozen=True, kw_only=True):
    """近亲属备案: the household has a near relative among handlers or the committee."""

    known_by: Literal["applicant", "staff", "committee", "machine"]
    kinship: Short
    member: MemberKey | None = None
    staff: StaffId | None = None


@command(life="application")
class Extend(Command, frozen=True, kw_only=True):
    """延期 of the whole limit to 45 working days, on a ground other than an objection (L05)."""

    ground: Literal["separated_residence", "cross_place", "hard_survey"]
    reason: Text | None = None


@command(life="application")
class AddMember(Command, frozen=True, kw_only=True):
    """Somebody joins the household while its application is under way: a new opinion is due."""

    member: MemberEntry
    joined: date
    reason: Literal["birth", "marriage", "return", "released", "adoption", "other"]


@command(life="application")
class RemoveMember(Command, frozen=True, kw_only=True):
    """Somebody leaves the household while its application is under way: a new opinion is due."""

    member: MemberKey
    left: date
    reason: Literal["D02", "D06", "D07"]


@command(life="application")
class RecordMemberDeath(Command, frozen=True, kw_only=True):
    """A member dies while the application is under way; another adult goes on where it was the applicant."""

    member: MemberKey
    died: date
    source: Short


@command(who=("window", "handler"))
class AddNumber(Command, frozen=True, kw_only=True):
    """The resident number of a member who was entered without one; another person's is refused."""

    member: MemberKey
    number: Short
