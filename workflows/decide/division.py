"""行政区划: a division is added with its name and parent; nobody has to know it beforehand (rules.md §9)."""

from domain.division import Division, DivisionAdded
from domain.ids import level_of, parent_of, parse_division, within
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.office import AddDivision
from workflows.context import Context
from workflows.refusal import refuse
from workflows.world import division_stream


@decides(AddDivision)
def add_division(context: Context, command: AddDivision) -> Decision:
    code = parse_division(command.code, "data.code")
    level = level_of(code)
    if command.level != level:
        raise refuse("division-level", "data.level", division=code, level=level)
    parent = parse_division(command.parent, "data.parent") if command.parent else parent_of(code)
    if parent is not None and (parent == code or not within(parent, code)):
        raise refuse("division-parent", "data.parent", division=code, parent=parent)
    name = check_text(command.name, "data.name", longest=100, lines=False)
    if not name:
        raise refuse("field-missing", "data.name")
    stream = division_stream(code)
    known: Division | None = context.world.state(stream)
    wanted = Division(code=code, name=name, level=level, parent=parent)
    if known == wanted:
        return Decision(answer={"division": code})
    if known is not None:
        raise refuse("division-known", "data.code", division=code, name=known.name)
    event = DivisionAdded(on=context.on, code=code, name=name, level=level, parent=parent)
    return Decision(others=[(stream, event)], answer={"division": code})
