"""An office simulated from a seed: clerks, a projector and the deadline process take steps under one scheduler.

Requests and replies are dropped and repeated, processes are stopped at any point and begun anew, clocks go on.
"""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from adapters.bootstrap import Doudi, open_doudi
from adapters.faults import Fault
from adapters.projecting.errors import RebuildRunning
from domain.case.change import DeadlineEscalated, DeadlineWarned
from domain.days import china_day
from tests.faults.hooks import hooked
from tests.faults.life import events, wrong
from tests.harness import V1, TrialOffice, person
from workflows.command import Answer

CLERKS, PROCESSES = 4, 2
Line = dict[str, Any]


def household(clerk: int, serial: int) -> list[Line]:
    """What is said of one application, in order."""
    name = f"clerk{clerk}-{serial}"
    member = person("m1", "1980-01-01", clerk * 20 + serial)
    enter = {"members": [member], "division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    said: list[tuple[str, str, Line]] = [
        ("Enter", "window", enter),
        ("Consent", "window", {"member": "m1", "until": "2035-12-31"}),
        ("Accept", "window", {}),
        ("Visit", "surveyor", {"surveyors": ["surveyor", "handler2"], "result": "true", "present": ["m1"]}),
        ("AskVerification", "handler", {"sources": ["V02"]}),
        ("StartVerification", "centre", {}),
        ("IssueReport", "centre", {"report": f"HD-{name}"}),
        ("Withdraw", "window", {"words": "不再申请"}),
    ]
    lines = []
    for number, (kind, actor, data) in enumerate(said):
        line: Line = {"id": f"{name}-{number}", "type": kind, "actor": actor, "data": data}
        lines.append(line if kind == "Enter" else {**line, "case": f"@{name}-0"})
    return lines


class Clerk:
    """Says each line until he has heard its answer; what he heard must stay true."""

    def __init__(self, number: int) -> None:
        self.lines = [line for serial in range(1, 4) for line in household(number, serial)]
        self.heard: dict[str, Answer] = {}
        self.late: list[Line] = []
        """Requests that the net kept back, and will bring once more."""

    @property
    def over(self) -> bool:
        return not self.lines

    def step(self, doudi: Doudi, random: Random, lossy: bool) -> None:
        if lossy and self.late and random.random() < 0.2:
            doudi.office.take(self.late.pop(random.randrange(len(self.late))))
            return
        if self.over:
            return
        line = self.lines[0]
        if lossy and random.random() < 0.1:
            return
        answer = doudi.office.take(line)
        if lossy and random.random() < 0.3:
            self.late.append(line)
        if lossy and random.random() < 0.15:
            return
        self.heard[line["id"]] = answer
        self.lines.pop(0)


class Simulation:
    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        office = TrialOffice(folder)
        self.url = office.url
        office.doudi.close()
        self.processes = [open_doudi(self.url) for _ in range(PROCESSES)]
        self.clerks = [Clerk(number) for number in range(CLERKS)]
        self.crashes = 0
        self.steps: Counter[str] = Counter()

    def close(self) -> None:
        for doudi in self.processes:
            doudi.close()

    def _fate(self, point: str) -> bool:
        if self.random.random() < 0.004:
            raise Fault(point)
        return False

    def run(self, steps: int) -> None:
        """So many steps, one thing after the other, each on any process; then calmly until all is done."""
        for _ in range(steps):
            at = self.random.randrange(PROCESSES)
            try:
                with hooked(self._fate):
                    self._step(self.processes[at], lossy=True)
            except Fault:
                self.crashes += 1
                self.processes[at].close()
                self.processes[at] = open_doudi(self.url)
        for clerk in self.clerks:
            while not clerk.over:
                clerk.step(self.processes[0], self.random, lossy=False)
        for doudi in self.processes:
            doudi.deadlines.run(self._today(doudi))

    def _step(self, doudi: Doudi, lossy: bool) -> None:
        what = self.random.choices(
            ("clerk", "project", "deadline", "tick", "clock", "rebuild"), (12, 4, 4, 1, 1, 0.5)
        )[0]
        self.steps[what] += 1
        match what:
            case "clerk":
                self.random.choice(self.clerks).step(doudi, self.random, lossy)
            case "project":
                doudi.projector.step(self.random.randint(1, 40))
            case "deadline":
                doudi.deadlines.step(self._today(doudi))
            case "tick":
                doudi.deadlines.run(self._today(doudi))
            case "clock":
                day = self._today(doudi) + timedelta(days=self.random.randint(0, 3))
                said = {
                    "id": f"clock-{day}",
                    "type": "SetClock",
                    "actor": "admin",
                    "data": {"to": day.isoformat()},
                }
                doudi.office.take(said)
            case "rebuild":
                with suppress(RebuildRunning):  # one that broke off holds its place until its lease is over
                    doudi.projector.rebuild(self.random.choice(("register", "due", "worklist", "statistics")))

    def _today(self, doudi: Doudi) -> date:
        return china_day(doudi.store.clock.now())

    def wrong(self) -> list[object]:
        """All that may not be, in the end."""
        found: list[object] = []
        for doudi in self.processes:
            found += wrong(doudi)
            for clerk in self.clerks:
                for name, answer in clerk.heard.items():
                    if answer.status == "done" and doudi.office.take(_line(name)) != answer:
                        found.append(("another answer", name))
            today = self._today(doudi)
            if (done := doudi.deadlines.step(today)) is not None:
                found.append(("left undone", done))
        found += [("twice", step) for step, times in self._taken().items() if times > 1]
        heads = {doudi.store.head() for doudi in self.processes}
        if len(heads) != 1:
            found.append(("heads", heads))
        return found

    def _taken(self) -> Counter[tuple[str, str, str]]:
        """How often each step of a deadline was taken."""
        taken: Counter[tuple[str, str, str]] = Counter()
        doudi = self.processes[0]
        at = 0
        while page := doudi.store.page(at, 1_000):
            at = page[-1].position
            for one in page:
                if isinstance(one.event, DeadlineWarned):
                    taken[one.stream, one.event.key, "warn"] += 1
                elif isinstance(one.event, DeadlineEscalated):
                    taken[one.stream, one.event.key, one.event.to] += 1
        return taken

    def story(self) -> list[object]:
        return list(events(self.processes[0]))


def _line(name: str) -> Line:
    clerk, serial, number = name.removeprefix("clerk").split("-")
    return household(int(clerk), int(serial))[int(number)]
