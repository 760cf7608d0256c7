"""All public events. Importing this registers them."""

from projections.public import cases, lists, persons
from projections.public.message import PUBLIC, Message, Public

__all__ = ["PUBLIC", "Message", "Public", "cases", "lists", "persons"]
