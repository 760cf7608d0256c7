"""The deadline process: fires what is due, in order, each thing once, dated when it was due (architecture 14).

It keeps nothing of its own. What is due it is told by a port that stands at the log's head; whether it still is,
the case's stream says. The ids of its commands are made from case, deadline, due day and step.
"""

from datetime import date
from typing import Any, Literal

import msgspec

from domain.case import Case
from domain.days import china_day
from domain.event import Deadline
from domain.ids import CommandId, InstanceId, StreamId
from workflows.authority import CLOCK_ACTOR
from workflows.command import COMMANDS, Answer, Command, InstanceCommand, Request
from workflows.commands.deadlines import EscalateDeadline, MoveDeadline, SeeTime, Tick, WarnDeadline
from workflows.decide.deadlines import FIRE, WARN, open_steps
from workflows.definition import shipped
from workflows.engine import definition_of
from workflows.office import Office
from workflows.ports import Due, DueRow
from workflows.refusal import refuse
from workflows.world import case_stream

Outcome = Literal["warned", "escalated", "fired", "moved", "quiet", "refused"]
MOVED_ON = frozenset(
    {"not-now", "already-over", "not-begun", "nothing-open", "instance-unknown", "case-ended"}
)
"""What a timer's command meets where the case went on without it: nothing to do."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was taken, or what stood in its way."""

    row: DueRow
    step: str
    outcome: Outcome
    codes: tuple[str, ...] = ()


