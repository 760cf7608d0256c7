"""Which event of the log is which public one, and why others are none. A test fails for a type that is in neither."""

from collections.abc import Mapping
from typing import Any

from domain.case import award, change, decision, enquiry, intake, opinion, takeover
from domain.division import DivisionAdded, DivisionReplaced
from domain.event import CaseEvent
from domain.month import MonthClosed
from domain.payment import ListClosed, ListDrawn
from domain.person import NumberAdded, PersonForgotten, PersonRegistered
from domain.subscriber import SubscriberAdmitted, SubscriberEnded
from projections.public import cases, lists

LIFE: Mapping[type[CaseEvent], tuple[type[cases.CaseFact], tuple[str, ...]]] = {
    intake.ApplicationEntered: (cases.CaseEntered, ("area", "came_from")),
    takeover.TakenOver: (cases.CaseTakenOver, ("area",)),
    takeover.TakeOverUndone: (cases.TakeOverUndone, ()),
    intake.MissingSaid: (cases.PapersAsked, ("until",)),
    intake.Accepted: (cases.CaseAccepted, ()),
    intake.NotAccepted: (cases.CaseNotAccepted, ()),
    intake.Lapsed: (cases.CaseLapsed, ()),
    intake.Withdrawn: (cases.CaseWithdrawn, ()),
    intake.Terminated: (cases.CaseTerminated, ()),
    intake.Extended: (cases.CaseExtended, ()),
    enquiry.VerificationBegun: (cases.VerificationBegun, ("verification",)),
    enquiry.VerificationAsked: (cases.VerificationAsked, ("verification", "sources", "round")),
    enquiry.VerificationStarted: (cases.VerificationStarted, ("verification",)),
    enquiry.Answered: (cases.VerificationAnswered, ("verification", "source")),
    enquiry.ReportIssued: (cases.VerificationReported, ("verification", "valid_until")),
    enquiry.VerificationOutlived: (cases.VerificationOutlived, ("verification",)),
    enquiry.VerificationClosed: (cases.VerificationClosed, ("verification",)),
    enquiry.Visited: (cases.HouseholdVisited, ("why",)),
    enquiry.DemocraticReviewHeld: (cases.MeetingHeld, ()),
    opinion.OpinionGiven: (cases.OpinionGiven, ()),
    opinion.OpinionConfirmed: (cases.OpinionConfirmed, ()),
    opinion.Posted: (cases.PublicityBegan, ("until",)),
    opinion.TakenDown: (cases.PublicityEnded, ()),
    opinion.PublicityVoid: (cases.PublicityVoid, ()),
    opinion.ObjectionRaised: (cases.ObjectionRaised, ("objection",)),
    opinion.ObjectionSettled: (cases.ObjectionSettled, ("objection",)),
    opinion.ComplaintRaised: (cases.ComplaintRaised, ("complaint",)),
    opinion.ComplaintAnswered: (cases.ComplaintAnswered, ("complaint",)),
    decision.Forwarded: (cases.CaseForwarded, ()),
    decision.ReturnedForCompletion: (cases.CaseReturned, ()),
    decision.CountyVisited: (cases.HouseholdVisited, ()),
    decision.Confirmed: (cases.CaseConfirmed, ("from_month",)),
    decision.RefusedAid: (cases.CaseRefused, ()),
    decision.Announced: (cases.CaseAnnounced, ("until",)),
    award.AwardBegan: (cases.AwardBegan, ("cause",)),
    award.AmountChanged: (cases.AwardChanged, ()),
    award.Stopped: (cases.AwardStopped, ("from_month",)),
    award.GradualExitGranted: (cases.ExitGranted, ("until_month",)),
    award.HoldSet: (cases.AwardHeld, ("hold", "until")),
    award.HoldEnded: (cases.HoldEnded, ("hold",)),
    award.AreaChanged: (cases.AreaChanged, ("area", "from_month")),
    change.ReviewScheduled: (cases.ReviewScheduled, ("review", "due")),
    change.ReviewOpened: (cases.ReviewOpened, ("review",)),
    change.ReviewConcluded: (cases.ReviewConcluded, ("review",)),
    change.ChangeOpened: (cases.ChangeOpened, ("change",)),
    change.ChangeProposed: (cases.ChangeProposed, ("change",)),
    change.ChangeDecided: (cases.ChangeDecided, ("change",)),
    change.ChangeDropped: (cases.ChangeDropped, ("change",)),
    change.AppealFiled: (cases.AppealFiled, ("appeal", "kind")),
    change.AppealDecided: (cases.AppealDecided, ("appeal",)),
}
"""On `cases`: the public event and the fields it takes over by name."""

DEADLINES: Mapping[type[CaseEvent], type[lists.DeadlineFact]] = {
    change.DeadlineMoved: lists.DeadlineMoved,
    change.DeadlineWarned: lists.DeadlineWarned,
    change.DeadlineEscalated: lists.DeadlineEscalated,
}
OTHERS = (
    ListDrawn,
    ListClosed,
    MonthClosed,
    PersonRegistered,
    NumberAdded,
    PersonForgotten,
    SubscriberAdmitted,
    SubscriberEnded,
    DivisionAdded,
    DivisionReplaced,
)
"""On `lists`, `recipients`, `subjects.…`, or what a right there goes by."""

