"""EN-13: the reply to COMMIT is lost: who repeats is told the first answer, and it happened once."""

from pathlib import Path

import pytest

from adapters.bootstrap import open_doudi
from adapters.faults import Armed, Fault, hooked
from adapters.group_commit import writer_of
from tests.faults.life import contents, wrong
from tests.harness import V1, TrialOffice, person
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
