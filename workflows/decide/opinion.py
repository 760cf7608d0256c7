"""初审意见: the first opinion by the township's hands, and whether it still holds (57 art. 18; rules.md §1, §3)."""

from domain.case.decision import CountyVisitDue, Overridden
from domain.case.opinion import OpinionConfirmed, OpinionGiven, OpinionTold
from domain.codes import check_code, needs_words
from domain.errors import BadValue
from domain.event import CaseEvent
from domain.ids import StaffId
from domain.means import Assessment
from domain.money import show_yuan
from domain.personal import Words
from workflows.command import Decision, decides
from workflows.commands.opinion import ConfirmOpinion, GiveOpinion, TellOpinion
from workflows.context import Context
from workflows.decide.assessing import assess_case, month_after
from workflows.decide.papers import needed_words, words
from workflows.engine import guard
from workflows.refusal import Reason, from_bad_value, reason, refuse


def assessment(context: Context) -> Assessment:
    """What is due from the month after, on what is known now; computed once a command."""
    found: Assessment | None = context.memo.get("assessment")
    if found is None:
        accepted = context.case.intake.accepted
        found = assess_case(context, anchor=accepted or context.on, month=month_after(context.on))
        context.memo["assessment"] = found
    return found


def overridden(context: Context, rule: str, why: Words) -> list[CaseEvent]:
    """A rule of hands set aside, on record; the county must visit then (rules.md §1)."""
    return [
        Overridden(on=context.on, rule=rule, by=StaffId(context.actor), reason=why),
        CountyVisitDue(on=context.on, ground="override"),
    ]


def single_hand(context: Context, parameter: str) -> list[CaseEvent]:
    """What one hand only brings with it: its parameter and document stand as the reason."""
    document = context.policy.get(parameter, context.procedure_day).document
    return overridden(context, parameter, needed_words(context, f"{parameter} = 1 ({document})", parameter))


def check_grounds(grounds: tuple[str, ...], field: str, text: str | None) -> None:
    """Coded grounds of a refusal; 99 other stands only with words."""
    for ground in grounds:
        check_code("refuse", ground, field)
        if needs_words("refuse", ground) and not text:
            raise refuse("words-needed", field, ground=ground)


@guard
def one_hand(context: Context, command: object) -> Reason | None:
    hands = context.limit("township_hands")
    return reason("more-hands", "case", hands=hands) if hands > 1 else None


@guard
def last_hand(context: Context, command: object) -> Reason | None:
    """Whether with this hand all the township's hands are there."""
    opinion = context.case.opinion
    signed = len(opinion.hands) + 1 if opinion else 1
    hands = context.limit("township_hands")
    return reason("more-hands", "case", hands=hands - signed) if signed < hands else None


@guard
def other_hand(context: Context, command: object) -> Reason | None:
    opinion = context.case.opinion
    taken = opinion is not None and context.actor in opinion.hands
    return reason("hand-twice", "actor", actor=context.actor, desks="leader") if taken else None


@guard
def leader_did_not_survey(context: Context, command: object) -> Reason | None:
    case = context.case
    if context.actor in case.surveyors and "leader_surveyed" not in case.overrides:
        return reason("surveyed-yourself", "actor", actor=context.actor, desks="leader")
    return None


@guard
def to_be_posted(context: Context, command: object) -> Reason | None:
    """A favourable one is posted; again if the notice was void, or shows less than is now due (rules.md §3)."""
    opinion = context.case.opinion
    favourable = (
        command.favourable if isinstance(command, GiveOpinion) else bool(opinion and opinion.favourable)
    )
    if not favourable:
        return reason("opinion-is-negative", "case")
    posted = context.case.publicity
    if posted is None or not posted.whole:
        return None
    if context.rule("repost_after_objection") and any(
        one.on >= posted.posted for one in context.case.objections.values()
    ):
        return None
    if isinstance(command, GiveOpinion):
        amount = assessment(context).amount
    else:
        amount = opinion.amount if opinion else 0
    if amount > posted.amount and context.rule("repost_when_higher"):
        return None
    return reason("already-posted", "case", on=posted.posted.isoformat())


