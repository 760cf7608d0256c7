"""`doudi pay draw|sign|close|show`: the month's list; `settle|return|outcomes|returned`: what became of it."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from adapters.cli.reading import note_look
from adapters.cli.scope import division_in_scope
from adapters.cli.session import REFUSED, Session, session
from adapters.outcomes import take, write_refused
from adapters.wording import text_of
from domain.codes import label
from domain.days import parse_month
from domain.ids import BadId, CommandId, StreamId, parse_case_no
from domain.money import Fen, parse_yuan
from domain.payment import PayList
from domain.policy import AREAS
from projections.payments import STATES, name_of, on_list, owed_again
from projections.places import LAST, Places
from workflows.decide.pay import again
from workflows.refusal import Reason
from workflows.world import list_stream

PAYMENTS = ("case", "month", "area", "paid", *STATES, "code", "since")
RETURNED = ("case", "list", "month", "division", "amount", "code", "since", "mended")
REFUSALS = ("line", "case", "field", "why")
_DIVISION = click.option("--division", required=True, help="the county")
_MONTH = click.option("--month", required=True, metavar="YYYY-MM")
_AREA = click.option("--area", type=click.Choice(AREAS), help="default: urban and rural")


@click.group(no_args_is_help=True)
def pay() -> None:
    """发放: the month's list is drawn, signed by maker and checker, closed; the bank says what became of it.

    Example: doudi --as payer pay draw --division 110199 --month 2025-05
    """


@pay.command("draw")
@_DIVISION
@_MONTH
@_AREA
def pay_draw(division: str, month: str, area: str | None) -> None:
    """Draw what is due for a month; again it adds only what was missed. First ticks to its own day.

    Example: doudi --as payer pay draw --division 110199 --month 2025-05
    """
    session().send("Draw", division=division, month=month, **({"area": area} if area else {}))


@pay.command("sign")
@_DIVISION
@_MONTH
@_AREA
@click.option("--hand", type=click.Choice(["maker", "checker"]), required=True)
def pay_sign(division: str, month: str, area: str | None, hand: str) -> None:
    """Sign the month's lists: maker, then checker, two persons.

    Example: doudi --as payer pay sign --division 110199 --month 2025-05 --hand maker
    """
    now = session()
    for one in _lists(now, division, month, area):
        now.send("SignList", division=division, month=month, area=one, hand=hand)


@pay.command("close")
@_DIVISION
@_MONTH
@_AREA
def pay_close(division: str, month: str, area: str | None) -> None:
    """Close the month's lists; after this only supplementary lines.

    Example: doudi --as payer pay close --division 110199 --month 2025-05
    """
    now = session()
    for one in _lists(now, division, month, area):
        now.send("CloseList", division=division, month=month, area=one)


@pay.command("show")
@_DIVISION
@_MONTH
@_AREA
def pay_show(division: str, month: str, area: str | None) -> None:
    """The month's lists with their totals and hands.

    Example: doudi pay show --division 110199 --month 2025-05
    """
    now = session()
    rows = []
    for one in _lists(now, division, month, area):
        found = _list(now, division, month, one)
        assert found is not None
        rows.append(
            {
                "area": one,
                "households": found.households,
                "persons": found.persons,
                "paid": now.money(found.amount),
                "arrears": now.money(found.arrears_amount),
                "repeated": now.money(found.repeated_amount),
                "draws": found.draws,
                "maker": found.maker,
                "checker": found.checker,
                "closed": found.closed,
            }
        )
    columns = (
        "area",
        "households",
        "persons",
        "paid",
        "arrears",
        "repeated",
        "draws",
        "maker",
        "checker",
        "closed",
    )
    now.show(columns, rows, position=now.doudi.store.head(), month=month)


_CASE = click.argument("case")
_OF_LIST = click.option("--month", required=True, metavar="YYYY-MM", help="the list's month")
_ON = click.option("--on", metavar="DAY", help="the day by the bank; default: today")
_AMOUNT = click.option("--amount", metavar="YUAN", help="refused where the list has another amount")


@pay.command("settle")
@_CASE
@_OF_LIST
@click.option("--reference", required=True, help="the bank's mark of the transfer")
@_AMOUNT
@_ON
@click.option("--area", type=click.Choice(AREAS), help="where the case is on both lists")
def pay_settle(
    case: str, month: str, reference: str, amount: str | None, on: str | None, area: str | None
) -> None:
    """The bank credited a household: what the list has of it is settled.

    Example: doudi --as payer pay settle 11019920250000017 --month 2025-05 --reference B-1
    """
    session().send("SettlePayment", case, **_outcome(month, amount, on, area), reference=reference)


@pay.command("return")
@_CASE
@_OF_LIST
@click.option("--code", required=True, help="why, by the coded list bank_return: K01 … K99")
@click.option("--words", help="for K99")
@click.option("--reference", help="of the transfer that had been credited")
@_AMOUNT
@_ON
@click.option("--area", type=click.Choice(AREAS), help="where the case is on both lists")
def pay_return(
    case: str,
    month: str,
    code: str,
    words: str | None,
    reference: str | None,
    amount: str | None,
    on: str | None,
    area: str | None,
) -> None:
    """The bank sent it back: owed again, held until the account is put right, paid with the next list.

    Example: doudi --as payer pay return 11019920250000017 --month 2025-05 --code K03
    """
    more = {"code": code, "words": words, "reference": reference}
    said = {name: value for name, value in more.items() if value is not None}
    session().send("ReturnPayment", case, **_outcome(month, amount, on, area), **said)


def _outcome(month: str, amount: str | None, on: str | None, area: str | None) -> dict[str, Any]:
    fen = parse_yuan(amount, field="amount") if amount else None
    said = {"month": month, "amount": fen, "on": on, "area": area}
    return {name: value for name, value in said.items() if value is not None}


@pay.command("outcomes")
@click.argument("file")
@click.option("--refused", metavar="FILE", help="write the refused lines here, with their reasons")
def pay_outcomes(file: str, refused: str | None) -> None:
    """Take the bank's file: each line settles or returns one household's payment, or is refused by itself.

    CSV or JSON lines with case, month, outcome (settled | returned), on; area, amount, reference, code, words.
    The same line again adds nothing. Example: doudi --as payer pay outcomes bank.csv --refused mend.csv
    """
    now = session()
    if not Path(file).is_file():
        raise click.BadParameter(f"no such file: {file}", param_hint="FILE")
    office, store = now.doudi.office, now.doudi.store
    found = list(
        take(Path(file), now.actor, office.take, lambda name: store.answer(CommandId(name)) is not None)
    )
    counts = Counter(one.outcome for one in found)
    bad = [one for one in found if one.outcome == "refused"]
    rows = [
        {
            "line": one.line,
            "case": _case_no(one.row),
            "field": reason.field,
            "why": text_of(now.catalogue, reason),
        }
        for one in bad
        for reason in one.reasons
    ]
    if refused and bad:
        write_refused(Path(refused), bad, lambda reason: text_of(now.catalogue, reason))
    told: dict[str, Any] = {name: counts[name] for name in ("taken", "already", "refused")}
    title = now.text("pay.outcomes", **told)
    now.show(REFUSALS, rows, title=title, position=store.head(), **told)
    if bad:
        raise SystemExit(REFUSED)


@pay.command("payments")
@_DIVISION
@_MONTH
@_AREA
def pay_payments(division: str, month: str, area: str | None) -> None:
    """What the month's lists have of each household and what became of it: pending, held, settled, returned.

    Example: doudi pay payments --division 110199 --month 2025-05
    """
    now = session()
    areas = _lists(now, division, month, area)
    code = division_in_scope(now, division)
    found = now.rows("outcomes")
    note_look(now, "pay-payments")
    rows = [
        {
            **_about(now, row),
            "paid": now.money(sum(row[state] for state in STATES)),
            **{state: now.money(row[state]) for state in STATES},
        }
        for one in areas
        for row in on_list(found, name_of(list_stream(code, "dibao", one, month)))
    ]
    now.show(PAYMENTS, rows, position=now.doudi.projector.position("outcomes"), division=code, list=month)


@pay.command("returned")
@_DIVISION
def pay_returned(division: str) -> None:
    """Who is to be paid again: what came back and is still due, why, and whether the account was put right since.

    Example: doudi pay returned --division 110199
    """
    now = session()
    code = division_in_scope(now, division)
    found, places = now.rows("outcomes"), Places(now.rows("statistics"))
    note_look(now, "pay-returned")
    now.doudi.office.world.refresh()
    rows = [
        {**_about(now, row), "list": row["list"], "amount": now.money(due)}
        for row in owed_again(found, "")
        if places.now(row["division"], "", LAST).startswith(code) and (due := _due_again(now, row))
    ]
    now.show(RETURNED, rows, position=now.doudi.projector.position("outcomes"), division=code)


def _due_again(now: Session, row: dict[str, Any]) -> Fen:
    """What of a month that came back is due still: a stop or a finding may say since that it isn't."""
    case = now.doudi.office.world.case(row["case_no"])
    return (
        again(case).get(StreamId(f"list:{row['list']}"), {}).get(row["month"], 0) if case is not None else 0
    )


def _case_no(row: dict[str, Any]) -> str | None:
    """A case's number; whatever else stands there may be personal."""
    try:
        return parse_case_no(str(row.get("case")))
    except BadId:
        return None


def _about(now: Session, row: dict[str, Any]) -> dict[str, Any]:
    code = row["code"]
    named = (
        code
        if code is None or now.form == "json"
        else f"{code} {label('bank_return', code, now.catalogue.lang)}"
    )
    return {**row, "case": row["case_no"], "code": named}


def _lists(now: Session, division: str, month: str, area: str | None) -> list[str]:
    """The areas that have a list of the month; refused where there is none."""
    code, asked = division_in_scope(now, division), parse_month(month)
    now.doudi.office.world.refresh()
    found = [one for one in ((area,) if area else AREAS) if _list(now, code, asked, one) is not None]
    if not found:
        now.refuse(
            Reason(
                code="list-not-open", field="month", params={"month": month, "area": area or ", ".join(AREAS)}
            )
        )
    return found


def _list(now: Session, division: str, month: str, area: str) -> PayList | None:
    found: PayList | None = now.doudi.office.world.state(list_stream(division, "dibao", area, month))
    return found


COMMANDS: list[click.Command] = [pay]
