"""Fresh references: unguessable in a real store, the same again from the same commands in a trial."""

import base64
import secrets
from collections.abc import Callable
from itertools import count

from adapters.store.meta import seeded
from domain.ids import CommandId

_BYTES = 15


def _reference(prefix: str, random: bytes) -> str:
    return f"{prefix}-{base64.b32encode(random).decode().lower()}"


class SystemRandomness:
    """The system's source, nothing else (120 bits a reference)."""

    def tokens(self, command: CommandId) -> Callable[[str], str]:
        return lambda prefix: _reference(prefix, secrets.token_bytes(_BYTES))


class SeededRandomness:
    """References of a trial: they follow from its seed, the command's id and their order within it."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def tokens(self, command: CommandId) -> Callable[[str], str]:
        numbers = count(1)
        return lambda prefix: _reference(prefix, seeded(self._seed, command, str(next(numbers)))[:_BYTES])
