"""Keyrings for tests that are about something else than sealing."""

from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterOfTrial
from adapters.keys.source import SeededSource


class PlainKeyring:
    """Leaves values readable, so that a test can say which bytes an event has."""

    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        return text

    def again(self, of: str) -> None: ...

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        return sealed


def keyring_in_memory(seed: str = "test") -> SealedKeyring:
    return SealedKeyring(KeyFile(":memory:"), MasterOfTrial(seed.encode().ljust(32)), SeededSource(seed))
