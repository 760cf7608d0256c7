"""`doudi case …`: what is read of cases, and a verb for each command of their life cycles."""

import click

from adapters.cli.verbs import CaseGroup


@click.group(cls=CaseGroup, no_args_is_help=True)
def case() -> None:
    """Cases: read them, or act by a verb.

    Example: doudi --as window case accept 11019920250000017
    """


COMMANDS: list[click.Command] = [case]
