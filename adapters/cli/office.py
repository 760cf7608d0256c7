"""`doudi tick`, `calendar`, `policy`, `division`, `staff`: what an office sets up and what time brings."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import msgspec

from adapters import strict_json
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session, session
from adapters.seed.calendars import read_calendar
from adapters.seed.divisions import read_divisions
from adapters.seed.divisions.national import as_of, changes_of, national_within
from domain.catalogue import CATALOGUE
from domain.codes import label
from domain.days import china_day, parse_day
from domain.ids import level_of, parse_division
from domain.policy import ParameterValue, PolicyGap, show_value
from domain.policy_file import read_policy
from domain.source_text import source_words
from domain.staff import DESK_LEVEL
from projections.office import APPOINTMENT, DIVISION
from workflows.refusal import Refused, refuse

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--until", metavar="YYYY-MM-DD", required=True)
def tick(until: str) -> None:
    """Fire what is due until the end of a day: warnings, escalations, reviews, ends. Never past today.

    Example: doudi tick --until 2025-03-31
    """
    session().send("Tick", until=until)


@click.group(no_args_is_help=True)
def calendar() -> None:
    """The official calendars. Example: doudi calendar list"""


@calendar.command("load")
@click.argument("file", type=FILE)
def calendar_load(file: Path) -> None:
    """Load whole years (csv: year, day, kind off|work, document, name); provisional due days move.

    Example: doudi calendar load 2027.csv
    """
    now = session()
    lines: list[dict[str, Any]] = [
        {
            "year": year.year,
            "days_off": sorted(year.days_off),
            "workdays": sorted(year.workdays),
            "document": year.document,
        }
        for year in read_calendar(file)
    ]
    _load(now, "LoadCalendar", lines)


@calendar.command("list")
def calendar_list() -> None:
    """The years that are loaded, with their notices. Example: doudi calendar list"""
    now = session()
    loaded = now.doudi.office.world.calendar()
    rows = [
        {"year": year, "document": loaded.years[year].document}
        for year in range(1990, 2200)
        if loaded.known(year)
    ]
    now.show(("year", "document"), rows, position=now.doudi.store.head())


@click.group(no_args_is_help=True)
def policy() -> None:
    """Parameters of the rules. Example: doudi policy show --division 110199 --area rural"""


@policy.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--division", required=True)
@click.option("--since", required=True, metavar="YYYY-MM-DD")
@click.option("--until", metavar="YYYY-MM-DD")
@click.option("--area", type=click.Choice(["urban", "rural"]))
@click.option("--unit")
@click.option("--document", required=True, help="the document it stands in")
@click.option("--programme", default="dibao")
def policy_set(name: str, value: str, **about: str | None) -> None:
    """Set a parameter from a day on (money in yuan; `null` ends it). docs/parameters.md lists them.

    Example: doudi policy set standard 680.00 --division 110199 --since 2025-07-01 --area rural --document 1号文
    """
    said: Any = None if value == "null" else value
    session().send("SetParameter", name=name, value=said, **{k: v for k, v in about.items() if v is not None})


@policy.command("load")
@click.argument("file", type=FILE)
@click.option("--division", help="instead of the file's own")
def policy_load(file: Path, division: str | None) -> None:
    """Load a policy file (json), whole or not at all; the same file twice adds nothing.

    Example: doudi policy load base.json --division 110199
    """
    now = session()
    document = strict_json.read(file.read_bytes())
    settings = read_policy(document, division_in_scope(now, division) if division else None)
    lines = [
        {
            "division": one.division,
            "programme": one.programme,
            "name": one.name,
            "value": row["value"],
            "since": one.since,
            "document": one.document,
            **_given(unit=one.unit or None, until=one.until, area=one.area),
        }
        for one, row in zip(settings, document["parameters"], strict=True)
    ]
    _load(now, "SetParameter", lines)


@policy.command("show")
@click.option("--division", required=True)
@click.option("--area", type=click.Choice(["urban", "rural"]), default="rural")
@click.option("--on", "day", metavar="YYYY-MM-DD", help="default: today")
@click.option("--programme", default="dibao")
@click.argument("name", required=False)
def policy_show(division: str, area: str, day: str | None, programme: str, name: str | None) -> None:
    """What holds in a division on a day, with where it comes from.

    Example: doudi policy show --division 110199 --area rural standard
    """
    now = session()
    code, on = division_in_scope(now, division), _day(now, day)
    held = now.doudi.office.world.policy(code, programme, area)
    lang, rows = now.catalogue.lang, list[dict[str, Any]]()
    for one in (name,) if name else CATALOGUE:
        spec = CATALOGUE.get(one)
        words = "" if spec is None else spec.zh if lang == "zh" else spec.en
        try:
            found = held.get(one, on)
        except PolicyGap as gap:
            if name:
                raise
            why = gap.code if now.form == "json" else now.text(gap.code, **gap.params)
            unit = now.unit(CATALOGUE[one].unit)
            rows.append({"name": one, "words": words, "value": None, "unit": unit, "document": why})
            continue
        assert found.value is not None
        default = found.ref == "default"
        rows.append(
            {
                "name": one,
                "words": words,
                "value": _value(now, one, found.value),
                "unit": now.unit(found.unit),
                "since": None if default else found.since,
                "until": found.until,
                "division": found.division or None,
                "document": _source(now, found.document) if default else found.document,
                "ref": now.text("explain.default") if default and now.form == "table" else found.ref,
            }
        )
    columns = ("name", "words", "value", "unit", "since", "until", "division", "document", "ref")
    now.show(columns, rows, position=now.doudi.store.head(), on=on, area=area)


def _value(now: Session, name: str, value: ParameterValue) -> str:
    """Yes and no in words; json keeps how it is written."""
    return str(now.yes(value)) if isinstance(value, bool) and now.form != "json" else show_value(name, value)


def _source(now: Session, source: str) -> str:
    """Json keeps it as the catalogue of parameters has it."""
    return source if now.form == "json" else source_words(source, now.catalogue, now.catalogue.lang)


@click.group(no_args_is_help=True)
def division() -> None:
    """行政区划 divisions. Example: doudi division list --division 110199"""


@division.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--parent", help="default: by the code")
def division_add(code: str, name: str, parent: str | None) -> None:
    """Add a division; any well-formed code is taken.

    Example: doudi division add 110199001003 新村
    """
    session().send("AddDivision", code=code, name=name, level=_level(code), **_given(parent=parent))


@division.command("load")
@click.argument("file", type=FILE)
def division_load(file: Path) -> None:
    """Load divisions (csv: code, name, level, parent); the same file twice adds nothing.

    Example: doudi division load divisions.csv
    """
    lines = [
        {"code": row.code, "name": row.name, "level": row.level, **_given(parent=row.parent)}
        for row in read_divisions(file)
    ]
    _load(session(), "AddDivision", lines)


@division.command("rename")
@click.argument("code")
@click.argument("name")
@click.option("--on", "on", metavar="YYYY-MM-DD", help="from which day; default: today")
@click.option("--document", required=True, help="the document it stands in")
def division_rename(code: str, name: str, **about: str | None) -> None:
    """Another name from a day on; the code stays.

    Example: doudi division rename 110199001 新东镇 --document 民函〔2025〕3号
    """
    session().send("RenameDivision", code=code, name=name, **_given(**about))


@division.command("replace")
@click.argument("code")
@click.argument("by")
@click.option("--on", "on", metavar="YYYY-MM-DD", help="from which day; default: today")
@click.option("--name", help="of a new division; default: the old one's")
@click.option("--document", required=True, help="the document it stands in")
@click.option(
    "--below", multiple=True, metavar="OLD=NEW", help="another code for a division within; repeatable"
)
def division_replace(code: str, by: str, below: tuple[str, ...], **about: str | None) -> None:
    """Another division stands for it from a day on: it merges into that one, or is raised and gets its code.

    What lies in it follows with its own last digits, or as --below says; desks, parameters and cases follow. Case
    numbers and old figures stay.

    Example: doudi division replace 110199 110120 --name 试点区 --document 国函〔2025〕9号
    """
    goes = {old: new for old, _, new in (one.partition("=") for one in below)}
    session().send("ReplaceDivision", code=code, by=by, **_given(below=goes or None, **about))


@division.command("load-national")
@click.argument("code")
def division_load_national(code: str) -> None:
    """Add a division with what it lies in and all its townships from the shipped national file.

    Example: doudi division load-national 130102
    """
    lines = [
        {"code": row.code, "name": row.name, "level": row.level, **_given(parent=row.parent)}
        for row in national_within(parse_division(code))
    ]
    if not lines:
        raise refuse("division-unknown", "code", division=code)
    _load(session(), "AddDivision", lines)


@division.command("changes")
@click.argument("code")
def division_changes(code: str) -> None:
    """What the national file knows of a code from 1980 on: a code may have been another place's.

    Example: doudi division changes 370284
    """
    now = session()
    rows = [msgspec.to_builtins(one) for one in changes_of(parse_division(code))]
    columns = ("year", "kind", "old_code", "old_name", "new_code", "new_name", "document")
    now.show(columns, rows, position=now.doudi.store.head(), as_of=as_of())


@division.command("list")
@click.option("--division", "above", help="those that lie in it")
def division_list(above: str | None) -> None:
    """The divisions that were added. Example: doudi division list --division 110199"""
    now = session()
    rows = [
        row
        for row in now.rows("office").select(DIVISION)
        if not above or row["code"].startswith(division_in_scope(now, above))
    ]
    if now.form == "table":
        rows = [{**row, "level": now.text(f"value.level.{row['level']}")} for row in rows]
    columns = ("code", "name", "level", "parent", "by", "since")
    headings = {"code": "column.division_code", "by": "column.replaced_by"}
    now.show(columns, rows, headings=headings, position=now.doudi.store.head())


@click.group(no_args_is_help=True)
def staff() -> None:
    """Desks and who holds them. Example: doudi staff list --division 110199"""


@staff.command("appoint")
@click.argument("staff_id", metavar="STAFF")
@click.argument("desk", type=click.Choice(list(DESK_LEVEL)))
@click.option("--division", required=True)
@click.option("--name", required=True)
@click.option("--since", metavar="YYYY-MM-DD")
@click.option("--until", metavar="YYYY-MM-DD")
@click.option("--lent-from", help="his own division, where the desk is lent for a span")
@click.option("--number", help="resident number of a registered person, where he is one")
def staff_appoint(staff_id: str, desk: str, **about: str | None) -> None:
    """Give somebody a desk in a division.

    Example: doudi staff appoint w1 window --division 110199001 --name 李四
    """
    session().send("Appoint", staff=staff_id, desk=desk, **_given(**about))


@staff.command("end")
@click.argument("staff_id", metavar="STAFF")
@click.argument("desk", type=click.Choice(list(DESK_LEVEL)))
@click.option("--division", required=True)
@click.option("--until", metavar="YYYY-MM-DD", help="the last day at the desk")
def staff_end(staff_id: str, desk: str, **about: str | None) -> None:
    """End somebody's desk. Example: doudi staff end w1 window --division 110199001"""
    session().send("EndAppointment", staff=staff_id, desk=desk, **_given(**about))


