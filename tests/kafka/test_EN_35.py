"""EN-35: after a refusal, with two relays alive, what came later never overtakes; who was overtaken is fenced."""

from pathlib import Path

import pytest

from adapters.kafka.errors import Fenced
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.telling import wire_of
from adapters.projecting.lease import LEASE, micros
from tests.harness import TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.relays import by_key, catch_up, expected, fat, let_pass, make_topics, seen_of, told


def test_en_35_the_refused_message_then_the_one_behind_it_once_each(topics: Topics, tmp_path: Path) -> None:
    settings = make_topics(topics)
    let_pass(settings, "cases", 3_000)
    office = TrialOffice(tmp_path)
    case = office.enter([person("m1", "1980-05-01", 1)])
    first = seen_of(expected(office.store, settings)[-1])[2]
    wire = fat(wire_of(office.store, settings), first)
    older = Relay(office.store, settings, wire, who="older")
    catch_up(older)
    assert told(settings) == []
    office.do("Withdraw", "window", case, on="2025-03-04")
    newer = Relay(office.store, settings, wire, who="newer", now=lambda: micros() + LEASE + 1)
    catch_up(newer)
    assert told(settings) == []
    let_pass(settings, "cases", 30_000)
    newer.retry(case)
    office.enter([person("m1", "1980-05-01", 2)])
    older.lease.held, older.lease._beaten = True, micros()
    with pytest.raises(Fenced):
        older.step()
    catch_up(newer)
    newer.close()
    older.rest()
    wanted = by_key([seen_of(one) for one in expected(office.store, settings)])
    assert len(wanted["cases", case]) == 2
    assert by_key(told(settings)) == wanted
