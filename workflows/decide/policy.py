"""Parameters are set by a division's administrator, each with its document (architecture 10; rules.md §2)."""

from domain.ids import DivisionCode, parse_division
from domain.office import ParameterSet
from domain.policy_file import setting
from workflows.command import Decision, decides
from workflows.commands.office import SetParameter
from workflows.context import Context
from workflows.world import ROOT, policy_stream


def division_of(text: str, field: str = "data.division") -> DivisionCode:
    """A well-formed division, or the top of all."""
    return ROOT if text == ROOT else parse_division(text, field)


@decides(SetParameter)
def set_parameter(context: Context, command: SetParameter) -> Decision:
    division = division_of(command.division)
    row = {
        "name": command.name,
        "value": command.value,
        "unit": command.unit,
        "area": command.area,
        "since": command.since.isoformat(),
        "until": command.until.isoformat() if command.until else None,
        "document": command.document,
    }
    found = setting(row, division=division, programme=command.programme, where="data.")
    stream = policy_stream(division, command.programme)
    event = ParameterSet(
        on=context.on,
        division=division,
        programme=found.programme,
        name=found.name,
        value=found.value,
        unit=found.unit,
        since=found.since,
        until=found.until,
        area=found.area,
        document=found.document,
    )
    version = context.world.version(stream) + 1
    return Decision(others=[(stream, event)], answer={"parameter": f"{stream}#{version}"})
