"""What each command decides. Importing this registers deciders, guards and computed due days."""

from workflows.decide import assessing, intake

__all__ = ["assessing", "intake"]
