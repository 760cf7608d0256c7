"""提标: a raise of the standard for a whole division, and the households that it would now reach."""

from domain.case.lead import LeadOutcome
from domain.days import Month
from domain.ids import DivisionCode
from domain.policy import Area
from workflows.command import Command, InstanceCommand, command
from workflows.commands.intake import Short, Text
from workflows.commands.pay import Programme


@command(target="office", who=("county_handler", "decider"), process=True)
class Raise(Command, frozen=True, kw_only=True):
    """Every award of a division whose decisions read the `parameter`, anew at the parameters of a month, forward or
    back; what was paid less is owed by month. It admits nobody: recent refusals and stops that it would reach become
    leads. Broken off, it is said again with the same id and goes on."""

    division: DivisionCode
    from_month: Month
    area: Area | None = None
    programme: Programme = "dibao"
    parameter: Short = "standard"
    leads: bool = True


@command(life="lead")
class OpenLead(Command, frozen=True, kw_only=True):
    """A household whose refusal or stop a raise would reach, on its own facts."""

    from_month: Month


@command(life="lead")
class CloseLead(InstanceCommand, frozen=True, kw_only=True):
    """What came of the visit; an application is entered by itself."""

    outcome: LeadOutcome
    words: Text | None = None
