"""审核确认: forwarding, the county's hands and visit, confirmed or refused with reasons (57 art. 20–24)."""

from domain.case.award import AwardBegan
from domain.case.decision import (
    Confirmed,
    CountyVisited,
    Forwarded,
    HandSigned,
    LetterIssued,
    RefusedAid,
    ReturnedForCompletion,
)
from domain.codes import check_code
from domain.errors import BadValue
from domain.event import CaseEvent, Event
from domain.explain import Explanation
from domain.ids import StaffId, StreamId
from domain.text import check_text
from workflows.authority import relative_of
from workflows.command import Decision, decides
from workflows.commands.decision import (
    Confirm,
    CountyVisit,
    Forward,
    Override,
    Refuse,
    ReturnFile,
    SignHand,
)
from workflows.context import Context
from workflows.decide.assessing import month_after
from workflows.decide.cycle_220 import sampled
from workflows.decide.enquiry import check_present
from workflows.decide.objection import answers_to_objectors
from workflows.decide.opinion import assessment, check_grounds, overridden, single_hand
from workflows.decide.origin import sources
from workflows.decide.papers import check_papers, needed_words, words
from workflows.decide.passing import check_living, claim, free_from
from workflows.decide.persons import release_applying
from workflows.decide.review import first_review
from workflows.decide.terms import terms_of
from workflows.definition import OLD_LAW
from workflows.engine import guard, law_of, next_of
from workflows.refusal import Reason, reason, refuse

COUNTY_DIGITS = 6
CONFIRMED_LETTER, REFUSED_LETTER = "L08", "L09"
NEAR_RELATIVE = "near_relative"


def _township_hands(context: Context) -> tuple[StaffId, ...]:
    opinion = context.case.opinion
    return opinion.hands if opinion else ()


@guard
def not_signed_yet(context: Context, command: object) -> Reason | None:
    """Nobody is two of the hands, of the township's and the county's (rules.md §1)."""
    if context.actor in context.case.hands or context.actor in _township_hands(context):
        return reason("hand-twice", "actor", actor=context.actor, desks="county_handler, section_chief")
    return None


@guard
def hands_complete(context: Context, command: object) -> Reason | None:
    """Handler or section chief before the decider, who counts as one; nobody is two of them."""
    signed = context.case.hands
    needed = context.limit("county_hands") - 1
    if len(signed) < needed:
        return reason(
            "hands-missing", "case", signed=len(signed), needed=needed, desks="county_handler, section_chief"
        )
    if context.actor in signed or context.actor in _township_hands(context):
        return reason("hand-twice", "actor", actor=context.actor, desks="decider")
    return None


@guard
def decider_did_not_survey(context: Context, command: object) -> Reason | None:
    """Who surveyed doesn't decide, save on record; who visited for the county never does."""
    case = context.case
    if context.actor in case.surveyors and "decider_surveyed" not in case.overrides:
        return reason("surveyed-yourself", "actor", actor=context.actor, desks="decider")
    if any(visit.why == "county" and context.actor in visit.surveyors for visit in case.visits):
        return reason("visited-yourself", "actor", actor=context.actor, desks="decider")
    return None


@guard
def county_visit_done(context: Context, command: object) -> Reason | None:
    """The visits that are due have happened: near relatives, complaints, overrides (57 art. 11, 20)."""
    case = context.case
    due = set(case.visit_grounds)
    visited = any(visit.why == "county" for visit in case.visits)
    if case.near_relative and not visited:
        due.add(NEAR_RELATIVE)
    if not context.rule("visit_near_relative"):
        due.discard(NEAR_RELATIVE)
    if due:
        return reason(
            "county-visit-due", "case", grounds=", ".join(sorted(due)), desks="county_handler, section_chief"
        )
    return None


@guard
def two_of_the_county(context: Context, command: CountyVisit) -> Reason | None:
    """Two who hold a desk at the county (where the township decides, at the township), who did not survey and are no
    near relatives."""
    two = dict.fromkeys(command.surveyors)
    least = context.limit("surveyors")
    if len(two) < least:
        return reason("surveyors-few", "data.surveyors", least=least, given=len(two))
    local = context.rule("township_decides")
    others = [one for one in two if not _of_the_county(context, one, local)]
    if others:
        return reason("not-of-the-county", "data.surveyors", staff=", ".join(others))
    related = [one for one in two if relative_of(context, context.case, one)]
    if related:
        return reason("recusal", "data.surveyors", actor=", ".join(related))
    same = sorted(context.case.surveyors & two.keys())
    return reason("surveyors-the-same", "data.surveyors", staff=", ".join(same)) if same else None


