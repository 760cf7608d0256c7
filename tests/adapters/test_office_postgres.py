"""An office on PostgreSQL: the same life gives the same answers as on SQLite, and moves between the two."""

from pathlib import Path

import pytest

from adapters.backup import back_up, restore
from adapters.bootstrap import open_doudi
from adapters.check import check
from adapters.copy import copy_office
from tests.adapters.test_copy import reads, tables
from tests.adapters.told import ask
from tests.harness import COUNTY, TrialOffice, person
from tests.postgres import server
from tests.workflows import awards
from tests.workflows.test_pay import close

pytestmark = pytest.mark.usefixtures("there")

LOG = (
    "SELECT position, stream, version, type, type_version, command, actor, division, causation, payload"
    " FROM events"
)


@pytest.fixture(scope="module")
def there() -> None:
    server()


def live(folder: Path, url: str | None = None) -> str:
    office = TrialOffice(folder, url=url)
    case = awards.living(office, [person("m1", "1980-01-01", 1)], [], accepted="2025-04-03", area="rural")
    office.clock("2025-05-08")
    office.do("Draw", "payer", division=COUNTY, month="2025-05")
    close(office)
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K01", on="2025-05-12")
    office.do("CloseMonth", "payer", division=COUNTY, month="2025-05", on="2025-05-31")
    office.do("ChangeAccount", "payer", case, account="6217 0000 1234", holder="m1", on="2025-06-03")
    office.do("Draw", "payer", division=COUNTY, month="2025-06")
    assert ask(office.url, "case", "show", case).code == 0
    office.doudi.close()
    return office.url


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> str:
    return live(tmp_path_factory.mktemp("lived"))


@pytest.fixture(scope="module")
def lived_there(tmp_path_factory: pytest.TempPathFactory) -> str:
    return live(tmp_path_factory.mktemp("there"), server().database("lived"))


def log(url: str) -> list[object]:
    store = open_doudi(url).store
    return store.database.connection.execute(f"{LOG} ORDER BY position").fetchall()


def found(url: str) -> list[object]:
    doudi = open_doudi(url)
    return [finding for one in check(doudi.store, doudi.projector) for finding in one.findings]


def test_the_same_life_writes_the_same_log(lived: str, lived_there: str) -> None:
    assert log(lived) == log(lived_there)
    here, there = open_doudi(lived), open_doudi(lived_there)
    assert here.store.keyring.keys.bound() == there.store.keyring.keys.bound()
    assert reads(here) == reads(there)
    assert found(lived_there) == []


@pytest.mark.parametrize(
    "question",
    [
        ("register",),
        ("stats", "--year", "2025"),
        ("worklist", "--division", COUNTY),
        ("check",),
        ("projections", "status"),
    ],
    ids=lambda question: question[0],
)
def test_the_same_question_has_the_same_answer(
    lived: str, lived_there: str, question: tuple[str, ...]
) -> None:
    here, there = (ask(url, "--format", "json", *question) for url in (lived, lived_there))
    assert here.code == there.code
    assert here.out == there.out


def test_a_projection_is_rebuilt_and_verified(lived_there: str) -> None:
    doudi = open_doudi(lived_there)
    for status in doudi.projector.status():
        doudi.projector.rebuild(status.name)
        assert doudi.projector.verify(status.name) == []


def test_an_office_moves_there_goes_on_and_comes_back(lived: str, tmp_path: Path) -> None:
    url = server().database("moved")
    made = copy_office(lived, url)
    assert made.position == open_doudi(lived).store.head()
    assert log(url) == log(lived)
    assert found(url) == []
    assert ask(url, "clock", "set", "2025-06-03").code == 0
    assert ask(url, "--as", "payer", "pay", "draw", "--division", COUNTY, "--month", "2025-06").code == 0
    assert found(url) == []
    back = f"sqlite:///{tmp_path}/back.sqlite"
    copy_office(url, back)
    assert log(back) == log(url)
    assert found(back) == []
    before, after = tables(Path(lived.removeprefix("sqlite:///"))), tables(tmp_path / "back.sqlite")
    for table in ("events", "commands", "access"):
        assert after[table][: len(before[table])] == before[table] or table == "commands"
    assert set(map(repr, before["commands"])) <= set(map(repr, after["commands"]))


def test_a_backup_is_restored_on_either(lived_there: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite"
    told = back_up(lived_there, backup)
    assert told.position == open_doudi(lived_there).store.head()
    keys = tmp_path / "keys.sqlite"
    open_doudi(lived_there).store.keyring.keys.copy_to(keys)
    for target in (server().database("restored"), f"sqlite:///{tmp_path}/restored.sqlite"):
        made = restore(backup, target, keys=keys)
        assert made.position == told.position + 1
        assert found(target) == []
