"""Forgetting a person: what is personal can't be opened any more, what was decided and paid stays."""

from domain.ids import DivisionCode, PersonRef
from workflows.command import Command, command
from workflows.commands.intake import Short


@command(target="office", who=("administrator",))
class Forget(Command, frozen=True, kw_only=True):
    """Drop a person's key (个人信息保护法 art. 47): names, numbers, accounts stay sealed for ever. No way back.

    `reason`: a code of `forgotten`. `division`: whose administrator says it, all the person's cases lie there.
    """

    person: PersonRef
    reason: Short
    division: DivisionCode | None = None
