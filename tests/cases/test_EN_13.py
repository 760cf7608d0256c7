"""EN-13: the reply to COMMIT is lost: who repeats is told the first answer, and it happened once."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.bootstrap import Doudi, open_doudi
from adapters.faults import Fault
from adapters.group_commit import writer_of
from tests import postgres
from tests.faults.hooks import Armed, hooked
from tests.faults.life import contents, furnish, wrong
from tests.harness import V1, TrialOffice, person
from tests.places import place_of
from tests.proxy import Proxy
from workflows.command import parse


def enter(name: str = "e1", serial: int = 1) -> dict[str, object]:
    members = [person("m1", "1980-01-01", serial)]
    data = {"members": members, "division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    return {"id": name, "type": "Enter", "actor": "window", "data": data}


@pytest.mark.parametrize("point", ["transaction.committed", "write.done"])
@pytest.mark.parametrize("reopened", [False, True])
def test_who_repeats_gets_the_first_answer_and_one_case_stands(
    tmp_path: Path, point: str, reopened: bool
) -> None:
    office = TrialOffice(tmp_path)
    with hooked(Armed(point=point, how="raise")), pytest.raises(Fault):
        office.doudi.office.take(enter())
    head = office.store.head()
    if reopened:
        office.doudi.close()
        office.doudi = open_doudi(office.url)
    first = office.doudi.office.take(enter())
    assert first.status == "done"
    assert len(first.events) > 1
    kept = contents(office.doudi)
    assert office.doudi.office.take(enter()) == first
    assert office.store.head() == head
    assert contents(office.doudi) == kept
    other = office.doudi.office.take(enter(serial=2))
    assert [reason.code for reason in other.reasons] == ["command-id-used"]
    assert wrong(office.doudi) == []


def test_the_store_repeating_a_write_itself_is_told_apart_from_a_second_command(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    with hooked(Armed(point="write.done", how="repeat")):
        first = office.doudi.office.take(enter())
    assert first.status == "done"
    assert office.doudi.office.take(enter()) == first
    assert len([name for name in contents(office.doudi)["commands"] if name == "e1"]) == 1


def test_a_group_whose_commit_was_not_heard_of_is_answered_as_it_was_written(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    office.doudi.office.take(enter("e0", 10))
    armed = Armed(point="group.committed", how="raise")
    with writer_of(office.doudi.office) as writer, hooked(armed):
        waiting = [writer.begin(parse(enter(f"e{n}", n))) for n in range(1, 9)]
        answers = [future.result() for future in waiting]
    assert armed.fired
    assert {answer.status for answer in answers} == {"done"}
    assert len({answer.case for answer in answers}) == 8
    assert [office.doudi.office.take(enter(f"e{n}", n)) for n in range(1, 9)] == answers
    assert wrong(office.doudi) == []


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy(postgres.server().folder)
    yield proxy
    proxy.close()


def behind(proxy: Proxy, folder: Path) -> Doudi:
    """An office on PostgreSQL, reached through the proxy."""
    url = place_of("postgres", folder)()
    furnish(url, folder)
    parts = urlsplit(url)
    return open_doudi(f"postgresql://doudi@{parts.path}?host={proxy.folder}")


def test_a_reply_that_the_net_swallowed_is_found_again(tmp_path: Path, proxy: Proxy) -> None:
    doudi = behind(proxy, tmp_path)
    proxy.lose_answer(b"e1")
    first = doudi.office.take(enter())
    assert proxy.cut == 1
    assert first.status == "done"
    head = doudi.store.head()
    assert doudi.office.take(enter()) == first
    assert doudi.store.head() == head
    assert wrong(doudi) == []
    doudi.close()


def test_a_group_s_commit_that_the_net_swallowed_is_found_again(tmp_path: Path, proxy: Proxy) -> None:
    doudi = behind(proxy, tmp_path)
    doudi.office.take(enter("e0", 10))
    with writer_of(doudi.office) as writer:
        writer.submit(parse(enter("e9", 11)))
        proxy.lose_answer(b"COMMIT")
        waiting = [writer.begin(parse(enter(f"e{n}", n))) for n in range(1, 9)]
        answers = [future.result() for future in waiting]
    assert proxy.cut == 1
    assert {answer.status for answer in answers} == {"done"}
    assert len({answer.case for answer in answers}) == 8
    assert [doudi.office.take(enter(f"e{n}", n)) for n in range(1, 9)] == answers
    assert wrong(doudi) == []
    doudi.close()
