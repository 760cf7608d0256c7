"""All commands, by what they are about. Importing this registers them."""

from workflows.commands import (
    decision,
    enquiry,
    intake,
    opinion,
)

__all__ = ["decision", "enquiry", "intake", "opinion"]
