"""What an answer to a command says, in words: yuan, names of codes, lines as tables; json keeps keys and fen."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from adapters.casefile import CaseText
from adapters.cli.session import Session
from domain.event import Event
from domain.ids import CaseNo, StreamId
from domain.money import show_yuan
from workflows.command import Answer

FEN = frozenset(
    {
        "amount",
        "arrears_amount",
        "before",
        "claim",
        "claimed",
        "due",
        "more",
        "open",
        "over",
        "paid",
        "repeated_amount",
        "set_off",
        "shares",
        "written_off",
    }
)
"""What in an answer's data is money where it is a whole number."""

MONTH = re.compile(r"\d{4}-\d{2}")
BEFORE = "column.before"
"""Of a day, a name or a division; of money it is the amount before."""


def tell_events(now: Session, answer: Answer) -> None:
    """What an answer wrote, event by event, in the words that a case's history has for it; personal values masked."""
    texts: dict[StreamId, CaseText] = {}
    known: dict[tuple[StreamId, int], Event] = {}
    for named, version, kind in answer.events:
        stream = StreamId(named)
        if stream not in texts:
            kept, _, name = stream.partition(":")
            case = now.doudi.office.world.case(CaseNo(name)) if kept == "case" else None
            texts[stream] = CaseText.of(now.catalogue, case) if case else CaseText(now.catalogue)
            for one in now.doudi.store.load(stream, version - 1):
                known[stream, one.version] = one.event
        event = known.get((stream, version))
        words = texts[stream].event(event) if event is not None else kind
        click.echo(f"  {stream}#{version} {words}")


def tell(now: Session, data: Mapping[str, Any]) -> None:
    """Each of an answer's data on a line, lists of lines as tables."""
    told = _Told(now)
    for key, value in data.items():
        if _lines(value):
            click.echo(f"  {told.heading(key)}:")
            now.table(list(value[0]), [told.row(one) for one in value], headings=told.headings(value[0], key))
        else:
            heading = told.heading(key) if key != "before" or isinstance(value, int) else now.text(BEFORE)
            heading = now.text("answered.by-month") if _by_month(value) else heading
            click.echo(f"  {heading}: {told.said(key, value)}")


def _lines(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _by_month(value: Any) -> bool:
    """Money by the months it is for."""
    return isinstance(value, dict) and bool(value) and all(map(MONTH.fullmatch, value))


class _Told:
    def __init__(self, now: Session) -> None:
        self._now = now
        self._text = CaseText(now.catalogue)

    def heading(self, key: str, of: str = "") -> str:
        """A key under another (`left_out`) is told by that one's words, else as any other."""
        return self._now.text(self._code(key, of))

    def headings(self, keys: Mapping[str, Any], of: str) -> dict[str, str]:
        return {key: self._code(key, of) for key in keys}

    def _code(self, key: str, of: str) -> str:
        names = (f"value.{of}.{key}", f"answered.{key}", f"column.{key}")
        return next((one for one in names if self._now.catalogue.has(one)), key)

    def row(self, line: Mapping[str, Any]) -> dict[str, str]:
        return {key: self.said(key, value) for key, value in line.items()}

    def said(self, key: str, value: Any) -> str:
        if value is None or value in ("", [], (), {}):
            return "–"
        if _by_month(value):
            return ", ".join(f"{month} {self.said('amount', fen)}" for month, fen in value.items())
        if isinstance(value, dict):
            return ", ".join(self._pairs(key, value))
        if isinstance(value, list | tuple):
            return ("; " if _lines(value) else ", ").join(self.said(key, one) for one in value)
        if isinstance(value, bool):
            return str(self._now.text("value.true" if value else "value.false"))
        if isinstance(value, int):
            return self._now.text("value.yuan", amount=show_yuan(value)) if key in FEN else str(value)
        return self._text.word(key, str(value))

    def _pairs(self, key: str, values: Mapping[str, Any]) -> Iterator[str]:
        for name, value in values.items():
            yield f"{self.heading(name, key)} {self.said(key if key in FEN else name, value)}"
