"""移交入库: a household of an office's ledger becomes a case with a living award, or is refused whole.

What the ledger says is taken as it says it; nothing is computed. Persons are found by their numbers or registered,
and claimed for the award's months, so nobody comes in twice (rules.md §2, §6, §8).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from domain.case.award import Terms
from domain.case.intake import Member
from domain.case.takeover import Kept, TakenOver, TakeOverUndone
from domain.codes import check_code
from domain.days import add_month, first_day, month_of
from domain.errors import BadValue
from domain.event import Event
from domain.explain import ParameterRead
from domain.facts import Fact
from domain.filename import masked_file_name
from domain.ids import CaseNo, FactKey, MemberKey, PersonRef, StreamId, level_of
from domain.means.shares import split
from domain.money import Fen
from domain.person import Claimed, Released
from domain.personal import Account, Address, Phone, Words
from workflows.command import Decision, decides
from workflows.commands.takeover import TakeOver, UndoTakeOver
from workflows.context import Context
from workflows.decide.composition import composed
from workflows.decide.days import check_day
from workflows.decide.intake import household_of, new_number, personal_text
from workflows.decide.ledger import parameters_known, taken_explanation
from workflows.decide.persons import GROUP, find
from workflows.decide.review import scheduled_after
from workflows.engine import guard
from workflows.refusal import Reason, Refused, from_bad_value, reason, refuse, refuse_all
from workflows.world import case_stream, person_stream

IMPORTED = "imported"


@guard
def untouched(context: Context, command: object) -> Reason | None:
    """Nothing but its take-over stands in the case."""
    version = context.world.version(case_stream(context.case.number))
    return reason("taken-over-touched", "case", case=context.case.number) if version != 1 else None


@decides(TakeOver)
def take_over(context: Context, command: TakeOver) -> Decision:
    _check(context, command)
    number, given = new_number(context, command.division)
    taken: list[Taking] = []
    wrong: list[Reason] = []
    for place in range(len(command.members)):
        try:
            taken.append(_taking(context, command, place, number, [one.member for one in taken]))
        except Refused as refused:
            wrong.extend(refused.reasons)
        except BadValue as error:
            wrong.append(from_bad_value(error))
    refuse_all(wrong)
    earlier = tuple(dict.fromkeys(before for one in taken for before in one.earlier))
    event = _taken(context, command, number, [one.member for one in taken], earlier)
    return Decision(
        events=[event],
        others=[given, *(written for one in taken for written in one.others)],
        numbers=[bound for one in taken for bound in one.numbers],
        number=number,
        answer={
            "amount": command.amount,
            "from_month": command.from_month,
            "review": event.review_due.isoformat(),
        },
    )


class Taking(NamedTuple):
    """A member, and what his person's stream and the numbers get; the cases he was in."""

    member: Member
    others: list[tuple[StreamId, Event]]
    numbers: list[tuple[str, PersonRef]]
    earlier: Sequence[CaseNo]


def _taking(
    context: Context, command: TakeOver, place: int, number: CaseNo, before: Sequence[Member]
) -> Taking:
    entry, field = command.members[place], f"data.members[{place}]"
    found = find(context, entry, field)
    if any(found.same(one) for one in before):
        raise refuse("person-twice", field)
    check_day(context, found.born, field, "born-later")
    if found.new:
        context.world.fresh(person_stream(found.ref))
    person, group = context.person(found.ref), GROUP[command.programme]
    elsewhere = person.applying(group) or (
        person.awarded(group, command.from_month) if entry.covered else None
    )
    if elsewhere is not None:
        raise refuse("already-aided", field, case=elsewhere)
    others = list(found.events)
    if entry.covered:
        claim = Claimed(on=context.on, group=group, kind="award", case=number, from_month=command.from_month)
        others.append((person_stream(found.ref), claim))
    return Taking(found.member(entry.key, entry.kinship), others, found.binds, person.cases)


def _check(context: Context, command: TakeOver) -> None:
    """What a household must hold before anybody is looked up; everything that is wrong at once."""
    keys = [entry.key for entry in command.members]
    latest = add_month(month_of(context.on), 1)
    wrong: list[Reason | None] = []
    if level_of(command.division) not in ("village", "township"):
        wrong.append(reason("division-too-high", "data.division"))
    if len(set(keys)) != len(keys):
        wrong.append(reason("member-key-twice", "data.members"))
    for field, key in (("head", command.head), ("account_holder", command.account_holder)):
        if key is not None and key not in keys:
            wrong.append(reason("not-a-member", f"data.{field}", member=key))
    for field, month in (("from_month", command.from_month), ("paid_until", command.paid_until)):
        if month > latest:
            wrong.append(reason("month-too-far", f"data.{field}", month=month, latest=latest))
    if not any(entry.covered for entry in command.members):
        wrong.append(reason("nobody-covered", "data.members"))
    additions = [entry.uplift for entry in command.members]
    if sum(additions) > command.amount or any(one.uplift and not one.covered for one in command.members):
        wrong.append(reason("uplift-over-amount", "data.amount"))
    wrong.extend(_codes(command))
    refuse_all(wrong)
    refuse_all(composed(command.members, command.head))


