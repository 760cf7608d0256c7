"""What one call of the command line works with: the store, who acts, the language, the form of the answer."""

import csv
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any, NoReturn

import click
import orjson
from rich.console import Console
from rich.table import Table

from adapters.bootstrap import ADMINISTRATOR, Doudi, open_doudi
from adapters.catalogue import Catalogue, Lang
from adapters.wording import remedy_of, text_of
from domain.ids import DivisionCode
from domain.money import Fen, show_yuan
from domain.personal import show_forgotten_as
from domain.policy import AREAS
from projections.base import Rows
from workflows.command import Answer
from workflows.refusal import Reason

DEFAULT_STORE = "sqlite:///doudi.sqlite"
REFUSED = 1


class Session:
    def __init__(
        self,
        *,
        url: str | None = None,
        actor: str | None = None,
        lang: str | None = None,
        form: str = "table",
    ) -> None:
        self.url = url or os.environ.get("DOUDI_STORE") or DEFAULT_STORE
        self.named_actor = actor
        self.form = form
        self.catalogue = Catalogue(_language(lang))
        show_forgotten_as(self.text("forgotten"))

    @cached_property
    def doudi(self) -> Doudi:
        return open_doudi(self.url)

    @property
    def trial(self) -> bool:
        return self.doudi.store.trial

    @property
    def actor(self) -> str:
        """Who acts: `--as`, in a trial store its administrator; a real store refuses to guess."""
        if self.named_actor:
            return self.named_actor
        if not self.trial:
            self.refuse(Reason(code="who-acts"))
        return ADMINISTRATOR

    def rows(self, projection: str) -> Rows:
        """A projection's rows, brought to the head of the log."""
        self.catch_up(projection)
        return self.doudi.projector.rows(projection)

    def catch_up(self, *projections: str) -> None:
        """Bring what is looked at to the head of the log; who looks on is told that it is being read."""
        with self.waiting():
            self.doudi.projector.catch_up(*projections)

    def waiting(self) -> AbstractContextManager[object]:
        """Says on a terminal that the log is being read; nothing where nobody looks on."""
        return Console(stderr=True).status(self.text("reading")) if sys.stderr.isatty() else nullcontext()

    def text(self, code: str, /, **params: object) -> str:
        return self.catalogue.text(code, **params)

    def money(self, fen: Fen) -> Fen | str:
        """Yuan for people's eyes; json keeps the fen."""
        return fen if self.form == "json" else show_yuan(fen)

    def yes(self, value: bool) -> bool | str:
        """Yes or no in words; json keeps the value."""
        return value if self.form == "json" else self.text("value.true" if value else "value.false")

    def mark(self, value: bool) -> bool | str:
        """Yes or nothing, for columns in which few rows say yes; json keeps the value."""
        return value if self.form == "json" else self.text("value.true") if value else ""

    def reason(self, reason: Reason) -> str:
        """What stands in the way, in which field, and what to do."""
        where = f"{reason.field}: " if reason.field else ""
        remedy = remedy_of(self.catalogue, reason)
        return f"{where}{text_of(self.catalogue, reason)}" + (f"\n  → {remedy}" if remedy else "")

    def refuse(self, *reasons: Reason) -> NoReturn:
        for reason in reasons:
            click.echo(self.reason(reason), err=True)
        raise SystemExit(REFUSED)

    def send(self, kind: str, case: str | None = None, **data: Any) -> None:
        """Send one command and print its answer."""
        line: dict[str, Any] = {"id": self.doudi.fresh_id(), "type": kind, "actor": self.actor, "data": data}
        if case is not None:
            line["case"] = case
        self.answer(self.doudi.office.take(line))

    def answer(self, answer: Answer) -> None:
        """Print a command's answer; a refusal goes to stderr and ends with 1."""
        from adapters.cli.answers import tell, tell_events

        if answer.status == "refused":
            if self.form == "json":
                click.echo(self.line(answer))
            self.refuse(*answer.reasons)
        if self.form == "json":
            click.echo(self.line(answer))
            return
        click.echo(self.text("answer.done", case=answer.case or "–"))
        tell_events(self, answer)
        tell(self, answer.data)
        self.note()

    def unit(self, unit: str) -> str:
        """A parameter's unit in words; json keeps it."""
        return unit if self.form == "json" or not unit else self.text(f"value.unit.{unit}")

    def decision(self, kind: str) -> str:
        """What was decided, in words; json keeps the event's type."""
        return kind if self.form == "json" else self.text(f"decision.{kind}")

    def heading(self, key: str) -> str:
        return self.text(f"column.{key}") if self.catalogue.has(f"column.{key}") else key

    def line(self, answer: Answer) -> str:
        """An answer as one JSON line: done with events and versions, or refused with its reasons."""
        said: dict[str, Any] = {"id": answer.id, "status": answer.status}
        if answer.case:
            said["case"] = answer.case
        if answer.status == "done":
            said["events"] = [
                {"stream": stream, "version": version, "type": kind}
                for stream, version, kind in answer.events
            ]
            said["data"] = answer.data
        else:
            said["reasons"] = [
                {
                    "code": reason.code,
                    "field": reason.field,
                    "params": reason.params,
                    "message": text_of(self.catalogue, reason),
                    "remedy": remedy_of(self.catalogue, reason) or reason.remedy,
                }
                for reason in answer.reasons
            ]
        said["trial"] = self.trial
        return orjson.dumps(said).decode()

    def parked(self) -> list[dict[str, Any]]:
        """What waits in the projections that were looked at: an answer doesn't count it.

        `case` is None where the actor doesn't see it.
        """
        if "doudi" not in self.__dict__ or not self.doudi.projector.asked:
            return []
        projector = self.doudi.projector
        return [
            {
                "projection": one.projection,
                "case": one.stream.removeprefix("case:") if self._sees(one.position) else None,
                "position": one.position,
                "type": one.type,
            }
            for one in projector.parked()
            if one.projection in projector.asked
        ]

    def _sees(self, position: int) -> bool:
        """Whether the actor's desks reach the division that the event at a position is of."""
        from adapters.cli.scope import sees

        if not self.named_actor and not self.trial:
            return False
        row = self.doudi.store.database.connection.execute(
            "SELECT division FROM events WHERE position = ?", (position,)
        ).fetchone()
        self.doudi.office.world.refresh()
        return row is not None and sees(self, DivisionCode(row[0]))

    def note(self, position: int | None = None) -> None:
        """To stderr: that this is a trial, the position an answer was taken at, and what waits."""
        for one in self.parked() if position is not None else ():
            click.echo(self.text("answer.parked", **{**one, "case": one["case"] or "–"}), err=True)
        parts = []
        if position is not None:
            parts.append(self.text("answer.position", position=position))
        if self.trial:
            parts.append(self.text("answer.trial"))
        if parts:
            click.echo(" · ".join(parts), err=True)

    def show(
        self,
        columns: Sequence[str],
        rows: Iterable[Mapping[str, Any]],
        *,
        title: str = "",
        headings: Mapping[str, str] | None = None,
        position: int | None = None,
        **about: Any,
    ) -> None:
        """Rows in the form asked for. `columns` are stable json keys; `column.<key>` is their heading, or the
        message that `headings` names.

        json: {"trial", "position", …about, "parked", "rows": [{key: value}]}; csv: keys as the first line.
        """
        found = [dict(row) for row in rows]
        if self.form == "json":
            click.echo(
                orjson.dumps(
                    {
                        "trial": self.trial,
                        "position": position,
                        **about,
                        "parked": self.parked(),
                        "rows": [{key: row.get(key) for key in columns} for row in found],
                    },
                    option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS,
                    default=str,
                ).decode()
            )
            return
        if self.form == "csv":
            self._as_csv(columns, found)
        else:
            self.table(columns, found, title=title, headings=headings)
        self.note(position)

    def listed(
        self,
        columns: Sequence[str],
        rows: Iterable[Mapping[str, Any]],
        *,
        headings: Mapping[str, str] | None = None,
    ) -> None:
        """Rows that come from no store. json: a list of them."""
        found = [dict(row) for row in rows]
        if self.form == "json":
            click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        elif self.form == "csv":
            self._as_csv(columns, found)
        else:
            self.table(columns, found, headings=headings)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Mapping[str, Any]],
        *,
        title: str = "",
        headings: Mapping[str, str] | None = None,
    ) -> None:
        """A table alone, for an answer of several; `show` says the position after the last."""
        found, named = list(rows), headings or {}
        table = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False)
        for key in columns:
            heading = self.text(named[key]) if key in named else self.heading(key)
            numeric = bool(found) and all(_is_number(row.get(key)) for row in found)
            table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
        for row in found:
            table.add_row(*(self._cell(self._area(key, row.get(key))) for key in columns))
        width = None if sys.stdout.isatty() else 200
        Console(width=width, highlight=False, soft_wrap=False).print(table)

    def _as_csv(self, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[self._cell(row.get(key)) for key in columns] for row in rows])

    def _area(self, key: str, value: Any) -> Any:
        return self.text(f"column.{value}") if key == "area" and value in AREAS else value

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(self.yes(value))
        if isinstance(value, list | tuple):
            return ", ".join(map(self._cell, value))
        return str(value)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _language(named: str | None) -> Lang:
    """`--lang`, else the locale's: Chinese for zh…, English otherwise."""
    found = named or next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if found.lower().startswith("zh") else "en"


def session() -> Session:
    found: Session = click.get_current_context().find_object(Session) or Session()
    return found
