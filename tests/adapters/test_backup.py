"""A backup is whole while others write; a store made of it is that store as of a moment, under a log id of its own."""

import resource
import signal
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from threading import Event, Thread

import pytest

from adapters.backup import BackupBroken, BackupExists, NothingThen, back_up, restore
from adapters.bootstrap import open_doudi
from adapters.check import check
from adapters.faults import Fault
from adapters.keys.errors import KeysExist, KeysForeign, KeysLost
from adapters.keys.upkeep import back_up as back_up_keys
from adapters.projector import WrongLog
from adapters.store.errors import StoreError, StoreExists, StoreFailed, StoreMissing
from adapters.store.open import line_of
from domain.days import CHINA
from tests.adapters.told import ask
from tests.adapters.trials import commit, opened, trial, url
from tests.faults.forks import Forks
from tests.faults.hooks import Armed, hooked
from tests.harness import TrialOffice
from tests.workflows import stages


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a decided case, its backup and that of its keys."""
    folder = tmp_path_factory.mktemp("lived")
    office = TrialOffice(folder)
    stages.confirmed(office)
    office.doudi.projector.catch_up()
    back_up(f"sqlite:///{folder}/office.sqlite", folder / "log.backup")
    back_up_keys(office.doudi.store.keyring.keys, folder / "keys.backup")
    office.doudi.close()
    return folder


def whole(address: str) -> bool:
    doudi = open_doudi(address)
    found = [finding for one in check(doudi.store, doudi.projector) for finding in one.findings]
    doudi.close()
    assert found == []
    return True


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    made = Forks("tests.adapters.test_backup")
    yield made
    made.close()


def events(address: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(address.removeprefix("sqlite:///"))
    try:
        return connection.execute("SELECT * FROM events ORDER BY position").fetchall()
    finally:
        connection.close()


def test_a_backup_restores_to_the_same_events_under_a_new_log(lived: Path, tmp_path: Path) -> None:
    source, target = f"sqlite:///{lived}/office.sqlite", f"sqlite:///{tmp_path}/new.sqlite"
    made = restore(lived / "log.backup", target, keys=lived / "keys.backup")
    before = open_doudi(source).store
    assert made.before == before.log_id != made.log
    assert made.left == 0
    assert events(target)[:-1] == events(source)
    doudi = open_doudi(target)
    assert doudi.store.log_id == made.log
    (last,) = doudi.store.page(made.position - 1, 2)
    assert (last.stream, type(last.event).__name__) == ("clock", "StoreRestored")
    assert last.event.position == before.head() == made.position - 1  # type: ignore[attr-defined]
    assert whole(target)


def test_until_a_position_nothing_later_is_there_and_no_command_by_half(lived: Path, tmp_path: Path) -> None:
    source = f"sqlite:///{lived}/office.sqlite"
    store = open_doudi(source).store
    spans = store.database.connection.execute(
        "SELECT first, last FROM commands WHERE last > first AND first > 20 ORDER BY first"
    ).fetchall()
    first, last = spans[0]
    made = restore(
        lived / "log.backup", f"sqlite:///{tmp_path}/a.sqlite", until=last - 1, keys=lived / "keys.backup"
    )
    assert made.position == first
    assert made.left == store.head() - (first - 1)
    assert whole(f"sqlite:///{tmp_path}/a.sqlite")
    exact = restore(
        lived / "log.backup", f"sqlite:///{tmp_path}/b.sqlite", until=last, keys=lived / "keys.backup"
    )
    assert exact.position == last + 1
    assert exact.log != made.log
    assert whole(f"sqlite:///{tmp_path}/b.sqlite")


def test_until_an_instant_it_is_what_was_known_then(lived: Path, tmp_path: Path) -> None:
    store = open_doudi(f"sqlite:///{lived}/office.sqlite").store
    middle = store.envelope(store.head() // 2)
    assert middle is not None
    instant = middle.recorded_at
    target = f"sqlite:///{tmp_path}/then.sqlite"
    made = restore(lived / "log.backup", target, until=instant, keys=lived / "keys.backup")
    assert made.position == store.known_at(instant) + 1
    with pytest.raises(NothingThen):
        restore(
            lived / "log.backup",
            f"{target}2",
            until=instant - timedelta(days=3650),
            keys=lived / "keys.backup",
        )
    assert not (tmp_path / "then.sqlite2").exists()


def test_what_is_overdue_fires_at_the_next_tick(lived: Path, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/late.sqlite"
    store = open_doudi(f"sqlite:///{lived}/office.sqlite").store
    restore(lived / "log.backup", target, until=store.head() - 8, keys=lived / "keys.backup")
    doudi = open_doudi(target)
    due = doudi.deadlines._due.due(date(2026, 12, 31))
    assert due
    before = doudi.store.head()
    assert ask(target, "clock", "set", "2026-12-31").code == 0
    assert doudi.store.head() == before + 1
    assert ask(target, "tick", "--until", "2026-12-31").code == 0
    fired = [type(one.event).__name__ for one in doudi.store.page(before, 1000)]
    assert {"DeadlineWarned", "DeadlineEscalated", "DeadlineFired"} & set(fired)


def test_who_stands_beyond_the_end_stops_and_says_so(lived: Path, tmp_path: Path) -> None:
    """A file put back by hand under the read tables of a later time, and a reader of the old log."""
    source = open_doudi(f"sqlite:///{lived}/office.sqlite")
    target = f"sqlite:///{tmp_path}/cut.sqlite"
    restore(lived / "log.backup", target, until=30, keys=lived / "keys.backup")
    doudi = open_doudi(target)
    doudi.projector.catch_up()
    place = source.projector.places()["register"]
    run = doudi.store.database.connection.execute
    run("UPDATE projections SET position = ?, stream = ?, stream_version = ? WHERE name = 'register'",
        (place.position, place.stream, place.stream_version))  # fmt: skip
    doudi = open_doudi(target)
    with pytest.raises(WrongLog) as caught:
        doudi.projector.catch_up()
    assert (caught.value.params["projection"], caught.value.params["found"]) == ("register", "-")
    run("UPDATE projections SET log_id = ?", (source.store.log_id,))
    doudi = open_doudi(target)
    with pytest.raises(WrongLog):
        doudi.projector.catch_up()
    states = {one.name: one.state for one in doudi.projector.status()}
    assert set(states.values()) == {"stopped"}
    for name in states:
        doudi.projector.rebuild(name)
    assert whole(target)


def test_a_backup_taken_while_others_write_is_a_prefix(tmp_path: Path) -> None:
    store = trial(tmp_path)
    store.write(commit("c0", ("case:0", opened())))
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.write(commit(f"c{number}", (f"case:{number}", opened()), (f"case:{number}", opened())))

    writer = Thread(target=write)
    writer.start()
    try:
        made = [back_up(url(tmp_path), tmp_path / f"{turn}.backup") for turn in range(5)]
    finally:
        stop.set()
        writer.join()
    assert [one.position for one in made] == sorted(one.position for one in made)
    assert made[-1].position > made[0].position
    everything = events(url(tmp_path))
    for one in made:
        assert events(f"sqlite:///{one.path}") == everything[: one.position]
        assert one.position % 2 == 1


def test_a_backup_is_never_written_over_and_never_half(tmp_path: Path) -> None:
    store = trial(tmp_path)
    store.write(commit("c0", ("case:0", opened())))
    path = tmp_path / "one.backup"
    with hooked(Armed(point="backup.copied", how="raise")), pytest.raises(Fault):
        back_up(url(tmp_path), path)
    assert not path.exists()
    back_up(url(tmp_path), path)
    with pytest.raises(BackupExists):
        back_up(url(tmp_path), path)
    with pytest.raises(StoreMissing):
        back_up(f"sqlite:///{tmp_path}/nothing.sqlite", tmp_path / "x")


def test_where_nothing_can_be_written_it_says_so_and_leaves_nothing(lived: Path, tmp_path: Path) -> None:
    source = f"sqlite:///{lived}/office.sqlite"
    with pytest.raises(StoreFailed):
        back_up(source, tmp_path / "nowhere" / "one.backup")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises(StoreFailed):
            back_up(source, tmp_path / "one.backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("point", ["copy.loaded", "copy.keys"])
def test_a_restore_broken_off_leaves_no_store_and_can_be_run_again(
    lived: Path, tmp_path: Path, point: str
) -> None:
    target = f"sqlite:///{tmp_path}/new.sqlite"
    with hooked(Armed(point=point, how="raise")), pytest.raises(Fault):
        restore(lived / "log.backup", target, keys=lived / "keys.backup")
    with pytest.raises(StoreMissing):
        open_doudi(target)
    restore(lived / "log.backup", target, keys=lived / "keys.backup")
    assert whole(target)
    assert sorted(one.name for one in lived.iterdir() if one.name.startswith(".")) == []


def restored_and_killed(point: str, nth: int, backup: str, keys: str, target: str) -> None:
    with hooked(Armed(point=point, how="kill", nth=nth)):
        restore(Path(backup), target, keys=Path(keys))


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("transaction.locked", 1),
        ("copy.loaded", 1),
        ("copy.keys", 1),
        ("transaction.before-commit", 1),
        ("transaction.committed", 1),
    ],
)
def test_a_restore_that_is_killed_leaves_a_store_or_none(
    lived: Path, tmp_path: Path, forks: Forks, point: str, nth: int
) -> None:
    target = f"sqlite:///{tmp_path}/new.sqlite"
    given = (str(lived / "log.backup"), str(lived / "keys.backup"), target)
    assert forks.run(restored_and_killed, point, nth, *given) == -9
    if point != "transaction.committed":
        with pytest.raises(StoreMissing):
            open_doudi(target)
        restore(lived / "log.backup", target, keys=lived / "keys.backup")
    assert whole(target)


def test_half_copied_keys_are_copied_anew(lived: Path, tmp_path: Path) -> None:
    (tmp_path / "new.sqlite.keys").touch()
    restore(lived / "log.backup", f"sqlite:///{tmp_path}/new.sqlite", keys=lived / "keys.backup")
    assert whole(f"sqlite:///{tmp_path}/new.sqlite")


def backed_up_and_killed(point: str, source: str, path: str) -> None:
    with hooked(Armed(point=point, how="kill")):
        back_up(source, Path(path))


@pytest.mark.parametrize("point", ["backup.copied", "backup.done"])
def test_a_backup_that_is_killed_is_whole_or_has_no_name(
    lived: Path, tmp_path: Path, forks: Forks, point: str
) -> None:
    path = tmp_path / "one.backup"
    source = f"sqlite:///{lived}/office.sqlite"
    assert forks.run(backed_up_and_killed, point, source, str(path)) == -9
    assert path.exists() == (point == "backup.done")
    if not path.exists():
        back_up(source, path)
    restore(path, f"sqlite:///{tmp_path}/new.sqlite", keys=lived / "keys.backup")
    assert whole(f"sqlite:///{tmp_path}/new.sqlite")


def test_keys_that_stand_at_the_place_are_used_and_others_refused(lived: Path, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/new.sqlite"
    with pytest.raises(KeysLost):
        restore(lived / "log.backup", target)
    copyfile(lived / "keys.backup", tmp_path / "new.sqlite.keys")
    restore(lived / "log.backup", target)
    assert whole(target)
    with pytest.raises(StoreExists):
        restore(lived / "log.backup", target)
    trial(tmp_path, seed=9).close()
    copyfile(tmp_path / "store.db.keys", tmp_path / "other.sqlite.keys")
    with pytest.raises(KeysExist):
        restore(lived / "log.backup", f"sqlite:///{tmp_path}/other.sqlite")


def test_keys_of_the_log_before_serve_a_restored_one_until_there_is_a_backup_of_its_own(
    lived: Path, tmp_path: Path
) -> None:
    keys = lived / "keys.backup"
    first, second, third = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("first", "second", "third"))
    restore(lived / "log.backup", first, keys=keys)
    back_up(first, tmp_path / "again.backup")
    restore(tmp_path / "again.backup", second, keys=keys)
    assert whole(second)
    back_up(second, tmp_path / "once-more.backup")
    restore(tmp_path / "once-more.backup", third, keys=keys)
    assert whole(third)
    for path in tmp_path.glob("third.sqlite.keys*"):
        path.unlink()
    said = ask(third, "keys", "restore", str(keys))
    assert said.code == 0, said.err
    assert whole(third)


def test_keys_of_every_log_before_serve_one_that_was_restored_twice_to_earlier_moments(
    lived: Path, tmp_path: Path
) -> None:
    """The second restore cuts off where the first one says what it was made of; the store's marks say so still."""
    keys = lived / "keys.backup"
    first, second, third = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("first", "second", "third"))
    made = restore(lived / "log.backup", first, keys=keys)
    back_up(first, tmp_path / "again.backup")
    again = restore(tmp_path / "again.backup", second, until=made.position - 2, keys=keys)
    assert again.left > 0
    back_up(second, tmp_path / "once-more.backup")
    last = restore(tmp_path / "once-more.backup", third, until=made.position - 4, keys=keys)
    for path in (*tmp_path.glob("second.sqlite.keys*"), *tmp_path.glob("third.sqlite.keys*")):
        path.unlink()
    for made_of in (second, third):
        said = ask(made_of, "keys", "restore", str(keys))
        assert said.code == 0, said.err
    store = open_doudi(third).store
    line = line_of(store.database.connection, store.log_id)
    assert line == (made.before, made.log, again.log, last.log)
    store.close()