@staff.command("declare")
@click.option("--division", required=True)
@click.option("--staff", "staff_id", help="default: who acts")
@click.option("--kinship", required=True)
@click.option("--name", required=True)
@click.option("--number", required=True)
def staff_declare(staff_id: str | None, **about: str) -> None:
    """近亲属备案: declare a near relative; his living cases are filed too.

    Example: doudi --as w1 staff declare --division 110199001 --kinship 51 --name 李大 --number …
    """
    session().send("DeclareRelation", **_given(staff=staff_id), **about)


@staff.command("list")
@click.option("--division", required=True, help="and all that lie in it")
@click.option("--on", "day", metavar="YYYY-MM-DD", help="who holds a desk that day; default: today")
def staff_list(division: str, day: str | None) -> None:
    """Who holds which desk where. Example: doudi staff list --division 110199"""
    now = session()
    code, on = division_in_scope(now, division), _day(now, day)
    rows = [
        {
            **row,
            "name": row["name"].masked(),
            "desk": label("desk", row["desk"], now.catalogue.lang) if now.form == "table" else row["desk"],
            "relations": sum(
                one[0] == row["staff"]
                for declared in now.doudi.office.world.roster(row["division"]).relations.values()
                for one in declared
            ),
        }
        for row in now.rows("office").select(APPOINTMENT)
        if row["division"].startswith(code)
        and row["since"] <= on
        and (row["until"] is None or on <= row["until"])
    ]
    columns = ("staff", "name", "desk", "division", "since", "until", "relations")
    now.show(columns, rows, position=now.doudi.store.head(), on=on)


def _load(now: Session, kind: str, lines: list[dict[str, Any]]) -> None:
    """Send many commands as one: all are taken or none; ids follow from their content, so twice adds nothing."""
    added = 0
    with now.doudi.office.batch():
        for data in lines:
            content = msgspec.json.encode([kind, now.actor, data], order="sorted")
            name = f"load-{sha256(content).hexdigest()[:24]}"
            before = now.doudi.store.head()
            line = {"id": name, "type": kind, "actor": now.actor, "data": msgspec.to_builtins(data)}
            answer = now.doudi.office.take(line)
            if answer.status == "refused":
                raise Refused(*answer.reasons)
            added += now.doudi.store.head() > before
    now.show(("read", "added"), [{"read": len(lines), "added": added}], position=now.doudi.store.head())


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _day(now: Session, text: str | None) -> date:
    return parse_day(text) if text else china_day(now.doudi.store.clock.now())


def _level(code: str) -> str:
    return level_of(parse_division(code))


COMMANDS: list[click.Command] = [tick, calendar, policy, division, staff]
