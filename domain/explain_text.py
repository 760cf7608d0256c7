"""An explanation as text: a ledger whose lines add up, each with the facts and parameters it stands on."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from domain.catalogue import CATALOGUE, ParameterSpec
from domain.codes import Lang, label
from domain.explain import SECTIONS, Catalogue, Exact, Explanation, FactRead, Line, ParameterRead
from domain.facts import CODE_LISTS
from domain.ids import MemberKey
from domain.means.rulebook import rules
from domain.money import show_yuan
from domain.policy import show_value
from domain.source_text import section_words, source_words

_SIGNS = {"+": "+", "-": "−", "=": "=", "note": ""}
_MONEY = frozenset({"total", "explained", "left", "line", "most"})
_LABEL_WIDTH = 44
_AMOUNT_WIDTH = 16


def show_exact(amount: Exact) -> str:
    """Yuan to the fen; what is left of a fen as a fraction: 64003/12 fen is `53.33 7/12`."""
    sign = "-" if amount.n < 0 else ""
    fen, rest = divmod(abs(amount.n), amount.d)
    return sign + show_yuan(fen) + (f" {rest}/{amount.d}" if rest else "")


def published(explanation: Explanation) -> Explanation:
    """The explanation with its rules' sections and sources, as it is handed out."""
    named = dict.fromkeys(line.rule for line in explanation.lines)
    return msgspec.structs.replace(
        explanation, rules={name: f"{rules()[name].section}; {rules()[name].source}" for name in named}
    )


def render(
    explanation: Explanation,
    catalogue: Catalogue,
    lang: Lang,
    who: Mapping[MemberKey, str] | None = None,
) -> str:
    """The text in the catalogue's language. `who`: how members are called; their keys where it says nothing."""
    return "\n".join(_Text(explanation, catalogue, lang, who or {}).lines()) + "\n"


def told(explanation: Explanation, catalogue: Catalogue, lang: Lang) -> Iterator[tuple[Line, str]]:
    """Each line with what it says."""
    text = _Text(explanation, catalogue, lang, {})
    return ((line, text.words(line)) for line in explanation.lines)


class _Text:
    def __init__(
        self,
        explanation: Explanation,
        catalogue: Catalogue,
        lang: Lang,
        who: Mapping[MemberKey, str],
    ) -> None:
        self.explanation = explanation
        self.catalogue = catalogue
        self.lang: Lang = lang
        self.who = who
        self.facts = {fact.key: fact for fact in explanation.facts}
        self.parameters = {parameter.name: parameter for parameter in explanation.parameters}

    def say(self, code: str, /, **params: str | int) -> str:
        return self.catalogue.text(f"explain.{code}", **params)

    def lines(self) -> Iterator[str]:
        of = self.explanation
        yield self.say(
            "head" if of.basis == "facts" else "head-ledger",
            month=of.month,
            anchor=of.anchor.isoformat(),
            decided=of.decided_on.isoformat(),
        )
        for section in SECTIONS:
            lines = [line for line in of.lines if line.section == section]
            if lines:
                yield ""
                yield self.say(f"section.{section}")
            for line in lines:
                yield self._row(line)
                for key in line.facts:
                    yield "    · " + self._fact(self.facts[key])
                for name in line.parameters:
                    if name in self.parameters:
                        yield "    · " + self._parameter(self.parameters[name])
        yield ""
        if of.eligible:
            yield self.say("result", amount=show_yuan(of.result))
        else:
            yield self.say("refusal", grounds=self._grounds(" ".join(of.grounds)))

    def _row(self, line: Line) -> str:
        text = self.words(line)
        if line.member is not None:
            text += self.say("whose", who=self.who.get(line.member, line.member))
        amount = ""
        if line.amount is not None:
            shown = show_exact(line.amount)
            amount = f"({shown})" if line.op == "note" else _SIGNS[line.op] + shown
        row = _pad(text, _LABEL_WIDTH) + " " + amount.rjust(_AMOUNT_WIDTH)
        return f"{row}  {line.rule} ({section_words(rules()[line.rule].section, self.lang)})"

    def words(self, line: Line) -> str:
        """What a line says."""
        return self.say(
            line.text, **{key: self._param(line, key, value) for key, value in line.params.items()}
        )

    def _param(self, line: Line, key: str, value: str | int) -> str | int:
        if key in _MONEY and isinstance(value, int):
            return show_yuan(value)
        if key == "code":
            return self._code("property" if line.section == "property" else "income", str(value))
        if key == "exempt":
            return label("property_exempt", str(value), self.lang)
        if key == "status":
            return self.say(f"status.{value}")
        if key == "unit":
            return self._unit(str(value))
        if key == "grounds":
            return self._grounds(str(value))
        if key == "name" and value in CATALOGUE:
            return _words(CATALOGUE[str(value)], self.lang)
        return value

    def _unit(self, unit: str) -> str:
        return self.catalogue.text(f"value.unit.{unit}")

    def _grounds(self, grounds: str) -> str:
        return ", ".join(f"{code} {label('refuse', code, self.lang)}" for code in grounds.split())

    def _code(self, kind: str, code: str) -> str:
        words = label(CODE_LISTS[kind], code, self.lang) if kind in CODE_LISTS else code
        return code if words == code else f"{code} {words}"

    def _fact(self, fact: FactRead) -> str:
        parts = [f"{fact.key}: {self._code(fact.kind, fact.code)}"]
        if fact.amount is not None:
            parts.append(show_yuan(fact.amount))
        parts += [f"{name} {number}" for name, number in sorted(fact.numbers.items())]
        parts.append(_span(fact.since, fact.until))
        if fact.received is not None:
            parts.append(self.say("received", day=fact.received.isoformat()))
        parts.append(self.say("source", source=self._source(fact.source)))
        return " · ".join(parts)

    def _source(self, source: str) -> str:
        words = label("source", source, self.lang)
        return source if words == source else f"{source} {words}"

    def _parameter(self, read: ParameterRead) -> str:
        spec = CATALOGUE[read.name]
        value = show_value(read.name, read.value)
        unit = f" {self._unit(read.unit)}" if read.unit else ""
        since = self.say("default") if read.ref == "default" else _span(read.since, read.until)
        parts = [f"{_words(spec, self.lang)} [{read.name}] {value}{unit}", since]
        if read.document:
            own = read.ref != "default"
            parts.append(read.document if own else source_words(read.document, self.catalogue, self.lang))
        if read.ref != "default":
            parts.append(read.ref)
        return " · ".join(parts)


def _words(spec: ParameterSpec, lang: Lang) -> str:
    return spec.zh if lang == "zh" else spec.en


def _span(since: date, until: date | None) -> str:
    return f"{since.isoformat()} → {until.isoformat() if until else ''}".rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(width - _width(text), 0)
