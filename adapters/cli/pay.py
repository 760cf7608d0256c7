"""`doudi pay draw|sign|close|show`: the month's list."""

import click

from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session, session
from domain.days import parse_month
from domain.money import show_yuan
from domain.payment import PayList
from workflows.refusal import Reason
from workflows.world import list_stream

AREAS = ("urban", "rural")
_DIVISION = click.option("--division", required=True, help="the county")
_MONTH = click.option("--month", required=True, metavar="YYYY-MM")
_AREA = click.option("--area", type=click.Choice(AREAS), help="default: urban and rural")


@click.group(no_args_is_help=True)
def pay() -> None:
    """发放: the month's list is drawn, signed by maker and checker, closed.

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
    money = (lambda fen: fen) if now.form == "json" else show_yuan
    for one in _lists(now, division, month, area):
        found = _list(now, division, month, one)
        assert found is not None
        rows.append(
            {
                "area": one,
                "households": found.households,
                "persons": found.persons,
                "paid": money(found.amount),
                "arrears": money(found.arrears_amount),
                "draws": found.draws,
                "maker": found.maker,
                "checker": found.checker,
                "closed": found.closed,
            }
        )
    columns = ("area", "households", "persons", "paid", "arrears", "draws", "maker", "checker", "closed")
    now.show(columns, rows, position=now.doudi.store.head(), month=month)


def _lists(now: Session, division: str, month: str, area: str | None) -> list[str]:
    """The areas that have a list of the month; refused where there is none."""
    code, asked = division_in_scope(now, division), parse_month(month)
    now.doudi.office.world.refresh()
    found = [one for one in ((area,) if area else AREAS) if _list(now, code, asked, one) is not None]
    if not found:
        now.refuse(Reason(code="list-not-open", field="month", params={"month": month}))
    return found


def _list(now: Session, division: str, month: str, area: str) -> PayList | None:
    found: PayList | None = now.doudi.office.world.state(list_stream(division, "dibao", area, month))
    return found


COMMANDS: list[click.Command] = [pay]
