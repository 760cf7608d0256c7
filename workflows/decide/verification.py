"""核对: asked, started, answered, reported, told, contested, asked again (57 art. 17, 18; rules.md §3 verification)."""

from collections.abc import Iterable
from datetime import date

from domain.case import Case, evolve
from domain.case.decision import LetterIssued
from domain.case.enquiry import (
    Answered,
    Contested,
    HitTold,
    ReportIssued,
    Verification,
    VerificationAsked,
    VerificationBegun,
    VerificationClosed,
    VerificationOutlived,
    VerificationStarted,
)
from domain.codes import check_code
from domain.event import CaseEvent
from domain.ids import InstanceId
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands import enquiry as commands
from workflows.context import Context
from workflows.decide.consent import unconsented
from workflows.decide.days import check_day
from workflows.decide.enquiry import moved_opinion
from workflows.decide.limits import OPINION, opinion_due, shift
from workflows.decide.papers import needed_words, words
from workflows.engine import guard, instances, unfinished
from workflows.refusal import Reason, reason, refuse

LATE = "late"
DIFFERENCE = frozenset({"differs", "incomplete", "by_hand"})
"""Answers in which there can be something to look at."""


def last_verification(case: Case) -> InstanceId | None:
    """The verification that counts now: the last that began."""
    found = instances(case, "verification")
    return found[-1] if found else None


def _asked(context: Context) -> Verification:
    return context.case.verifications[context.instance]


@guard
def consents_run(context: Context, command: commands.AskVerification) -> Reason | None:
    """Every adult's consent runs that day, and each supporter's who is compared too."""
    missing: list[str] = list(unconsented(context.case, context.on))
    for fact in command.supporters:
        until = context.case.supporters.get(fact)
        if until is None or until < context.on:
            missing.append(fact)
    return reason("consent-missing", "members", members=", ".join(missing)) if missing else None


@guard
def source_asked(context: Context, command: commands.AnswerVerification) -> Reason | None:
    sources = _asked(context).sources
    if command.source in sources:
        return None
    return reason("source-not-asked", "data.source", asked=", ".join(sources))


@guard
def this_round(context: Context, command: commands.AnswerVerification) -> Reason | None:
    """An answer that names which asking it is to, is to this one."""
    asked = _asked(context).round
    if command.round is None or command.round == asked:
        return None
    return reason("round-over", "data.round", round=command.round, asked=asked)


@guard
def answers_in(context: Context, command: commands.IssueReport) -> Reason | None:
    """Every office has answered; without an answer that is late only for a reason."""
    out = _asked(context).unanswered
    if out and not command.reason:
        return reason("answers-missing", "data.reason", sources=", ".join(out))
    return None


@guard
def has_hits(context: Context, command: object) -> Reason | None:
    return None if _asked(context).untold_hits else reason("no-hit-to-tell", "case")


@guard
def none_under_way(context: Context, command: object) -> Reason | None:
    """A further verification begins on a living case or an accepted application, when no other is on its way."""
    case = context.case
    if case.ended is not None:
        return reason("case-ended", "case", on=case.ended.isoformat())
    if case.intake.accepted is None:
        return reason("not-accepted-yet", "case")
    busy = [key for key in unfinished(case, "verification") if case.lives[key].state != "reported"]
    return reason("verification-under-way", "case", instance=", ".join(busy)) if busy else None


@guard
def hits_told(context: Context, command: object) -> Reason | None:
    """What differs was told to the applicant before the procedure ends (57 art. 18)."""
    key = last_verification(context.case)
    one = context.case.verifications.get(key) if key else None
    untold = one.untold_hits if one else ()
    return reason("hits-untold", "case", sources=", ".join(untold)) if untold else None


@guard
def report_valid(context: Context, command: object) -> Reason | None:
    """A report is issued and not contested since, and neither it nor its oldest data have outlived their validity."""
    case = context.case
    key = last_verification(case)
    one = case.verifications.get(key) if key else None
    if one is None or one.reported is None:
        return reason("report-missing", "case")
    if key is not None and case.lives[key].state == "contested":
        return reason("report-contested", "case")
    ended = outlived(context, one, context.on)
    if ended is not None:
        return reason("report-outlived", "case", until=ended.isoformat())
    return None


