"""Bringing running life cycles to another version."""

from typing import Literal

from workflows.command import Command, command
from workflows.commands.intake import Text


@command(who=("administrator",))
class BringLives(Command, frozen=True, kw_only=True):
    """The case's running life cycles go on under a law's newest version; `dry_run` says what would become of them."""

    law: Literal["57", "220"] = "57"
    reason: Text
    dry_run: bool = False