@guard
def opinion_negative(context: Context, command: object) -> Reason | None:
    opinion = context.case.opinion
    return None if opinion and not opinion.favourable else reason("opinion-not-negative", "case")


@guard
def opinion_favourable(context: Context, command: object) -> Reason | None:
    """Only what was found favourable, and posted, can be confirmed; a negative opinion is given anew first."""
    opinion = context.case.opinion
    return reason("opinion-is-negative", "case") if opinion and not opinion.favourable else None


@guard
def opinion_still_true(context: Context, command: object) -> Reason | None:
    """Nothing changed since; what did comes to the same; at the decision it comes to the same for its month."""
    case = context.case
    opinion = case.opinion
    if opinion is None:
        return reason("opinion-missing", "case", desks="handler, leader")
    for one in case.objections.values():
        if one.upheld and one.settled is not None and one.settled > opinion.on:
            return reason("objection-upheld", "case", objection=one.id, on=one.settled.isoformat())
    deciding = type(command).__name__ == "Confirm"
    if case.opinion_round == case.facts_round and not deciding:
        return None
    if deciding and not opinion.favourable:
        return None
    try:
        found = assessment(context)
    except BadValue as error:
        return from_bad_value(error)
    return _differs(context, found)


def _differs(context: Context, found: Assessment) -> Reason | None:
    opinion = context.case.opinion
    assert opinion is not None
    if opinion.favourable and not found.eligible:
        return reason("not-eligible", "case", grounds=", ".join(found.grounds))
    if not opinion.favourable:
        same = not found.eligible and set(found.grounds) <= set(opinion.grounds)
        return None if same else reason("facts-changed", "case", on=opinion.on.isoformat())
    if (found.amount, found.counted, found.covered) != (opinion.amount, opinion.counted, opinion.covered):
        return reason(
            "opinion-differs",
            "case",
            opinion=show_yuan(opinion.amount),
            now=show_yuan(found.amount),
            on=opinion.on.isoformat(),
        )
    return None


@decides(GiveOpinion)
def give_opinion(context: Context, command: GiveOpinion) -> Decision:
    found = assessment(context)
    if command.favourable and not found.eligible:
        raise refuse("not-eligible", "data.favourable", grounds=", ".join(found.grounds))
    if command.favourable and command.grounds:
        raise refuse("grounds-not-wanted", "data.grounds")
    if not command.favourable:
        if not command.grounds:
            raise refuse("grounds-needed", "data.grounds", found=", ".join(found.grounds))
        check_grounds(command.grounds, "data.grounds", command.reason)
        if found.eligible and not command.reason:
            raise refuse("reason-needed", "data.reason")
    given = OpinionGiven(
        on=context.on,
        by=StaffId(context.actor),
        favourable=command.favourable,
        amount=found.amount if command.favourable else 0,
        counted=found.counted,
        covered=found.covered,
        review_class=command.review_class,
        grounds=command.grounds,
        reason=words(context, command.reason, "data.reason"),
    )
    events: list[CaseEvent] = [given]
    if context.limit("township_hands") <= 1 and "township_hands" not in context.case.overrides:
        events.extend(single_hand(context, "township_hands"))
    return Decision(events=events, answer={"favourable": given.favourable, "amount": given.amount})


@decides(ConfirmOpinion)
def confirm_opinion(context: Context, command: ConfirmOpinion) -> Decision:
    return Decision(events=[OpinionConfirmed(on=context.on, by=StaffId(context.actor))])


@decides(TellOpinion)
def tell_opinion(context: Context, command: TellOpinion) -> Decision:
    return Decision(events=[OpinionTold(on=context.on, way=check_code("service", command.way, "data.way"))])
