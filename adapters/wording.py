"""What stands in the way, in the reader's words: states, desks, grounds by their names and not their codes."""

import re
from collections.abc import Callable

from adapters.catalogue import Catalogue, Lang
from domain.codes import known, label
from workflows.definition import shipped
from workflows.refusal import Reason

AWARD = "award"
BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff）”]) (?=[\u4e00-\u9fff（“])")
"""A space between two Chinese characters, where a template kept one for a code."""


def text_of(catalogue: Catalogue, reason: Reason) -> str:
    code = reason.code
    if reason.params.get("until") == "" and catalogue.has(f"{code}.untold"):
        code = f"{code}.untold"
    return _set(catalogue.text(code, **_worded(catalogue, reason)), catalogue.lang)


def remedy_of(catalogue: Catalogue, reason: Reason) -> str | None:
    """What to do about it; None where the catalogue says nothing."""
    if not catalogue.has(reason.remedy):
        return None
    return _set(catalogue.text(reason.remedy, **_worded(catalogue, reason)), catalogue.lang)


def _set(text: str, lang: Lang) -> str:
    return BETWEEN.sub("", text) if lang == "zh" else text


def _worded(catalogue: Catalogue, reason: Reason) -> dict[str, str | int]:
    """The parameters as they are shown; what has no name in the catalogue stays as it is."""
    return {
        name: _words(catalogue, name, value, reason) if isinstance(value, str) else value
        for name, value in reason.params.items()
    }


def _words(catalogue: Catalogue, name: str, value: str, reason: Reason) -> str:
    if name == "reason" and reason.code.startswith(("kafka.", "relay.")):
        known_as = f"kafka.reason.{value}"
        return catalogue.text(known_as) if catalogue.has(known_as) else value
    if name in ("owner", "desk", "desks"):
        return _each(catalogue, value, lambda one: _label("desk", one, catalogue.lang))
    if name == "area":
        return _each(catalogue, value, lambda one: _label("area", one, catalogue.lang))
    if name == "command" and catalogue.has(f"command.{value}"):
        return catalogue.text(f"command.{value}")
    if name == "lacks":
        known_as = f"value.lacks.{value.partition('_')[0]}"
        return catalogue.text(known_as) if catalogue.has(known_as) else value
    if name == "life":
        return _life(value, catalogue.lang)
    if name == "state":
        return _state(str(reason.params.get("life") or AWARD), value, catalogue.lang)
    if name == "fit" or (name == "given" and reason.code == "code-not-of-change"):
        return _each(catalogue, value, lambda one: _reason(one, catalogue.lang))
    if name in ("ground", "grounds", "effect") or (name == "told" and reason.code == "told-of-less"):
        kind = "ground" if name.startswith("ground") else "effect"
        return _each(catalogue, value, lambda one: _value(catalogue, kind, one))
    return value


def _each(catalogue: Catalogue, value: str, word: Callable[[str], str]) -> str:
    separator = "、" if catalogue.lang == "zh" else ", "
    return separator.join(word(one) for one in value.replace(",", " ").split())


def _label(list_name: str, code: str, lang: Lang) -> str:
    return label(list_name, code, lang) if known(list_name, code) else code


def _value(catalogue: Catalogue, kind: str, code: str) -> str:
    name = f"value.{kind}.{code}"
    if catalogue.has(name):
        return catalogue.text(name)
    return f"{code} {_label('refuse', code, catalogue.lang)}" if known("refuse", code) else code


def _reason(code: str, lang: Lang) -> str:
    """A code of an increase, a reduction or a stop with its words."""
    found = [one for one in ("increase", "reduce", "stop") if known(one, code)]
    return f"{code} {label(found[0], code, lang)}" if found else code


def _life(name: str, lang: Lang) -> str:
    found = [one for one in shipped().values() if name in (one.name, one.id)]
    return getattr(found[0], lang) if found else name


def _state(life: str, state: str, lang: Lang) -> str:
    """Its name in the first version of the life cycle that has it: a reason names no version."""
    names = [
        getattr(each, lang)
        for one in shipped().values()
        if life in (one.name, one.id)
        for each in one.states
        if each.name == state
    ]
    return names[0] if names else state
