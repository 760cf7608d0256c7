"""`cases`: what happened in a case's life, without means, health, persons, amounts, reasons or free text."""

from datetime import date
from typing import ClassVar

from domain.days import Month
from domain.ids import CaseNo, DivisionCode, InstanceId
from projections.public.message import Public, public


class CaseFact(Public, frozen=True, kw_only=True):
    """`on`: the day it was done, in China. `states`: the life cycles it moved, each with the state it is in now."""

    TOPIC: ClassVar[str] = "cases"

    case: CaseNo
    programme: str
    division: DivisionCode
    on: date
    states: dict[InstanceId, str] = {}


@public
class CaseEntered(CaseFact, frozen=True, kw_only=True):
    """An application was entered. `came_from`: the case of the household it moved or split from."""

    TYPE: ClassVar[str] = "case-entered"

    area: str
    came_from: CaseNo | None = None


@public
class CaseTakenOver(CaseFact, frozen=True, kw_only=True):
    """A living award was taken over from an office's own ledger; `from_month`: its first month in aid."""

    TYPE: ClassVar[str] = "case-taken-over"

    area: str
    from_month: Month


@public
class TakeOverUndone(CaseFact, frozen=True, kw_only=True):
    """The case was taken over by mistake: there never was an award here."""

    TYPE: ClassVar[str] = "take-over-undone"


@public
class PapersAsked(CaseFact, frozen=True, kw_only=True):
    """What is missing was said, once; it may be brought until a day."""

    TYPE: ClassVar[str] = "papers-asked"

    until: date


@public
class CaseAccepted(CaseFact, frozen=True, kw_only=True):
    """The application was accepted: its time limit runs."""

    TYPE: ClassVar[str] = "case-accepted"


@public
class CaseNotAccepted(CaseFact, frozen=True, kw_only=True):
    """The application was not accepted."""

    TYPE: ClassVar[str] = "case-not-accepted"


@public
class CaseLapsed(CaseFact, frozen=True, kw_only=True):
    """What was missing did not come in time."""

    TYPE: ClassVar[str] = "case-lapsed"


@public
class CaseWithdrawn(CaseFact, frozen=True, kw_only=True):
    """The household took its application back."""

    TYPE: ClassVar[str] = "case-withdrawn"


@public
class CaseTerminated(CaseFact, frozen=True, kw_only=True):
    """The office ended the application before a decision."""

    TYPE: ClassVar[str] = "case-terminated"


@public
class CaseExtended(CaseFact, frozen=True, kw_only=True):
    """The time limit of the whole was extended."""

    TYPE: ClassVar[str] = "case-extended"


@public
class VerificationBegun(CaseFact, frozen=True, kw_only=True):
    """A further verification became due."""

    TYPE: ClassVar[str] = "verification-begun"

    verification: InstanceId


@public
class VerificationAsked(CaseFact, frozen=True, kw_only=True):
    """Offices (`sources`, by code) are asked to verify; they answer on `verification-answers`. `round` counts."""

    TYPE: ClassVar[str] = "verification-asked"

    verification: InstanceId
    sources: tuple[str, ...]
    round: int = 1


@public
class VerificationStarted(CaseFact, frozen=True, kw_only=True):
    """The verification centre began."""

    TYPE: ClassVar[str] = "verification-started"

    verification: InstanceId


@public
class VerificationAnswered(CaseFact, frozen=True, kw_only=True):
    """An office answered; what it answered is not said."""

    TYPE: ClassVar[str] = "verification-answered"

    verification: InstanceId
    source: str


@public
class VerificationReported(CaseFact, frozen=True, kw_only=True):
    """The report was issued and holds until a day."""

    TYPE: ClassVar[str] = "verification-reported"

    verification: InstanceId
    valid_until: date


@public
class VerificationOutlived(CaseFact, frozen=True, kw_only=True):
    """The report grew older than it holds and has to be asked for again."""

    TYPE: ClassVar[str] = "verification-outlived"

    verification: InstanceId


@public
class VerificationClosed(CaseFact, frozen=True, kw_only=True):
    """The verification was closed."""

    TYPE: ClassVar[str] = "verification-closed"

    verification: InstanceId


@public
class HouseholdVisited(CaseFact, frozen=True, kw_only=True):
    """The household was visited for the survey, a re-survey, a review, or by the county."""

    TYPE: ClassVar[str] = "household-visited"

    why: str


@public
class MeetingHeld(CaseFact, frozen=True, kw_only=True):
    """A democratic review meeting was held."""

    TYPE: ClassVar[str] = "meeting-held"


@public
class OpinionGiven(CaseFact, frozen=True, kw_only=True):
    """The township's first opinion was given; which way is not said."""

    TYPE: ClassVar[str] = "opinion-given"


@public
class OpinionConfirmed(CaseFact, frozen=True, kw_only=True):
    """The leader in charge confirmed the opinion."""

    TYPE: ClassVar[str] = "opinion-confirmed"


@public
class PublicityBegan(CaseFact, frozen=True, kw_only=True):
    """The notice was posted; it hangs until a day."""

    TYPE: ClassVar[str] = "publicity-began"

    until: date


@public
class PublicityEnded(CaseFact, frozen=True, kw_only=True):
    """The notice was taken down."""

    TYPE: ClassVar[str] = "publicity-ended"


