"""入户调查: the visit by two, nobody home, neighbours, inquiry letters (57 art. 15, 16; rules.md §3 survey)."""

from typing import Literal

from domain.case import Case, evolve
from domain.case.enquiry import InquiryAnswered, InquirySent, NeighboursAsked, NobodyHome, Visited
from domain.codes import check_code
from domain.event import CaseEvent
from domain.ids import InstanceId, MemberKey, StaffId
from domain.text import check_text
from workflows.authority import relative_of
from workflows.command import Decision, decides
from workflows.commands import enquiry as commands
from workflows.commands.move import VisitAfterMove
from workflows.commands.opinion import Resurvey
from workflows.commands.review import VisitForReview
from workflows.context import Context
from workflows.decide.limits import OPINION, enquiry_done, opinion_due, shift
from workflows.decide.papers import check_papers, needed_words, words
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse

SURVEY_DESKS = frozenset({"surveyor", "handler"})
FACE_TO_FACE = frozenset({"visit", "remote"})
"""Ways in which a member was met, and signs."""


def check_surveyors(
    context: Context, surveyors: tuple[StaffId, ...], least: int | None = None
) -> Reason | None:
    """What is wrong with those who survey, None if nothing is.

    As many different people as the parameter `surveyors` says (or `least`), each named, at a desk surveyor or
    handler over the case's division that day (an outside worker's or a lent desk is one), none a near relative
    of the household (rules.md §1; 57 art. 11, 15).
    """
    needed = context.limit("surveyors") if least is None else least
    if len(set(surveyors)) < needed:
        return reason("surveyors-too-few", "data.surveyors", needed=needed, given=len(set(surveyors)))
    for who in surveyors:
        held = context.desks(who, context.case.division, context.on)
        if not any(desk in SURVEY_DESKS for desk, _ in held):
            return reason("surveyor-without-desk", "data.surveyors", staff=who)
        if relative_of(context, context.case, who):
            return reason("recusal", "data.surveyors", actor=who)
    return None


@guard
def two_surveyors(context: Context, command: commands.Visit) -> Reason | None:
    return check_surveyors(context, command.surveyors)


@guard
def surveyed(context: Context, command: object) -> Reason | None:
    """The home was visited, for the survey or again after an objection."""
    return None if context.case.surveyed else reason("not-surveyed", "case")


def check_present(case: Case, present: tuple[MemberKey, ...], way: str) -> None:
    """Members who were met and signed: of this household, and somebody where people are met."""
    for key in present:
        if key not in case.members:
            raise refuse("not-a-member", "data.present", member=key)
    if way in FACE_TO_FACE and not present:
        raise refuse("nobody-present", "data.present")


def visited(
    context: Context,
    command: commands.Visit | Resurvey | VisitForReview | VisitAfterMove,
    why: Literal["survey", "resurvey", "review", "move"] = "survey",
    instance: InstanceId | None = None,
) -> Visited:
    """The record of a visit, checked."""
    check_code("survey_way", command.way, "data.way")
    check_code("survey_result", command.result, "data.result")
    check_present(context.case, command.present, command.way)
    return Visited(
        on=context.on,
        surveyors=command.surveyors,
        way=command.way,
        result=command.result,
        present=command.present,
        why=why,
        papers=check_papers(command.papers, "data.papers"),
        words=words(context, command.words, "data.words"),
        instance=instance,
    )


def moved_opinion(context: Context, after: Case, cause: str) -> list[CaseEvent]:
    """With survey and report both in, the first opinion is due 5 days later (rules.md §5)."""
    if OPINION not in context.case.deadlines or not enquiry_done(after):
        return []
    return shift(context, context.case, OPINION, opinion_due(context, after), cause)


@decides(commands.Visit)
def visit(context: Context, command: commands.Visit) -> Decision:
    event = visited(context, command)
    after = evolve(context.case, event)
    return Decision(events=[event, *moved_opinion(context, after, "survey")])


@decides(commands.NobodyHome)
def nobody_home(context: Context, command: commands.NobodyHome) -> Decision:
    return Decision(
        events=[NobodyHome(on=context.on, surveyors=command.surveyors, turned_away=command.turned_away)]
    )


@decides(commands.AskNeighbours)
def ask_neighbours(context: Context, command: commands.AskNeighbours) -> Decision:
    check_code("survey_result", command.result, "data.result")
    return Decision(
        events=[
            NeighboursAsked(
                on=context.on,
                surveyors=command.surveyors,
                asked=command.asked,
                result=command.result,
                words=words(context, command.words, "data.words"),
            )
        ]
    )


@guard
def surveyors_named(context: Context, command: commands.AskNeighbours) -> Reason | None:
    return check_surveyors(context, command.surveyors, least=1)


@guard
def inquiry_open(context: Context, command: commands.AnswerInquiry) -> Reason | None:
    if context.case.inquiries.get(command.inquiry) is False:
        return None
    waiting = [name for name, answered in context.case.inquiries.items() if not answered]
    return reason("inquiry-not-open", "data.inquiry", open=", ".join(waiting))


@decides(commands.SendInquiry)
def send_inquiry(context: Context, command: commands.SendInquiry) -> Decision:
    name = check_text(command.inquiry, "data.inquiry", lines=False)
    if not name:
        raise refuse("text-empty", "data.inquiry")
    if name in context.case.inquiries:
        raise refuse("inquiry-number-used", "data.inquiry", inquiry=name)
    to = needed_words(context, command.to, "data.to")
    return Decision(events=[InquirySent(on=context.on, inquiry=name, to=to)])


@decides(commands.AnswerInquiry)
def answer_inquiry(context: Context, command: commands.AnswerInquiry) -> Decision:
    answer = needed_words(context, command.words, "data.words")
    return Decision(events=[InquiryAnswered(on=context.on, inquiry=command.inquiry, words=answer)])
