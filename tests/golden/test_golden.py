"""What any release wrote is read by this one, and stays as it was (EN-23)."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import open_doudi
from adapters.store.codec import Codec, known_events
from adapters.store.errors import UnknownEvent
from adapters.store.evolution import UPCASTERS
from domain.event import Event
from tests.golden.example import example, shape
from tests.golden.kept import (
    LIVES,
    RELEASES,
    codec_of,
    database,
    digest,
    event_file,
    findings,
    golden_files,
    golden_keyring,
    history,
    kept_events,
    life,
    lines,
    named,
    plain,
    sums,
)
from tests.golden.kept import release as this
from tests.golden.told import folded, told
from tests.house.files import ROOT
from workflows.definition import Definition, shipped

CLASSES = known_events()
KEPT = kept_events()
RELEASED = sorted(str(path.parent.relative_to(RELEASES)) for path in RELEASES.glob("*/*/told.json"))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_changes_only_with_its_version(cls: type[Event]) -> None:
    path = event_file(cls.__name__, cls.VERSION)
    assert path.exists(), f"{cls.__name__} {cls.VERSION} isn't kept yet: run script/golden"
    kept = json.loads(path.read_text("utf-8"))["shape"]
    assert kept == plain(shape(cls)), (
        f"{cls.__name__} isn't what it was at version {cls.VERSION}. Where tests/golden/SUMS has that version: raise"
        " VERSION and add an upcaster to adapters/store/evolution.py (`as_it_was` if it only adds). Then run"
        " script/golden."
    )


@pytest.mark.parametrize(("name", "number", "kept"), KEPT, ids=[f"{one[0]}.{one[1]}" for one in KEPT])
def test_the_bytes_of_every_version_are_read(name: str, number: int, kept: dict[str, Any]) -> None:
    payload = kept["payload"].encode()
    with golden_keyring() as keyring:
        codec = codec_of(keyring)
        event = codec.read(name, number, payload)
        cls = type(event)
        if (name, number) == (cls.__name__, cls.VERSION):
            assert event == example(cls)
            assert codec.write(event) == (name, number, payload)


@pytest.mark.parametrize("definition", shipped().values(), ids=lambda one: one.id)
def test_a_version_of_a_life_cycle_keeps_what_running_cases_stand_on(definition: Definition) -> None:
    """It may get more ways, states and due days; what is there stays, or a new version is published beside it."""
    path = LIVES / f"{definition.id}.json"
    assert path.exists(), f"{definition.id} isn't kept yet: run script/golden"
    now, gone = life(definition), []
    for name, state in json.loads(path.read_text("utf-8")).items():
        if name not in now or now[name]["final"] != state["final"]:
            gone.append(name)
            continue
        gone += [f"{name}/{one}" for one, due in state["due"].items() if now[name]["due"].get(one) != due]
    assert gone == [], (
        f"running cases stand on {', '.join(gone)} of {definition.id}: publish the change as a new version"
        " (CONTRIBUTING.md). If tests/golden/SUMS doesn't have it yet: run script/golden."
    )


def test_every_version_that_was_kept_is_there_still() -> None:
    assert {path.stem for path in LIVES.glob("*.json")} <= shipped().keys()


def test_a_golden_file_never_changes() -> None:
    found = {named(path): digest(path) for path in golden_files()}
    changed = {name for name, sealed in sums().items() if found.get(name) != sealed}
    assert changed == set(), "put back what was sealed; what is new is kept by script/golden"


def test_what_was_sealed_stays_sealed() -> None:
    """By the history of the repository, where there is one."""
    if not (ROOT / ".git").exists():
        return
    told = subprocess.run(
        ["git", "log", "--format=", "-p", "--", "tests/golden/SUMS"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in told.stdout.splitlines() if re.match("-[0-9a-f]{64} ", line)] == []


def test_this_release_is_kept() -> None:
    assert [name for name in RELEASED if name.startswith(f"{this()}/")], "run script/golden"


@contextmanager
def anew(classes: list[type[Event]]) -> Iterator[dict[str, str]]:
    """Every class called otherwise and in another place meanwhile; old name → new one."""
    before = [(cls, cls.__name__, cls.__module__) for cls in classes]
    try:
        for cls, name, _ in before:
            cls.__name__, cls.__module__ = f"{name}Anew", "domain.elsewhere"
        yield {name: f"{name}Anew" for _, name, _ in before}
    finally:
        for cls, name, module in before:
            cls.__name__, cls.__module__ = name, module


def wanted(release: str) -> Any:
    return json.loads((RELEASES / release / "told.json").read_text("utf-8"))


@pytest.mark.parametrize("release", RELEASED)
def test_a_golden_database_opens_and_is_whole(release: str, tmp_path: Path) -> None:
    found = findings(RELEASES / release, tmp_path)
    assert found == [], "a projection whose rows come out otherwise has another version; then script/golden"
    doudi = open_doudi(f"sqlite:///{tmp_path / 'office.sqlite'}")
    log = [(one.stream, one.version, one.event) for one in doudi.store.all()]
    assert plain(told(folded(log))) == wanted(release)
    doudi.close()


@pytest.mark.parametrize("release", RELEASED)
def test_a_golden_history_folds_to_what_it_did(release: str, tmp_path: Path) -> None:
    assert plain(told(folded(history(RELEASES / release, tmp_path)))) == wanted(release)


@pytest.mark.parametrize("release", RELEASED)
def test_every_class_renamed_and_moved_folds_to_the_same_en23(release: str, tmp_path: Path) -> None:
    doudi = open_doudi(database(RELEASES / release, tmp_path))
    rows = lines(RELEASES / release)
    with anew(CLASSES) as renamed:
        codec = Codec(CLASSES, doudi.store.keyring)
        with pytest.raises(UnknownEvent):
            codec.read(rows[0][2], rows[0][3], rows[0][4].encode())
        lifts = {(renamed[name], version): lift for (name, version), lift in UPCASTERS.items()}
        codec = Codec(CLASSES, doudi.store.keyring, lifts, renamed=renamed)
        log = [(row[0], row[1], codec.read(row[2], row[3], row[4].encode())) for row in rows]
        assert plain(told(folded(log))) == wanted(release)
    doudi.close()


def test_a_type_that_nothing_stands_for_is_an_error_with_its_count_en23(tmp_path: Path) -> None:
    url = database(RELEASES / RELEASED[0], tmp_path)
    doudi = open_doudi(url)
    (count,) = doudi.store.database.connection.execute(
        "SELECT count(*) FROM events WHERE type = 'PersonRegistered'"
    ).fetchone()
    assert count
    doudi.store.codec = codec_of(
        doudi.store.keyring, [cls for cls in CLASSES if cls.__name__ != "PersonRegistered"]
    )
    with pytest.raises(UnknownEvent) as caught:
        list(doudi.store.all())
    assert caught.value.params["type"] == "PersonRegistered"
    assert caught.value.params["count"] == count
    doudi.close()
