"""All commands, by what they are about. Importing this registers them."""

from workflows.commands import intake

__all__ = ["intake"]
