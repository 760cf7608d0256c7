"""事实: what is stated of a household, corrected, ended; each by kind and code (rules.md §4; 57 art. 13, 14)."""

from datetime import date

from domain.case import Case
from domain.case.enquiry import FactEnded, FactsStated
from domain.codes import income_kind, known, needs_words
from domain.facts import CODE_LISTS, Fact
from domain.ids import FactKey
from domain.personal import Words
from workflows.command import Decision, decides
from workflows.commands.enquiry import CorrectFact, EndFact, FactEntry, StateFacts, WithdrawFact
from workflows.context import Context
from workflows.decide.papers import needed_words, words
from workflows.engine import unfinished
from workflows.refusal import Reason, Refused, reason, refuse

MOST = 10**13
"""Fen: no household's amount is larger."""
OWN_CODES = {
    "nothing_declared": ("wage", "all"),
    "statement": ("transfers_in", "all_in"),
}
PERSONAL_KINDS = frozenset({"nothing_declared", "category", "labour", "disability", "status"})
"""Kinds that are always of one member."""
AMOUNT_KINDS = frozenset({"income", "deduction", "statement"})
MONEY_CODES = frozenset({"A1", "A2", "A3", "A4", "A5", "A6"})
"""Property that is a sum of money."""
NUMBERS = {
    "farming": frozenset({"mu_hundredths"}),
    "property": frozenset({"count", "size"}),
    "supporter": frozenset({"income", "heads", "children", "supported"}),
}
NOT_ZERO = frozenset({"heads", "supported", "mu_hundredths"})
FROM_OFFICES = "V"

Identity = tuple[str, str, str | None, date, int]


def identity(fact: Fact | FactEntry) -> Identity:
    """Kind, code, member, first day, and which of several alike (rules.md §4)."""
    return fact.kind, fact.code, fact.member, fact.since, fact.item


@decides(StateFacts)
def state_facts(context: Context, command: StateFacts) -> Decision:
    """New facts under new keys. What stands already with the same first day is corrected, not stated again."""
    case = context.case
    _check_open(case)
    standing = {identity(fact): key for key, fact in case.facts.items()}
    facts: list[Fact] = []
    wrong: list[Reason] = []
    for place, entry in enumerate(command.facts):
        field = f"data.facts[{place}]"
        try:
            check_entry(case, entry, field)
            note = words(context, entry.note, f"{field}.note")
        except Refused as refused:
            wrong.extend(refused.reasons)
            continue
        there = standing.get(identity(entry))
        if there is not None:
            wrong.append(reason("fact-stated", field, fact=there))
            continue
        key = FactKey(f"f{case.fact_serial + len(facts) + 1}")
        standing[identity(entry)] = key
        facts.append(as_stated(key, entry, note))
    if wrong:
        raise Refused(*wrong)
    answer = {"facts": [fact.key for fact in facts]}
    return Decision(events=[FactsStated(on=context.on, facts=tuple(facts))], answer=answer)


@decides(CorrectFact)
def correct_fact(context: Context, command: CorrectFact) -> Decision:
    case = context.case
    _check_open(case)
    before = _known(case, command.fact)
    entry = command.corrected
    check_entry(case, entry, "data.corrected")
    if (entry.kind, entry.member, entry.since) != (before.kind, before.member, before.since):
        raise refuse("correction-of-another-fact", "data.corrected", fact=command.fact)
    others = (fact for key, fact in case.facts.items() if key != command.fact)
    there = next((fact.key for fact in others if identity(fact) == identity(entry)), None)
    if there is not None:
        raise refuse("fact-stated", "data.corrected", fact=there)
    key = FactKey(f"f{case.fact_serial + 1}")
    fact = as_stated(key, entry, words(context, entry.note, "data.corrected.note"))
    event = FactsStated(on=context.on, facts=(fact,), replaces=(command.fact,))
    return Decision(events=[event], answer={"facts": [key]})


@decides(EndFact)
def end_fact(context: Context, command: EndFact) -> Decision:
    _check_open(context.case)
    fact = _known(context.case, command.fact)
    if command.until < fact.since:
        raise refuse("fact-ends-before", "data.until", since=fact.since.isoformat())
    if fact.until is not None and fact.until <= command.until:
        raise refuse("fact-ended", "data.until", until=fact.until.isoformat())
    return Decision(events=[FactEnded(on=context.on, fact=command.fact, until=command.until)])


@decides(WithdrawFact)
def withdraw_fact(context: Context, command: WithdrawFact) -> Decision:
    _check_open(context.case)
    fact = _known(context.case, command.fact)
    said = needed_words(context, command.reason, "data.reason")
    event = FactsStated(on=context.on, facts=(), replaces=(fact.key,), words=said)
    return Decision(events=[event], answer={"withdrawn": fact.key})


def _check_open(case: Case) -> None:
    """Facts are stated for something: an open application, review or change."""
    if (
        unfinished(case, "application")
        or unfinished(case, "change")
        or any(case.lives[key].state != "scheduled" for key in unfinished(case, "review"))
    ):
        return
    raise refuse("nothing-under-way", "case")