TERMS = (award.AwardBegan, award.AmountChanged, award.GradualExitGranted, takeover.TakenOver)

_PERSONAL = "says who somebody is, or what he did"
_MEANS = "says what a household has, or how it was looked at"
_WITHIN = "a step within the office"
_TELLING = "between the office and the household"
_PAY = "pay of one household; `lists` has the totals"
_OVERPAID = "what was paid too much is between the office and the household"
_INSTALLATION = "how this installation is set up"

NOT_PUBLIC: Mapping[str, str] = {
    "ItemBrought": "names a paper, which may tell of health or means",
    "ConsentGiven": _PERSONAL,
    "ConsentWithdrawn": _PERSONAL,
    "ApplicantReplaced": _PERSONAL,
    "MemberNumbered": _PERSONAL,
    "Quoted": _WITHIN,
    "RelationFiled": _PERSONAL,
    "FactsStated": _MEANS,
    "FactEnded": _MEANS,
    "HitTold": _MEANS,
    "Contested": _MEANS,
    "NobodyHome": _PERSONAL,
    "NeighboursAsked": _PERSONAL,
    "InquirySent": _MEANS,
    "InquiryAnswered": _MEANS,
    "Assessed": _MEANS,
    "OpinionTold": _TELLING,
    "CountyVisitDue": _WITHIN,
    "HandSigned": _WITHIN,
    "Overridden": _WITHIN,
    "LetterIssued": _TELLING,
    "LetterServed": _TELLING,
    "ServiceTried": _TELLING,
    "TimerPassed": "moves nothing",
    "AccountChanged": _PERSONAL,
    "HeadChanged": _PERSONAL,
    "MemberDied": "says who died; what follows for his aid is on `exits`",
    "MemberJoined": "says who joined; what follows for his aid is on `approvals`",
    "MemberLeft": "says who left; what follows for his aid is on `exits`",
    "HandedOver": _WITHIN,
    "MoveReceived": "the division stands with the case's next event and with its recipients",
    "MoveTakenBack": _WITHIN,
    "DivisionFollowed": "the division stands with the case's next event and with its recipients",
    "MembersTaken": "what follows is on `exits` and, for the other case, on `approvals`",
    "WorkRefused": _PERSONAL,
    "MonthDrawn": _PAY,
    "DifferenceDrawn": _PAY,
    "LineReleased": _PAY,
    "PaymentReturned": _PAY,
    "PaymentRepeated": _PAY,
    "PaymentSettled": _PAY,
    "ApprovalProposed": "names an amount; that it is posted is published",
    "LeadClosed": "what somebody said of a household, and what was done about it",
    "LeadOpened": "what somebody said of a household, and what was done about it",
    "LivesBrought": _WITHIN,
    "FindingDecided": _OVERPAID,
    "FindingDropped": _OVERPAID,
    "FindingHeard": _OVERPAID,
    "FindingNotReached": _OVERPAID,
    "FindingNoticed": _OVERPAID,
    "FindingOpened": _OVERPAID,
    "FindingRevised": _OVERPAID,
    "RecoveryPlanned": _OVERPAID,
    "RecoveryWrittenOff": _OVERPAID,
    "Repaid": _OVERPAID,
    "Ruled": _OVERPAID,
    "SetOff": _OVERPAID,
    "PriorNotice": _TELLING,
    "Heard": _TELLING,
    "NotReached": _TELLING,
    "Reminded": "names what ends, which may tell of health",
    "PersonCorrected": _PERSONAL,
    "DeathRecorded": "says who died; what follows for his aid is on `exits`",
    "Claimed": "keeps one person out of two awards; the award itself is published",
    "Released": "keeps one person out of two awards; the award itself is published",
    "Appointed": _INSTALLATION,
    "AppointmentEnded": _INSTALLATION,
    "RelationDeclared": _PERSONAL,
    "RelationEnded": _PERSONAL,
    "DivisionRenamed": _INSTALLATION,
    "DivisionSucceeded": _INSTALLATION,
    "ListOpened": "nothing is on the list yet",
    "ListSigned": _WITHIN,
    "ParameterSet": _INSTALLATION,
    "YearLoaded": _INSTALLATION,
    "NumberGiven": _INSTALLATION,
    "TimeSeen": _INSTALLATION,
    "ClockSet": _INSTALLATION,
    "StoreBegun": _INSTALLATION,
    "StoreRestored": _INSTALLATION,
}
"""An internal event that nobody outside hears of, and why."""


def extra(event: CaseEvent, fields: tuple[str, ...]) -> dict[str, Any]:
    """What a public event says beyond what all have in common."""
    found = {name: getattr(event, name) for name in fields}
    if isinstance(event, decision.CountyVisited):
        return {"why": "county"}
    if isinstance(event, TERMS):
        found["from_month"] = event.terms.from_month
    return found


def deadline(event: CaseEvent) -> dict[str, Any]:
    """The same of a step of a deadline."""
    if isinstance(event, change.DeadlineMoved):
        return {"deadline": event.key, "due": event.due}
    if isinstance(event, change.DeadlineWarned):
        return {"deadline": event.key, "desk": event.owner}
    assert isinstance(event, change.DeadlineEscalated)
    return {"deadline": event.key, "desk": event.to}
