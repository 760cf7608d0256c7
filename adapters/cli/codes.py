"""`codes`: what the coded lists hold, for who writes a command."""

import click

from adapters.cli.session import session
from domain.codes import code_list, label, list_names

HEADINGS = {"list": "column.code_list", "first": "column.first_codes", "code": "column.division_code"}


@click.command()
@click.argument("name", metavar="[LIST]", required=False)
def codes(name: str | None) -> None:
    """The coded lists; of one list its codes with what they mean.

    Example: doudi codes stop
    """
    now = session()
    if name is None:
        rows = [
            {"list": one, "codes": len(code_list(one)), "first": ", ".join(list(code_list(one))[:6])}
            for one in list_names()
        ]
        now.listed(("list", "codes", "first"), rows, headings=HEADINGS)
        return
    entries = code_list(name)
    extra = list(next(iter(entries.values())).extra)
    found = [
        {"code": code, "words": label(name, code, now.catalogue.lang), "source": entry.source, **entry.extra}
        for code, entry in entries.items()
    ]
    now.listed(("code", "words", "source", *extra), found, headings={"code": HEADINGS["code"]})


COMMANDS: list[click.Command] = [codes]
