"""异议与举报: objections in publicity, second survey, complaints after it (57 art. 19, 20, 22)."""

from domain.case.decision import CountyVisitDue, LetterIssued
from domain.case.opinion import (
    ComplaintAnswered,
    ComplaintRaised,
    ObjectionRaised,
    ObjectionSettled,
)
from domain.codes import check_code
from domain.event import CaseEvent, Event
from domain.identity import normalise_name
from domain.ids import InstanceId, PersonRef, StaffId, StreamId
from domain.personal import Name
from workflows.command import Decision, decides
from workflows.commands.intake import MemberEntry
from workflows.commands.opinion import (
    AnswerComplaint,
    ByAnybody,
    Complain,
    Object,
    Resurvey,
    SettleObjection,
)
from workflows.context import Context
from workflows.decide.enquiry import visited
from workflows.decide.limits import extended_whole
from workflows.decide.papers import needed_words, words
from workflows.decide.persons import find
from workflows.decide.relations import check_staff
from workflows.engine import guard, unfinished
from workflows.refusal import Reason, reason, refuse

NOT_KIN = "99"
ANSWER_LETTER = "L23"


class Speaker:
    """Who objects or complains: a person, somebody by name only, or nobody known."""

    __slots__ = ("by", "events", "name", "numbers")

    def __init__(self, by: PersonRef | None = None, name: Name | None = None) -> None:
        self.by, self.name = by, name
        self.events: list[tuple[StreamId, Event]] = []
        self.numbers: list[tuple[str, PersonRef]] = []


def speaker(context: Context, command: ByAnybody) -> Speaker:
    if command.anonymous:
        if command.number or command.name:
            raise refuse("anonymous-with-name", "data.anonymous")
        return Speaker()
    if command.name is None:
        raise refuse("name-or-anonymous", "data.name")
    if command.number is None:
        name = normalise_name(command.name, "data.name")
        return Speaker(name=Name(PersonRef(context.token("p")), name))
    entry = MemberEntry(key="m1", name=command.name, kinship=NOT_KIN, number=command.number)
    found = find(context, entry, "data")
    who = Speaker(by=found.ref)
    who.events = found.events
    if found.events and found.number:
        who.numbers = [(found.number.text, found.ref)]
    return who


@guard
def no_open_objection(context: Context, command: object) -> Reason | None:
    case = context.case
    if not case.objections:
        return None
    still = unfinished(case, "objection")
    return reason("objection-open", "case", objections=", ".join(still)) if still else None


@guard
def in_publicity(context: Context, command: object) -> Reason | None:
    """Between the posting and the last day; after it there is the complaint (57 art. 20)."""
    case = context.case
    posted = case.publicity
    if case.decision is not None or case.ended is not None:
        return reason("decided-already", "case")
    if posted is None or posted.void or context.on < posted.posted:
        return reason("not-posted", "case")
    if context.on > posted.until:
        return reason("publicity-over", "data.on", until=posted.until.isoformat())
    return None


@guard
def others_than_surveyed(context: Context, command: Resurvey) -> Reason | None:
    same = sorted(context.case.surveyors & set(command.surveyors))
    return reason("surveyors-the-same", "data.surveyors", staff=", ".join(same)) if same else None


@guard
def looked_into(context: Context, command: SettleObjection) -> Reason | None:
    """Surveyed again by others, or reviewed; one that was taken back needs neither."""
    case = context.case
    if command.outcome == "withdrawn":
        return None
    still = unfinished(case, "objection")
    about = command.instance or (still[0] if still else None)
    if about is None or about not in case.objections:
        return None
    since = case.objections[about].on
    if any(visit.why == "resurvey" and visit.on >= since for visit in case.visits):
        return None
    if any(meeting.objection == about for meeting in case.meetings):
        return None
    return reason("not-looked-into", "instance", objection=about)