@public
class PublicityVoid(CaseFact, frozen=True, kw_only=True):
    """The notice was void: it is posted anew, or the application has ended."""

    TYPE: ClassVar[str] = "publicity-void"


@public
class ObjectionRaised(CaseFact, frozen=True, kw_only=True):
    """An objection was raised; by whom and why is not said."""

    TYPE: ClassVar[str] = "objection-raised"

    objection: InstanceId


@public
class ObjectionSettled(CaseFact, frozen=True, kw_only=True):
    """The objection was settled."""

    TYPE: ClassVar[str] = "objection-settled"

    objection: InstanceId


@public
class ComplaintRaised(CaseFact, frozen=True, kw_only=True):
    """A complaint was raised after publicity."""

    TYPE: ClassVar[str] = "complaint-raised"

    complaint: InstanceId


@public
class ComplaintAnswered(CaseFact, frozen=True, kw_only=True):
    """The complaint was answered."""

    TYPE: ClassVar[str] = "complaint-answered"

    complaint: InstanceId


@public
class CaseForwarded(CaseFact, frozen=True, kw_only=True):
    """The township sent the file to the deciding county."""

    TYPE: ClassVar[str] = "case-forwarded"


@public
class CaseReturned(CaseFact, frozen=True, kw_only=True):
    """The county sent the file back to be completed."""

    TYPE: ClassVar[str] = "case-returned"


@public
class CaseConfirmed(CaseFact, frozen=True, kw_only=True):
    """Aid was decided, from a month on; `approvals` says for whom."""

    TYPE: ClassVar[str] = "case-confirmed"

    from_month: Month


@public
class CaseRefused(CaseFact, frozen=True, kw_only=True):
    """Aid was refused; on which grounds is not said."""

    TYPE: ClassVar[str] = "case-refused"


@public
class CaseAnnounced(CaseFact, frozen=True, kw_only=True):
    """The decision was announced in the village until a day."""

    TYPE: ClassVar[str] = "case-announced"

    until: date


@public
class AwardBegan(CaseFact, frozen=True, kw_only=True):
    """The award began. `cause`: new | restored | moved | split | merged | taken_over."""

    TYPE: ClassVar[str] = "award-began"

    from_month: Month
    cause: str


@public
class AwardChanged(CaseFact, frozen=True, kw_only=True):
    """What the award pays, or for whom, changed from a month on; `recipients` says to what."""

    TYPE: ClassVar[str] = "award-changed"

    from_month: Month


@public
class AwardStopped(CaseFact, frozen=True, kw_only=True):
    """The award ended; `from_month` is the first month without aid."""

    TYPE: ClassVar[str] = "award-stopped"

    from_month: Month


@public
class ExitGranted(CaseFact, frozen=True, kw_only=True):
    """A gradual exit (渐退): the award goes on to and with a month, then it ends."""

    TYPE: ClassVar[str] = "exit-granted"

    from_month: Month
    until_month: Month


@public
class AwardHeld(CaseFact, frozen=True, kw_only=True):
    """Pay is kept back until a day; the award goes on."""

    TYPE: ClassVar[str] = "award-held"

    hold: InstanceId
    until: date


@public
class HoldEnded(CaseFact, frozen=True, kw_only=True):
    """The hold ended."""

    TYPE: ClassVar[str] = "hold-ended"

    hold: InstanceId


@public
class AreaChanged(CaseFact, frozen=True, kw_only=True):
    """The case is under the other area (urban | rural) from a month on."""

    TYPE: ClassVar[str] = "area-changed"

    area: str
    from_month: Month


@public
class ReviewScheduled(CaseFact, frozen=True, kw_only=True):
    """A periodic review is due."""

    TYPE: ClassVar[str] = "review-scheduled"

    review: InstanceId
    due: date


@public
class ReviewOpened(CaseFact, frozen=True, kw_only=True):
    """The review was opened."""

    TYPE: ClassVar[str] = "review-opened"

    review: InstanceId


@public
class ReviewConcluded(CaseFact, frozen=True, kw_only=True):
    """The review was concluded; what it found is not said."""

    TYPE: ClassVar[str] = "review-concluded"

    review: InstanceId


@public
class ChangeOpened(CaseFact, frozen=True, kw_only=True):
    """A change was reported or detected and is looked into."""

    TYPE: ClassVar[str] = "change-opened"

    change: InstanceId


@public
class ChangeProposed(CaseFact, frozen=True, kw_only=True):
    """The township proposed what follows from the change."""

    TYPE: ClassVar[str] = "change-proposed"

    change: InstanceId


@public
class ChangeDecided(CaseFact, frozen=True, kw_only=True):
    """The change was decided."""

    TYPE: ClassVar[str] = "change-decided"

    change: InstanceId


@public
class ChangeDropped(CaseFact, frozen=True, kw_only=True):
    """Nothing follows from the change."""

    TYPE: ClassVar[str] = "change-dropped"

    change: InstanceId


@public
class AppealFiled(CaseFact, frozen=True, kw_only=True):
    """An appeal was filed. `kind`: reconsideration | lawsuit."""

    TYPE: ClassVar[str] = "appeal-filed"

    appeal: InstanceId
    kind: str


@public
class AppealDecided(CaseFact, frozen=True, kw_only=True):
    """The appeal was decided."""

    TYPE: ClassVar[str] = "appeal-decided"

    appeal: InstanceId
