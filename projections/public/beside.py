"""Older versions that are published beside the present ones, for a period (docs/contracts/README.md).

A new version of a public event is a class of its own with the next `VERSION`; the class before it stays, and stands
here with how it is made of the new one. When its period is over both go.
"""

from collections.abc import Callable, Mapping
from typing import Any

from projections.public.message import Public

Older = Mapping[type[Public], tuple[type[Public], Callable[[Any], Public]]]
"""A public event → its older version and how it is made of it."""

BESIDE: Older = {}