def _known(case: Case, key: FactKey) -> Fact:
    fact = case.facts.get(key)
    if fact is None:
        raise refuse("fact-unknown", "data.fact", fact=key)
    return fact


def as_stated(key: FactKey, entry: FactEntry, note: Words | None) -> Fact:
    """The fact that an entry states, under a key."""
    return Fact(
        key=key,
        kind=entry.kind,
        code=entry.code,
        since=entry.since,
        source=entry.source,
        until=entry.until,
        member=entry.member,
        item=entry.item,
        amount=entry.amount,
        received=entry.received,
        numbers=entry.numbers,
        exempt=entry.exempt,
        note=note,
        unreported=entry.unreported,
        monthly=entry.monthly,
    )


def check_entry(case: Case, entry: FactEntry, field: str) -> None:
    """Refuses a fact whose code, member, span, amount or numbers don't fit its kind; all that is wrong at once."""
    wrong = [
        *_check_code(entry, field),
        *_check_whose(case, entry, field),
        *_check_amount(entry, field),
        *_check_numbers(entry, field),
    ]
    if wrong:
        raise Refused(*wrong)


def _check_code(entry: FactEntry, field: str) -> list[Reason]:
    kind, code = entry.kind, entry.code
    codes = CODE_LISTS.get(kind)
    wrong = _unknown(
        "source" if entry.source.startswith(FROM_OFFICES) else "fact_source", entry.source, field
    )
    if codes is not None and not known(codes, code):
        wrong += _unknown(codes, code, field, "code")
    elif codes is not None:
        if kind in ("income", "deduction") and (income_kind(code) == "minus") != (kind == "deduction"):
            wrong.append(reason("code-of-another-kind", f"{field}.code", kind=kind))
        if needs_words(codes, code) and not entry.note:
            wrong.append(reason("code-needs-words", f"{field}.note", given=code))
    elif kind == "disability":
        sort, _, grade = code.partition("-")
        wrong += _unknown("disability_kind", sort, field, "code")
        wrong += _unknown("disability_grade", grade, field, "code")
    elif kind in OWN_CODES and code not in OWN_CODES[kind]:
        wrong.append(reason("code-of-another-kind", f"{field}.code", kind=kind))
    if entry.exempt is not None:
        if kind == "property":
            wrong += _unknown("property_exempt", entry.exempt, field, "exempt")
        else:
            wrong.append(reason("field-of-another-kind", f"{field}.exempt", kind=kind))
    if kind == "limit_breach" and not entry.note:
        wrong.append(reason("code-needs-words", f"{field}.note", given=code))
    return wrong


def _unknown(codes: str, code: str, field: str, name: str = "source") -> list[Reason]:
    return [] if known(codes, code) else [reason("code-unknown", f"{field}.{name}", list=codes)]


def _check_whose(case: Case, entry: FactEntry, field: str) -> list[Reason]:
    wrong = []
    if entry.member is None:
        if entry.kind in PERSONAL_KINDS:
            wrong.append(reason("fact-needs-member", f"{field}.member", kind=entry.kind))
    elif entry.member not in case.members:
        wrong.append(reason("not-a-member", f"{field}.member", member=entry.member))
    if entry.until is not None and entry.until < entry.since:
        wrong.append(reason("fact-ends-before", f"{field}.until", since=entry.since.isoformat()))
    if entry.received is not None and entry.kind != "income":
        wrong.append(reason("field-of-another-kind", f"{field}.received", kind=entry.kind))
    return wrong


def _check_amount(entry: FactEntry, field: str) -> list[Reason]:
    """An amount of 0 is said; an amount that isn't known is not stated at all (rules.md §4)."""
    kind, amount = entry.kind, entry.amount
    due = kind in AMOUNT_KINDS or (kind == "property" and entry.code in MONEY_CODES)
    if amount is None:
        return [reason("fact-amount-missing", f"{field}.amount", kind=kind)] if due else []
    if not due and kind not in ("property", "supporter"):
        return [reason("field-of-another-kind", f"{field}.amount", kind=kind)]
    if not 0 <= amount <= MOST:
        return [reason("fact-amount-wrong", f"{field}.amount")]
    return []


def _check_numbers(entry: FactEntry, field: str) -> list[Reason]:
    numbers = entry.numbers
    allowed = NUMBERS.get(entry.kind, frozenset())
    wrong = [
        reason("field-of-another-kind", f"{field}.numbers.{name[:40]}", kind=entry.kind)
        for name in sorted(numbers.keys() - allowed)
    ]
    wrong += [
        reason("fact-number-wrong", f"{field}.numbers.{name}")
        for name, number in numbers.items()
        if name in allowed and not (1 if name in NOT_ZERO else 0) <= number <= MOST
    ]
    if entry.kind == "farming" and "mu_hundredths" not in numbers:
        wrong.append(reason("fact-number-missing", f"{field}.numbers", name="mu_hundredths"))
    return wrong
