"""Personal values: each knows whose it is, shows itself masked, and is opened only on purpose.

They stand in events in fields of these types and pass through the codec's keyring port, so that sealing
them touches no event class (architecture 11; 个人信息保护法 art. 28). A value that was read or written is sealed
and stays so; whose key was dropped is forgotten (art. 47): it shows as that, and nothing that folds it fails.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import ClassVar, Self

from domain.identity import mask_account, mask_address, mask_name, mask_number, mask_phone

Opener = Callable[[str, str, str], str | None]
"""(whose, kind, sealed) → the text, None if its key was dropped on purpose."""

_forgotten: ContextVar[str] = ContextVar("forgotten", default="（已遗忘）")


def show_forgotten_as(text: str) -> None:
    """What a forgotten value shows itself as from here on, in the language of who looks."""
    _forgotten.set(text)


class Personal:
    """A personal text with the reference of the person (or, for free text, of the case) it belongs to.

    Held as text, or sealed with what opens it; `text` of a sealed value opens it anew each time.
    """

    __slots__ = ("_open", "_text", "of", "sealed")
    kind: ClassVar[str] = "words"

    def __init__(self, of: str, text: str) -> None:
        self.of = of
        self._text: str | None = text
        self.sealed: str | None = None
        self._open: Opener | None = None

    @classmethod
    def from_sealed(cls, of: str, sealed: str, opener: Opener) -> Self:
        value = cls.__new__(cls)
        value.of, value.sealed, value._open, value._text = of, sealed, opener, None
        return value

    def seal(self, sealed: str, opener: Opener) -> None:
        """Let go of the text: from here on it is sealed."""
        self.sealed, self._open, self._text = sealed, opener, None

    def sealed_by(self, opener: Opener) -> str | None:
        """How it is sealed, if this opens it."""
        return self.sealed if self._open == opener else None

    def opened(self) -> str | None:
        """The text, None if it is forgotten."""
        text = self._text
        if text is not None:
            return text
        assert self._open is not None
        assert self.sealed is not None
        return self._open(self.of, self.kind, self.sealed)

    @property
    def text(self) -> str:
        """The text; of a forgotten value what it shows itself as."""
        found = self.opened()
        return _forgotten.get() if found is None else found

    @property
    def forgotten(self) -> bool:
        return self.opened() is None

    def masked(self) -> str:
        found = self.opened()
        return _forgotten.get() if found is None else self._mask(found)

    def _mask(self, text: str) -> str:
        return "*" if text else ""

    def __repr__(self) -> str:
        shown = self.masked() if self.sealed is None else "sealed"
        return f"{type(self).__name__}({self.of}, {shown})"

    def __str__(self) -> str:
        return self.masked()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or other.of != self.of:
            return False
        if self.sealed is not None and self.sealed == other.sealed:
            return True
        mine = self.opened()
        return mine is not None and mine == other.opened()

    def __hash__(self) -> int:
        return hash((type(self), self.of))


class Name(Personal):
    __slots__ = ()
    kind = "name"

    def _mask(self, text: str) -> str:
        return mask_name(text)


class Number(Personal):
    __slots__ = ()
    kind = "number"

    def _mask(self, text: str) -> str:
        return mask_number(text)


class Phone(Personal):
    __slots__ = ()
    kind = "phone"

    def _mask(self, text: str) -> str:
        return mask_phone(text)


class Address(Personal):
    __slots__ = ()
    kind = "address"

    def _mask(self, text: str) -> str:
        return mask_address(text)


class Account(Personal):
    __slots__ = ()
    kind = "account"

    def _mask(self, text: str) -> str:
        return mask_account(text)


class Words(Personal):
    """Free text: health in words, an objection, an answer; kept under the case's reference."""

    __slots__ = ()


PERSONAL_TYPES: tuple[type[Personal], ...] = (Name, Number, Phone, Address, Account, Words)
