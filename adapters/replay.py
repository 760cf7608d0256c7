"""A case told again from its events: its state, each step, and each decision decided anew from what it stood on.

A decision names every fact and parameter it read, with their values; with the members as they stood then it must
come out the same, whatever was set or stated since.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from adapters.store.store import EventStore
from domain.case import Case, evolve
from domain.case.award import Stopped, Terms
from domain.case.intake import Member
from domain.days import china_day
from domain.errors import BadValue
from domain.event import CaseEvent
from domain.explain import Explanation, ParameterRead, out_of_sum
from domain.ids import CaseNo, DivisionCode, MemberKey
from domain.means import Assessment, Person, assess
from domain.policy import Parameter, Policy
from projections.dependencies import explained
from projections.timeline import Entry, entries, masked
from workflows.decide.assessing import means_person, members_in
from workflows.decide.terms import cut_shares
from workflows.ports import Recorded
from workflows.world import case_stream

_HERE = DivisionCode("")
CUT = "share-cut"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision says and what it comes out as now; both masked builtins."""

    field: str
    kept: Any
    again: Any


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A decision decided again. `ordinal`: of the case's decisions, from 1."""

    ordinal: int
    entry: Entry
    explanation: Explanation
    differences: tuple[Difference, ...]


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    case: Case
    entries: tuple[Entry, ...]
    decisions: tuple[Decided, ...]

    @property
    def same(self) -> bool:
        return not any(one.differences for one in self.decisions)


def recorded(store: EventStore, case: CaseNo, until: int | None = None) -> list[Recorded]:
    """The case's events, those known at a position of the log if one is given."""
    found = store.load(case_stream(case))
    return found if until is None else [one for one in found if one.position <= until]


def done_by(events: Iterable[Recorded], day: date) -> list[Recorded]:
    """What was done or held by the end of a day, whenever it was recorded.

    A thing done later leaves out, with itself, what was recorded after it about the same instance, and whatever
    can't be without it.
    """
    case = Case()
    kept: list[Recorded] = []
    later: set[str] = set()
    for one in events:
        assert isinstance(one.event, CaseEvent)
        moved = {each.instance for each in one.event.moved}
        after = None if one.event.on > day or moved & later else _after(case, one.event)
        if after is None:
            later |= moved
        else:
            case = after
            kept.append(one)
    return kept


def _after(case: Case, event: CaseEvent) -> Case | None:
    """None: the event is about something that isn't there."""
    try:
        return evolve(case, event)
    except (LookupError, AssertionError):
        return None


def replay(events: Sequence[Recorded]) -> Replay:
    """Fold the events; decide each decision among them again. What a change did is looked at on the case as it was
    before it was decided, which closes what else was under way."""
    case = asked = Case()
    decided: list[Decided] = []
    lines = entries(events)
    for line in lines:
        assert isinstance(line.event, CaseEvent)
        if not isinstance(line.event, Stopped):
            asked = case
        explanation = explained(line.event)
        if explanation is not None:
            decided.append(
                Decided(
                    ordinal=len(decided) + 1,
                    entry=line,
                    explanation=explanation,
                    differences=tuple(differences(asked, line.event, explanation)),
                )
            )
        case = evolve(case, line.event)
    return Replay(case=case, entries=tuple(lines), decisions=tuple(decided))


def state(events: Iterable[Recorded]) -> Case:
    case = Case()
    for one in events:
        assert isinstance(one.event, CaseEvent)
        case = evolve(case, one.event)
    return case


def decide_again(case: Case, event: CaseEvent, explanation: Explanation) -> Assessment:
    """The means test once more, on the stored facts and parameters. `case`: as it stood before the event.

    Raises `BadValue` where the explanation doesn't name all that the test asks for.
    """
    people = [means_person(case, one) for one in _members(case, event, explanation)]
    cut = [line.member for line in explanation.lines if line.text == CUT and line.section == "shares"]
    covered = _covered(case, event)
    if covered is not None and cut:
        covered |= frozenset(key for key in cut if key is not None)
    return cut_shares(once_more(people, explanation, covered), [key for key in cut if key is not None])


def once_more(
    people: Sequence[Person], explanation: Explanation, covered: frozenset[MemberKey] | None = None
) -> Assessment:
    """The means test of these people on nothing but what the explanation names."""
    return assess(
        people,
        [read.fact for read in explanation.facts],
        Policy([_parameter(read) for read in explanation.parameters], (_HERE,), "*", None),
        anchor=explanation.anchor,
        month=explanation.month,
        decided_on=explanation.decided_on,
        survey_done=True,
        covered=covered,
        kept=_kept(explanation),
    )


