"""The store: one command is one transaction; two times; no gap, no hole."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.clock import TrialClock
from adapters.store.errors import BrokenLog, Unwritable
from adapters.store.open import open_store
from adapters.store.store import UNREAD, EventStore
from domain.days import CHINA
from domain.ids import CommandId, StreamId
from tests.adapters.trials import DAY, Closed, Opened, again, commit, fill, opened, paid, undone, url
from tests.adapters.trials import trial as make_trial
from workflows.ports import CommandTaken, Conflict, Store

ONE, TWO = StreamId("case:1"), StreamId("case:2")


@pytest.fixture
def store(folder: Path) -> EventStore:
    return make_trial(folder)


def clock(store: EventStore) -> TrialClock:
    assert isinstance(store.clock, TrialClock)
    return store.clock


def tables(store: EventStore) -> dict[str, object]:
    run = store.database.connection.execute
    log = {name: run(f"SELECT * FROM {name}").fetchall() for name in ("events", "commands")}
    return {**log, "numbers": store.keyring.keys.bound()[0]}


def test_it_is_the_workflows_store(store: EventStore) -> None:
    port: Store = store
    assert port.head() == 0
    assert port.last_recorded_at() is None
    assert port.load(ONE) == port.page(0, 10) == []
    assert port.answer(CommandId("c")) is None


def test_a_command_is_written_with_its_envelope(store: EventStore) -> None:
    clock(store).set(date(2025, 3, 2))
    assert store.write(commit("c1", (ONE, opened()), (TWO, opened("李二", "p-2")), (ONE, paid(5)))) == 3
    first, second = store.load(ONE)
    assert (first.position, first.stream, first.version, first.event) == (1, ONE, 1, opened())
    assert (second.position, second.version, second.event) == (3, 2, paid(5))
    assert (first.command, first.actor, first.division, first.causation) == ("c1", "s-1", "110101", None)
    assert first.recorded_at == datetime(2025, 3, 2, 9, tzinfo=CHINA)
    assert [recorded.position for recorded in store.page(0, 10)] == [1, 2, 3]
    assert store.answer(CommandId("c1")) == (b"digest of c1", b'{"done":"c1"}')
    assert store.span(CommandId("c1")) == (1, 3)
    there = store.envelope(2)
    assert there is not None
    assert (there.stream, there.version, there.type) == (TWO, 1, "Opened")
    assert there.event is UNREAD
    assert store.envelope(4) is None


def test_waiting_ends_with_the_commit_of_another(store: EventStore, folder: Path) -> None:
    assert store.wait(0, 0.01) is False
    store.write(commit("c1", (ONE, opened())))
    assert store.wait(0, 0) is True
    other, woken = again(folder), Event()

    def wait() -> None:
        if other.wait(1, 20):
            woken.set()

    waiting = Thread(target=wait)
    waiting.start()
    sleep(0.1)
    with store.batch():
        store.write(commit("c2", (ONE, paid(1)), expected={ONE: 1}))
        assert not woken.wait(0.2)
    assert woken.wait(2)
    waiting.join()


def test_load_goes_on_after_a_version_and_pages_after_a_position(store: EventStore) -> None:
    fill(store, 2, 3)
    assert [recorded.version for recorded in store.load(StreamId("case:1"), after=2)] == [3, 4]
    assert store.load(StreamId("case:1"), after=4) == []
    assert [recorded.position for recorded in store.page(3, 2)] == [4, 5]


def test_everything_is_there_after_opening_again(store: EventStore, folder: Path) -> None:
    fill(store, 3, 1)
    seen = store.page(0, 100)
    store.close()
    assert again(folder).page(0, 100) == seen


@pytest.mark.parametrize("expected", [0, 2, 6])
def test_another_version_than_expected_is_a_conflict_and_writes_nothing_en15(
    store: EventStore, expected: int
) -> None:
    store.write(commit("c1", (ONE, opened())))
    before = tables(store)
    with pytest.raises(Conflict) as caught:
        store.write(commit("c2", (TWO, opened()), (ONE, paid(1)), expected={ONE: expected}))
    assert caught.value.stream == ONE
    assert tables(store) == before


def test_a_stream_that_was_only_read_must_not_have_moved_either(store: EventStore) -> None:
    store.write(commit("c1", (ONE, opened())))
    with pytest.raises(Conflict):
        store.write(commit("c2", (TWO, opened()), expected={ONE: 0}))
    assert store.load(TWO) == []
    store.write(commit("c3", (TWO, opened()), expected={ONE: 1}))
    assert len(store.load(TWO)) == 1


def test_an_event_of_a_stream_without_expected_version_is_a_mistake(store: EventStore) -> None:
    wrong = commit("c1", (ONE, opened()))
    wrong.expected.clear()
    with pytest.raises(KeyError):
        store.write(wrong)


def test_a_command_is_taken_once_and_its_answer_kept(store: EventStore) -> None:
    store.write(commit("c1", (ONE, opened())))
    before = tables(store)
    other = commit("c1", (ONE, paid(1)), expected={ONE: 1})
    other.digest, other.answer = b"other", b"other"
    with pytest.raises(CommandTaken) as caught:
        store.write(other)
    assert caught.value.command == "c1"
    assert store.answer(CommandId("c1")) == (b"digest of c1", b'{"done":"c1"}')
    assert tables(store) == before


def test_a_command_without_events_is_remembered(store: EventStore) -> None:
    store.write(commit("c1", (ONE, opened())))
    assert store.write(commit("quiet")) == 1
    assert store.answer(CommandId("quiet")) is not None
    assert store.span(CommandId("quiet")) is None


def test_what_can_not_be_written_leaves_nothing(store: EventStore) -> None:
    with pytest.raises(Unwritable):
        store.write(commit("c1", (ONE, opened()), (ONE, Closed(on=DAY, reason="\0"))))
    assert tables(store) == {"events": [], "commands": [], "numbers": {}}


def test_a_number_belongs_to_one_person(store: EventStore) -> None:
    number = "110101194910010018"
    assert store.person_of(number) is None
    store.write(commit("c1", (ONE, opened()), numbers=((number, "p-1"),)))
    assert store.person_of(number) == "p-1"
    before = tables(store)
    with pytest.raises(Conflict) as caught:
        store.write(commit("c2", (TWO, opened()), numbers=((number, "p-2"),)))
    assert caught.value.stream == "person:p-1"
    assert tables(store) == before
    store.write(commit("c3", (TWO, opened()), numbers=((number, "p-1"),)))
    assert number not in str(tables(store)["numbers"])


def test_two_people_can_not_get_one_number_in_one_command(store: EventStore) -> None:
    with pytest.raises(Conflict):
        store.write(commit("c1", (ONE, opened()), numbers=(("1", "p-1"), ("1", "p-2"))))
    assert store.person_of("1") is None
    assert store.head() == 0


def test_digests_are_keyed_by_the_store(store: EventStore, folder: Path) -> None:
    other = make_trial(folder / "other", seed=2)
    assert store.digest(b"x") == store.digest(b"x") != other.digest(b"x")
    store.close()
    assert again(folder).digest(b"x") == make_trial(folder / "same", seed=1).digest(b"x")


def test_recorded_at_never_goes_back_and_known_at_is_a_prefix(store: EventStore) -> None:
    at = datetime(2025, 3, 1, 12, tzinfo=CHINA)
    for number, shift in enumerate([0, 60, -600, 60, 61]):
        clock(store).set(at + timedelta(seconds=shift, microseconds=number))
        store.write(commit(f"c{number}", (StreamId(f"case:{number}"), opened())))
    times = [recorded.recorded_at for recorded in store.page(0, 10)]
    assert times == sorted(times)
    assert [(time - at) // timedelta(seconds=1) for time in times] == [0, 60, 60, 60, 61]
    assert store.last_recorded_at() == times[-1]
    assert store.known_at(at - timedelta(microseconds=1)) == 0
    assert store.known_at(at) == 1
    assert store.known_at(at + timedelta(seconds=60)) == 1
    assert store.known_at(times[2]) == 3
    assert store.known_at(times[3]) == 4
    assert store.known_at(times[4].astimezone(UTC)) == 5
    assert store.known_at(at + timedelta(days=1)) == 5


def test_a_batch_sees_its_own_writes_and_others_see_it_at_its_end(store: EventStore, folder: Path) -> None:
    reader = again(folder)
    with store.batch():
        store.write(commit("c1", (ONE, opened()), numbers=(("1", "p-1"),)))
        with store.batch():
            store.write(commit("c2", (ONE, paid(1)), expected={ONE: 1}))
        assert len(store.load(ONE)) == store.head() == 2
        assert store.person_of("1") == "p-1"
        assert store.answer(CommandId("c2")) is not None
        assert reader.head() == 0
    assert reader.head() == 2


def test_a_batch_that_fails_is_undone_whole(store: EventStore) -> None:
    fill(store, 1, 1)
    before = tables(store)
    now = store.clock.now()
    with undone(store):
        fill(store, 3, 1, mark="x")
        clock(store).set(date(2030, 1, 1))
    assert tables(store) == before
    assert store.clock.now() == now
    assert store.head() == 3
    assert store.write(commit("next", (ONE, opened()))) == 4


def test_a_conflict_within_a_batch_undoes_that_command_alone(store: EventStore) -> None:
    with store.batch():
        store.write(commit("c1", (ONE, opened())))
        with pytest.raises(Conflict):
            store.write(commit("c2", (TWO, opened()), (ONE, paid(1))))
        with pytest.raises(Conflict):
            store.write(commit("c3", (TWO, opened()), numbers=(("1", "p-1"), ("1", "p-2"))))
        assert store.write(commit("c4", (TWO, opened()))) == 2
    assert [(recorded.stream, recorded.command) for recorded in store.page(0, 10)] == [
        (ONE, "c1"),
        (TWO, "c4"),
    ]
    assert store.person_of("1") is None


def test_an_undone_write_leaves_no_gap(store: EventStore) -> None:
    for turn in range(3):
        with undone(store):
            fill(store, 2, 1, mark="x")
        store.write(commit(f"c{turn}", (StreamId(f"case:{turn}"), opened())))
    assert [recorded.position for recorded in store.page(0, 10)] == [1, 2, 3]


def test_many_events_of_one_moment_are_read_on_from_anywhere_en11(store: EventStore) -> None:
    fill(store, 40, 3)
    for begin in range(0, 170, 13):
        after, seen = begin, []
        while page := store.page(after, 7):
            seen += [recorded.position for recorded in page]
            after = page[-1].position
        assert seen == list(range(begin + 1, store.head() + 1))


def test_a_log_whose_end_was_cut_off_takes_nothing_more(store: EventStore) -> None:
    fill(store, 1, 1)
    store.database.connection.execute("DELETE FROM events WHERE position = 3")
    with pytest.raises(BrokenLog):
        store.write(commit("c9", (TWO, opened())))
    assert store.load(TWO) == []


def test_a_payload_is_decoded_only_when_asked_for(store: EventStore, folder: Path) -> None:
    fill(store, 2, 2)
    store.close()
    partial = open_store(url(folder), events=[Opened])
    assert [recorded.position for recorded in partial.page(0, 2)] == [1, 2]
    assert partial.head() == 7
    assert partial.known_at(datetime(2100, 1, 1, tzinfo=UTC)) == 7


class AgainstAModel(RuleBasedStateMachine):
    """Random commands, batches, restarts: the store is the list of what was acknowledged."""

    folder: Path
    runs = count()

    def __init__(self) -> None:
        super().__init__()
        self.place = self.folder / f"run-{next(self.runs)}"
        self.store = make_trial(self.place)
        self.log: list[tuple[str, int, str]] = []
        self.commands = 0

    def write(self, streams: list[int], off: int, log: list[tuple[str, int, str]]) -> None:
        self.commands += 1
        name = f"c{self.commands}"
        ends = {f"case:{number}": 0 for number in streams}
        for stream, version, _ in log:
            if stream in ends:
                ends[stream] = version
        said = {stream: version + off for stream, version in ends.items()}
        events = [(f"case:{number}", paid(number)) for number in streams]
        if off and said:
            with pytest.raises(Conflict):
                self.store.write(commit(name, *events, expected=said))
            assert self.store.answer(CommandId(name)) is None
            return
        assert self.store.write(commit(name, *events, expected=said)) == len(log) + len(events)
        for stream, _ in events:
            ends[stream] += 1
            log.append((stream, ends[stream], name))

    @rule(streams=st.lists(st.integers(0, 3), max_size=4), off=st.sampled_from([0, 0, 0, 1, -1]))
    def single(self, streams: list[int], off: int) -> None:
        self.write(streams, off, self.log)

    @rule(
        parts=st.lists(
            st.tuples(st.lists(st.integers(0, 3), max_size=3), st.sampled_from([0, 0, 1])), max_size=4
        ),
        keep=st.booleans(),
    )
    def several(self, parts: list[tuple[list[int], int]], keep: bool) -> None:
        log = list(self.log)
        with self.store.batch() if keep else undone(self.store):
            for streams, off in parts:
                self.write(streams, off, log)
        if keep:
            self.log = log

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = again(self.place)

    @invariant()
    def same(self) -> None:
        seen = [(one.stream, one.version, one.command) for one in self.store.page(0, 10_000)]
        assert seen == self.log
        assert self.store.head() == len(self.log)

    def teardown(self) -> None:
        self.store.close()


def test_the_store_is_what_was_acknowledged(folder: Path) -> None:
    examples = 25 if url(folder).startswith("sqlite") else 6
    machine = type("Machine", (AgainstAModel,), {"folder": folder})
    case = machine.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=20, deadline=None)
    case("runTest").runTest()