class Deadlines:
    """`run` until a day, or `step` by step. Stopped anywhere and begun again it loses and doubles nothing."""

    def __init__(self, office: Office, due: Due) -> None:
        self.office = office
        self._due = due
        self._rows: list[DueRow] = []
        self._looked: set[tuple[str, str, int, date]] = set()
        """(case, key, the case's version, until) of rows that had nothing to do: looked at once while so it stays."""

    def tick(self, request: Request) -> dict[str, Any]:
        """The parts of the command Tick."""
        assert isinstance(request.data, Tick)
        return self.run(request.data.until)

    def run(self, until: date) -> dict[str, Any]:
        """Take all steps that are due until the end of a day, then note that time was seen; what was done.

        Refuses a day after the clock's today. `refused` lists timers whose command could not be taken, with codes;
        they are tried again by the next run.
        """
        self._not_later(until)
        self._begin()
        counts: dict[str, Any] = dict.fromkeys(("warned", "escalated", "fired", "moved"), 0)
        refused: list[dict[str, Any]] = []
        counts["moved"] = self.move_provisional()
        while (done := self.step(until)) is not None:
            if done.outcome == "refused":
                refused.append({"case": done.row.case, "key": done.row.key, "codes": list(done.codes)})
            elif done.outcome != "quiet":
                counts[done.outcome] += 1
        self._clock(CommandId(f"clock:seen/{until}"), SeeTime(until=until), None)
        return {**counts, "refused": refused, "until": until.isoformat()}

    def step(self, until: date) -> Done | None:
        """Take the next due step; None when there is none left."""
        while True:
            if not self._rows:
                self._rows = self._next_day(until)
                if not self._rows:
                    return None
            done = self._take(self._rows.pop(0), until)
            if done is not None:
                return done

    def move_provisional(self) -> int:
        """Move the due days that waited for a calendar which is there now; how many."""
        moved = 0
        self.office.world.refresh()
        calendar = self.office.world.calendar()
        for row in self._due.provisional():
            if not calendar.known(row.day.year):
                continue
            name = CommandId(f"clock:{row.case}/{row.key}/{row.day}/calendar")
            answer = self._once(name, MoveDeadline(key=row.key, due=row.day), row)
            moved += bool(answer and answer.events)
        return moved

    def _begin(self) -> None:
        self._rows = []
        self._looked = set()

    def _not_later(self, until: date) -> None:
        today = china_day(self.office.clock.now())
        if until > today:
            raise refuse("tick-later", "data.until", until=until.isoformat(), today=today.isoformat())

    def _next_day(self, until: date) -> list[DueRow]:
        """The rows of the earliest day that has any left; firing them may bring others, so no day is read ahead."""
        world = self.office.world
        world.refresh()
        rows: list[DueRow] = []
        for row in self._due.due(until):
            if rows and row.day != rows[0].day:
                break
            if (row.case, row.key, world.version(_stream(row)), until) not in self._looked:
                rows.append(row)
        return rows

    def _take(self, row: DueRow, until: date) -> Done | None:
        world = self.office.world
        world.refresh()
        case = world.case(row.case)
        version = world.version(_stream(row))
        deadline = case.deadlines.get(row.key) if case is not None else None
        if case is None or deadline is None:
            self._looked.add((row.case, row.key, version, until))
            return None
        steps = open_steps(deadline, case.steps, world.calendar())
        step, day = next(((step, day) for step, day in steps if day <= until), ("", until))
        if not step:
            self._looked.add((row.case, row.key, version, until))
            return None
        done = self._send(row, case, deadline, step, day)
        if done.outcome in ("quiet", "refused"):
            world.refresh()
            self._looked.add((row.case, row.key, world.version(_stream(row)), until))
        return done

    def _send(self, row: DueRow, case: Case, deadline: Deadline, step: str, day: date) -> Done:
        instance = InstanceId(row.key.partition("/")[0])
        life = case.lives.get(instance)
        on = max(day, life.since) if life is not None else day
        command: Command
        outcome: Outcome
        if step == FIRE:
            timer = fires(case, instance, row.key)
            if timer not in COMMANDS:
                return Done(row=row, step=step, outcome="refused", codes=("command-unknown",))
            command, outcome = _fired(timer, instance, on), "fired"
        elif step == WARN:
            command, outcome = WarnDeadline(on=on, key=row.key, due=deadline.due), "warned"
        else:
            to = step.partition(":")[2]
            command = EscalateDeadline(on=on, key=row.key, due=deadline.due, to=to)  # type: ignore[arg-type]
            outcome = "escalated"
        name = f"clock:{row.case}/{row.key}/{deadline.due}/{step}"
        answer = self._once(CommandId(name), command, row)
        if answer is None or (answer.status == "done" and not answer.events):
            return Done(row=row, step=step, outcome="quiet")
        if answer.status == "done":
            return Done(row=row, step=step, outcome=outcome)
        codes = tuple(reason.code for reason in answer.reasons)
        moved_on = all(code in MOVED_ON for code in codes)
        return Done(row=row, step=step, outcome="quiet" if moved_on else "refused", codes=codes)

    def _once(self, name: CommandId, command: Command, row: DueRow) -> Answer | None:
        """The clock's command under its id. Where the same deadline came back with the same due day it goes by the
        next number of that id; None where an earlier one found nothing to do."""
        plain, number = name, 1
        while (before := self.office.store.answer(name)) is not None:
            if not msgspec.json.decode(before[1], type=Answer).events:
                return None
            number += 1
            name = CommandId(f"{plain}#{number}")
        return self._clock(name, command, row)

    def _clock(self, name: CommandId, command: Command, row: DueRow | None) -> Answer:
        request = Request(id=name, actor=CLOCK_ACTOR, data=command, case=row.case if row else None)
        return self.office.handle(request)


def _stream(row: DueRow) -> StreamId:
    return case_stream(row.case)


def _fired(name: str, instance: InstanceId, on: date) -> Command:
    """The command that a timer's definition names."""
    kind = COMMANDS[name].kind
    if issubclass(kind, InstanceCommand):
        return kind(on=on, instance=instance)
    return kind(on=on)


def fires(case: Case, instance: InstanceId, key: str) -> str:
    """Which command a timer of the case sends, by the definition its life cycle began with."""
    if instance not in case.lives or case.lives[instance].life not in shipped():
        return ""
    short = key.partition("/")[2]
    states = definition_of(case, instance).states
    found = [one.fires for state in states for one in state.deadlines if one.name == short]
    return found[0] if found else ""