def _of_the_county(context: Context, staff: StaffId, local: bool) -> bool:
    held = context.desks(staff, context.case.division, context.on)
    return any(local or len(at) <= COUNTY_DIGITS for _, at in held)


@decides(Forward)
def forward(context: Context, command: Forward) -> Decision:
    opinion = context.case.opinion
    assert opinion is not None
    events: list[CaseEvent] = [Forwarded(on=context.on, favourable=opinion.favourable)]
    if law_of(context, context.case) == OLD_LAW and opinion.favourable and context.case.forwarded is None:
        events.extend(sampled(context))
    if context.limit("county_hands") <= 1 and "county_hands" not in context.case.overrides:
        events.extend(single_hand(context, "county_hands"))
    return Decision(events=events)


@decides(ReturnFile)
def return_file(context: Context, command: ReturnFile) -> Decision:
    missing = tuple(check_text(item, "data.missing", lines=False) for item in command.missing)
    event = ReturnedForCompletion(
        on=context.on, missing=missing, words=words(context, command.words, "data.words")
    )
    return Decision(events=[event])


@decides(CountyVisit)
def county_visit(context: Context, command: CountyVisit) -> Decision:
    check_present(context.case, command.present, command.way)
    event = CountyVisited(
        on=context.on,
        surveyors=command.surveyors,
        way=check_code("survey_way", command.way, "data.way"),
        result=check_code("survey_result", command.result, "data.result"),
        present=command.present,
        papers=check_papers(command.papers, "data.papers"),
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event])


@decides(SignHand)
def sign_hand(context: Context, command: SignHand) -> Decision:
    event = HandSigned(
        on=context.on,
        by=StaffId(context.actor),
        favourable=command.favourable,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event])


@decides(Override)
def override(context: Context, command: Override) -> Decision:
    case = context.case
    if case.intake.accepted is None or case.decision is not None:
        raise refuse("nothing-to-override", "case")
    if command.rule in case.overrides:
        raise refuse("overridden-already", "data.rule", rule=command.rule)
    return Decision(
        events=overridden(context, command.rule, needed_words(context, command.reason, "data.reason"))
    )


@decides(Confirm)
def confirm(context: Context, command: Confirm) -> Decision:
    """Paid from the month after; the amount is that of `assessment`, which the guards found to be the opinion's."""
    case = context.case
    opinion = case.opinion
    assert opinion is not None
    found = assessment(context)
    persons = [case.members[key].person for key in found.covered]
    month = free_from(context, persons, month_after(context.on))
    check_living(context, found.covered, month)
    others: list[tuple[StreamId, Event]] = [
        *release_applying(context),
        *claim(
            context,
            found.covered,
            month,
            sources=sources(context, found.covered),
            cause=case.came_by,
        ),
    ]
    confirmed = Confirmed(
        on=context.on,
        by=StaffId(context.actor),
        amount=found.amount,
        shares=found.shares,
        counted=found.counted,
        covered=found.covered,
        from_month=month,
        review_class=opinion.review_class,
        explanation=found.explanation,
        words=words(context, command.words, "data.words"),
    )
    events: list[CaseEvent] = [
        confirmed,
        LetterIssued(on=context.on, letter=CONFIRMED_LETTER, about=next_of(context.case, "telling")),
        AwardBegan(
            on=context.on, terms=terms_of(found, month, "new", context.on), cause=case.came_by or "new"
        ),
        first_review(context, opinion.review_class, month),
    ]
    answers = answers_to_objectors(context)
    return Decision(
        events=[*events, *answers],
        others=others,
        begins=("telling",) * len(answers),
        answer={"amount": found.amount, "from_month": month},
    )


@decides(Refuse)
def refuse_aid(context: Context, command: Refuse) -> Decision:
    check_grounds(command.grounds, "data.grounds", command.words)
    refused = RefusedAid(
        on=context.on,
        by=StaffId(context.actor),
        grounds=command.grounds,
        words=needed_words(context, command.words, "data.words"),
        explanation=_explanation(context),
    )
    letter = LetterIssued(on=context.on, letter=REFUSED_LETTER, about=next_of(context.case, "telling"))
    answers = answers_to_objectors(context)
    return Decision(
        events=[refused, letter, *answers],
        others=release_applying(context),
        begins=("telling",) * len(answers),
    )


def _explanation(context: Context) -> Explanation | None:
    """What the means test says on that day; a refusal on other grounds may stand without."""
    try:
        return assessment(context).explanation
    except BadValue:
        return None
