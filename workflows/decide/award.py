"""What the award already holds with its day: additions turn, endings are told ahead, a gradual exit ends.

Told, not heard: carried out under the decision that holds it (57 art. 32; rules.md §3, §4, §10.4).
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from domain.calendar import reminder_back
from domain.case import Case, evolve
from domain.case.award import (
    LIVING,
    AccountChanged,
    AmountChanged,
    AreaChanged,
    HeadChanged,
    HoldEnded,
    LineReleased,
    Stopped,
    Terms,
    TimerPassed,
    WorkRefused,
)
from domain.case.change import Change, Reminded
from domain.case.decision import LetterIssued
from domain.case.finding import under_way
from domain.case.payment import paid_for
from domain.days import Month, add_month, first_day, last_day, month_of
from domain.event import CaseEvent
from domain.ids import InstanceId, MemberKey, StaffId
from domain.personal import Account
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.award import (
    ChangeAccount,
    ChangeArea,
    ChangeHead,
    EndGradualExit,
    RecordDeath,
    RefuseWork,
    RemindEnding,
    TurnUplift,
)
from workflows.context import Context, policy_of
from workflows.decide.assessing import month_after, uplift_months
from workflows.decide.consent import adult
from workflows.decide.papers import needed_words, words
from workflows.decide.recompute import Due, anew
from workflows.decide.terms import (
    assess_again,
    award_of,
    decided_case,
    drawn_from,
    latest_terms,
    terms_of,
)
from workflows.engine import due_day, guard, next_of
from workflows.refusal import Reason, reason, refuse

UPLIFT = "award/uplift"

ENDED = {
    "award": "ended",
    "review": "closed",
    "change": "closed",
    "hold": "off",
    "verification": "closed",
    "move": "closed",
}
"""What an award's end closes with it."""
DATED = ("category", "disability", "status")
RESTORED = "restored"


@guard
def award_living(context: Context, command: object) -> Reason | None:
    """There is an award, and it isn't stopped."""
    if context.case.state("award") in LIVING:
        return None
    return reason("award-not-living", "case", state=context.case.state("award") or "-")


@guard
def member_living(context: Context, command: object) -> Reason | None:
    """The member named is of the household and nobody recorded his death or leaving."""
    key = getattr(command, "member", None)
    member = context.case.members.get(MemberKey(str(key)))
    if member is None:
        return reason("not-a-member", "data.member", member=str(key))
    if member.died is not None:
        return reason("member-died", "data.member", member=member.key, on=member.died.isoformat())
    if (
        member.left is not None
        and member.left < context.on
        and not _dies_in_aid(context, command, member.key)
    ):
        return reason("member-left", "data.member", member=member.key, on=member.left.isoformat())
    return None


def _dies_in_aid(context: Context, command: object, member: MemberKey) -> bool:
    """Who left is paid by the award until that is decided, and may die before."""
    award = context.case.award
    return isinstance(command, RecordDeath) and award is not None and member in award.terms[-1].covered


@due_day
def next_uplift(context: Context, case: Case, instance: InstanceId) -> date | None:
    """The first day of the next month in which somebody's addition changes."""
    waiting = context.case.deadlines.get(UPLIFT)
    if (
        waiting is not None
        and waiting.due <= context.today
        and not isinstance(context.request.data, TurnUplift)
    ):
        return waiting.due
    if case.award is None:
        return None
    month = next_turn(context, case)
    return first_day(month) if month is not None else None


def next_turn(context: Context, case: Case) -> Month | None:
    """The next month in which an addition changes while the award lives."""
    award = award_of(case)
    if award.as_in_ledger(award.turned):
        return None
    found = uplift_months(context, decided_case(case, award.turned), award.turned)
    month = found[0][0] if found else None
    return month if month is not None and (award.ends is None or month < award.ends) else None


class Ending(msgspec.Struct, frozen=True):
    """Something that ends, or changes, on a day: told once, ahead."""

    key: str
    subject: str
    ends: date
    member: MemberKey | None = None


def endings(context: Context, case: Case) -> Iterator[Ending]:
    """All that ends from today on and wasn't told yet."""
    return (one for one in _endings(context, case) if one.key not in case.reminded and one.ends >= context.on)


def _endings(context: Context, case: Case) -> Iterator[Ending]:
    for fact in case.facts.values():
        if fact.kind in DATED and fact.until is not None:
            yield Ending(f"{fact.key}:{fact.until}", fact.kind, fact.until, fact.member)
    for member in case.members.values():
        if member.consent_until is not None and member.here(context.on):
            yield Ending(
                f"consent:{member.key}:{member.consent_until}", "consent", member.consent_until, member.key
            )
    award = award_of(case)
    if award.gradual_until is not None:
        yield Ending(f"gradual:{award.gradual_until}", "gradual_exit", last_day(award.gradual_until))
    turn = next_turn(context, case)
    if turn is not None:
        yield Ending(f"uplift:{turn}", "uplift", first_day(turn))


