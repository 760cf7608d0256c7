"""The checker finds each kind of wrong by its name, and nothing in what is right."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.histories.history import Verdict, judge, read_logs


class Told:
    """A history written by hand: `append`s and `read`s end in the order they are told."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._t = 0
        self._op = 0

    def _tick(self) -> int:
        self._t += 1
        return self._t

    def begin(self, **values: int) -> dict[str, Any]:
        self._op += 1
        line = {"t": self._tick(), "who": "w", "op": self._op, "is": "invoke", "append": values}
        self.lines.append(line)
        return line

    def end(self, begun: dict[str, Any], outcome: str = "ok") -> None:
        self.lines.append({**begun, "t": self._tick(), "is": outcome})

    def append(self, outcome: str = "ok", **values: int) -> None:
        self.end(self.begin(**values), outcome)

    def read(self, stream: str, *found: int) -> None:
        self._op += 1
        line = {"t": self._tick(), "who": "r", "op": self._op, "is": "invoke", "read": stream}
        self.lines += [line, {**line, "t": self._tick(), "is": "ok", "list": list(found)}]

    def follow(self, after: int, *got: tuple[int, str, int]) -> None:
        self._op += 1
        self.lines.append(
            {"t": self._tick(), "who": "f", "op": self._op, "is": "ok", "after": after, "follow": list(got)}
        )

    def judged(self, folder: Path) -> Verdict:
        path = folder / "told.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in self.lines) + '{"t": 9, "cut')
        return judge(read_logs([path]))


def kinds(verdict: Verdict) -> set[str]:
    return {kind for kind in verdict.__struct_fields__ if getattr(verdict, kind)}


def right() -> Told:
    told = Told()
    told.append(a=1)
    late = told.begin(a=2, b=3)
    told.read("a", 1)
    told.append("refused", a=4)
    told.end(late)
    told.begin(b=5)
    told.read("a", 1, 2)
    told.read("b", 3, 5)
    told.begin(b=6)
    told.follow(0, (1, "a", 1), (2, "a", 2))
    told.follow(2, (3, "b", 3), (7, "b", 5))
    return told


def test_what_can_be_true_is_left_alone(tmp_path: Path) -> None:
    assert right().judged(tmp_path).all() == []


def wrongs() -> dict[str, Told]:
    lost = right()
    lost.append(c=8)
    lost.read("c")
    stale = Told()
    stale.append(a=1)
    stale.append(a=2)
    stale.read("a", 1)
    stale.read("a", 1, 2)
    doubled = right()
    doubled.read("b", 3, 5, 5)
    reordered = Told()
    reordered.append(a=1)
    reordered.append(a=2)
    reordered.read("a", 2, 1)
    prefix = right()
    prefix.read("a", 2)
    risen = right()
    risen.read("a", 1, 2, 4)
    nobody = right()
    nobody.read("a", 1, 2, 99)
    torn = Told()
    torn.begin(a=1, b=2)
    torn.read("a", 1)
    torn.read("b")
    missed = Told()
    missed.append(a=1)
    missed.append(a=2)
    missed.read("a", 1, 2)
    missed.follow(0, (2, "a", 2))
    twice = right()
    twice.follow(7, (8, "a", 1))
    back = right()
    back.follow(7, (3, "b", 6))
    jumped = right()
    jumped.follow(9)
    across = Told()
    across.append(a=1)
    across.append(b=2)
    across.read("a", 1)
    across.read("b", 2)
    across.follow(0, (1, "b", 2), (2, "a", 1))
    return {
        "lost": lost,
        "lost stale": stale,
        "doubled": doubled,
        "reordered": reordered,
        "prefix": prefix,
        "risen": risen,
        "risen nobody": nobody,
        "torn": torn,
        "missed": missed,
        "doubled for one who follows": twice,
        "reordered back": back,
        "reordered jumped": jumped,
        "reordered across streams": across,
    }


@pytest.mark.parametrize("name", wrongs())
def test_what_can_not_be_true_is_found(tmp_path: Path, name: str) -> None:
    assert name.partition(" ")[0] in kinds(wrongs()[name].judged(tmp_path))
