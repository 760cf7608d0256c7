"""Another log, or a log that ends before what Kafka was told: the relay stops and says so; people go on from there."""

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from adapters.backup import back_up
from adapters.bootstrap import open_doudi
from adapters.kafka.relaying.adopt import adopt
from adapters.kafka.relaying.errors import KafkaAhead, LogDiffers, NoCommonPast, OtherLog, OtherSource
from adapters.store.open import file_of
from tests.harness import TrialOffice
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all
from tests.kafka.relays import (
    catch_up,
    expected,
    live,
    make_topics,
    relay_of,
    restored_office,
    seen_of,
    tell_all,
    told,
)


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def copy_of(office: TrialOffice, folder: Path) -> str:
    """The store's files as they are, as a careless copy takes them."""
    folder.mkdir()
    office.store.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in _file(office.url).parent.glob("office.sqlite*"):
        shutil.copy(path, folder / path.name)
    return f"sqlite:///{folder / 'office.sqlite'}"


def test_a_log_that_ends_before_what_kafka_was_told(
    office: TrialOffice, topics: Topics, tmp_path: Path
) -> None:
    settings = make_topics(topics)
    live(office, 1)
    old = copy_of(office, tmp_path / "copy")
    live(office, 1, serial=50)
    relay = tell_all(office.store, settings)
    relay.close()
    before = told(settings)
    earlier = open_doudi(old)
    again = relay_of(earlier.store, settings)
    with pytest.raises(KafkaAhead) as ahead:
        again.step()
    assert ahead.value.params == {"position": office.store.head(), "head": earlier.store.head()}
    again.close()
    assert told(settings) == before


def test_a_log_that_went_another_way(office: TrialOffice, topics: Topics, tmp_path: Path) -> None:
    settings = make_topics(topics)
    live(office, 1)
    old = copy_of(office, tmp_path / "copy")
    (case,) = live(office, 1, serial=50)
    tell_all(office.store, settings).close()
    other = TrialOffice.__new__(TrialOffice)
    other.__dict__.update(office.__dict__, doudi=open_doudi(old), url=old)
    other.clock("2025-03-04")
    live(other, 1, serial=60)
    live(other, 1, serial=70)
    assert other.store.head() > office.store.head()
    again = relay_of(other.store, settings)
    with pytest.raises(LogDiffers) as differs:
        again.step()
    again.close()
    assert differs.value.params["position"] == office.store.head()
    assert f"case:{case}#" in str(differs.value.params["wanted"])


def test_a_restored_log_is_another_until_it_is_adopted(
    office: TrialOffice, topics: Topics, tmp_path: Path
) -> None:
    settings = make_topics(topics)
    live(office, 1)
    back_up(office.url, tmp_path / "backup")
    kept = office.store.head()
    live(office, 1, serial=50)
    tell_all(office.store, settings).close()
    lost = told(settings)
    restored = restored_office(office, tmp_path)
    relay = relay_of(restored.store, settings)
    with pytest.raises(OtherLog) as stopped:
        relay.step()
    assert stopped.value.params["wanted"] == office.store.log_id
    adopted = adopt(relay, "admin", "a disk was lost")
    assert (adopted.position, adopted.lost) == (kept, office.store.head() - kept)
    live(restored, 2, serial=80)
    catch_up(relay)
    relay.close()
    records = [dict(one.headers) for one in read_all(settings, settings.topic("cases"))]
    of = [(one["ce_source"].decode().rpartition(":")[2], one["ce_id"].decode()) for one in records]
    assert len(set(of)) == len(of)
    assert sorted(one for log, one in of if log == office.store.log_id) == sorted(one[2] for one in lost)
    new = [
        seen_of(one)[2]
        for one in expected(restored.store, settings)
        if int(dict(one.headers)["ce_sequence"]) > kept
    ]
    assert sorted(one for log, one in of if log == restored.store.log_id) == sorted(new)


def _file(url: str) -> Path:
    found = file_of(url)
    assert found is not None
    return found


def test_a_log_of_somebody_else_is_never_adopted(topics: Topics, tmp_path: Path) -> None:
    settings = make_topics(topics)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, other = TrialOffice(tmp_path / "a"), TrialOffice(tmp_path / "b")
    live(mine, 1)
    tell_all(mine.store, settings).close()
    live(other, 3)
    other.store.log_id = "another"
    relay = relay_of(other.store, settings)
    with pytest.raises(OtherLog):
        relay.step()
    with pytest.raises(NoCommonPast):
        adopt(relay, "admin", "a disk was lost")
    relay.close()


def test_a_log_is_not_told_a_second_time_under_another_source(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    live(office, 1)
    tell_all(office.store, settings).close()
    before = told(settings)
    ours = msgspec.structs.replace(settings.ours, source="another")
    renamed = replace(settings, ours=ours)
    again = relay_of(office.store, renamed)
    with pytest.raises(OtherSource) as refused:
        again.step()
    assert refused.value.params == {"source": "another", "known": settings.source}
    again.close()
    assert told(settings) == before
