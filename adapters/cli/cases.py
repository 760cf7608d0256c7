"""`doudi case …`: what is read of cases, and a verb for each command of their life cycles."""

from collections.abc import Iterable, Iterator
from typing import Any

import click
import msgspec
import orjson

from adapters.casefile import CaseText
from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import case_in_scope, somebody_here
from adapters.cli.session import Session, session
from adapters.cli.verbs import CaseGroup
from adapters.holding import holding
from adapters.replay import recorded, state
from domain.case import Case
from domain.case.payment import lists_of, standing
from domain.codes import label
from domain.days import Month, parse_month, show_instant
from domain.explain import Explanation
from domain.explain_text import published, render, show_exact, told
from domain.ids import CaseNo, parse_division
from domain.money import show_yuan
from projections.dependencies import DEFAULT, Dependent, explained, of_case
from projections.timeline import Entry, cases, entries, masked, page_of_cases
from workflows.authority import case_unknown
from workflows.definition import shipped
from workflows.ports import Recorded
from workflows.refusal import refuse

LIST = (
    "case",
    "division",
    "area",
    "head",
    "members",
    "entered",
    "lives",
    "amount",
    "from_month",
    "until_month",
    "ended",
    "ended_code",
)
TIMELINE = ("version", "recorded_at", "on", "actor", "text", "moves", "dues")


@click.group(cls=CaseGroup, no_args_is_help=True)
def case() -> None:
    """Cases: read them, or act by a verb.

    Example: doudi --as window case accept 11019920250000017
    """


def purpose_option(command: Any) -> Any:
    return click.option("--purpose", default="casework", help="why you look; kept in the access log")(command)


@case.command("list")
@click.option("--division", default="", metavar="CODE", help="this division and those below it")
@click.option("--state", "in_state", help="a life cycle stands in this state (posted, living …)")
@click.option("--life", help="the life cycle meant (application, award, review …)")
@click.option("--household", metavar="REF", help="the cases of one household: its file")
@click.option("--first", type=click.IntRange(1), metavar="N", help="at most so many, by division and number")
@click.option("--after", metavar="CASE", help="behind this case: the next page (with --first)")
def list_cases(
    division: str,
    in_state: str | None,
    life: str | None,
    household: str | None,
    first: int | None,
    after: str | None,
) -> None:
    """Cases in your divisions, with where each stands.

    Example: doudi case list --division 110199 --life application --state posted
    """
    now = session()
    within = parse_division(division) if division else ""
    note_look(now, "case list")
    now.catch_up("timeline")
    rows_of, seen = now.doudi.projector.rows("timeline"), in_scope(now)
    if first is None or household is not None:
        found = cases(
            rows_of, division=within, state=in_state, life=life, household=household, in_scope=seen
        )[:first]
    else:
        try:
            found = page_of_cases(rows_of, within, first, after, state=in_state, life=life, in_scope=seen)
        except KeyError:
            raise case_unknown() from None
    found = list(found)
    if not found:
        somebody_here(now)
    text = CaseText(now.catalogue)
    rows = []
    for one in found:
        row = msgspec.to_builtins(one)
        if now.form != "json":
            row["lives"] = "; ".join(
                f"{text.life(key, name)}: {text.state(name, at)}"
                for key, (name, at, _) in sorted(one.lives.items(), key=_first)
                if key in ("application", "award") or not _over(name, at)
            )
            row["amount"] = show_yuan(one.amount)
            row["area"] = label("area", one.area, now.catalogue.lang)
            row["ended_code"] = text.code(one.ended_code) if one.ended_code else None
        rows.append(row)
    now.show(LIST, rows, position=now.doudi.projector.position("timeline"))


def _first(item: tuple[str, Any]) -> tuple[int, str]:
    """The application, the award, then the others by name."""
    return (["application", "award", item[0]].index(item[0]), item[0])


def _over(life: str, at: str) -> bool:
    return life in shipped() and shipped()[life].state(at).final


@case.command("show")
@click.argument("number", metavar="CASE")
@purpose_option
def show(number: str, purpose: str) -> None:
    """A case's file: its life cycles, deadlines, members, amounts, decisions, and its events as a timeline.

    As json it is the event log of the case: every event with its envelope, personal values masked.
    Example: doudi case show 11019920250000017
    """
    now = session()
    found = case_in_scope(now, number, purpose)
    events = recorded(now.doudi.store, found)
    position = now.doudi.store.head()
    if now.form == "json":
        click.echo(
            orjson.dumps(exported(now, state(events), events, position), option=orjson.OPT_INDENT_2).decode()
        )
        now.note(position)
        return
    if now.form == "csv":
        now.show(TIMELINE, timeline(now, state(events), entries(events)), position=position)
        return
    now.catch_up("dependencies")
    _tables(now, state(events), events, of_case(now.doudi.projector.rows("dependencies"), found), position)


