"""What is lived under faults: a journey's lines, with ticks, projecting and rebuilding between; how it is compared."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from adapters.bootstrap import PROJECTIONS, Doudi, open_doudi
from adapters.check import check
from adapters.projector import Projector
from tests.harness import STAFF
from tests.journeys.lives import BASE, NAMES, call
from workflows.command import Answer

HERE = Path(__file__).resolve().parents[1] / "journeys"
Line = dict[str, Any]
STEPS = frozenset({"ticked", "warned", "escalated", "fired", "moved"})
PROJECT: Line = {"id": "project", "type": "(project)"}


def rebuild(name: str) -> Line:
    return {"id": f"rebuild-{name}", "type": "(rebuild)", "name": name}


def furnish(url: str, folder: Path) -> None:
    """A trial office with its divisions, desks and policy, by the command line."""
    desks = folder / "desks.jsonl"
    desks.write_text(
        "".join(
            json.dumps(
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
            )
            + "\n"
            for staff, (desk, division) in STAFF.items()
        ),
        encoding="utf-8",
    )
    for arguments in (
        ("init", "--trial", "--clock", "2025-01-02"),
        *(("division", "add", code, name) for code, name in NAMES.items()),
        ("do", str(desks)),
        ("policy", "load", str(BASE)),
    ):
        said = call("--store", url, *arguments)
        assert said.code == 0, (arguments, said)


def life(name: str) -> list[Line]:
    """A journey's lines; each day ends with a tick, each month's end with projections brought up and one rebuilt."""
    lines = [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    found: list[Line] = []
    rebuilt = 0
    names = ("register", "statistics", "due", "payable", "worklist", "timeline")
    for number, line in enumerate(lines):
        found.append(line)
        if number + 1 == len(lines) or lines[number + 1]["type"] == "SetClock":
            day = next(one["data"]["to"] for one in reversed(found) if one["type"] == "SetClock")
            tick = {
                "id": f"{name}-tick-{number}",
                "type": "Tick",
                "actor": "admin",
                "data": {"until": day[:10]},
            }
            found += [tick, PROJECT]
            if rebuilt % 3 == 0:
                found.append(rebuild(names[rebuilt // 3 % len(names)]))
            rebuilt += 1
    return found


def act(doudi: Doudi, line: Line) -> Answer | None:
    """Say a line, or do what is no command."""
    if line["type"] == "(project)":
        doudi.projector.catch_up()
    elif line["type"] == "(rebuild)":
        doudi.projector.rebuild(line["name"])
    else:
        return doudi.office.take(line)
    return None


def act_on(url: str, line: Line) -> Answer | None:
    doudi = open_doudi(url)
    try:
        return act(doudi, line)
    finally:
        doudi.close()


def events(doudi: Doudi, at: int = 0) -> Iterator[tuple[Any, ...]]:
    """What was kept after a position."""
    while page := doudi.store.page(at, 2_000):
        for one in page:
            yield (
                one.position,
                one.stream,
                one.version,
                one.command,
                one.actor,
                one.recorded_at,
                one.causation,
                repr(one.event),
            )
        at = page[-1].position


def comparable(answer: Answer | None) -> Answer | None:
    """Without the counts of deadline steps: a tick that is said again counts what it still found to do."""
    if answer is None:
        return None
    data = {name: value for name, value in answer.data.items() if name not in STEPS}
    return msgspec.structs.replace(answer, data=data)


def contents(doudi: Doudi) -> dict[str, Any]:
    """All that was kept, in a form that two stores of one seed share."""
    run = doudi.store.database.connection.execute
    return {
        "events": list(events(doudi)),
        "commands": {
            name: (comparable(msgspec.json.decode(answer, type=Answer)), first, last)
            for name, answer, first, last in run("SELECT id, answer, first, last FROM commands")
        },
        "index": doudi.store.keyring.keys.bound(),
        "keys": {key.name for key in doudi.store.keyring.keys.all_keys()},
        "clock": doudi.store.clock.now(),
    }


class Still(Projector):
    """Stays where it is: a look that brings nothing up to date."""

    def catch_up(self, *names: str) -> int:
        return 0


def wrong(doudi: Doudi, still: bool = False) -> list[object]:
    """What `doudi check` finds; `still`: without bringing the projections to the head."""
    projector = Still(doudi.store, PROJECTIONS) if still else doudi.projector
    return [finding for one in check(doudi.store, projector) for finding in one.findings]