def test_keys_that_are_in_use_are_taken_as_they_are(tmp_path: Path) -> None:
    """What was written last stands beside the file until its database tidies up."""
    office = TrialOffice(tmp_path)
    stages.confirmed(office)
    back_up(office.url, tmp_path / "log.backup")
    live = tmp_path / "office.sqlite.keys"
    assert live.with_name(f"{live.name}-wal").stat().st_size > 0
    target = f"sqlite:///{tmp_path}/new.sqlite"
    restore(tmp_path / "log.backup", target, keys=live)
    assert whole(target)
    for path in tmp_path.glob("new.sqlite.keys*"):
        path.unlink()
    assert ask(target, "keys", "restore", str(live)).code == 0
    assert whole(target)


def test_keys_of_another_office_are_refused_before_anything_is_made(lived: Path, tmp_path: Path) -> None:
    trial(tmp_path, seed=9).close()
    target = f"sqlite:///{tmp_path}/new.sqlite"
    with pytest.raises(KeysForeign):
        restore(lived / "log.backup", target, keys=tmp_path / "store.db.keys")
    restore(lived / "log.backup", target, keys=lived / "keys.backup")
    assert whole(target)


def test_a_damaged_backup_is_refused(lived: Path, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/new.sqlite"
    bytes_ = (lived / "log.backup").read_bytes()
    for damaged in (
        b"",
        b"nothing",
        bytes_[: len(bytes_) // 2],
        bytes_[:4096] + b"\xff" * 8192 + bytes_[12288:],
    ):
        (tmp_path / "bad").write_bytes(damaged)
        with pytest.raises(StoreError) as caught:
            restore(tmp_path / "bad", target, keys=lived / "keys.backup")
        assert caught.value.code in ("backup.broken", "store.foreign")
    with pytest.raises(BackupBroken):
        restore(tmp_path / "missing", target)


def test_from_the_command_line(lived: Path, tmp_path: Path) -> None:
    source, target = f"sqlite:///{lived}/office.sqlite", f"sqlite:///{tmp_path}/new.sqlite"
    made = ask(source, "--format", "json", "backup", str(tmp_path / "day.backup")).json
    assert made["position"] == open_doudi(source).store.head()
    assert ask(source, "backup", str(tmp_path / "day.backup")).code == 1
    said = ask(source, "restore", str(tmp_path / "day.backup"), "--to", target, "--until", "2025-03-12",
               "--keys", str(lived / "keys.backup"))  # fmt: skip
    assert said.code == 0, said.err
    assert ask(target, "check").code == 0
    known = open_doudi(target).store.last_recorded_at()
    assert known is not None
    assert known.astimezone(CHINA).year >= 2025
