"""A life walked through faults: at each line some are set off, each is looked at, then the line is said again.

A walk must leave exactly what the same life left undisturbed: it is a trial's, so every byte follows from its seed.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from adapters.bootstrap import Doudi, open_doudi
from adapters.faults import Fault
from tests.faults.forks import Forks
from tests.faults.hooks import REPEATS, Armed, How, Passed, hooked
from tests.faults.life import Line, act, act_on, comparable, contents, events, furnish, life, wrong
from workflows.command import Answer

KEPT = frozenset({"transaction.committed", "write.done"})
"""After these a command of one transaction is done: its other points aren't reached any more."""


class Planned(NamedTuple):
    line: int
    kind: str
    point: str
    how: How
    nth: int


class Undisturbed(msgspec.Struct, kw_only=True):
    """How a life goes when nothing goes wrong: its answers, what is kept after it, which points each line passes."""

    lines: list[Line]
    answers: list[Answer | None] = []
    heads: list[int] = []
    passed: list[Counter[str]] = []
    kept: dict[str, Any] = {}

    def possible(self) -> list[Planned]:
        """Each point of each line by each way, the first time it is reached and, if there are more, a later one."""
        found = []
        for number, (line, passed) in enumerate(zip(self.lines, self.passed, strict=True)):
            for point, times in passed.items():
                ways: list[How] = ["raise", "kill", *(["repeat"] if point in REPEATS else [])]  # type: ignore[list-item]
                for how in ways:
                    for nth in {1, (times + 2) // 2}:
                        found.append(Planned(number, line["type"], point, how, nth))
        return found


class Outcome(msgspec.Struct, kw_only=True):
    """What was set off, by point and way and by kind of line, and what was wrong after it."""

    points: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    passed_by: int = 0
    """Planned, but the line didn't get there any more: an earlier fault had left it done."""
    wrong: list[tuple[Planned, object]] = []

    @property
    def count(self) -> int:
        return self.points.total()


def undisturbed(url: str, folder: Path, name: str) -> Undisturbed:
    furnish(url, folder)
    found = Undisturbed(lines=life(name))
    doudi = open_doudi(url)
    try:
        for line in found.lines:
            passed = Passed()
            with hooked(passed):
                answer = act(doudi, line)
            assert answer is None or answer.status == "done", (line, answer)
            found.answers.append(answer)
            found.heads.append(doudi.store.head())
            found.passed.append(passed.points)
        assert wrong(doudi) == []
        found.kept = contents(doudi)
    finally:
        doudi.close()
    return found


def sample(possible: list[Planned], size: int, seed: int) -> list[Planned]:
    """So many of them by a seed: first one of each point and way and one of each kind of line, then any."""
    random = Random(seed)
    shuffled = random.sample(possible, len(possible))
    picked: dict[Planned, None] = {}
    for mark in (lambda one: (one.point, one.how), lambda one: one.kind):
        seen = {mark(one) for one in picked}
        for one in shuffled:
            if mark(one) not in seen:
                seen.add(mark(one))
                picked[one] = None
    for one in shuffled:
        if len(picked) >= size:
            break
        picked[one] = None
    return list(picked)


def die(url: str, line: Line, point: str, nth: int) -> None:
    """In a process of its own: do a line and be killed on its way."""
    with hooked(Armed(point=point, how="kill", nth=nth)):
        act_on(url, line)


class Walk:
    """One life in the store at `url`, in which `forks` start the processes that are killed."""

    def __init__(self, url: str, folder: Path, calm: Undisturbed, forks: Forks) -> None:
        furnish(url, folder)
        self.url = url
        self.calm = calm
        self.forks = forks
        self.outcome = Outcome()
        self.doudi: Doudi = open_doudi(url)

    def close(self) -> None:
        self.doudi.close()

    def go(self, planned: Iterable[Planned]) -> Outcome:
        """Live it through with these faults; what was set off and what was wrong."""
        by_line: dict[int, list[Planned]] = {}
        for one in planned:
            by_line.setdefault(one.line, []).append(one)
        for number, line in enumerate(self.calm.lines):
            for one in sorted(by_line.get(number, ()), key=lambda one: (one.point in KEPT, one)):
                self._disturb(one, line)
            answer = act(self.doudi, line)
            last = Planned(number, line["type"], "", "raise", 0)
            if comparable(answer) != comparable(self.calm.answers[number]):
                self._wrong(last, ("answer", answer))
            if self.doudi.store.head() != self.calm.heads[number]:
                self._wrong(last, ("head", self.doudi.store.head(), self.calm.heads[number]))
        kept = contents(self.doudi)
        for what, calm in self.calm.kept.items():
            if kept[what] != calm:
                self._wrong(last, ("differs", what))
        for finding in wrong(self.doudi):
            self._wrong(last, finding)
        return self.outcome

    def _disturb(self, one: Planned, line: Line) -> None:
        before = self.doudi.store.head()
        if not self._set_off(one, line):
            self.outcome.passed_by += 1
            return
        self.outcome.points[one.point, one.how] += 1
        self.outcome.kinds[one.kind] += 1
        new = list(events(self.doudi, before))
        if new != self.calm.kept["events"][before : before + len(new)]:
            self._wrong(one, "other events than undisturbed")
        for finding in wrong(self.doudi, still=True):
            self._wrong(one, finding)

    def _set_off(self, one: Planned, line: Line) -> bool:
        """Whether it went off."""
        if one.how == "kill":
            ended = self.forks.run(die, self.url, line, one.point, one.nth)
            if ended not in (0, -9):
                self._wrong(one, ("ended", ended))
            return ended == -9
        armed = Armed(point=one.point, how=one.how, nth=one.nth)
        try:
            with hooked(armed):
                act(self.doudi, line)
        except Fault:
            pass
        return armed.fired

    def _wrong(self, one: Planned, what: object) -> None:
        self.outcome.wrong.append((one, what))
