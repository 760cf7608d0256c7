"""The codec's port to where personal values are sealed and opened."""

from typing import Protocol


class Keyring(Protocol):
    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        """The text as it may stand in an event, under the key of `of`. `place`: which value of which event."""

    def again(self, of: str) -> None:
        """A value of `of` that was sealed before is written once more as it is."""

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        """The text again, None if its key was dropped on purpose."""
