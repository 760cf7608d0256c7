"""An application's ends before a decision, who goes on with it, its extension (57 art. 12, 22, 29; rules.md §3)."""

from domain.case.decision import LetterIssued
from domain.case.intake import ApplicantReplaced, Extended, Lapsed, NotAccepted, Terminated, Withdrawn
from domain.case.opinion import PublicityVoid
from domain.codes import check_code, needs_words
from domain.event import CaseEvent
from workflows.command import Decision, decides
from workflows.commands.intake import Extend, Lapse, NotAccept, ReplaceApplicant, Terminate, Withdraw
from workflows.context import Context
from workflows.decide.consent import adult, unconsented
from workflows.decide.limits import WHOLE, extended_whole
from workflows.decide.papers import needed_words, words
from workflows.decide.persons import release_applying
from workflows.engine import guard, next_of
from workflows.refusal import Reason, reason, refuse

NO_COOPERATION, CONSENT_REFUSED, NOBODY_GOES_ON, OTHER = "E01", "E02", "E03", "E99"


@guard
def papers_overdue(context: Context, command: object) -> Reason | None:
    until = context.case.intake.missing_until
    if until is not None and context.on <= until:
        return reason("papers-may-come", "data.on", until=until.isoformat())
    return None


@guard
def termination_grounded(context: Context, command: Terminate) -> Reason | None:
    """What the code says must be on the file: who wasn't met or let nobody in, whose consent is missing, who died."""
    case = context.case
    if command.code == NO_COOPERATION and case.nobody_home < 2:
        return reason("cooperation-not-refused", "data.code", times=case.nobody_home)
    if command.code == CONSENT_REFUSED and not unconsented(case, context.on):
        return reason("consent-runs", "data.code")
    if command.code == NOBODY_GOES_ON:
        applicant = case.members[case.applicant]
        if applicant.died is None and context.person(applicant.person).died is None:
            return reason("applicant-lives", "data.code")
    return None


@guard
def not_extended(context: Context, command: object) -> Reason | None:
    """Neither by an act nor by an objection."""
    if context.case.intake.extended is not None or not extended_whole(context, ""):
        whole = context.case.deadlines.get(WHOLE)
        return reason("extended-already", "case", until=whole.due.isoformat() if whole else "")
    return None


def take_down(context: Context) -> list[CaseEvent]:
    """A notice that hangs comes down the day the application ends."""
    publicity = context.case.publicity
    if publicity is None or publicity.taken_down is not None or publicity.void:
        return []
    return [PublicityVoid(on=context.on, why="ended")]


@decides(NotAccept)
def not_accept(context: Context, command: NotAccept) -> Decision:
    check_code("not_accepted", command.code, "data.code")
    why = words(context, command.reason, "data.reason")
    if needs_words("not_accepted", command.code) and why is None:
        raise refuse("code-needs-words", "data.reason", given=command.code)
    return Decision(
        events=[
            NotAccepted(on=context.on, code=command.code, reason=why),
            LetterIssued(on=context.on, letter="L03", about=next_of(context.case, "telling")),
        ],
        others=release_applying(context),
    )


@decides(Lapse)
def lapse(context: Context, command: Lapse) -> Decision:
    return Decision(events=[Lapsed(on=context.on)], others=release_applying(context))


@decides(Withdraw)
def withdraw(context: Context, command: Withdraw) -> Decision:
    why = words(context, command.reason, "data.reason")
    return Decision(
        events=[Withdrawn(on=context.on, reason=why), *take_down(context)],
        others=release_applying(context),
    )


@decides(Terminate)
def terminate(context: Context, command: Terminate) -> Decision:
    check_code("ended", command.code, "data.code")
    if command.code not in (NO_COOPERATION, CONSENT_REFUSED, NOBODY_GOES_ON, OTHER):
        raise refuse("code-of-another-end", "data.code", given=command.code)
    ended = Terminated(
        on=context.on, code=command.code, reason=needed_words(context, command.reason, "data.reason")
    )
    letter = LetterIssued(on=context.on, letter="L12", about=next_of(context.case, "telling"))
    return Decision(events=[ended, letter, *take_down(context)], others=release_applying(context))


@decides(ReplaceApplicant)
def replace_applicant(context: Context, command: ReplaceApplicant) -> Decision:
    case = context.case
    heads = command.head or (command.applicant if case.head == case.applicant else case.head)
    for field, key in (("applicant", command.applicant), ("head", heads)):
        member = case.members.get(key)
        if member is None:
            raise refuse("not-a-member", f"data.{field}", member=key)
        if member.died is not None or not member.here(context.on):
            raise refuse("member-gone", f"data.{field}", member=key)
    successor = case.members[command.applicant]
    if command.applicant == case.applicant:
        raise refuse("applicant-already", "data.applicant", member=command.applicant)
    if not adult(successor, context.on):
        raise refuse("applicant-not-adult", "data.applicant", member=command.applicant)
    if successor.number is None:
        raise refuse("applicant-needs-number", "data.applicant")
    return Decision(events=[ApplicantReplaced(on=context.on, applicant=command.applicant, head=heads)])


@decides(Extend)
def extend(context: Context, command: Extend) -> Decision:
    why = words(context, command.reason, "data.reason")
    return Decision(
        events=[
            Extended(on=context.on, ground=command.ground, reason=why),
            *extended_whole(context, command.ground),
            LetterIssued(on=context.on, letter="L05"),
        ]
    )