@guard
def settler_did_not_survey(context: Context, command: SettleObjection) -> Reason | None:
    first = {who for visit in context.case.visits if visit.why == "survey" for who in visit.surveyors}
    same = sorted(first & {StaffId(context.actor), *command.by})
    return (
        reason("surveyed-yourself", "actor", actor=", ".join(same), desks="handler, leader") if same else None
    )


@guard
def after_publicity(context: Context, command: object) -> Reason | None:
    """Before, an objection is raised; after, and after the decision too, it is a complaint."""
    case = context.case
    posted = case.publicity
    if case.decision is not None:
        return None
    if case.ended is not None:
        return reason("case-ended", "case", on=case.ended.isoformat())
    if case.opinion is not None and not case.opinion.favourable:
        return None
    if posted is None or posted.void:
        return reason("publicity-not-yet", "case")
    if context.on <= posted.until:
        return reason("object-instead", "case", until=posted.until.isoformat())
    return None


@guard
def no_open_complaint(context: Context, command: object) -> Reason | None:
    case = context.case
    if not case.complaints:
        return None
    still = [one for one in unfinished(case, "complaint") if case.complaints[one].before_decision]
    return reason("complaint-open", "case", complaints=", ".join(still)) if still else None


@decides(Object)
def raise_objection(context: Context, command: Object) -> Decision:
    who = speaker(context, command)
    raised = ObjectionRaised(
        on=context.on,
        objection=context.instance,
        words=needed_words(context, command.words, "data.words"),
        by=who.by,
        name=who.name,
        anonymous=command.anonymous,
    )
    return Decision(
        events=[raised, *extended_whole(context, "objection")],
        others=who.events,
        numbers=who.numbers,
        answer={"instance": context.instance},
    )


@decides(Resurvey)
def resurvey(context: Context, command: Resurvey) -> Decision:
    return Decision(events=[visited(context, command, "resurvey", context.instance)])


@decides(SettleObjection)
def settle_objection(context: Context, command: SettleObjection) -> Decision:
    """Whoever gave a name is answered with the decision (`answers_to_objectors`)."""
    about = context.instance
    check_staff(context, command.by, "data.by")
    settled = ObjectionSettled(
        on=context.on,
        objection=about,
        outcome=check_code("objection_outcome", command.outcome, "data.outcome"),
        by=tuple(dict.fromkeys((StaffId(context.actor), *command.by))),
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[settled])


@decides(Complain)
def complain(context: Context, command: Complain) -> Decision:
    who = speaker(context, command)
    before = context.case.decision is None
    events: list[CaseEvent] = [
        ComplaintRaised(
            on=context.on,
            complaint=context.instance,
            words=needed_words(context, command.words, "data.words"),
            by=who.by,
            name=who.name,
            anonymous=command.anonymous,
            before_decision=before,
        )
    ]
    if before:
        events.append(CountyVisitDue(on=context.on, ground="complaint"))
    return Decision(
        events=events, others=who.events, numbers=who.numbers, answer={"instance": context.instance}
    )


@decides(AnswerComplaint)
def answer_complaint(context: Context, command: AnswerComplaint) -> Decision:
    about = context.instance
    anonymous = context.case.complaints[about].anonymous
    if not anonymous and not command.words:
        raise refuse("answer-needed", "data.words")
    answered = ComplaintAnswered(
        on=context.on,
        complaint=about,
        outcome=check_code("objection_outcome", command.outcome, "data.outcome"),
        words=words(context, command.words, "data.words"),
    )
    if anonymous:
        return Decision(events=[answered])
    return Decision(events=[answered, _answer(context, about)], begins=("telling",))


def _answer(context: Context, about: InstanceId) -> CaseEvent:
    return LetterIssued(on=context.on, letter=ANSWER_LETTER, about=about)


def answers_to_objectors(context: Context) -> list[CaseEvent]:
    """A letter, to be served, for each who objected by name and did not take it back."""
    return [
        _answer(context, about)
        for about, one in context.case.objections.items()
        if not one.anonymous and one.outcome != "withdrawn"
    ]