def _told_on(context: Context, ending: Ending) -> date:
    return reminder_back(ending.ends, context.limit("ending_notice_days"), context.calendar)


@due_day
def next_ending(context: Context, case: Case, instance: InstanceId) -> date | None:
    """The day on which the next ending must be told; today where its day to tell has passed."""
    if case.award is None:
        return None
    days = [_told_on(context, one) for one in endings(context, case)]
    return max(min(days), context.on) if days else None


@due_day
def gradual_end(context: Context, case: Case, instance: InstanceId) -> date | None:
    """The first day of the month after a gradual exit's last."""
    until = case.award.gradual_until if case.award else None
    return first_day(add_month(until, 1)) if until is not None else None


@decides(TurnUplift)
def turn_uplift(context: Context, command: TurnUplift) -> Decision:
    """By itself, on the facts of the decision, under that decision; explained anew and told."""
    month = month_of(context.case.deadlines[UPLIFT].due)
    award = award_of(context.case)

    def due(one: Month, before: Terms) -> Due | None:
        if award.as_in_ledger(one):
            return None
        found = assess_again(context, one)
        code = "I04" if found.amount >= before.amount else "D04"
        return (terms_of(found, one, code, context.on), found.explanation) if found.eligible else None

    changed = anew(context, month, due, under=award.under)
    passed = TimerPassed(on=context.on, timer="uplift", month=month)
    if not changed:
        return Decision(events=[passed])
    stands = [passed] if changed[0].terms.from_month > month else []
    letter = LetterIssued(on=context.on, letter="L14", about=next_of(context.case, "telling"))
    return Decision(
        events=[*stands, *changed, letter],
        begins=("telling",),
        answer={"drawn": list(drawn_from(context.case, month))},
    )


@decides(RemindEnding)
def remind_ending(context: Context, command: RemindEnding) -> Decision:
    due = [one for one in endings(context, context.case) if _told_on(context, one) <= context.on]
    events: list[CaseEvent] = [
        Reminded(on=context.on, key=one.key, subject=one.subject, ends=one.ends, member=one.member)
        for one in due
    ]
    return Decision(events=events or [TimerPassed(on=context.on, timer="ending")])


@decides(EndGradualExit)
def end_gradual_exit(context: Context, command: EndGradualExit) -> Decision:
    """Told 30 days ahead, carried out under the decision that granted it; claims already end with it."""
    award = award_of(context.case)
    assert award.gradual_until is not None
    stopped = Stopped(
        on=context.on, code=award.end_code or "S04", from_month=add_month(award.gradual_until, 1)
    )
    events: list[CaseEvent] = [stopped, *ended_holds(context, evolve(context.case, stopped))]
    return Decision(events=events, answer={"also": also_due(stopped.code)})


def also_due(code: str) -> list[str]:
    """What else the household may be due: asked with every stop (rules.md §3)."""
    first = {"S07": ["tekun"], "S08": ["child_aid"], "S03": ["funeral"], "S05": ["dibao_elsewhere"]}
    return [*first.get(code, []), "near_threshold", "rigid_expenditure", "temporary_aid"]


def released(context: Context, case: Case) -> list[LineReleased]:
    """Lines kept back until now, once nothing keeps them back any more; what of them is due no more is withheld.
    `case`: as it then is.

    Not the months without aid, nor of an award that has ended those that its end should have reached, or that a finding
    under way is about.
    """
    if case.kept_back:
        return []
    return [
        one
        for month, line in sorted(case.drawn.items())
        if line.held_on and not _waits(case, month)
        for one in _of_month(context, case, month)
    ]


def let_go(context: Context, case: Case) -> list[LineReleased]:
    """What an award that has ended kept back until something was decided, as far as due. `case`: as it then is."""
    return released(context, case) if case.ended is not None else []


def _of_month(context: Context, case: Case, month: Month) -> Iterator[LineReleased]:
    line, terms = case.drawn[month], award_of(case).at(month)
    due = terms.amount if terms is not None else 0
    beyond = max(paid_for(case, month) - due, 0)
    for paylist in line.held_on:
        withheld = min(beyond, line.kept_on(paylist))
        beyond -= withheld
        still = terms.shares if terms is not None and due else ()
        gone = tuple(key for key in line.shares if key not in still) if withheld else ()
        yield LineReleased(on=context.on, month=month, list=paylist, withheld=withheld, gone=gone)


def _waits(case: Case, month: Month) -> bool:
    return award_of(case).at(month) is None or unpaid_since_its_end(case, month)


def unpaid_since_its_end(case: Case, month: Month) -> bool:
    """Whether the month should not be paid by what an end said, or waits for a finding now that the award has ended."""
    return month in kept_for_good(case) or (case.ended is not None and month in under_way(case))


