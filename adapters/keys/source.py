"""Where keys and nonces come from: the system's randomness alone, or in a trial its seed."""

import secrets
from typing import Protocol

from adapters.store.meta import seeded

KEY_BYTES = 32
NONCE_BYTES = 12


class Source(Protocol):
    def key(self, name: str) -> bytes:
        """A fresh key of 256 bits."""

    def nonce(self, of: str, kind: str, text: str, place: str) -> bytes:
        """96 bits that no other sealing under the same key has. `place`: which value of which event."""


class SystemSource:
    """The system's source, nothing else."""

    def key(self, name: str) -> bytes:
        return secrets.token_bytes(KEY_BYTES)

    def nonce(self, of: str, kind: str, text: str, place: str) -> bytes:
        return secrets.token_bytes(NONCE_BYTES)


class SeededSource:
    """Of a trial: the same again from the same seed.

    A nonce follows from all that is sealed and from its place, so one comes twice under a key only if the
    very same bytes are sealed in the same place again.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def key(self, name: str) -> bytes:
        return seeded(self._seed, "key", name)

    def nonce(self, of: str, kind: str, text: str, place: str) -> bytes:
        return seeded(self._seed, "nonce", of, kind, place, text)[:NONCE_BYTES]