def exported(now: Session, of: Case, events: list[Recorded], position: int) -> dict[str, Any]:
    """The event log of a case. Instants are China's (+08:00); money in payloads is fen."""
    return {
        "trial": now.trial,
        "position": position,
        "case": of.number,
        "programme": of.programme,
        "area": of.area,
        "division": of.division,
        "household": of.household,
        "lives": lives(of),
        "deadlines": deadlines(of),
        "events": [
            {
                "position": one.position,
                "stream": one.stream,
                "version": one.version,
                "type": type(one.event).__name__,
                "type_version": type(one.event).VERSION,
                "command": one.command,
                "actor": one.actor,
                "division": one.division,
                "recorded_at": show_instant(one.recorded_at),
                "causation": one.causation,
                "payload": masked(one.event),
            }
            for one in events
        ],
    }


def lives(of: Case) -> list[dict[str, Any]]:
    return [
        {
            "instance": key,
            "life": one.life,
            "state": one.state,
            "since": one.since.isoformat(),
            "began": one.began.isoformat(),
        }
        for key, one in of.lives.items()
    ]


def deadlines(of: Case) -> list[dict[str, Any]]:
    return [
        {
            "deadline": key,
            "kind": one.kind,
            "desk": one.owner,
            "due": one.due.isoformat(),
            "provisional": one.provisional,
            "warned": (key, "warn") in of.steps,
            "escalated": sorted(step.partition(":")[2] for at, step in of.steps if at == key and ":" in step),
        }
        for key, one in sorted(of.deadlines.items(), key=lambda item: item[1].due)
    ]


def timeline(now: Session, of: Case, lines: list[Entry]) -> Iterator[dict[str, Any]]:
    """Each event as a line: when it was recorded, the day it was done, by whom, what, moves, what became due."""
    text = CaseText.of(now.catalogue, of)
    lives: dict[str, str] = {}
    for line in lines:
        yield {
            "version": line.version,
            "recorded_at": show_instant(line.recorded_at),
            "on": line.on.isoformat(),
            "actor": line.actor,
            "text": text.event(line.event),
            "moves": "; ".join(text.moves(line.moved, lives)),
            "dues": "; ".join(text.dues(line.moved)),
        }


def _tables(
    now: Session, of: Case, events: list[Recorded], decisions: list[Dependent], position: int
) -> None:
    text = CaseText.of(now.catalogue, of)
    lang = now.catalogue.lang
    click.echo(
        now.text(
            "case.title",
            case=of.number,
            programme=now.text(f"value.programme.{of.programme}"),
            area=label("area", of.area, lang),
            division=of.division,
        )
    )
    if of.earlier:
        click.echo(now.text("case.earlier", cases=", ".join(of.earlier)))
    if of.account is not None:
        click.echo(
            now.text("case.account", account=of.account.masked(), holder=text.member(of.account_holder or ""))
        )
    state_tables(now, of, text)
    members = [
        {
            "member": key,
            "name": one.name.masked(),
            "number": one.number.masked() if one.number else None,
            "born": one.born,
            "kinship": text.kinship(one.kinship),
            "left": one.left,
            "died": one.died,
            "consent_until": one.consent_until,
        }
        for key, one in of.members.items()
    ]
    _table(now, "case.members", members)
    if of.award is not None:
        amounts = [
            {
                "from_month": terms.from_month,
                "amount": show_yuan(terms.amount),
                "shares": ", ".join(f"{key} {show_yuan(fen)}" for key, fen in terms.shares.items()),
                "code": text.code(terms.code),
            }
            for terms in of.award.terms
        ]
        _table(now, "case.amounts", amounts)
    drawn = [
        {
            "month": month,
            "amount": show_yuan(line.amount),
            "arrears": show_yuan(line.drawn - line.amount),
            "list": line.list,
            "held": now.mark(bool(line.held_on)),
        }
        for month, line in sorted(of.drawn.items())
    ]
    _table(now, "case.drawn", drawn)
    _table(now, "case.payments", _payments(of))
    _table(now, "case.decisions", [_decision(now, one) for one in decisions])
    now.show(
        TIMELINE,
        timeline(now, of, entries(events)),
        title=now.text("case.timeline"),
        position=position,
    )


