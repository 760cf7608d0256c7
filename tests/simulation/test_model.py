"""The store against a model of it: lists in memory, under commands, repetitions, crashes, rebuilds and clocks."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.backup import NothingThen, back_up, restore
from adapters.faults import Fault
from adapters.group_commit import Writer
from adapters.keys.upkeep import back_up as back_up_keys
from adapters.projector import Projector
from adapters.store.errors import StoreError
from domain.ids import CommandId, StreamId
from tests.adapters.trials import Broken, Closed, Paid, Totals, commit, paid
from tests.cases import engine
from tests.faults.hooks import Armed, hooked
from tests.places import place_of
from workflows.ports import CommandTaken, Commit, Conflict

STREAMS = st.sampled_from([f"case:{number}" for number in range(4)])
WRITING = (
    "transaction.before-lock",
    "transaction.locked",
    "write.inserted",
    "write.command",
    "write.bound",
    "transaction.before-commit",
    "transaction.committed",
    "write.done",
)
PROJECTING = (
    "transaction.before-lock",
    "transaction.locked",
    "project.page",
    "project.rows",
    "project.placed",
    "transaction.before-commit",
    "transaction.committed",
    "project.done",
)
REBUILDING = (
    "rebuild.folded",
    "rebuild.caught-up",
    "rebuild.loaded",
    "rebuild.dropped",
    "rebuild.swapped",
    "rebuild.placed",
    "rebuild.done",
    "transaction.before-commit",
)
Event = tuple[str, int]


class StoreMachine(RuleBasedStateMachine):
    """`log` is all that is there; a number is given to an event once, so nothing can come twice unseen."""

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="doudi-model-"))
        self.place = place_of(self.kind, self.folder)
        self.url = self.place()
        self.store = engine.new(self.url)
        self.projector = Projector(self.store, [Totals()])
        self.log: list[tuple[str, int, str]] = []
        self.commands: dict[str, Commit] = {}
        self.number = 0

    def teardown(self) -> None:
        self.store.close()
        rmtree(self.folder)

    def _events(self, streams: list[str]) -> list[Event]:
        found = []
        for stream in streams:
            self.number += 1
            found.append((stream, self.number))
        return found

    def _ends(self, pending: tuple[Event, ...] = ()) -> dict[str, int]:
        ends: dict[str, int] = {}
        for stream in [*(stream for stream, _, _ in self.log), *(stream for stream, _ in pending)]:
            ends[stream] = ends.get(stream, 0) + 1
        return ends

    def _commit(self, events: list[Event], off: int = 0, pending: tuple[Event, ...] = ()) -> Commit:
        self.number += 1
        ends = self._ends(pending)
        expected = {stream: ends.get(stream, 0) for stream, _ in events}
        if off:
            stream = events[0][0]
            expected[stream] = max(0, expected[stream] + off)
            if expected[stream] == ends.get(stream, 0):
                expected[stream] += 1
        return commit(f"c{self.number}", *[(stream, paid(n)) for stream, n in events], expected=expected)

    def _took(self, one: Commit) -> None:
        for stream, event in one.events:
            assert isinstance(event, Paid)
            self.log.append((stream, event.amount, one.command))
        self.commands[one.command] = one

    streams = st.lists(STREAMS, min_size=1, max_size=4)

    @rule(streams=streams)
    def command(self, streams: list[str]) -> None:
        one = self._commit(self._events(streams))
        assert self.store.write(one) == len(self.log) + len(streams)
        self._took(one)

    @rule(streams=streams, off=st.sampled_from((-2, -1, 1, 5)))
    def stale(self, streams: list[str], off: int) -> None:
        one = self._commit(self._events(streams), off)
        with pytest.raises(Conflict):
            self.store.write(one)
        assert self.store.answer(one.command) is None

    @precondition(lambda self: self.commands)
    @rule(data=st.data())
    def same_twice(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.commands)))
        with pytest.raises(CommandTaken):
            self.store.write(self.commands[name])

    @rule(streams=streams, point=st.sampled_from(WRITING), reopened=st.booleans())
    def crash(self, streams: list[str], point: str, reopened: bool) -> None:
        one = self._commit(self._events(streams))
        armed = Armed(point=point, how="raise")
        with hooked(armed), suppress(Fault):
            self.store.write(one)
        if reopened:
            self.reopen()
        kept = self.store.answer(one.command) is not None
        assert kept == (not armed.fired or point in ("transaction.committed", "write.done"))
        assert (
            armed.fired or self.kind == "postgres"
        )  # where an append alone is one statement of the server's
        if kept:
            with pytest.raises(CommandTaken):
                self.store.write(one)
        else:
            self.store.write(one)
        self._took(one)

    @rule(parts=st.lists(streams, min_size=1, max_size=4), fails=st.booleans(), stale=st.booleans())
    def batch(self, parts: list[list[str]], fails: bool, stale: bool) -> None:
        written: list[Commit] = []
        pending: list[Event] = []
        try:
            with self.store.batch():
                for streams in parts:
                    one = self._commit(self._events(streams), pending=tuple(pending))
                    self.store.write(one)
                    written.append(one)
                    pending += [(stream, 0) for stream in streams]
                    if stale:
                        with pytest.raises(Conflict):
                            self.store.write(self._commit(self._events(streams), 1, tuple(pending)))
                    self.projector.step(3)
                if fails:
                    raise Broken
        except Broken:
            return
        for one in written:
            self._took(one)

    @rule(parts=st.lists(streams, min_size=2, max_size=5), stale=st.integers(0, 4))
    def group(self, parts: list[list[str]], stale: int) -> None:
        pending: list[Event] = []
        said = []
        for at, streams in enumerate(parts):
            off = 1 if at == stale else 0
            said.append(self._commit(self._events(streams), off, tuple(pending)))
            if not off:
                pending += [(stream, 0) for stream in streams]
        with Writer(self.store.batch, self.store.write) as writer:
            errors = [future.exception() for future in [writer.begin(one) for one in said]]
        for at, (one, error) in enumerate(zip(said, errors, strict=True)):
            if at == stale:
                assert isinstance(error, Conflict)
            else:
                assert error is None
                self._took(one)

    @rule(limit=st.integers(1, 9))
    def step(self, limit: int) -> None:
        before = self.projector.position("totals")
        assert self.projector.step(limit) == min(limit, len(self.log) - before)

    @rule(limit=st.integers(1, 9), point=st.sampled_from(PROJECTING))
    def crash_projecting(self, limit: int, point: str) -> None:
        with hooked(Armed(point=point, how="raise")), suppress(Fault):
            self.projector.step(limit)

    @rule()
    def rebuild(self) -> None:
        self.projector.rebuild("totals")
        assert self.projector.position("totals") == len(self.log)

    @rule(point=st.sampled_from(REBUILDING))
    def crash_rebuilding(self, point: str) -> None:
        armed = Armed(point=point, how="raise")
        with hooked(armed), suppress(Fault):
            self.projector.rebuild("totals")

    @rule(days=st.integers(-400, 400))
    def clock(self, days: int) -> None:
        self.store.clock.set(self.store.clock.now() + timedelta(days=days))

    @precondition(lambda self: self.log and self.kind == "sqlite")
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """Of a backup, up to any position: whole commands, under a new log that says so."""
        until = data.draw(st.integers(1, len(self.log)))
        self.number += 1
        backup, keys = self.folder / f"log-{self.number}", self.folder / f"keys-{self.number}"
        back_up(self.url, backup)
        back_up_keys(self.store.keyring.keys, keys)
        cut = until
        while cut and cut < len(self.log) and self.log[cut][2] == self.log[cut - 1][2]:
            cut -= 1
        target = self.place()
        if not cut:
            with pytest.raises(NothingThen):
                restore(backup, target, until=until, keys=keys)
            return
        restored = restore(backup, target, until=until, keys=keys)
        assert (restored.position, restored.left) == (cut + 1, len(self.log) - cut)
        self.log = [*self.log[:cut], ("clock", 0, f"restore-{restored.log[:24]}")]
        kept = {name for _, _, name in self.log}
        self.commands = {name: one for name, one in self.commands.items() if name in kept}
        self.url = target
        self.reopen()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = engine.again(self.url)
        self.projector = Projector(self.store, [Totals()])

    @rule()
    def an_unknown_event_is_refused_whole(self) -> None:
        class Unknown(Closed, frozen=True, kw_only=True):
            pass

        with pytest.raises(StoreError):
            self.store.write(commit("unknown", ("case:new", paid(1)), ("case:new", Unknown(on=paid(1).on))))
        assert self.store.answer(CommandId("unknown")) is None

    @invariant()
    def the_log_is_the_model(self) -> None:
        found: list[Any] = engine.rest(self.store, 0)
        assert [(one.stream, getattr(one.event, "amount", 0), one.command) for one in found] == self.log
        assert [one.position for one in found] == list(range(1, len(self.log) + 1))
        ends: dict[str, int] = {}
        for one in found:
            ends[one.stream] = ends.get(one.stream, 0) + 1
            assert one.version == ends[one.stream]
        times = [one.recorded_at for one in found]
        assert times == sorted(times)
        for stream in ends:
            assert [one.version for one in self.store.load(StreamId(stream))] == list(
                range(1, ends[stream] + 1)
            )

    @invariant()
    def rows_are_the_fold_of_the_log_to_their_position(self) -> None:
        position = self.projector.position("totals")
        assert sum(engine.totals(self.store).values()) == position <= len(self.log)


class TestOnSQLite(StoreMachine.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


@pytest.mark.soak
class TestLongOnSQLite(StoreMachine.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=500, stateful_step_count=50, deadline=None)


class OnPostgres(StoreMachine):
    kind = "postgres"


class TestOnPostgres(OnPostgres.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=6, stateful_step_count=20, deadline=None)
