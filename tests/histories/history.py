"""Whether what writers and readers were told can be true of one log that only grows. It knows nothing but their logs.

Writers append numbers, each used once, to streams. A log is of JSON lines: `t` (nanoseconds of one clock), `who`, `op`
(a number of his), `is` (invoke | ok | refused | unknown) and what it was: `append` ({stream: number}, together),
`read` (a stream; with ok, `list`: its numbers in order), or `follow` (got: [[position, stream, number], …] that came
after `after`). A stream's list tells its own order, so each look is linear.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

NEVER = 2**63
Line = dict[str, Any]


class Append(msgspec.Struct, kw_only=True):
    who: str
    invoked: int
    values: dict[str, int]
    ended: int = NEVER
    outcome: str = "unknown"


class Read(msgspec.Struct, kw_only=True):
    who: str
    invoked: int
    stream: str
    found: list[int]


class History(msgspec.Struct, kw_only=True):
    appends: dict[int, Append] = {}
    """By each of its numbers."""
    reads: list[Read] = []
    followed: dict[str, list[tuple[int, int, list[tuple[int, str, int]]]]] = {}
    """Who → (when, after which position, what came)."""

    def outcomes(self, outcome: str) -> int:
        return len({id(one) for one in self.appends.values() if one.outcome == outcome})


class Verdict(msgspec.Struct, kw_only=True):
    """What can't be, by kind, in words. Empty lists: nothing was lost, doubled, reordered …"""

    lost: list[str] = []
    """Acknowledged, and not in a read that began afterwards."""
    missed: list[str] = []
    """In its stream, but never given to one who followed the log beyond it."""
    doubled: list[str] = []
    reordered: list[str] = []
    """Against the order of time, of positions, or of another reader."""
    prefix: list[str] = []
    """Two reads of a stream of which neither begins the other."""
    risen: list[str] = []
    """Refused, and there all the same; or never written."""
    torn: list[str] = []
    """A part of an append without the rest."""

    def all(self) -> list[str]:
        return [f"{kind}: {one}" for kind in self.__struct_fields__ for one in getattr(self, kind)]


def read_logs(paths: Iterable[Path]) -> History:
    """A history from its logs; a line that was cut off by its writer's death is none."""
    history = History()
    for path in sorted(paths):
        open_: dict[int, Line] = {}
        for line in _lines(path):
            if line["is"] == "invoke":
                open_[line["op"]] = line
                if "append" in line:
                    append = Append(who=line["who"], invoked=line["t"], values=line["append"])
                    for value in append.values.values():
                        history.appends[value] = append
            elif "append" in line:
                append = history.appends[next(iter(line["append"].values()))]
                append.ended, append.outcome = line["t"], line["is"]
            elif "read" in line:
                if line["is"] == "ok":
                    invoked = open_[line["op"]]["t"]
                    history.reads.append(
                        Read(who=line["who"], invoked=invoked, stream=line["read"], found=line["list"])
                    )
            elif "follow" in line:
                got = [(position, stream, value) for position, stream, value in line["follow"]]
                history.followed.setdefault(line["who"], []).append((line["t"], line["after"], got))
    return history


def _lines(path: Path) -> Iterator[Line]:
    for text in path.read_text(encoding="utf-8").split("\n"):
        if text:
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                return


def judge(history: History) -> Verdict:
    verdict = Verdict()
    lists = _lists(history, verdict)
    _there(history, lists, verdict)
    for stream, found in lists.items():
        _in_time(history, found, stream, verdict)
    for who, pages in history.followed.items():
        _followed(history, who, pages, lists, verdict)
    return verdict


def _lists(history: History, verdict: Verdict) -> dict[str, list[int]]:
    """Each stream's longest list; every other read must begin it."""
    longest: dict[str, list[int]] = {}
    for read in history.reads:
        if len(read.found) > len(longest.get(read.stream, [])):
            longest[read.stream] = read.found
    for read in history.reads:
        if read.found != longest.get(read.stream, [])[: len(read.found)]:
            verdict.prefix.append(f"{read.who} read {read.stream} otherwise at {read.invoked}")
    for stream, found in longest.items():
        twice = len(found) - len(set(found))
        if twice:
            verdict.doubled.append(f"{twice} in {stream}")
    return longest


