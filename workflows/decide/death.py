"""A death in an aided household: the month of death is paid, the rest recomputed from the next (83; rules.md §3)."""

from typing import Any

from domain.case import fold
from domain.case.award import AmountChanged, MemberDied, Stopped, Terms
from domain.case.change import ChangeOpened
from domain.case.decision import LetterIssued
from domain.case.finding import under_way
from domain.days import Month, add_month, month_of
from domain.event import CaseEvent, Event
from domain.explain import Explanation
from domain.identity import check_number
from domain.ids import MemberKey, StaffId, StreamId
from workflows.command import Decision, decides
from workflows.commands.award import RecordDeath, ReportDeath
from workflows.context import Context
from workflows.decide import ledger
from workflows.decide.assessing import month_after
from workflows.decide.award import also_due, ended_holds
from workflows.decide.finding import opened, shown
from workflows.decide.persons import check_death, recorded, release_award
from workflows.decide.recompute import Due, anew, is_fixed, late_lines
from workflows.decide.recompute import over as too_much
from workflows.decide.terms import (
    assess_again,
    award_of,
    ever_covered,
    latest_terms,
    months_from,
    terms_of,
)
from workflows.engine import guard, next_of
from workflows.refusal import Reason, reason, refuse


@guard
def last_recipient(context: Context, command: RecordDeath) -> Reason | None:
    """There is a month that the award pays to nobody who lives in it."""
    if _over(context, command) is None:
        return reason("others-covered", "data.member", member=command.member)
    return None


def _from(context: Context, command: RecordDeath) -> Month:
    return max(month_after(command.died), award_of(context.case).began)


def _over(context: Context, command: RecordDeath) -> Month | None:
    """The first month, after this death, that the award pays to nobody who lives in it, in whatever order the deaths
    are recorded; None: there is none."""
    case, award, first = context.case, award_of(context.case), _from(context, command)
    died = {key: one.died for key, one in case.members.items()} | {command.member: command.died}

    def nobody(month: Month) -> bool:
        covered = (died[key] for key in latest_terms(award, month).covered)
        return all(day is not None and month_of(day) < month for day in covered)

    after = [month_after(day) for day in died.values() if day is not None]
    months = sorted({*months_from(award, first), *(month for month in after if month > first)})
    over = next(filter(nobody, months), None)
    return over if over is None or award.ends is None else min(over, award.ends)


@decides(RecordDeath)
def record_death(context: Context, command: RecordDeath) -> Decision:
    """Told, not heard: D01, or S03 with the last recipient. Who is over the standard now is looked at in a change.

    Months already drawn stand; a finding is opened of those that were paid too much, and the answer names them.
    """
    member = context.case.members[command.member]
    check_death(context, command.died, member.born)
    died = MemberDied(on=context.on, member=command.member, died=command.died, source=command.source)
    others = recorded(context, member.person, command.died, command.source)
    month = _from(context, command)
    if context.case.state("award") == "ended":
        return _known_later(context, died, month, others)
    over = _over(context, command)
    if over is not None:
        return _ended(context, died, month, over, others)
    return _went_on(context, died, month, others)


@decides(ReportDeath)
def report_death(context: Context, command: ReportDeath) -> Decision:
    """With the person himself, where no case under way recorded it: nobody applies for him any more."""
    ref = command.person or context.person_of(
        check_number(command.number or "", context.today, "data.number")
    )
    assert ref is not None
    person = context.person(ref)
    check_death(context, command.died, person.born)
    if person.died is not None and person.died != command.died:
        raise refuse("death-day-differs", "data.died", on=person.died.isoformat())
    return Decision(others=recorded(context, ref, command.died, command.source))


def _ended(
    context: Context, died: MemberDied, month: Month, over: Month, others: list[tuple[StreamId, Event]]
) -> Decision:
    """Until it is over it pays those who outlived him."""
    changed, _ = _anew(context, died, month, over)
    events: list[CaseEvent] = [
        died,
        *changed,
        Stopped(on=context.on, code="S03", from_month=over, by=StaffId(context.actor)),
        LetterIssued(on=context.on, letter="L14", about=next_of(context.case, "telling")),
    ]
    answer: dict[str, Any] = {"from_month": over, "also": also_due("S03")}
    begins = _opened(context, events, answer)
    events += ended_holds(context, fold(context.case, events))
    return Decision(
        events=events,
        others=[*others, *_released(context, died, month, over)],
        begins=begins,
        answer=answer,
    )


