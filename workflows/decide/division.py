"""行政区划: added by anybody's code, renamed, replaced: desks, parameters and cases follow from that day.

Old figures stay under the old code, and nobody is new or goes out by it (rules.md §9, §10.9).
"""

from domain.case.move import DivisionFollowed
from domain.days import Month, add_month, month_of
from domain.division import Division, DivisionAdded, DivisionRenamed, DivisionReplaced, DivisionSucceeded
from domain.event import Event
from domain.ids import DivisionCode, StreamId, level_of, parent_of, parse_division, within
from domain.office import ParameterSet
from domain.payment import PayList
from domain.policy import AREAS, Parameter
from domain.staff import Appointed, RelationDeclared, Roster
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.division import (
    AddDivision,
    FollowCases,
    FollowDivision,
    Following,
    RenameDivision,
    ReplaceDivision,
)
from workflows.context import Context
from workflows.refusal import refuse
from workflows.world import World, case_stream, division_stream, list_stream, policy_stream, staff_stream

COUNTY_DIGITS = 6
PROGRAMMES = ("dibao", "*")


def division_of(world: World, code: DivisionCode) -> Division | None:
    found: Division | None = world.state(division_stream(code))
    return found


@decides(AddDivision)
def add_division(context: Context, command: AddDivision) -> Decision:
    code = parse_division(command.code, "data.code")
    level = level_of(code)
    if command.level != level:
        raise refuse("division-level", "data.level", division=code, level=level)
    parent = parse_division(command.parent, "data.parent") if command.parent else parent_of(code)
    if parent is not None and (parent == code or not within(parent, code)):
        raise refuse("division-parent", "data.parent", division=code, parent=parent)
    name = _name(command.name)
    known = division_of(context.world, code)
    if known is None:
        event = DivisionAdded(on=context.on, code=code, name=name, level=level, parent=parent)
        return Decision(others=[(division_stream(code), event)], answer={"division": code})
    if (known.name, known.level, known.parent) == (name, level, parent):
        return Decision(answer={"division": code})
    raise refuse("division-known", "data.code", division=code, name=known.name)


def _name(text: str) -> str:
    name = check_text(text, "data.name", longest=100, lines=False)
    if not name:
        raise refuse("field-missing", "data.name")
    return name


@decides(RenameDivision)
def rename_division(context: Context, command: RenameDivision) -> Decision:
    code = parse_division(command.code, "data.code")
    known = division_of(context.world, code)
    if known is None:
        raise refuse("division-unknown", "data.code", division=code)
    name = _name(command.name)
    if name == known.name:
        raise refuse("division-same-name", "data.name", division=code, name=name)
    if any(since > context.on for since, _ in known.names):
        raise refuse("division-renamed-later", "data.on", division=code)
    event = DivisionRenamed(
        on=context.on,
        code=code,
        name=name,
        before=known.name,
        since=context.on,
        document=check_text(command.document, "data.document"),
    )
    return Decision(others=[(division_stream(code), event)], answer={"division": code, "before": known.name})


def check_following(context: Context, command: Following) -> tuple[DivisionCode, DivisionCode]:
    """Both codes, of one level, the old one known and not replaced yet."""
    code, by = parse_division(command.code, "data.code"), parse_division(command.by, "data.by")
    if code == by or level_of(code) != level_of(by):
        raise refuse("division-level", "data.by", division=by, level=level_of(code))
    known = division_of(context.world, code)
    if known is not None and known.by not in (None, by):
        raise refuse("division-replaced", "data.code", division=code, by=str(known.by))
    standing = division_of(context.world, by)
    if standing is not None and standing.by is not None:
        raise refuse("division-replaced", "data.by", division=by, by=standing.by)
    return code, by


@decides(ReplaceDivision)
def replace_division(context: Context, command: ReplaceDivision) -> Decision:
    """Its parts have followed; `workflows.processes.replacing` says what they came to."""
    return Decision(answer={"division": command.by})


