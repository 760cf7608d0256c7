"""What is PostgreSQL's own in a store: roles, locks, lost answers, restarts."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import sleep

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.projector import Projector
from adapters.store.database import PROJECTIONS, CommandRow, Entry, Row
from adapters.store.errors import NewerStore, NotAStore, OutcomeUnknown, StoreFailed, Unreachable
from adapters.store.open import init_store, open_store
from adapters.store.postgres import PostgresDatabase, shown
from adapters.store.store import EventStore
from domain.ids import CommandId, StreamId
from tests.adapters.trials import (
    EVENTS,
    Broken,
    Register,
    Totals,
    again,
    commit,
    fill,
    opened,
    paid,
    trial,
    undone,
)
from tests.postgres import Server, name_of, server
from tests.proxy import Proxy
from workflows.ports import CommandTaken, Conflict

ONE = StreamId("case:1")


@pytest.fixture
def name(folder: Path) -> str:
    return name_of(folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOUDI_MASTER_KEY", f"file:{tmp_path}/master")
    (tmp_path / "on-postgresql").write_text(str(server().folder))
    return tmp_path


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy(server().folder)
    yield proxy
    proxy.close()


def through(proxy: Proxy, name: str) -> EventStore:
    return open_store(f"postgresql://doudi@/{name}?host={proxy.folder}", events=EVENTS)


def raw(name: str, role: str = "doudi") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server().address(name, role), autocommit=True)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("postgresql://doudi:secret@db/office", "postgresql://doudi@db/office"),
        (
            "postgresql://db:5433/office?password=secret&sslmode=require",
            "postgresql://db:5433/office?sslmode=require",
        ),
        ("postgres://a:b%40secret@h1,h2/x?host=/run/pg", "postgres://a@h1,h2/x?host=/run/pg"),
    ],
)
def test_no_password_is_shown(url: str, safe: str) -> None:
    assert shown(url) == safe


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    for do in (open_store, init_store):
        with pytest.raises(Unreachable) as caught:
            do("postgresql://doudi:secret@/doudi?host=/tmp/nowhere-at-all", events=EVENTS)
        assert "secret" not in str(caught.value)
        assert "nowhere-at-all" in str(caught.value)


def test_a_database_that_is_not_there_is_named() -> None:
    with pytest.raises(Unreachable, match="no-such-database"):
        open_store(server().address("no-such-database"), events=EVENTS)


def test_another_programs_schema_is_left_alone(folder: Path, name: str) -> None:
    server().database(name)
    with raw(name) as connection:
        connection.execute("CREATE SCHEMA doudi; CREATE TABLE doudi.notes (text text)")
    for do in (again, trial):
        with pytest.raises(NotAStore):
            do(folder)


def test_a_database_that_is_not_in_utf8_is_refused() -> None:
    server().run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(Unreachable, match="LATIN1"):
        init_store(server().address("latin"), events=EVENTS)


def test_a_store_of_a_newer_release_is_refused(store: EventStore, folder: Path, name: str) -> None:
    with raw(name) as connection:
        connection.execute("INSERT INTO doudi.migrations (number) VALUES (99)")
    with pytest.raises(NewerStore) as caught:
        again(folder)
    assert caught.value.params["found"] == 99


def test_many_that_open_a_fresh_database_make_its_tables_once(name: str) -> None:
    address = server().database(name)
    failed: list[BaseException] = []

    def migrate() -> None:
        try:
            PostgresDatabase(address).migrate()
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=migrate) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with raw(name) as connection:
        numbers = connection.execute("SELECT number FROM doudi.migrations ORDER BY number").fetchall()
    assert numbers == [(at + 1,) for at in range(len(numbers))]


def test_every_commit_reaches_the_disk_whatever_the_server_says(store: EventStore, name: str) -> None:
    with raw(name) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)
    assert store.database.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


ROLES = ("office", "stranger")


@pytest.fixture
def admitted(store: EventStore, folder: Path, name: str) -> EventStore:
    """The store as a role without ownership sees it."""
    with raw(name) as connection:
        for role in ROLES:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if found is None:
                connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        fill(store, 2, 1)
        Projector(store, [Register(), Totals()]).catch_up()
        connection.execute("SELECT doudi.admit('office')")
    return open_store(server().address(name, "office"), events=EVENTS)


def test_a_role_without_ownership_does_all_that_an_office_does(admitted: EventStore) -> None:
    projector = Projector(admitted, [Register(), Totals()])
    projector.catch_up()
    admitted.write(commit("c1", ("case:x", opened()), numbers=(("1", "p-x"),)))
    with admitted.batch():
        admitted.write(commit("c2", ("case:x", paid(1)), expected={"case:x": 1}))
        admitted.clock.set(admitted.clock.now())
    projector.catch_up()
    projector.rebuild("register")
    assert projector.verify("register") == projector.verify("totals") == []
    assert admitted.head() == 7
    assert admitted.person_of("1") == "p-x"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO doudi.events SELECT position + 100, stream, version + 100, type, type_version, command, actor,"
        " division, recorded_at, causation, payload FROM doudi.events",
        "UPDATE doudi.events SET payload = '{}'",
        "DELETE FROM doudi.events",
        "TRUNCATE doudi.events",
        "INSERT INTO doudi.commands VALUES ('x', '', '')",
        "UPDATE doudi.commands SET answer = ''",
        "DELETE FROM doudi.commands",
        "UPDATE doudi.log_end SET position = 1",
        "INSERT INTO doudi.meta VALUES ('x', 'y')",
        "DELETE FROM doudi.access",
        "UPDATE doudi.access SET actor = ''",
        "DELETE FROM doudi.migrations",
        "DROP TABLE doudi.events",
        "ALTER TABLE doudi.events DISABLE TRIGGER ALL",
        "CREATE TABLE doudi.mine (x int)",
        "CREATE OR REPLACE FUNCTION doudi.append() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_function_is_the_only_way_in(admitted: EventStore, name: str, statement: str) -> None:
    with raw(name, "office") as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())
    assert admitted.head() == 5


def test_what_a_store_was_made_as_can_not_be_changed_by_its_role(admitted: EventStore, name: str) -> None:
    with raw(name, "office") as connection:
        connection.execute("UPDATE doudi.meta SET value = '0'")
        found = dict(connection.execute("SELECT name, value FROM doudi.meta").fetchall())
    assert (found["trial"], found["clock"]) == ("1", "0")


def test_a_role_that_was_not_admitted_can_not_even_look(admitted: EventStore, name: str) -> None:
    with raw(name, "stranger") as connection:
        for statement in ("SELECT * FROM doudi.events", "SELECT doudi.admit('stranger')"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement.encode())


CALL = (
    "SELECT outcome, detail FROM doudi.append(0, false, %s::text[], %s::bigint[], '{T}', '{1}', '{c}', '{a}',"
    " '{d}', '{null}', '{x}', NULL, NULL, NULL, %s::text[], %s::bigint[], '{}', '{}',"
    " '{}', '{}', '{}', '{}', '{}', '{}')"
)


@pytest.mark.parametrize("version", [1, 2, 4, 9])
def test_the_function_itself_refuses_a_hole_en15(store: EventStore, name: str, version: int) -> None:
    fill(store, 1, 1)
    with raw(name) as connection:
        for expected in ((None, None), (["case:0"], [3])):
            said = connection.execute(CALL, (["case:0"], [version + (version > 2)], *expected)).fetchone()
            assert said == ("hole", "case:0")
    assert store.head() == 3


@pytest.mark.parametrize(
    "busy",
    [
        "LOCK TABLE doudi.events, doudi.commands, doudi.log_end IN SHARE UPDATE EXCLUSIVE MODE",
        "LOCK TABLE doudi.events IN ROW SHARE MODE",
    ],
)
def test_vacuum_and_its_like_do_not_stop_an_append(store: EventStore, name: str, busy: str) -> None:
    """SHARE UPDATE EXCLUSIVE is what VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY hold while they work."""
    store.database.connection.execute("SET lock_timeout = '500ms'")
    with raw(name) as connection, connection.transaction():
        connection.execute(busy.encode())
        store.write(commit("c1", (ONE, opened())))
    assert store.head() == 1


def test_a_writer_that_waited_records_when_it_came_in(folder: Path) -> None:
    store, other = init_store(server().database(name_of(folder)), events=EVENTS), None
    other = open_store(server().address(name_of(folder)), events=EVENTS)
    late = Thread(target=lambda: other.write(commit("late", ("case:2", opened(of="p-2")))))
    with store.batch():
        store.write(commit("first", (ONE, opened())))
        late.start()
        sleep(0.4)
    late.join()
    first, second = store.page(0, 2)
    assert (second.recorded_at - first.recorded_at).total_seconds() > 0.3


@pytest.mark.parametrize("times", [1, 8])
def test_a_lost_answer_is_found_again_en13(store: EventStore, name: str, proxy: Proxy, times: int) -> None:
    """One statement is a whole command; from the sixth on it is a prepared one."""
    client = through(proxy, name)
    for at in range(times - 1):
        client.write(commit(f"before-{at}", (f"case:before-{at}", opened())))
    proxy.lose_answer(b"lost-one")
    assert client.write(commit("lost-one", (ONE, opened()), (ONE, paid(1)))) == times + 1
    assert proxy.cut == 1
    assert [one.command for one in store.load(ONE)] == ["lost-one", "lost-one"]
    assert client.write(commit("next", (ONE, paid(2)), expected={ONE: 2})) == times + 2
    with pytest.raises(CommandTaken):
        client.write(commit("lost-one", (ONE, opened())))


def test_a_lost_answer_of_a_command_without_events_is_found_again(
    store: EventStore, name: str, proxy: Proxy
) -> None:
    store.write(commit("c1", (ONE, opened())))
    client = through(proxy, name)
    proxy.lose_answer(b"quiet-one")
    assert client.write(commit("quiet-one")) == 1
    assert store.answer(CommandId("quiet-one")) is not None


def test_a_command_that_never_arrived_is_written_once(store: EventStore, name: str, proxy: Proxy) -> None:
    client = through(proxy, name)
    proxy.lose_message(b"lost-one")
    assert client.write(commit("lost-one", (ONE, opened()))) == 1
    assert proxy.cut == 1
    assert len(store.load(ONE)) == 1


def test_a_conflict_is_still_one_after_the_connection_was_lost(
    store: EventStore, name: str, proxy: Proxy
) -> None:
    client = through(proxy, name)
    store.write(commit("first", (ONE, opened())))
    for lose in (proxy.lose_message, proxy.lose_answer):
        lose(b"stale-one")
        with pytest.raises(Conflict):
            client.write(commit("stale-one", (ONE, opened())))
    other = commit("first", (ONE, opened()))
    other.digest = b"another"
    proxy.lose_message(b"first")
    with pytest.raises(CommandTaken):
        client.write(other)


@pytest.mark.parametrize("answered", [True, False])
def test_a_lost_answer_to_several_at_once_is_found_again_en13(
    store: EventStore, name: str, proxy: Proxy, answered: bool
) -> None:
    def paying(command: str, stream: str) -> Entry:
        row = Row(stream, 1, "Paid", 1, command, "staff-1", "110101", None, b"{}")
        expected = {StreamId(stream): 0}
        return Entry([row], CommandRow(command, b"d", b"{}"), lambda: 1, False, expected)

    client = through(proxy, name)
    (proxy.lose_answer if answered else proxy.lose_message)(b"lost-one")
    entries = [paying("c1", "case:1"), paying("lost-one", "case:2"), paying("c3", "case:3")]
    told = client.database.append_all(entries)
    assert proxy.cut == 1
    assert told == [1, 2, 3]
    assert store.head() == store.commands() == 3
    assert [type(one) for one in client.database.append_all(entries)] == [CommandTaken] * 3


def test_a_lost_commit_of_a_batch_is_found_again_en13(store: EventStore, name: str, proxy: Proxy) -> None:
    client = through(proxy, name)
    with client.batch():
        client.write(commit("c1", (ONE, opened())))
        client.write(commit("c2", (ONE, paid(1)), expected={ONE: 1}))
        proxy.lose_answer(b"COMMIT")
    assert proxy.cut == 1
    assert [one.command for one in store.load(ONE)] == ["c1", "c2"]
    client.write(commit("c3", (ONE, paid(1)), expected={ONE: 2}))


def test_a_batch_whose_commit_never_arrived_is_told_to_have_failed(
    store: EventStore, name: str, proxy: Proxy
) -> None:
    client = through(proxy, name)

    def lose() -> None:
        with client.batch():
            client.write(commit("c1", (ONE, opened())))
            proxy.lose_message(b"COMMIT")

    with pytest.raises(Unreachable):
        lose()
    assert store.head() == client.head() == 0
    client.write(commit("c1", (ONE, opened())))
    assert store.head() == 1


def test_a_batch_that_is_cut_off_midway_is_undone(store: EventStore, name: str, proxy: Proxy) -> None:
    client = through(proxy, name)

    def lose() -> None:
        with client.batch():
            client.write(commit("c1", (ONE, opened())))
            proxy.lose_message(b"lost-one")
            client.write(commit("lost-one", (ONE, paid(1)), expected={ONE: 1}))

    with pytest.raises(Unreachable):
        lose()
    assert client.head() == store.head() == 0


def test_a_projection_whose_commit_was_lost_takes_each_event_once(
    store: EventStore, name: str, proxy: Proxy
) -> None:
    fill(store, 4, 2)
    client = through(proxy, name)
    projector = Projector(client, [Totals()])
    projector.step(5)
    for lose in (proxy.lose_answer, proxy.lose_message):
        lose(b"COMMIT")
        with pytest.raises(Unreachable):
            projector.step(3)
    projector.catch_up()
    assert projector.verify("totals") == []
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 8}


def test_when_the_server_stays_away_the_outcome_is_unknown(
    store: EventStore, name: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = through(proxy, name)
    monkeypatch.setattr(PostgresDatabase, "connect", _refuse)
    monkeypatch.setattr("adapters.store.postgres.LOST_SECONDS", 0)
    proxy.lose_answer(b"lost-one")
    with pytest.raises(OutcomeUnknown) as caught:
        client.write(commit("lost-one", (ONE, opened())))
    assert caught.value.params == {"command": "lost-one"}
    monkeypatch.undo()
    with pytest.raises(CommandTaken):
        client.write(commit("lost-one", (ONE, opened())))
    assert store.head() == 1


def _refuse(database: PostgresDatabase) -> None:
    raise Unreachable(reason="gone")


def test_a_batch_in_which_a_statement_failed_is_never_called_kept(store: EventStore) -> None:
    def swallow() -> None:
        with store.batch():
            store.write(commit("c1", (ONE, opened())))
            with pytest.raises(StoreFailed):
                store.database.connection.execute("SELECT 1 / 0")

    with pytest.raises(StoreFailed):
        swallow()
    assert store.head() == 0
    store.write(commit("c1", (ONE, opened())))


def test_an_error_names_no_value(store: EventStore) -> None:
    with pytest.raises(StoreFailed) as caught:
        store.database.connection.execute("SELECT CAST(? AS bigint)", ("王小明",))
    assert "王" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_replaced_read_table_is_not_seen_empty(store: EventStore, folder: Path) -> None:
    """A view taken before a table was put in place of another would show the new one without rows."""
    fill(store, 3, 1)
    projector = Projector(store, [Totals()])
    projector.catch_up()
    other = Projector(again(folder), [Totals()])
    rebuilding = Thread(target=lambda: other.rebuild("totals"))
    with store.database.reading("read_totals") as connection:
        connection.execute("SELECT 1 FROM events LIMIT 1").fetchall()
        rebuilding.start()
        sleep(0.3)
        assert connection.execute("SELECT count(*) FROM read_totals").fetchone() == (3,)
    rebuilding.join()
    assert projector.verify("totals") == []


def test_commands_go_on_while_projections_are_written(store: EventStore, folder: Path) -> None:
    fill(store, 3, 1)
    other = again(folder)
    writer = Thread(target=lambda: other.write(commit("c1", ("case:x", opened()))))
    with store.database.transaction(PROJECTIONS):
        writer.start()
        writer.join(5)
        assert not writer.is_alive()
    assert store.answer(CommandId("c1")) is not None


def test_the_projections_lock_is_given_back_with_the_part_that_took_it(
    store: EventStore, folder: Path
) -> None:
    def fail() -> None:
        with store.database.transaction(PROJECTIONS):
            raise Broken

    other = again(folder)
    done: list[int] = []
    with store.batch():
        with pytest.raises(Broken):
            fail()
        thread = Thread(target=lambda: done.append(Projector(other, [Totals()]).catch_up()))
        thread.start()
        thread.join(5)
        assert done == [0]


def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    server()
    own = Server("fsync=off")
    try:
        own.database("office")
        store = init_store(own.address("office"), trial=True, events=EVENTS)
        fill(store, 2, 2)
        own.kill()
        own.start()
        assert store.head() == 7
        told: list[int] = []
        away = Event()

        def write() -> None:
            told.append(store.head())
            away.wait()
            told.append(store.write(commit("c1", ("case:1", paid(1)), expected={"case:1": 3})))

        waiting = Thread(target=write)
        waiting.start()
        while not told:
            sleep(0.01)
        own.kill()
        away.set()
        sleep(0.3)
        own.start()
        waiting.join()
        assert told == [7, 8]
        with undone(store):
            fill(store, 1, 1, "x")
        assert [one.position for one in store.page(0, 100)] == list(range(1, 9))
    finally:
        own.stop()
