"""What each command decides. Importing this registers deciders, guards and computed due days."""

from workflows.decide import intake

__all__ = ["intake"]
