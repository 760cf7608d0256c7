"""A full disk: what can't be kept is refused by name, what was acknowledged stands, and it goes on afterwards."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from adapters.bootstrap import Doudi, open_doudi
from adapters.group_commit import writer_of
from adapters.store.errors import StoreError, StoreFailed
from domain.ids import CommandId
from tests.faults.life import wrong
from tests.harness import V1, TrialOffice, person
from workflows.command import Answer, parse

SIZE = 12 * 2**20
REMEDY = "mounting a small disk needs root: run these tests as root, or in a user namespace (unshare -rm)"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip(REMEDY)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Take all but so many bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"\0" * max(0, free - left))
    return ballast


def enter(number: int) -> dict[str, object]:
    members = [person("m1", "1980-01-01", number)]
    data = {"members": members, "division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    return {"id": f"e{number}", "type": "Enter", "actor": "window", "data": data}


def until_full(doudi: Doudi) -> tuple[dict[str, Answer], int]:
    """Enter cases until one can't be kept; what was acknowledged, and the number of the one that wasn't."""
    acknowledged: dict[str, Answer] = {}
    for number in range(1, 500):
        try:
            answer = doudi.office.take(enter(number))
        except StoreFailed as error:
            if error.params["reason"] not in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"):
                raise
            return acknowledged, number
        assert answer.status == "done"
        acknowledged[answer.id] = answer
    raise AssertionError("the disk never was full")


@pytest.mark.parametrize("seed", range(3))
def test_a_full_disk_loses_nothing_and_is_survived(disk: Path, seed: int) -> None:
    office = TrialOffice(disk)
    ballast = fill(disk, Random(seed).randint(40_000, 400_000))
    acknowledged, number = until_full(office.doudi)
    assert acknowledged
    for _ in range(2):
        with pytest.raises(StoreError):
            office.doudi.office.take(enter(number))
    head = office.store.head()
    ballast.unlink()
    doudi = open_doudi(office.url)
    for one in (office.doudi, doudi):
        assert one.store.head() == head
        assert one.store.answer(CommandId(f"e{number}")) is None
        for name, answer in acknowledged.items():
            assert one.office.take(enter(int(name[1:]))) == answer
    assert wrong(doudi) == []
    assert office.doudi.office.take(enter(number)).status == "done"
    assert wrong(office.doudi) == []


def test_projections_on_a_full_disk_stop_and_go_on(disk: Path) -> None:
    office = TrialOffice(disk)
    office.doudi.projector.catch_up()
    for number in range(1, 60):
        office.doudi.office.take(enter(number))
    ballast = fill(disk, 8_192)
    with pytest.raises(StoreError):
        office.doudi.projector.catch_up()
    with pytest.raises(StoreError):
        office.doudi.projector.rebuild("register")
    ballast.unlink()
    assert wrong(office.doudi) == []
    office.doudi.projector.rebuild("register")
    assert wrong(office.doudi) == []


def test_a_group_on_a_full_disk_tells_each_caller_what_became_of_his(disk: Path) -> None:
    office = TrialOffice(disk)
    ballast = fill(disk, 300_000)
    with writer_of(office.doudi.office) as writer:
        few = [writer.submit(parse(enter(number))) for number in range(1, 4)]
        assert {answer.status for answer in few} == {"done"}
        waiting = [writer.begin(parse(enter(number))) for number in range(1, 200)]
        errors = [future.exception() for future in waiting]
    assert {type(error).__name__ for error in errors if error is not None} == {"StoreFailed"}
    assert errors[:3] == [None] * 3
    ballast.unlink()
    kept = {row[0] for row in office.store.database.connection.execute("SELECT id FROM commands")}
    for number, error in enumerate(errors, 1):
        assert (f"e{number}" in kept) == (error is None)
    assert wrong(office.doudi) == []
