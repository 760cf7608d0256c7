"""What each command decides. Importing this registers deciders, guards and computed due days."""

from workflows.decide import (
    assessing,
    decision,
    intake,
    objection,
    opinion,
    publicity,
    telling,
)

__all__ = ["assessing", "decision", "intake", "objection", "opinion", "publicity", "telling"]