def _released(context: Context, died: MemberDied, month: Month, over: Month) -> list[tuple[StreamId, Event]]:
    """The dead from the month after his death; whoever the award was to pay once it is over, from then on."""
    award, last = award_of(context.case), add_month(over, -1)
    until = dict.fromkeys(ever_covered(award, over), last)
    if died.member in ever_covered(award, month):
        until[died.member] = month_of(died.died)
    return [one for key, month in until.items() for one in release_award(context, (key,), month)]


def _opened(context: Context, events: list[CaseEvent], answer: dict[str, Any]) -> tuple[str, ...]:
    """A finding of the months that were drawn with the dead in them; the answer names it with its lines."""
    taken = under_way(context.case)
    found = too_much(late_lines(context, fold(context.case, events)))
    lines = [one.line for one in found if one.line.month not in taken]
    answer["findings"] = shown(lines)
    if not lines:
        return ()
    event = opened(context, lines, None)
    events.append(event)
    answer |= {"finding": event.finding}
    return ("finding",)


def _known_later(
    context: Context, died: MemberDied, month: Month, others: list[tuple[StreamId, Event]]
) -> Decision:
    """After the award's end: what it paid with the dead in it is looked into, and whatever restores it knows."""
    changed, _ = _anew(context, died, month)
    events: list[CaseEvent] = [died, *changed]
    answer: dict[str, Any] = {"from_month": month}
    begins = _opened(context, events, answer)
    return Decision(events=events, others=others, begins=begins, answer=answer)


def _anew(
    context: Context, died: MemberDied, month: Month, until: Month | None = None
) -> tuple[list[AmountChanged], bool]:
    """The months without the dead (before `until`, if given); whether the others are over the standard in one."""
    over = False

    def due(one: Month, before: Terms) -> Due | None:
        nonlocal over
        if until is not None and one >= until:
            return None
        terms, explanation, eligible = _after(context, died.member, one, before)
        over = over or not eligible
        return terms, explanation

    changed = anew(context, month, due, always=True, fixed=True, by=StaffId(context.actor))
    return [one for one in changed if until is None or one.terms.from_month < until], over


def _went_on(
    context: Context, died: MemberDied, month: Month, others: list[tuple[StreamId, Event]]
) -> Decision:
    award = award_of(context.case)
    changed, over = _anew(context, died, month)
    if died.member in ever_covered(award, month):
        others.extend(release_award(context, (died.member,), month_of(died.died)))
    letter = LetterIssued(on=context.on, letter="L14", about=next_of(context.case, "telling"))
    events: list[CaseEvent] = [died, *changed, letter]
    answer: dict[str, Any] = {
        "from_month": month,
        "amount": changed[0].terms.amount if changed else 0,
        "held": died.member in (context.case.head, context.case.account_holder),
    }
    begins: tuple[str, ...] = ("telling",)
    if over and award.gradual_until is None:
        change = next_of(context.case, "change")
        events.append(
            ChangeOpened(
                on=context.on,
                change=change,
                kind="death",
                happened=died.died,
                source=died.source,
                member=died.member,
            )
        )
        answer["change"] = change
        begins = ("telling", "change")
    begins = (*begins, *_opened(context, events, answer))
    return Decision(events=events, others=others, begins=begins, answer=answer)


def _after(
    context: Context, member: MemberKey, month: Month, before: Terms
) -> tuple[Terms, Explanation | None, bool]:
    """What is due without the dead, and whether the others are still below the standard.

    Until a change over the standard is heard and decided their household part goes on, at most the standard each;
    where even that can't be, and where an appeal or a finding said the amount, their shares stay and his goes.
    """
    if is_fixed(context.case, month) or set(before.covered) == {member}:
        return before.without([member], month, "D01", context.on), None, True
    if award_of(context.case).as_in_ledger(month):
        return *ledger.without(context, member, month, "D01"), True
    found = assess_again(context, month, without=[member])
    if found.eligible:
        return terms_of(found, month, "D01", context.on), found.explanation, True
    kept = assess_again(context, month, without=[member], keep=True)
    if kept.eligible:
        return terms_of(kept, month, "D01", context.on), kept.explanation, False
    return before.without([member], month, "D01", context.on), None, False