def outlived(context: Context, one: Verification, day: date) -> date | None:
    """The last day on which report and data were valid, if that is past; None while they are."""
    ends = [one.valid_until] if one.valid_until else []
    if one.oldest_data is not None:
        ends.append(context.due_by("report_valid_days", one.oldest_data).day)
    last = min(ends, default=None)
    return last if last is not None and last < day else None


@guard
def report_is_old(context: Context, command: object) -> Reason | None:
    one = _asked(context)
    if outlived(context, one, context.on) is None:
        until = one.valid_until.isoformat() if one.valid_until else ""
        return reason("report-still-valid", "case", until=until)
    return None


@guard
def application_over(context: Context, command: object) -> Reason | None:
    """An open application still needs its verification."""
    waiting = unfinished(context.case, "application")
    return reason("application-open", "case") if waiting else None


@decides(commands.BeginVerification)
def begin_verification(context: Context, command: commands.BeginVerification) -> Decision:
    return Decision(events=[VerificationBegun(on=context.on, verification=context.instance)])


@decides(commands.AskVerification)
def ask(context: Context, command: commands.AskVerification) -> Decision:
    sources = tuple(dict.fromkeys(command.sources))
    if len(sources) != len(command.sources):
        raise refuse("source-twice", "data.sources")
    for source in sources:
        check_code("source", source, "data.sources")
    before = context.case.verifications.get(context.instance)
    event = VerificationAsked(
        on=context.on,
        verification=context.instance,
        sources=sources,
        round=before.round + 1 if before else 1,
        supporters=command.supporters,
    )
    return Decision(events=[event])


@decides(commands.StartVerification)
def start(context: Context, command: commands.StartVerification) -> Decision:
    return Decision(events=[VerificationStarted(on=context.on, verification=context.instance)])


@decides(commands.AnswerVerification)
def answer(context: Context, command: commands.AnswerVerification) -> Decision:
    check_code("answer", command.answer, "data.answer")
    if command.answer != LATE and command.data_day is None:
        raise refuse("data-day-missing", "data.data_day")
    if command.data_day is not None:
        check_day(context, command.data_day, "data.data_day", "data-day-later")
    if command.hit and command.answer not in DIFFERENCE:
        raise refuse("hit-without-difference", "data.hit", answer=command.answer)
    if command.member is not None and command.member not in context.case.members:
        raise refuse("not-a-member", "data.member", member=command.member)
    event = Answered(
        on=context.on,
        verification=context.instance,
        source=command.source,
        answer=command.answer,
        data_day=command.data_day,
        hit=command.hit,
        member=command.member,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event])


@decides(commands.IssueReport)
def report(context: Context, command: commands.IssueReport) -> Decision:
    number = check_text(command.report, "data.report", lines=False)
    if not number:
        raise refuse("text-empty", "data.report")
    event = ReportIssued(
        on=context.on,
        verification=context.instance,
        report=number,
        valid_until=context.due_by("report_valid_days", context.on).day,
        late_accepted=_asked(context).unanswered,
        reason=words(context, command.reason, "data.reason"),
    )
    return Decision(events=[event, *moved_opinion(context, evolve(context.case, event), "report")])


@decides(commands.TellHit)
def tell_hit(context: Context, command: commands.TellHit) -> Decision:
    return Decision(
        events=[
            HitTold(on=context.on, verification=context.instance),
            LetterIssued(on=context.on, letter="L04", about=context.instance),
        ]
    )


@decides(commands.Contest)
def contest(context: Context, command: commands.Contest) -> Decision:
    event = Contested(
        on=context.on,
        verification=context.instance,
        words=needed_words(context, command.words, "data.words"),
    )
    return Decision(events=[event, *_opinion_waits(context, "contested")])


@decides(commands.RenewVerification)
def renew(context: Context, command: commands.RenewVerification) -> Decision:
    event = VerificationOutlived(on=context.on, verification=context.instance)
    return Decision(events=[event, *_opinion_waits(context, "report_outlived")])


def _opinion_waits(context: Context, cause: str) -> Iterable[CaseEvent]:
    """The first opinion is due only after the answer to what is asked again."""
    due = opinion_due(context, context.case, asked_again=context.on)
    return shift(context, context.case, OPINION, due, cause)


@decides(commands.CloseVerification)
def close(context: Context, command: commands.CloseVerification) -> Decision:
    return Decision(events=[VerificationClosed(on=context.on, verification=context.instance)])
