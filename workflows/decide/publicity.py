"""公示: seven days on the village's board, whole or posted anew (57 art. 19; rules.md §3 publicity, §10.10)."""

from datetime import date, timedelta

from domain.case import Case
from domain.case.opinion import Posted, Publicity, PublicityVoid, TakenDown
from domain.ids import InstanceId
from domain.money import show_yuan
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.opinion import Post, TakeDown, VoidPublicity
from workflows.context import Context
from workflows.decide.papers import check_paper, words
from workflows.engine import due_day, guard
from workflows.refusal import Reason, reason, refuse


@due_day
def take_down_by(context: Context, case: Case, instance: InstanceId) -> date | None:
    """The day after the last one."""
    posted = case.publicity
    return posted.until + timedelta(days=context.limit("take_down_days")) if posted else None


def _to_be_posted(case: Case) -> bool:
    """A negative opinion never is."""
    return case.opinion is None or case.opinion.favourable


def _open(posted: Publicity, day: date) -> Reason | None:
    if posted.taken_down is None and day <= posted.until:
        return reason("publicity-open", "case", until=posted.until.isoformat(), place=posted.place)
    return None


@guard
def publicity_over(context: Context, command: object) -> Reason | None:
    """Down on its last day or later; before, it is void."""
    posted = context.case.publicity
    if posted is not None and context.on < posted.until:
        return reason("publicity-open", "data.on", until=posted.until.isoformat(), place=posted.place)
    return None


@guard
def was_posted(context: Context, command: object) -> Reason | None:
    posted = context.case.publicity
    return None if posted is not None and not posted.void else reason("not-posted", "case")


@guard
def day_after_publicity(context: Context, command: object) -> Reason | None:
    """Forwarding is possible from the day after the last one."""
    case = context.case
    posted = case.publicity
    if not _to_be_posted(case) or posted is None or posted.void or context.on > posted.until:
        return None
    earliest = posted.until + timedelta(days=1)
    return reason(
        "forward-too-early", "data.on", until=posted.until.isoformat(), earliest=earliest.isoformat()
    )


@guard
def publicity_whole(context: Context, command: object) -> Reason | None:
    """The opinion in force was on the board for its whole time; a negative one needs none."""
    case = context.case
    posted = case.publicity
    if not _to_be_posted(case):
        return None
    if posted is None or posted.void:
        return reason("publicity-missing", "case", desks="village, handler")
    if posted.taken_down is None:
        return _open(posted, context.on) or reason(
            "notice-still-up", "case", until=posted.until.isoformat(), desks="village, handler"
        )
    if not posted.whole:
        return reason("publicity-short", "case", until=posted.until.isoformat())
    opinion = case.opinion
    if opinion is not None and opinion.amount > posted.amount and context.rule("repost_when_higher"):
        return reason(
            "posted-less", "case", posted=show_yuan(posted.amount), opinion=show_yuan(opinion.amount)
        )
    if context.rule("repost_after_objection") and any(
        one.on >= posted.posted for one in case.objections.values()
    ):
        return reason("post-again-after-objection", "case", on=posted.posted.isoformat())
    return None


@decides(Post)
def post(context: Context, command: Post) -> Decision:
    opinion = context.case.opinion
    assert opinion is not None
    check_paper(command.photo, "data.photo")
    event = Posted(
        on=context.on,
        place=check_text(command.place, "data.place", lines=False),
        size=len(opinion.counted),
        amount=opinion.amount,
        until=_last_day(context),
        photo=command.photo,
    )
    return Decision(events=[event], answer={"until": event.until.isoformat()})


def _last_day(context: Context) -> date:
    """The posting day isn't counted. Where a division asks for it, days of a void notice count on."""
    last = context.due_by("publicity_days", context.on).day
    before = context.case.publicity
    if before is None or not before.void or context.rule("repost_when_short"):
        return last
    hung = ((before.taken_down or before.posted) - before.posted).days
    return max(last - timedelta(days=hung), context.on + timedelta(days=1))


@decides(TakeDown)
def take_down(context: Context, command: TakeDown) -> Decision:
    posted = context.case.publicity
    assert posted is not None
    check_paper(command.photo, "data.photo")
    raised = [one.id for one in context.case.objections.values() if one.on >= posted.posted]
    if command.no_objection and raised:
        raise refuse("objection-on-record", "data.no_objection", objections=", ".join(raised))
    event = TakenDown(on=context.on, photo=command.photo, no_objection=command.no_objection)
    return Decision(events=[event])


@decides(VoidPublicity)
def void_publicity(context: Context, command: VoidPublicity) -> Decision:
    if command.why == "other" and not command.reason:
        raise refuse("reason-needed", "data.reason")
    event = PublicityVoid(
        on=context.on, why=command.why, reason=words(context, command.reason, "data.reason")
    )
    return Decision(events=[event])
