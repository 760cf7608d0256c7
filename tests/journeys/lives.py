"""doudi from outside: its command line in this process, or as a process of its own, on a trial store in a folder.

`Outside.run` says one call; `Life` plays a file of JSON lines day by day, or all at once.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

from adapters.bootstrap import Doudi, open_doudi
from adapters.cli.main import main
from adapters.cli.verbs import verb
from domain.case import Case
from domain.ids import CaseNo
from domain.money import show_yuan
from tests.harness import COUNTY, STAFF, T1, T2, V1, V2
from workflows.world import case_stream

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
BASE = ROOT / "adapters/seed/policy/base.json"
Line = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What a call came to: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def wrong(self) -> str:
        """What was refused, for a test's message."""
        refused = [line for line in self.out.splitlines() if '"status":"refused"' in line]
        return "\n".join([*refused, self.err])

    @property
    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.out.splitlines()]


def call(*arguments: str) -> Said:
    """The command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code, opened = 0, []

    def opening(url: str) -> Doudi:
        opened.append(open_doudi(url))
        return opened[-1]

    with redirect_stdout(out), redirect_stderr(err), patch("adapters.cli.session.open_doudi", opening):
        try:
            main(list(arguments))
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
        finally:
            for doudi in opened:
                doudi.close()
    printed, told = (stream.buffer.getvalue().decode() for stream in (out, err))
    return Said(code, printed, told)


def apart(*arguments: str, **environment: str) -> Said:
    """The command line as a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "adapters.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
        timeout=120,
    )
    return Said(ran.returncode, ran.stdout, ran.stderr)


