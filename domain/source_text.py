"""Where a rule or a default value comes from, in words: `民发〔2021〕57号 art. 13` is `民发〔2021〕57号第13条`."""

import re

from domain.codes import Lang
from domain.explain import Catalogue

_ARTICLES = re.compile(r" arts?\. ([\d–]+(?: [\d–]+)*)")
_PARTS = re.compile(r"(; |: )")


def source_words(source: str, catalogue: Catalogue, lang: Lang) -> str:
    """As it is written in English; in Chinese with its articles and remarks in words (messages `source.…`)."""
    if lang == "en":
        return source
    said = _ARTICLES.sub(lambda found: f"第{found[1].replace(' ', '、')}条", source)
    return "".join(_part(part, catalogue) for part in _PARTS.split(said))


def _part(part: str, catalogue: Catalogue) -> str:
    if part in ("; ", ": "):
        return {"; ": "；", ": ": "："}[part]
    before, comma, after = part.partition(", ")
    if comma:
        return f"{_part(before, catalogue)}，{_part(after, catalogue)}"
    code = f"source.{remark(part)}"
    said = catalogue.text(code)
    return part if said == code else said


def remark(part: str) -> str:
    """The name of a remark's message."""
    return re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-")


def section_words(section: str, lang: Lang) -> str:
    """`§4 income` has its words in English alone; the numbers say where it stands."""
    return section if lang == "en" else "、".join(re.findall(r"§[\d.]+", section))
