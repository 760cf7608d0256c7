"""The one catalogue of what people read, in Chinese and English; codes are its message ids."""

from functools import cache
from importlib.resources import files
from typing import Literal

from babel.messages.pofile import read_po

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def messages(lang: Lang) -> dict[str, str]:
    """All messages of a language by id."""
    return _read(f"{lang}.po")


@cache
def help_in_chinese() -> dict[str, str]:
    """The command line's help by its English words: who changes those is told that Chinese ones are missing."""
    return _read("help.zh.po")


def _read(name: str) -> dict[str, str]:
    with (files("adapters") / "catalogue" / name).open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


class Catalogue:
    """Texts in one language. A code without a text is shown as itself, never dropped."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._messages = messages(lang)

    def has(self, code: str) -> bool:
        return code in self._messages

    def text(self, code: str, /, **params: object) -> str:
        template = self._messages.get(code)
        if template is None:
            named = ", ".join(f"{key}={value}" for key, value in params.items())
            return f"{code} ({named})" if named else code
        try:
            return template.format(**params)
        except (KeyError, IndexError):
            return template


__all__ = ["LANGS", "Catalogue", "Lang", "messages"]
