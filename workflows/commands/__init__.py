"""All commands, by what they are about. Importing this registers them."""

from workflows.commands import enquiry, intake

__all__ = ["enquiry", "intake"]