def state_tables(now: Session, of: Case, text: CaseText) -> None:
    """Where each life cycle stands, and what runs."""
    standing = [
        {
            "instance": text.life(key, one.life),
            "state": text.state(one.life, one.state),
            "since": one.since,
        }
        for key, one in of.lives.items()
    ]
    _table(now, "case.lives", standing)
    running = [
        {
            "deadline": text.deadline(one["deadline"]),
            "desk": text.desk(one["desk"]),
            "due": one["due"],
            "provisional": now.mark(one["provisional"]),
            "warned": now.mark(one["warned"]),
            "escalated": ", ".join(map(text.desk, one["escalated"])),
        }
        for one in deadlines(of)
    ]
    _table(now, "case.deadlines", running)


def short(now: Session, references: Iterable[str]) -> str:
    """Parameters that were set, by their acts; defaults by their number."""
    named = list(dict.fromkeys(references))
    set_ones = [one for one in named if not one.startswith(DEFAULT)]
    defaults = len(named) - len(set_ones)
    words = [now.text("value.parameters.default", count=defaults)] if defaults else []
    return ", ".join([*set_ones, *words])


def _payments(of: Case) -> list[dict[str, Any]]:
    """What became of the money on each list that the bank said something of."""
    return [
        {
            "list": paylist,
            "pending": show_yuan(sum(one.pending.values())),
            "held": show_yuan(one.held),
            "settled": show_yuan(one.settled),
            "returned": show_yuan(one.returned),
            "repeated": show_yuan(one.repeated),
            "set_off": show_yuan(one.set_off),
            "withheld": show_yuan(one.withheld),
        }
        for paylist in lists_of(of)
        if paylist in of.payments
        for one in (standing(of, paylist),)
    ]


def _decision(now: Session, one: Dependent) -> dict[str, Any]:
    return {
        "decision": one.ordinal,
        "type": now.decision(one.type),
        "on": one.on,
        "month": one.month,
        "result": show_yuan(one.result),
        "facts": ", ".join(one.facts),
        "parameters": short(now, one.parameters),
    }


def _table(now: Session, title: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        now.table(list(rows[0]), rows, title=now.text(title))


@case.command("explain")
@click.argument("number", metavar="CASE")
@click.option("--decision", type=click.IntRange(min=1), help="the case's decisions are counted from 1")
@click.option("--month", "of_month", metavar="YYYY-MM", help="the decision whose amount holds in this month")
@purpose_option
def explain(number: str, decision: int | None, of_month: str | None, purpose: str) -> None:
    """Every line of a decision's calculation: facts, rules, parameters, rounding, result. Default: the last one.

    As json by the published schema docs/explanation.schema.json.
    Example: doudi case explain 11019920250000017 --month 2025-06
    """
    now = session()
    if decision is not None and of_month is not None:
        raise click.UsageError("--decision or --month, not both")
    found = case_in_scope(now, number, purpose)
    events = recorded(now.doudi.store, found)
    of = state(events)
    chosen = published(_chosen(found, of, events, decision, of_month))
    lang = now.catalogue.lang
    who = {key: f"{key} {member.name.masked()}" for key, member in of.members.items()}
    if now.form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode())
        now.note(now.doudi.store.head())
    elif now.form == "csv":
        rows = [
            {
                "section": line.section,
                "op": line.op,
                "amount": show_exact(line.amount) if line.amount else None,
                "member": line.member,
                "rule": line.rule,
                "text": words,
                "facts": ", ".join(line.facts),
                "parameters": ", ".join(line.parameters),
            }
            for line, words in told(chosen, now.catalogue, lang)
        ]
        now.show(list(rows[0]), rows, position=now.doudi.store.head())
    else:
        click.echo(render(chosen, now.catalogue, lang, who), nl=False)
        now.note(now.doudi.store.head())


def _chosen(
    number: CaseNo, of: Case, events: list[Recorded], decision: int | None, month: str | None
) -> Explanation:
    if month is not None:
        return _holding(number, of, events, parse_month(month))
    found = [one for one in (explained(each.event) for each in events) if one is not None]
    if not found:
        raise refuse("explain-none", "case", case=number)
    if decision is None:
        return found[-1]
    if decision > len(found):
        raise refuse("explain-unknown", "decision", decision=decision, count=len(found), case=number)
    return found[decision - 1]


def _holding(number: CaseNo, of: Case, events: list[Recorded], month: Month) -> Explanation:
    """The explanation of the terms that hold in a month; a later decision for the same month replaces the earlier."""
    found = holding((each.event for each in events), month)
    if found is None or not of.living(month):
        raise refuse("explain-month", "month", month=month, case=number)
    return found


COMMANDS: list[click.Command] = [case]