def _codes(command: TakeOver) -> Iterator[Reason]:
    def checked(name: str, code: str, field: str) -> Iterator[Reason]:
        try:
            check_code(name, code, field)
        except BadValue as error:
            yield from_bad_value(error)

    for place, entry in enumerate(command.members):
        field = f"data.members[{place}]"
        yield from checked("kinship", entry.kinship, f"{field}.kinship")
        for fact in entry.facts:
            if fact.kind == "disability":
                kind, _, grade = fact.code.partition("-")
                yield from checked("disability_kind", kind, f"{field}.facts")
                yield from checked("disability_grade", grade, f"{field}.facts")
            else:
                yield from checked(fact.kind, fact.code, f"{field}.facts")
    for code in command.causes:
        yield from checked("cause", code, "data.causes")


def _taken(
    context: Context, command: TakeOver, number: CaseNo, members: list[Member], earlier: tuple[CaseNo, ...]
) -> TakenOver:
    terms = _terms(command, context.on)
    known = _parameters(context, command)
    where: dict[str, str | int] = {
        "file": command.document.file[:12],
        "sheet": command.document.sheet,
        "rows": ", ".join(map(str, command.document.rows[:12])),
    }
    explained = taken_explanation(command.from_month, context.on, terms, known, where)
    review = scheduled_after(context, command.review_class, first_day(command.from_month))
    head = next(one for one in members if one.key == command.head).person
    holder = command.account_holder or command.head
    payee = next(one for one in members if one.key == holder).person
    account = personal_text(Account, payee, command.account, "data.account")
    return TakenOver(
        on=context.on,
        number=number,
        programme=command.programme,
        area=command.area,
        household=household_of(context, earlier),
        division=command.division,
        head=command.head,
        members=tuple(members),
        terms=terms,
        paid_until=command.paid_until,
        review=review.review,
        review_due=review.due,
        review_ordinal=review.ordinal,
        review_class=command.review_class,
        document=replace(command.document, name=masked_file_name(command.document.name)),
        explanation=explained,
        address=personal_text(Address, head, command.address, "data.address"),
        phone=personal_text(Phone, head, command.phone, "data.phone"),
        account=account,
        account_holder=holder if account else None,
        facts=tuple(_facts(command)),
        earlier=earlier,
        kept=Kept(
            bank=command.bank,
            certificate=personal_text(Words, head, command.certificate, "data.certificate"),
            remarks=personal_text(Words, number, command.remarks, "data.remarks"),
        ),
    )


def _terms(command: TakeOver, on: date) -> Terms:
    covered = tuple(MemberKey(entry.key) for entry in command.members if entry.covered)
    uplifts: dict[MemberKey, Fen] = {
        MemberKey(entry.key): entry.uplift for entry in command.members if entry.uplift
    }
    return Terms(
        from_month=command.from_month,
        amount=command.amount,
        shares=split(command.amount, covered, uplifts, command.head),
        covered=covered,
        code="taken_over",
        on=on,
        counted=tuple(MemberKey(entry.key) for entry in command.members),
        uplifts=uplifts,
    )


def _parameters(context: Context, command: TakeOver) -> tuple[ParameterRead, ...]:
    """Those of the last month the old system paid; the standard the ledger names goes before ours."""
    day = first_day(max(command.paid_until, command.from_month))
    known = parameters_known(context.policy, day)
    if command.standard is None:
        return known
    said = ParameterRead(ref="ledger", name="standard", value=command.standard, unit="yuan/month", since=day)
    return (*(one for one in known if one.name != "standard"), said)


def _facts(command: TakeOver) -> Iterator[Fact]:
    """What statistics count by, as the ledger has it, from the first month on."""
    since = first_day(command.from_month)
    stated: list[tuple[str, str, str | None]] = [("cause", code, None) for code in command.causes]
    stated += [(fact.kind, fact.code, entry.key) for entry in command.members for fact in entry.facts]
    for place, (kind, code, member) in enumerate(dict.fromkeys(stated), 1):
        yield Fact(
            key=FactKey(f"f{place}"),
            kind=kind,  # type: ignore[arg-type]
            code=code,
            since=since,
            source=IMPORTED,
            member=MemberKey(member) if member else None,
        )


@decides(UndoTakeOver)
def undo_take_over(context: Context, command: UndoTakeOver) -> Decision:
    """The persons are free again; they stay registered."""
    case = context.case
    group = GROUP[case.programme]
    claimed = case.award.terms[0].covered if case.award else ()
    others: list[tuple[StreamId, Event]] = [
        (
            person_stream(case.members[key].person),
            Released(on=context.on, group=group, kind="award", case=case.number, until=None),
        )
        for key in claimed
    ]
    return Decision(events=[TakeOverUndone(on=context.on)], others=others)
