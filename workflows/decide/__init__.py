"""What each command decides. Importing this registers deciders, guards and computed due days."""

from workflows.decide import (
    assessing,
    decision,
    ending,
    enquiry,
    facts,
    intake,
    limits,
    objection,
    opinion,
    publicity,
    relations,
    telling,
    verification,
)

__all__ = [
    "assessing",
    "decision",
    "ending",
    "enquiry",
    "facts",
    "intake",
    "limits",
    "objection",
    "opinion",
    "publicity",
    "relations",
    "telling",
    "verification",
]