@decides(FollowDivision)
def follow_division(context: Context, command: FollowDivision) -> Decision:
    code, by = check_following(context, command)
    world, on = context.world, context.on
    known, standing = division_of(world, code), division_of(world, by)
    if known is None:
        raise refuse("division-unknown", "data.code", division=code)
    if known.by == by:
        return Decision()
    month = first_month(context, code, by)
    others: list[tuple[StreamId, Event]] = []
    if standing is None:
        added = DivisionAdded(
            on=on,
            code=by,
            name=_name(command.name or known.name),
            level=level_of(by),
            parent=parent_of(by),
        )
        others.append((division_stream(by), added))
    replaced = DivisionReplaced(
        on=on,
        code=code,
        by=by,
        since=on,
        from_month=month,
        document=check_text(command.document, "data.document"),
    )
    succeeded = DivisionSucceeded(on=on, code=by, of=code, since=on, from_month=month)
    others += [(division_stream(code), replaced), (division_stream(by), succeeded)]
    others += [*_desks(context, code, by), *_parameters(context, code, by)]
    return Decision(others=others, answer={"from_month": month})


def first_month(context: Context, code: DivisionCode, by: DivisionCode) -> Month:
    """The first month that begins with the new code, and of which no list was opened under the old one."""
    month = month_of(context.on) if context.on.day == 1 else add_month(month_of(context.on), 1)
    if len(code) < COUNTY_DIGITS:
        return month
    county = DivisionCode(code[:COUNTY_DIGITS])
    while any(_opened(context, county, area, month) for area in AREAS):
        month = add_month(month, 1)
    return month


def _opened(context: Context, county: DivisionCode, area: str, month: Month) -> bool:
    found: PayList | None = context.world.state(list_stream(county, PROGRAMMES[0], area, month))
    return found is not None


def _desks(context: Context, code: DivisionCode, by: DivisionCode) -> list[tuple[StreamId, Event]]:
    """Who holds a desk in the old division that day or later holds it in the new one; relatives filed go along."""
    old, new = context.roster(code), context.roster(by)
    held = [one for one in old.appointments if one.until is None or one.until >= context.on]
    found: list[tuple[StreamId, Event]] = [
        (
            staff_stream(by),
            Appointed(
                on=context.on,
                staff=one.staff,
                name=one.name,
                desk=one.desk,
                division=by,
                since=max(one.since, context.on),
                until=one.until,
                person=one.person,
            ),
        )
        for one in held
        if not _there(new, one.staff, one.desk, context)
    ]
    for person, filed in old.relations.items():
        for staff, kinship in filed:
            if (staff, kinship) not in new.relations.get(person, ()):
                declared = RelationDeclared(on=context.on, staff=staff, person=person, kinship=kinship)
                found.append((staff_stream(by), declared))
    return found


def _there(roster: Roster, staff: str, desk: str, context: Context) -> bool:
    return desk in roster.desks(staff, context.on)


def _parameters(context: Context, code: DivisionCode, by: DivisionCode) -> list[tuple[StreamId, Event]]:
    """Where the new division set nothing of its own, what the old one set holds there too, in the same order."""
    found: list[tuple[StreamId, Event]] = []
    for programme in PROGRAMMES:
        stream = policy_stream(by, programme)
        if context.world.state(stream):
            continue
        old: tuple[Parameter, ...] = context.world.state(policy_stream(code, programme)) or ()
        found += [
            (
                stream,
                ParameterSet(
                    on=context.on,
                    division=by,
                    programme=one.programme,
                    name=one.name,
                    value=one.value,
                    unit=one.unit,
                    since=one.since,
                    until=one.until,
                    area=one.area,
                    document=one.document,
                ),
            )
            for one in old
        ]
    return found


@decides(FollowCases)
def follow_cases(context: Context, command: FollowCases) -> Decision:
    """Cases that lie in exactly the old division; one that went elsewhere meanwhile stays there."""
    code, by = check_following(context, command)
    others: list[tuple[StreamId, Event]] = []
    for number in command.cases:
        case = context.other_case(number)
        if case is not None and case.division == code:
            event = DivisionFollowed(on=context.on, before=code, division=by)
            others.append((case_stream(number), event))
    return Decision(others=others, answer={"cases": len(others)})