class Outside:
    """A trial office: county C, townships T1 and T2, its staff, the Base's policy. Everything by the command line."""

    def __init__(self, folder: Path, begun: str = "2025-01-02") -> None:
        self.folder = folder
        self.file = folder / "office.sqlite"
        self.url = f"sqlite:///{self.file}"
        self._ids = count(1)
        if not self.file.exists():
            shutil.copytree(_furnished(begun), folder, dirs_exist_ok=True)

    def run(self, *arguments: str, code: int = 0, actor: str | None = None) -> Said:
        """One call; it must end with `code`."""
        who = ("--as", actor) if actor else ()
        said = call("--store", self.url, *who, *arguments)
        assert said.code == code, (arguments, said.code, said.wrong)
        return said

    def json(self, *arguments: str, actor: str | None = None) -> Any:
        return self.run(*arguments, "--format", "json", actor=actor).json

    def apart(self, *arguments: str, code: int = 0, **environment: str) -> Said:
        said = apart("--store", self.url, *arguments, **environment)
        assert said.code == code, (arguments, said)
        return said

    def do(self, *lines: Line, code: int = 0, options: tuple[str, ...] = ()) -> list[Line]:
        """Commands by the door of JSON lines; their answers."""
        file = self.folder / f"lines-{next(self._ids)}.jsonl"
        write(file, lines)
        return self.run("do", str(file), *options, code=code).lines

    def line(
        self, kind: str, actor: str, case: str | None = None, /, *, id: str | None = None, **data: Any
    ) -> Line:
        said: Line = {"id": id or f"o{next(self._ids)}", "type": kind, "actor": actor, "data": data}
        return {**said, "case": case} if case else said

    def tell(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> Line:
        """One command that is taken; its answer."""
        return self.do(self.line(kind, actor, case, **data))[0]

    def refused(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> list[str]:
        """One command that is refused, by the codes of its reasons; it leaves no event."""
        head = self.head()
        (answer,) = self.do(self.line(kind, actor, case, **data), code=1)
        assert self.head() == head
        return [reason["code"] for reason in answer["reasons"]]

    def say(self, line: Line, door: str = "do") -> Line:
        """One command through a door: `do`, a file of JSON lines, or `case`, its shorthand; the answer's line."""
        if door == "do":
            file = self.folder / f"lines-{next(self._ids)}.jsonl"
            write(file, [line])
            said = call("--store", self.url, "do", str(file))
        else:
            said = call("--store", self.url, *shorthand(line, line.get("case", "")), "--format", "json")
        answer: Line = json.loads(said.out)
        assert said.code == (answer["status"] == "refused"), said
        return answer

    def clock(self, day: str) -> None:
        self.run("clock", "set", day)

    def tick(self, until: str) -> Said:
        self.clock(until)
        return self.run("tick", "--until", until)

    def pay(self, month: str, area: str = "rural") -> None:
        """A month's list by its shorthands: drawn, signed by both, closed."""
        named = ("--division", COUNTY, "--month", month, "--area", area)
        self.run("pay", "draw", *named, actor="payer")
        self.run("pay", "sign", *named, "--hand", "maker", actor="payer")
        self.run("pay", "sign", *named, "--hand", "checker", actor="checker")
        self.run("pay", "close", *named, actor="payer")

    def stats(self, month: str, division: str = COUNTY, area: str = "rural", **more: str) -> dict[str, Any]:
        """A month's figures of a division by measure."""
        options = [part for name, value in more.items() for part in (f"--{name.replace('_', '-')}", value)]
        rows = self.json("stats", "--division", division, "--month", month, *options)["rows"]
        return {row["measure"]: row[area] for row in rows}

    def open(self) -> Doudi:
        return open_doudi(self.url)

    def head(self) -> int:
        doudi = self.open()
        try:
            return doudi.store.head()
        finally:
            doudi.close()

    def case(self, number: str) -> Case:
        doudi = self.open()
        try:
            found = doudi.office.world.case(CaseNo(number))
        finally:
            doudi.close()
        assert found is not None
        return found

    def events(self) -> list[tuple[str, int, str]]:
        """(stream, version, event) of the log in order, as they are: what two ways to one end must share."""
        doudi = self.open()
        try:
            return [(one.stream, one.version, repr(one.event)) for one in pages(doudi)]
        finally:
            doudi.close()

    def kinds(self, number: str) -> list[str]:
        """What happened to a case, by type."""
        doudi = self.open()
        try:
            return [type(one.event).__name__ for one in doudi.store.load(case_stream(number))]
        finally:
            doudi.close()


def pages(doudi: Doudi) -> Iterator[Any]:
    at, head = 0, doudi.store.head()
    while at < head:
        page = doudi.store.page(at, 2_000)
        yield from page
        at = page[-1].position


class Life(Outside):
    """A journey's file on an office of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, BEGUN.get(name, "2025-01-02"))
        self.name = name
        self.path = HERE / f"{name}.jsonl"
        self.todo = days(read(self.path))
        self.number = ""

    def play(self, until: str) -> list[Line]:
        """The file's days up to one; every command is taken."""
        lines: list[Line] = []
        while self.todo and self.todo[0][0] <= until:
            lines += self.todo.pop(0)[1]
        assert lines, f"{self.name} has nothing until {until}"
        answers = self.do(*lines)
        assert [one["status"] for one in answers] == ["done"] * len(lines)
        if not self.number:
            self.number = next(one["case"] for one in answers if one.get("case"))
        return answers

    def is_refused(self, kind: str, actor: str, /, **data: Any) -> list[str]:
        return self.refused(kind, actor, self.number, **data)

    def show(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("case", "show", self.number)
        return found

    def state(self, life: str = "application") -> str | None:
        return next((one["state"] for one in self.show()["lives"] if one["instance"] == life), None)

    def due(self, key: str) -> str | None:
        """The day a deadline falls due; None where none of that name runs."""
        return next((one["due"] for one in self.show()["deadlines"] if one["deadline"] == key), None)

    def late(self) -> list[str]:
        """Deadlines about which anybody was warned, or told that they were over."""
        return [one for one in self.kinds(self.number) if one in ("DeadlineWarned", "DeadlineEscalated")]

    def letter(self, kind: str) -> str:
        """A letter's text in Chinese."""
        return self.run("--lang", "zh", "letter", self.number, kind).out

    def tells_the_same(self) -> None:
        """Told again from its events, each decision comes out the same; log and projections are whole."""
        again = self.json("case", "replay", self.number)
        assert again["decisions"]
        assert all(one["same"] for one in again["decisions"])
        self.run("check")


def read(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, lines: Iterable[Line]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def days(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """The lines by their day: each SetClock begins one."""
    found: list[tuple[str, list[Line]]] = []
    for line in lines:
        if line["type"] == "SetClock":
            found.append((line["data"]["to"], []))
        found[-1][1].append(line)
    return found


BEGUN = {"J11": "2023-01-03"}
"""Journeys that begin before the others' first day."""
NAMES = {COUNTY: "丙县", T1: "甲镇", T2: "乙镇", V1: "东山村", V2: "西河村"}
PAY = {"Draw": "draw", "SignList": "sign", "CloseList": "close"}


def shorthand(line: Line, number: str) -> tuple[str, ...]:
    """The same command by its shorthand."""
    data = dict(line["data"])
    who = ("--as", line["actor"])
    if line["type"] == "SetClock":
        return (*who, "clock", "set", data["to"])
    if line["type"] in PAY:
        return (*who, "pay", PAY[line["type"]], *_options(data))
    case = (number,) if "case" in line else ()
    seen = ("--expected", str(line["expected"])) if "expected" in line else ()
    return (*who, "case", verb(line["type"]), *case, "--id", line["id"], *seen, *_options(data))


AMOUNTS = ("amount", "uplift", "standard", "income")


def yuan(value: Any, name: str = "") -> Any:
    """What a line says in fen as the command line wants it."""
    if isinstance(value, dict):
        return {key: yuan(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [yuan(one) for one in value]
    return show_yuan(value) if name in AMOUNTS and isinstance(value, int) else value


def _options(data: Line) -> tuple[str, ...]:
    """Each field as an option; what no option can say goes as `--data`."""
    found: list[str] = []
    for name, value in yuan(data).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            found.append(option if value else f"--no-{option[2:]}")
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            for one in value:
                found += [option, one]
        elif isinstance(value, list | dict):
            found += [option, json.dumps(value, ensure_ascii=False)]
        else:
            found += [option, str(value)]
    return tuple(found)


@cache
def _furnished(begun: str) -> Path:
    """An office set up by the command line, once for a run of tests; each test takes a copy."""
    folder = Path(mkdtemp(prefix="doudi-office-"))
    url = f"sqlite:///{folder / 'office.sqlite'}"
    lines = [
        {
            "id": f"desk-{staff}",
            "type": "Appoint",
            "actor": "admin",
            "data": {
                "division": division,
                "staff": staff,
                "name": staff,
                "desk": desk,
                "since": "2000-01-01",
            },
        }
        for staff, (desk, division) in STAFF.items()
    ]
    write(folder / "desks.jsonl", lines)
    for arguments in (
        ("init", "--trial", "--clock", begun),
        *(("division", "add", code, name) for code, name in NAMES.items()),
        ("do", str(folder / "desks.jsonl")),
        ("policy", "load", str(BASE)),
    ):
        said = call("--store", url, *arguments)
        assert said.code == 0, said
    return folder
