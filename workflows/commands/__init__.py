"""All commands, by what they are about. Importing this registers them."""

from workflows.commands import (
    award,
    change,
    deadlines,
    decision,
    enquiry,
    forgetting,
    intake,
    office,
    opinion,
    pay,
    review,
)

__all__ = [
    "award",
    "change",
    "deadlines",
    "decision",
    "enquiry",
    "forgetting",
    "intake",
    "office",
    "opinion",
    "pay",
    "review",
]