def _there(history: History, lists: dict[str, list[int]], verdict: Verdict) -> None:
    """Acknowledged ⊆ there, refused ∩ there = ∅, parts come together."""
    places = {stream: {value: at for at, value in enumerate(found)} for stream, found in lists.items()}
    for stream, found in lists.items():
        for value in found:
            append = history.appends.get(value)
            if append is None or append.values.get(stream) != value or append.outcome == "refused":
                verdict.risen.append(f"{value} in {stream}")
    for value, append in history.appends.items():
        stream = next(stream for stream, one in append.values.items() if one == value)
        there = [one in places.get(each, {}) for each, one in append.values.items()]
        if any(there) and not all(there):
            verdict.torn.append(f"{value} in {stream}")
    ended: dict[str, list[tuple[int, int]]] = {}
    for value, append in history.appends.items():
        if append.outcome == "ok":
            for stream, one in append.values.items():
                if one == value:
                    ended.setdefault(stream, []).append((append.ended, value))
    reads: dict[str, list[Read]] = {}
    for read in history.reads:
        reads.setdefault(read.stream, []).append(read)
    for stream, acknowledged in ended.items():
        _seen_after(stream, sorted(acknowledged), reads.get(stream, []), places.get(stream, {}), verdict)


def _seen_after(
    stream: str, ended: list[tuple[int, int]], reads: list[Read], places: dict[int, int], verdict: Verdict
) -> None:
    """A read that begins after an append was acknowledged has it."""
    for _, value in ended:
        if value not in places:
            verdict.lost.append(f"{value} of {stream}")
    at, least = 0, 0
    for read in sorted(reads, key=lambda read: read.invoked):
        while at < len(ended) and ended[at][0] < read.invoked:
            least = max(least, places.get(ended[at][1], -1) + 1)
            at += 1
        if len(read.found) < least:
            verdict.lost.append(f"{least - len(read.found)} of {stream} for {read.who} at {read.invoked}")


def _in_time(history: History, order: list[int], where: str, verdict: Verdict) -> None:
    """What was acknowledged before another was begun stands before it."""
    earliest, what = NEVER, 0
    for value in reversed(order):
        append = history.appends.get(value)
        if append is None:
            continue
        if earliest < append.invoked:
            verdict.reordered.append(f"{what} after {value} in {where}")
        if append.outcome == "ok" and append.ended < earliest:
            earliest, what = append.ended, value


def _followed(
    history: History,
    who: str,
    pages: list[tuple[int, int, list[tuple[int, str, int]]]],
    lists: dict[str, list[int]],
    verdict: Verdict,
) -> None:
    """One who follows gets every stream's numbers once, in order, and none that he was led past."""
    last = 0
    order: list[int] = []
    streams: dict[str, list[int]] = {}
    for when, after, got in pages:
        if after != last:
            verdict.reordered.append(f"{who} went on after {after}, not {last}, at {when}")
        for position, stream, value in got:
            if position <= last:
                verdict.reordered.append(f"{who} got {position} after {last}")
            last = position
            order.append(value)
            streams.setdefault(stream, []).append(value)
    if len(order) != len(set(order)):
        verdict.doubled.append(f"{len(order) - len(set(order))} for {who}")
    _in_time(history, order, who, verdict)
    for stream, found in lists.items():
        got_here = streams.get(stream, [])
        given = set(got_here)
        missed = [value for value in found if value not in given]
        if missed:
            verdict.missed.append(f"{len(missed)} of {stream} by {who}, first {missed[0]}")
        if [value for value in found if value in given] != got_here:
            verdict.reordered.append(f"{stream} for {who}")
