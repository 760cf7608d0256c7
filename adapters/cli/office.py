"""`doudi tick`, `calendar`, `policy`, `division`, `staff`: what an office sets up and what time brings."""

import click

COMMANDS: list[click.Command] = []
