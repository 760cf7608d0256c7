"""The codec's port to where personal values are sealed and opened."""

import hmac
from typing import Protocol


class Keyring(Protocol):
    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        """The text as it may stand in an event, under the key of `of`. `place`: which value of which event."""

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        """The text again, None if its key was dropped on purpose."""

    def digest(self, content: bytes) -> bytes:
        """Keyed digest (HMAC-SHA256) of a command's content: tells equal content only."""

    def index(self, number: str) -> bytes:
        """Keyed hash under which a resident number is found; stands in the index, never in an event."""


class PlainKeyring:
    """Leaves values readable; digests and index are keyed by the store's own secret."""

    def __init__(self, secret: bytes) -> None:
        self._digest_key = hmac.digest(secret, b"command digest", "sha256")
        self._index_key = hmac.digest(secret, b"number index", "sha256")

    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        return text

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        return sealed

    def digest(self, content: bytes) -> bytes:
        return hmac.digest(self._digest_key, content, "sha256")

    def index(self, number: str) -> bytes:
        return hmac.digest(self._index_key, number.encode(), "sha256")
