"""A trial store that holds what a county's story told, and its command line in this process."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.main import main
from domain.event import Event
from domain.ids import StreamId
from tests.harness import TrialOffice
from tests.projections.county import County


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Told:
    """`tell` writes what the county's log holds beyond what was told; `ask` runs the command line."""

    def __init__(self, folder: Path, today: str = "2025-12-31") -> None:
        self.office = TrialOffice(folder, today=today)
        self._told = 0

    def tell(self, county: County) -> None:
        new: list[tuple[StreamId, Event]] = [(seen.stream, seen.event) for seen in county.log[self._told :]]
        self._told = len(county.log)
        self.office.write(new)

    def ask(self, *arguments: str) -> Said:
        return ask(self.office.url, *arguments)


def ask(url: str, *arguments: str, lang: str = "en") -> Said:
    """One call of the command line on a store."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(["--store", url, "--lang", lang, *arguments])
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
    return Said(code, out.getvalue(), err.getvalue())
