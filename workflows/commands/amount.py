"""How a field of a command says that it is money: whole fen in its written form, yuan as text on the command line."""

from typing import Any

import msgspec

FEN = "fen"
UNIT = "unit"


def fen(ge: int | None = None, le: int | None = None) -> msgspec.Meta:
    """Marks a whole number as fen, in the schema too."""
    return msgspec.Meta(description="whole fen", extra={UNIT: FEN}, ge=ge, le=le)


def fen_at(*keys: str) -> msgspec.Meta:
    """Marks those values of a dict as fen; the others are counts."""
    told = ", ".join(keys)
    return msgspec.Meta(description=f"{told}: whole fen", extra={UNIT: dict.fromkeys(keys, FEN)})


def unit_of(annotation: Any) -> Any:
    """`FEN`, or for a dict its keys that are; None for what isn't marked."""
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, msgspec.Meta) and mark.extra and UNIT in mark.extra:
            return mark.extra[UNIT]
    return None
