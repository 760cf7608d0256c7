"""One writer for many callers: each has his own answer, kept before it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.check import check
from adapters.faults import Fault
from adapters.group_commit import Writer, WriterClosed, writer_of
from adapters.store.errors import StoreFailed
from adapters.store.store import EventStore
from domain.ids import CommandId, StreamId
from tests.adapters.trials import commit, opened, paid, trial
from tests.faults.hooks import Armed, hooked
from tests.harness import V1, TrialOffice, at, person
from workflows.command import Answer, Request, parse
from workflows.ports import CommandTaken, Commit, Conflict

CALLERS = 16


@pytest.fixture
def store(tmp_path: Path) -> EventStore:
    return trial(tmp_path)


class Held:
    """Writes single commands only as they are let go, batches at once; how large each batch was."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.entered = threading.Event()
        self.go = threading.Semaphore(0)
        self.sizes: list[int] = []

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self.store.batch():
            self.sizes.append(0)
            yield

    def write(self, one: Commit) -> int:
        if self.sizes and self.store.database.session().depth:
            self.sizes[-1] += 1
        else:
            self.entered.set()
            self.go.acquire()
        return self.store.write(one)


def test_what_arrives_together_is_kept_together_and_one_conflict_hurts_only_its_own(
    store: EventStore,
) -> None:
    held = Held(store)
    with Writer(held.batch, held.write) as writer:
        first = writer.begin(commit("first", ("case:1", opened())))
        held.entered.wait()
        rest = [
            writer.begin(commit(f"c{n}", ("case:2" if n < 2 else f"case:{n + 9}", opened())))
            for n in range(9)
        ]
        held.go.release()
        assert first.result() == 1
        told = [future.exception() or future.result() for future in rest]
    assert held.sizes == [9]
    assert told[0] == 2
    assert isinstance(told[1], Conflict)
    assert told[2:] == list(range(3, 10))
    assert [one.command for one in store.load(StreamId("case:2"))] == ["c0"]


def test_callers_that_decide_on_one_stream_all_get_in_by_deciding_again(store: EventStore) -> None:
    conflicts: list[int] = []

    def call(caller: int) -> None:
        for turn in range(5):
            while True:
                version = len(store.load(StreamId("case:1")))
                try:
                    writer.submit(
                        commit(f"c{caller}-{turn}", ("case:1", paid(caller)), expected={"case:1": version})
                    )
                except Conflict:
                    conflicts.append(caller)
                else:
                    break

    with Writer(store.batch, store.write) as writer:
        threads = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    log = store.load(StreamId("case:1"))
    assert len({one.command for one in log}) == len(log) == CALLERS * 5
    assert conflicts
    assert writer.groups < store.head() + len(conflicts)


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("group.begun", 1),
        ("group.taken", 2),
        ("write.inserted", 3),
        ("transaction.before-commit", 2),
        ("transaction.committed", 2),
        ("group.committed", 1),
    ],
)
def test_a_group_that_fails_or_may_have_failed_is_taken_one_by_one(
    store: EventStore, point: str, nth: int
) -> None:
    held = Held(store)

    def take(one: Commit) -> int:
        try:
            return held.write(one)
        except CommandTaken:
            return 0

    armed = Armed(point=point, how="raise", nth=nth)
    with hooked(armed), Writer(held.batch, take) as writer:
        first = writer.begin(commit("first", ("case:1", opened())))
        held.entered.wait()
        rest = [writer.begin(commit(f"c{n}", (f"case:{n + 2}", opened()))) for n in range(4)]
        for _ in range(5):
            held.go.release()
        assert first.result() == 1
        assert [future.exception() for future in rest] == [None] * 4
    assert armed.fired
    assert [one.command for one in store.page(0, 99)] == ["first", "c0", "c1", "c2", "c3"]


def test_who_cannot_be_taken_fails_alone(store: EventStore) -> None:
    held = Held(store)

    def take(one: Commit) -> int:
        last = held.write(one)
        if one.command == "c1":
            raise Fault("c1")
        return last

    with Writer(held.batch, take) as writer:
        first = writer.begin(commit("first", ("case:1", opened())))
        held.entered.wait()
        rest = [writer.begin(commit(f"c{n}", (f"case:{n + 2}", opened()))) for n in range(3)]
        for _ in range(4):
            held.go.release()
        first.result()
        assert isinstance(rest[1].exception(), Fault)
        assert rest[0].exception() is rest[2].exception() is None
    assert {one.command for one in store.page(0, 99)} >= {"first", "c0", "c2"}


def test_a_closed_writer_answers_what_it_had_and_takes_no_more(store: EventStore) -> None:
    writer = Writer(store.batch, store.write)
    waiting = [writer.begin(commit(f"c{n}", (f"case:{n}", opened()))) for n in range(50)]
    writer.close()
    assert sorted(future.result(timeout=0) for future in waiting) == list(range(1, 51))
    with pytest.raises(WriterClosed):
        writer.submit(commit("late", ("case:late", opened())))
    writer.close()


def test_a_store_that_fails_tells_each_caller(store: EventStore) -> None:
    @contextmanager
    def broken() -> Iterator[None]:
        yield
        raise StoreFailed(reason="SQLITE_FULL")

    def take(one: Commit) -> int:
        raise StoreFailed(reason="SQLITE_FULL")

    with Writer(broken, take) as writer:
        waiting = [writer.begin(commit(f"c{n}", (f"case:{n}", opened()))) for n in range(5)]
        assert {type(future.exception()) for future in waiting} == {StoreFailed}
    assert store.head() == 0


def enters(name: str, serial: int) -> Request:
    return parse(
        {
            "id": name,
            "type": "Enter",
            "actor": "window",
            "data": {
                "members": [person("m1", "1980-01-01", serial)],
                "division": V1,
                "area": "rural",
                "applicant": "m1",
                "near_relative": False,
            },
        }
    )


def test_an_office_behind_one_writer_gives_sixteen_callers_their_own_answers(tmp_path: Path) -> None:
    """The same person applies twice, a command is said twice, a tick comes between: each has its own answer."""
    office = TrialOffice(tmp_path)
    answers: dict[str, list[Answer]] = {}
    guard = threading.Lock()
    start = threading.Barrier(CALLERS)

    def call(caller: int) -> None:
        start.wait()
        for turn in range(4):
            # Two callers say each command; serials come round, so half of the persons are here already.
            name = f"e{caller // 2}-{turn}"
            request = enters(name, 1 + (caller // 2 * 4 + turn) % 16)
            if turn == 2 and caller == 0:
                request = parse(
                    {"id": "t1", "type": "Tick", "actor": "admin", "data": {"until": "2025-03-03"}}
                )
            answer = writer.submit(request)
            with guard:
                answers.setdefault(request.id, []).append(answer)

    office.store.clock.set(at("2025-03-03"))
    with writer_of(office.doudi.office) as writer:
        threads = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    done = {name for name, each in answers.items() if each[0].status == "done"}
    assert "t1" in done
    assert len(done) == 17
    assert 0 < writer.groups < 65
    for name, each in answers.items():
        assert len(each) <= 2
        if name in done:
            assert each[0] == each[-1]
            assert office.store.answer(CommandId(name)) is not None
        else:
            assert {reason.code for answer in each for reason in answer.reasons} == {"already-applying"}
            assert office.store.answer(CommandId(name)) is None
    found = [finding for one in check(office.store, office.doudi.projector) for finding in one.findings]
    assert found == []
