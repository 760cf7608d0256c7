"""Days that a command tells of: none lies after the act's own."""

from datetime import date

from workflows.context import Context
from workflows.refusal import refuse


def check_day(context: Context, day: date, field: str, code: str = "on-later") -> None:
    """Refuses, by this code, a day after that of the act."""
    if day > context.on:
        raise refuse(code, field, on=day.isoformat(), today=context.on.isoformat())
