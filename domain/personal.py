"""Personal values: each knows whose it is, shows itself masked, and is opened only on purpose.

They stand in events in fields of these types and pass through the codec's keyring port, so that sealing
them touches no event class (architecture 11; 个人信息保护法 art. 28).
"""

from typing import ClassVar, Self

from domain.identity import mask_account, mask_address, mask_name, mask_number, mask_phone


class Personal:
    """A personal text with the reference of the person (or, for free text, of the case) it belongs to."""

    __slots__ = ("of", "text")
    kind: ClassVar[str] = "words"

    def __init__(self, of: str, text: str) -> None:
        self.of = of
        self.text = text

    def masked(self) -> str:
        return "*" if self.text else ""

    def same(self, text: str) -> Self:
        return type(self)(self.of, text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.of}, {self.masked()})"

    __str__ = masked

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (other.of, other.text) == (self.of, self.text)

    def __hash__(self) -> int:
        return hash((type(self), self.of, self.text))


class Name(Personal):
    __slots__ = ()
    kind = "name"

    def masked(self) -> str:
        return mask_name(self.text)


class Number(Personal):
    __slots__ = ()
    kind = "number"

    def masked(self) -> str:
        return mask_number(self.text)


class Phone(Personal):
    __slots__ = ()
    kind = "phone"

    def masked(self) -> str:
        return mask_phone(self.text)


class Address(Personal):
    __slots__ = ()
    kind = "address"

    def masked(self) -> str:
        return mask_address(self.text)


class Account(Personal):
    __slots__ = ()
    kind = "account"

    def masked(self) -> str:
        return mask_account(self.text)


class Words(Personal):
    """Free text: health in words, an objection, an answer; kept under the case's reference."""

    __slots__ = ()


PERSONAL_TYPES: tuple[type[Personal], ...] = (Name, Number, Phone, Address, Account, Words)
