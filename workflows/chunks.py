"""Work on many, a part at a time."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def chunks(of: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """As many as `size` at once, in their order; the last may be fewer. All are taken before the first is worked on."""
    everything = tuple(of)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