def differences(case: Case, event: CaseEvent, explanation: Explanation) -> Iterator[Difference]:
    if explanation.basis == "ledger":
        yield from _as_in_ledger(case, event, explanation)
        return
    try:
        found = decide_again(case, event, explanation)
    except BadValue as error:
        yield Difference(field="explanation", kept=explanation.result, again=error.code)
        return
    for field in ("eligible", "grounds", "result", "facts", "parameters"):
        kept, again = getattr(explanation, field), getattr(found.explanation, field)
        if kept != again:
            yield Difference(field=field, kept=masked(kept), again=masked(again))
    yield from _lines(explanation, found.explanation)
    for field, kept in _said(event):
        again = getattr(found, field)
        if kept != again:
            yield Difference(field=field, kept=masked(kept), again=masked(again))


def _as_in_ledger(case: Case, event: CaseEvent, explanation: Explanation) -> Iterator[Difference]:
    """Nothing was computed from facts: its lines must add up to what is paid, from what was paid before."""
    terms: Terms = event.terms  # type: ignore[attr-defined]
    wrong = out_of_sum(explanation)
    if wrong:
        yield Difference(field=f"lines[{wrong[0]}]", kept=explanation.result, again=None)
    if (terms.amount, sum(terms.shares.values())) != (explanation.result, explanation.result):
        yield Difference(field="amount", kept=terms.amount, again=explanation.result)
    before = case.award.at(explanation.month) if case.award is not None else None
    # Of several months raised at once the later ones are said again: each had an amount of its own before.
    had = getattr(event, "before", None) if before is not None else None
    first = explanation.lines[0].amount
    if before is not None and first is not None and first.fraction not in (before.amount, had):
        yield Difference(field="lines[0]", kept=masked(first), again=before.amount)


def _lines(kept: Explanation, again: Explanation) -> Iterator[Difference]:
    for number in range(max(len(kept.lines), len(again.lines))):
        one, other = (of.lines[number : number + 1] for of in (kept, again))
        if one != other:
            yield Difference(field=f"lines[{number}]", kept=masked(one), again=masked(other))
            return


def _said(event: CaseEvent) -> Iterator[tuple[str, object]]:
    """What the event itself says of the outcome, by the assessment's names."""
    terms: Terms | None = getattr(event, "terms", None)
    of = terms if terms is not None else event
    effect = getattr(event, "effect", None)
    if effect == "stop":
        return
    for field in ("eligible", "grounds", "amount", "shares", "counted", "covered"):
        if hasattr(of, field) and not (field == "grounds" and not hasattr(event, "eligible")):
            yield field, getattr(of, field)


def _members(case: Case, event: CaseEvent, explanation: Explanation) -> Sequence[Member]:
    """Who was given to the test: those counted and those it set apart; where the event doesn't say, the month's."""
    of = getattr(event, "terms", event)
    counted: tuple[MemberKey, ...] = getattr(of, "counted", ()) or ()
    if not counted and not _pays_nobody(event):
        change = getattr(event, "instance", None) or getattr(event, "change", None)
        return members_in(case, explanation.month, change)
    apart = {line.member for line in explanation.lines if line.text == "not-counted"}
    named = {*counted, *apart}
    return [one for key, one in case.members.items() if key in named]


def _pays_nobody(event: CaseEvent) -> bool:
    """Who was paid died, or left without a decision yet."""
    terms: Terms | None = getattr(event, "terms", None)
    return terms is not None and not terms.covered


def _covered(case: Case, event: CaseEvent) -> frozenset[MemberKey] | None:
    of = getattr(event, "terms", event)
    covered: tuple[MemberKey, ...] = getattr(of, "covered", ()) or ()
    if covered:
        return frozenset(covered)
    return frozenset((case.head,)) if case.single_person else None


def _kept(explanation: Explanation) -> int | None:
    """The household part that a gradual exit went on with; it isn't asked for where income was over the line."""
    for line in explanation.lines:
        if line.text == "gradual" and line.amount is not None:
            return int(line.amount.fraction)
        if line.text == "gradual-over":
            return 0
    return None


def _parameter(read: ParameterRead) -> Parameter:
    return Parameter(
        ref=read.ref,
        name=read.name,
        value=read.value,
        unit=read.unit,
        since=read.since,
        until=read.until,
        division=_HERE,
        programme="*",
        document=read.document,
    )


def latest(store: EventStore) -> datetime:
    """Now, for what may be asked as known: the later of the clock and the last recorded."""
    last = store.last_recorded_at()
    now = store.clock.now()
    return max(now, last) if last else now


def today(store: EventStore) -> date:
    return china_day(store.clock.now())
