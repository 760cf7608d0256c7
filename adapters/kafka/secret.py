"""A secret: it goes to the broker and is never shown."""

import os
from pathlib import Path

from adapters.kafka.errors import BadSettings

MASK = "•••"


class Secret(str):
    """Its bytes are the secret; whatever shows it (str, repr, a format, a log line) shows a mask."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, _: str) -> str:
        return MASK


def from_file(path: Path, key: str) -> Secret:
    """A file's text without its last line end."""
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise BadSettings("kafka.secret-unreadable", key=key, file=str(path)) from None
    if not text:
        raise BadSettings("kafka.secret-unreadable", key=key, file=str(path))
    return Secret(text)


def from_environment(name: str, key: str) -> Secret:
    text = os.environ.get(name, "")
    if not text:
        raise BadSettings("kafka.secret-unset", key=key, name=name)
    return Secret(text)
