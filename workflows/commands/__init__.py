"""All commands, by what they are about. Importing this registers them."""

from workflows.commands import (
    award,
    change,
    deadlines,
    decision,
    enquiry,
    finding,
    forgetting,
    intake,
    migrating,
    office,
    opinion,
    pay,
    raising,
    review,
    subscriber,
    takeover,
)

__all__ = [
    "award",
    "change",
    "deadlines",
    "decision",
    "enquiry",
    "finding",
    "forgetting",
    "intake",
    "migrating",
    "office",
    "opinion",
    "pay",
    "raising",
    "review",
    "subscriber",
    "takeover",
]
