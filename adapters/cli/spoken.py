"""Help in the language asked for. English stands with the commands; Chinese is found by it in the catalogue.

An option that nobody explains is explained by its name (`option.instance`), in both.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextvars import ContextVar
from copy import copy
from inspect import cleandoc

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.types

from adapters.catalogue import Catalogue, Lang, help_in_chinese

_EXAMPLE = re.compile(r"\s*Example: (.*)\Z", re.S)
_GAP = "  "
"""Between the parts of an option's help."""
_PLAIN = re.compile(r"[\[{].*|YYYY-MM-DD|yuan, such as [\d.]+|.* \(doudi codes \w+\)|")
"""A part that says how a value is written: JSON, a day, yuan, codes, whether it must be there."""
_WIDTH = 76
_BESIDE = 46
_SHORT = 30


_LANG: ContextVar[Lang] = ContextVar("lang", default="en")


def _click_says(text: str) -> str:
    return help_in_chinese().get(text, text) if _LANG.get() == "zh" else text


def _click_says_of(one: str, many: str, count: int) -> str:
    return _click_says(one if count == 1 else many)


for module in (click.core, click.decorators, click.exceptions, click.formatting, click.types):
    for name, says in (("_", _click_says), ("ngettext", _click_says_of)):
        if hasattr(module, name):
            setattr(module, name, says)


def click_says(text: str, **params: str) -> str:
    """Of click's own words."""
    return _click_says(text).format(**params)


def sentence(text: str) -> str:
    """What a command says of wrong use: `no such file: …` without what follows."""
    head, colon, rest = text.partition(": ")
    return _click_says(text) if _click_says(text) != text else f"{_click_says(head)}{colon}{rest}"


def speak(catalogue: Catalogue) -> None:
    """What click itself says is in this language from now on, within this call of the command line."""
    _LANG.set(catalogue.lang)


class SpokenGroup(click.Group):
    """A group that makes commands when they are asked for, in the language it was given."""

    catalogue: Catalogue | None = None

    def said(self, command: click.Command) -> click.Command:
        return spoken(command, self.catalogue) if self.catalogue is not None else command


def spoken(command: click.Command, catalogue: Catalogue) -> click.Command:
    """The command and all below it with their help in the catalogue's language; the given one isn't changed."""
    said = copy(command)
    said.params = [_param(one, catalogue) for one in command.params]
    if catalogue.lang == "zh" and command.help:
        said.help = _in_chinese(command.help)
        said.short_help = _first(said.help)
    if isinstance(said, SpokenGroup):
        said.catalogue = catalogue
    if isinstance(said, click.Group) and isinstance(command, click.Group):
        said.commands = {name: spoken(one, catalogue) for name, one in command.commands.items()}
    return said


def paragraphs(text: str) -> tuple[list[str], str]:
    """A help text's paragraphs, each on one line, and its example."""
    text = cleandoc(text)
    example = _EXAMPLE.search(text)
    parts = re.split(r"\n\s*\n", _EXAMPLE.sub("", text))
    return [" ".join(part.split()) for part in parts if part.strip()], example[1].strip() if example else ""


def explained(option: click.Option) -> list[str]:
    """The parts of an option's help that are words."""
    return [part for part in (option.help or "").split(_GAP) if not _PLAIN.fullmatch(part)]


def _in_chinese(text: str) -> str:
    """`\\b` keeps click from breaking lines between words, of which Chinese has none to see."""
    found, example = paragraphs(text)
    said = [help_in_chinese().get(one, one) for one in found]
    said += [f"例：{' '.join(example.split())}"] if example else []
    return "\n\n".join("\b\n" + "\n".join(_broken(one, _WIDTH)) for one in said)


def _first(text: str) -> str:
    """The first sentence, as a list of commands has it."""
    sentence = text.split("\b\n")[1].replace("\n", "").partition("。")[0]
    return sentence if len(sentence) <= _SHORT else sentence[: _SHORT - 1] + "…"


def _param(param: click.Parameter, catalogue: Catalogue) -> click.Parameter:
    if not isinstance(param, click.Option):
        return param
    said = copy(param)
    parts = (param.help or "").split(_GAP)
    if not explained(param):
        parts = [catalogue.text(f"option.{param.opts[0].lstrip('-')}"), *parts]
    if catalogue.lang == "zh":
        parts = [_part(one) for one in parts if one]
        said.help = "\b\n" + "\n".join(_broken(_GAP.join(parts), _BESIDE))
    else:
        said.help = _GAP.join(one for one in parts if one)
    return said


def _part(part: str) -> str:
    chinese = help_in_chinese()
    if part in chinese:
        return chinese[part]
    for words in (" and maybe ", "yuan as text"):
        part = part.replace(words, chinese[words.strip()])
    return part


def _broken(text: str, width: int) -> Iterator[str]:
    """Lines of so many columns, broken between words or beside Chinese characters."""
    line, columns = "", 0
    for word in re.findall(r"[ -~…]+? |[!-~…]+|\s|.", text):
        wide = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in word)
        if columns + wide > width and line and word not in "，。；：、）」”":
            yield line.rstrip()
            line, columns = "", 0
        if line or not word.isspace():
            line, columns = line + word, columns + wide
    yield line.rstrip()
