"""Making and opening a store; its clock, its references, its access log."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.catalogue import LANGS, messages
from adapters.clock import SystemClock, TrialClock
from adapters.projector import PoisonEvent
from adapters.randomness import SeededRandomness, SystemRandomness
from adapters.store.access_log import Access
from adapters.store.errors import (
    BadAddress,
    BrokenLog,
    NotAStore,
    RealClock,
    StoreError,
    StoreExists,
    StoreFailed,
    StoreMissing,
)
from adapters.store.open import access_log_of, init_store, open_store, path_of, randomness_of
from adapters.store.store import EventStore
from domain.days import CHINA
from domain.ids import CommandId
from tests.adapters.trials import EVENTS, Broken, again, commit, fill, opened, trial, url


def test_addresses() -> None:
    assert path_of("sqlite:///doudi.db") == Path("doudi.db")
    assert path_of("sqlite:////var/lib/兜底.db") == Path("/var/lib/兜底.db")


@pytest.mark.parametrize("address", ["doudi.db", "sqlite://doudi.db", "sqlite:///", "mysql://x/y", ""])
def test_another_address_is_refused(address: str) -> None:
    for do in (open_store, init_store):
        with pytest.raises(BadAddress):
            do(address, events=EVENTS)


def test_a_store_that_is_not_there_is_named_with_its_remedy(folder: Path) -> None:
    with pytest.raises(StoreMissing) as caught:
        again(folder)
    assert caught.value.params == {"url": url(folder)}
    assert caught.value.remedy == "store.missing.remedy"
    assert not (folder / "store.db").exists()


def test_a_store_is_made_once(folder: Path) -> None:
    store = trial(folder)
    fill(store, 1, 1)
    store.close()
    for kind in (True, False):
        with pytest.raises(StoreExists):
            init_store(url(folder), trial=kind, events=EVENTS)
    assert again(folder).head() == 3


def test_folders_on_the_way_are_made(folder: Path) -> None:
    assert trial(folder / "a" / "b").head() == 0


def test_an_empty_file_is_no_store_yet_and_may_become_one(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreMissing):
        again(tmp_path)
    assert trial(tmp_path).head() == 0


def test_a_making_that_was_broken_off_can_be_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("adapters.store.open.write_marks", stop)
        with pytest.raises(KeyboardInterrupt):
            trial(folder)
    with pytest.raises(StoreMissing):
        again(folder)
    assert trial(folder).head() == 0


def test_what_is_written_first_is_there_with_the_store_or_neither_is(folder: Path) -> None:
    def fail(store: EventStore) -> None:
        store.write(commit("init", ("staff:00", opened())))
        raise Broken

    with pytest.raises(Broken):
        init_store(url(folder), trial=True, events=EVENTS, first=fail)
    with pytest.raises(StoreMissing):
        again(folder)
    store = init_store(
        url(folder),
        trial=True,
        events=EVENTS,
        first=lambda it: it.write(commit("init", ("staff:00", opened()))),
    )
    assert store.head() == again(folder).head() == 1


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    place.write_text("居民名册 " * 200, encoding="utf-8")
    before = place.read_bytes()
    for do in (lambda: again(tmp_path), lambda: trial(tmp_path)):
        with pytest.raises(NotAStore):
            do()
    assert place.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "store.db")
    other.execute("CREATE TABLE notes (text)")
    other.close()
    for do in (lambda: again(tmp_path), lambda: trial(tmp_path)):
        with pytest.raises(NotAStore):
            do()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreFailed):
        again(tmp_path)


def test_stores_differ_and_a_trial_follows_from_its_seed(folder: Path) -> None:
    real = [init_store(url(folder / f"real{number}"), events=EVENTS) for number in (1, 2)]
    trials = [trial(folder / f"trial{at}", seed) for at, seed in enumerate((1, 1, 2))]
    assert real[0].log_id != real[1].log_id
    assert trials[0].log_id == trials[1].log_id != trials[2].log_id
    assert [store.trial for store in (*real, *trials)] == [False, False, True, True, True]
    assert real[0].digest(b"x") != real[1].digest(b"x")
    assert trials[0].digest(b"x") == trials[1].digest(b"x") != trials[2].digest(b"x")
    again_real = open_store(url(folder / "real1"), events=EVENTS)
    assert (again_real.log_id, again_real.digest(b"x")) == (real[0].log_id, real[0].digest(b"x"))


def test_a_trial_store_can_not_become_real(folder: Path) -> None:
    store = trial(folder)
    store.database.connection.execute("UPDATE meta SET value = '0' WHERE name = 'trial'")
    store.close()
    with pytest.raises(BrokenLog):
        again(folder)


def test_a_real_store_has_the_machines_clock_and_refuses_to_set_it(folder: Path) -> None:
    store = init_store(url(folder), events=EVENTS)
    assert isinstance(store.clock, SystemClock)
    assert abs(store.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert store.clock.now().utcoffset() == timedelta(hours=8)
    with pytest.raises(RealClock):
        store.clock.set(date(2025, 1, 1))
    before = datetime.now(UTC)
    store.write(commit("c1", ("case:1", opened())))
    assert before <= store.page(0, 1)[0].recorded_at <= datetime.now(UTC)


def test_a_trials_clock_stands_in_its_store(folder: Path) -> None:
    begin = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=CHINA)
    store = init_store(url(folder), trial=True, clock=begin, events=EVENTS)
    clock = store.clock
    assert isinstance(clock, TrialClock)
    assert clock.now() == clock.now() == begin
    clock.set(date(2025, 3, 1))
    assert again(folder).clock.now() == datetime(2025, 3, 1, 9, tzinfo=CHINA)
    clock.set(datetime(2023, 1, 1, 1, tzinfo=UTC))
    assert again(folder).clock.now() == datetime(2023, 1, 1, 9, tzinfo=CHINA)


def test_references_of_a_trial_follow_from_seed_command_and_order(folder: Path) -> None:
    def made(seed: int, command: str) -> list[str]:
        new = SeededRandomness(str(seed)).tokens(CommandId(command))
        return [new("p"), new("p"), new("h")]

    store = trial(folder, seed=7)
    random = randomness_of(store)
    new = random.tokens(CommandId("c1"))
    assert [new("p"), new("p"), new("h")] == made(7, "c1")
    everything = made(7, "c1") + made(7, "c2") + made(8, "c1")
    assert len(set(everything)) == 9
    assert all(reference[:2] in ("p-", "h-") and len(reference) == 26 for reference in everything)


def test_references_of_a_real_store_are_never_the_same(folder: Path) -> None:
    random = randomness_of(init_store(url(folder), events=EVENTS))
    assert isinstance(random, SystemRandomness)
    assert len({random.tokens(CommandId("c1"))("p") for _ in range(100)}) == 100


def test_the_same_seed_and_commands_give_the_same_log_byte_for_byte(folder: Path) -> None:
    logs = []
    for name in ("one", "two"):
        store = init_store(
            url(folder / name), trial=True, seed=3, clock=datetime(2025, 1, 1, tzinfo=CHINA), events=EVENTS
        )
        for command in ("c1", "c2"):
            new = randomness_of(store).tokens(CommandId(command))
            person = new("p")
            store.write(
                commit(command, (f"person:{person}", opened("王", person)), numbers=((command, person),))
            )
        log = [
            store.database.connection.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("meta", "events", "commands")
        ]
        logs.append([*log, sorted(store.keyring.keys.all_keys()), store.keyring.keys.bound()])
    assert logs[0] == logs[1]


def test_the_access_log_keeps_looks_and_refusals_apart_from_events(folder: Path) -> None:
    store = trial(folder)
    log = access_log_of(store)
    at = datetime(2025, 3, 1, 9, tzinfo=CHINA)
    look = Access(at=at, actor="s-1", purpose="case show", outcome="seen", case="11010120250000017")
    refused = Access(at=at, actor="s-2", purpose="Confirm", outcome="refused.not-yours", command="c9")
    log.note(look)
    log.note(refused)
    assert list(access_log_of(again(folder)).entries()) == [look, refused]
    assert list(log.entries(case="11010120250000017")) == [look]
    assert store.head() == 0


def every_error() -> list[type[StoreError]]:
    found, todo = [], [StoreError]
    while todo:
        cls = todo.pop()
        found.append(cls)
        todo += cls.__subclasses__()
    return found


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [cls.code for cls in every_error() if "code" in vars(cls)]
    assert len(codes) == len(set(codes)) > 15
    assert PoisonEvent.code in codes


@pytest.mark.parametrize("cls", every_error(), ids=lambda cls: cls.__name__)
def test_every_error_has_text_and_remedy_with_its_own_parameters(cls: type[StoreError]) -> None:
    texts = [messages(lang) for lang in LANGS]
    for code in (cls.code, f"{cls.code}.remedy"):
        named = [set(re.findall(r"{(\w+)}", text[code])) for text in texts]
        assert named[0] == named[1]
        said = re.search(r"\(params: (.*)\)", cls.__doc__ or "")
        assert named[0] <= set(re.findall(r"\w+", said[1] if said else "reason"))