def kept_for_good(case: Case) -> set[Month]:
    """The months that the last end says nothing is due for; of an end that was taken back, those that stay so."""
    found: set[Month] = set()
    for change in case.changes.values():
        found = {*change.unpaid} if change.kind == RESTORED else found | {*change.unpaid}
    return found


def since_restored(case: Case) -> dict[InstanceId, Change]:
    """The changes since the award was restored last."""
    found: dict[InstanceId, Change] = {}
    for key, change in case.changes.items():
        found = {} if change.kind == RESTORED else {**found, key: change}
    return found


def ended_holds(context: Context, case: Case) -> list[CaseEvent]:
    """With the award its holds end; what they kept back is released as far as it is due. `case`: with its end."""
    ended: list[CaseEvent] = [HoldEnded(on=context.on, hold=hold) for hold in case.holds]
    return [*ended, *released(context, msgspec.structs.replace(case, holds={}))]


@decides(ChangeAccount)
def change_account(context: Context, command: ChangeAccount) -> Decision:
    """The account money goes to. Held lines are released where only its holder's death kept them back."""
    case = context.case
    holder = case.members.get(command.holder)
    if holder is None:
        raise refuse("not-a-member", "data.holder", member=command.holder)
    if holder.died is not None:
        raise refuse("member-died", "data.holder", member=holder.key, on=holder.died.isoformat())
    text = check_text(command.account, "data.account", lines=False)
    if not text:
        raise refuse("text-empty", "data.account")
    account = Account(holder.person, text)
    after = msgspec.structs.replace(case, account=account, account_holder=holder.key, account_returned=None)
    changed = AccountChanged(on=context.on, account=account, holder=holder.key)
    return Decision(events=[changed, *released(context, after)])


@decides(ChangeHead)
def change_head(context: Context, command: ChangeHead) -> Decision:
    case = context.case
    member = case.members.get(command.head)
    if member is None:
        raise refuse("not-a-member", "data.head", member=command.head)
    if member.died is not None or not member.here(context.on):
        raise refuse("member-left", "data.head", member=member.key, on=str(member.died or member.left))
    if not adult(member, context.on) and any(
        one.here(context.on) and adult(one, context.on) for one in case.members.values()
    ):
        raise refuse("head-not-adult", "data.head", member=member.key)
    after = msgspec.structs.replace(case, head=member.key)
    return Decision(events=[HeadChanged(on=context.on, head=member.key), *released(context, after)])


@decides(RefuseWork)
def refuse_work(context: Context, command: RefuseWork) -> Decision:
    """Three times in a row without reason cut that person's share: the change is proposed apart (57 art. 34)."""
    case = context.case
    if command.member not in latest_terms(award_of(case), month_of(context.on)).covered:
        raise refuse("member-not-covered", "data.member", member=command.member)
    in_a_row = not command.taken and command.reason is None
    event = WorkRefused(
        on=context.on,
        member=command.member,
        words=words(context, command.reason, "data.reason"),
        in_a_row=in_a_row,
    )
    times = case.work_refused.get(command.member, 0) + 1 if in_a_row else 0
    return Decision(events=[event], answer={"in_a_row": times, "cut_at": context.limit("refused_work_times")})


@decides(ChangeArea)
def change_area(context: Context, command: ChangeArea) -> Decision:
    """From the next month under the other area's parameters; its own line, neither new nor exit."""
    case, month = context.case, month_after(context.on)
    if command.area == case.area:
        raise refuse("area-same", "data.area", area=case.area)
    award = award_of(case)
    if award.as_in_ledger(month):
        raise refuse("as-in-ledger", "case", month=month)
    to = AreaChanged(on=context.on, area=command.area, from_month=month)
    policy = policy_of(context.world, evolve(case, to))
    said = needed_words(context, command.words, "data.words")

    def due(one: Month, before: Terms) -> Due | None:
        if award.as_in_ledger(one):
            return None
        found = assess_again(context, one, policy=policy)
        if not found.eligible:
            raise refuse("area-not-eligible", "data.area", area=command.area, grounds=" ".join(found.grounds))
        code = "I99" if found.amount >= before.amount else "D99"
        return terms_of(found, one, code, context.on), found.explanation

    changed = anew(context, month, due, always=True, by=StaffId(context.actor), words=said)
    if not changed or changed[0].terms.from_month > month:
        stands = msgspec.structs.replace(
            latest_terms(award, month), from_month=month, code="I99", on=context.on
        )
        told = AmountChanged(
            on=context.on, terms=stands, before=stands.amount, by=StaffId(context.actor), words=said
        )
        changed = [told, *changed]
    return Decision(
        events=[
            to,
            *changed,
            LetterIssued(on=context.on, letter="L14", about=next_of(case, "telling")),
        ],
        answer={"from_month": month, "amount": changed[0].terms.amount, "before": changed[0].before},
    )
