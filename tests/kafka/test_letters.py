"""Dead letters by the command line: listed, shown masked, taken again, discarded; allowed and noted."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from adapters.backup import back_up
from adapters.cli.main import root
from adapters.kafka.deadletter import DeadLetters
from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.inbox import Inbox
from adapters.kafka.lag import Metrics
from adapters.kafka.letters import opened
from adapters.keys.errors import OwnerForgotten
from adapters.store.access_log import Access
from tests.harness import TrialOffice, number, person
from tests.house.files import ROOT
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk, entered, entering, waited
from tests.kafka.relays import restored_office
from tests.workflows.test_verification import asked
from workflows.refusal import Refused

ANSWER = {
    "source": "V02",
    "answer": "differs",
    "data_day": "2025-03-10",
    "hit": True,
    "words": "另有住房 68 平方米",
}
Call = Callable[..., Result]


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def desk(office: TrialOffice, topics: Topics) -> Iterator[Desk]:
    desk = Desk(office, topics)
    yield desk
    desk.close()


@pytest.fixture
def call(desk: Desk, tmp_path: Path) -> Call:
    """`doudi ARGS` on the desk's store and broker."""
    file = tmp_path / "kafka.toml"
    bound = "\n".join(
        f'[inbound.{name}]\nactor = "{one.actor}"\ncommands = {json.dumps(one.commands)}'
        for name, one in desk.settings.inbound.items()
    )
    file.write_text(
        f'[kafka]\nbootstrap_servers = "{desk.settings.bootstrap}"\n'
        f'[doudi]\nprefix = "{desk.settings.prefix}"\nreplication = 1\nmin_insync = 1\n{bound}\n'
    )

    def call(*arguments: str, actor: str = "admin", form: str = "json") -> Result:
        options = ["--store", desk.office.url, "--as", actor, "--lang", "en", "--format", form]
        return CliRunner(env={"DOUDI_KAFKA": str(file)}).invoke(root, [*options, *arguments])

    return call


def too_early(desk: Desk) -> str:
    """An answer that came before the centre began."""
    case = asked(desk.office)
    desk.office.clock("2025-03-14")
    desk.send("verification-answers", "7", {"case": case, **ANSWER, "reported_by": "李核对"})
    desk.take()
    return case


def named(desk: Desk) -> str:
    (letter,) = desk.letters()
    return letter.id


def notes(desk: Desk) -> list[Access]:
    return [one for one in desk.office.doudi.access_log.entries() if one.purpose.startswith("dlq")]


def test_a_letter_is_shown_masked_and_its_original_only_for_a_purpose(desk: Desk, call: Call) -> None:
    case = too_early(desk)
    (row,) = json.loads(call("dlq", "list").stdout)["rows"]
    assert row["letter"] == named(desk)
    assert row["letter"].startswith("verification-answers-0-0-")
    assert row["reasons"] == "case: not-now"
    shown = json.loads(call("dlq", "show", row["letter"]).stdout)
    assert shown["message"] == {
        "case": case,
        "source": "V02",
        "answer": "differs",
        "data_day": "•",
        "hit": True,
        "words": "•",
        "reported_by": "•",
    }
    assert shown["reasons"][0]["remedy"]
    refused = call("dlq", "show", row["letter"], "--unseal")
    assert isinstance(refused.exception, Refused)
    assert "另有住房" in call("dlq", "show", row["letter"], "--unseal", "--purpose", "complaint 12").stdout
    assert [(one.actor, one.purpose, one.command) for one in notes(desk)] == [
        ("admin", "dlq-show: masked", row["letter"]),
        ("admin", "dlq-show: complaint 12", row["letter"]),
    ]


def refs(desk: Desk, case: str) -> list[str]:
    return [member.person for member in desk.office.case(case).members.values()]


def forget(desk: Desk, *persons: str) -> None:
    for one in persons:
        desk.office.quiet("Forget", "admin", person=one, reason="F03")


def codes(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.stdout
    return [one.code for one in result.exception.reasons]


def test_a_letter_is_nobodys_to_read_once_whom_it_is_about_is_forgotten(desk: Desk, call: Call) -> None:
    """By pseudonym, by number (written as JSON or people may write it), by a case that names nobody of it."""
    case = asked(desk.office)
    two = [person("m1", "1991-02-03", 77), person("m2", "1990-02-03", 79, kinship="10")]
    other = desk.office.enter(two)
    (first,), (third, second) = refs(desk, case), refs(desk, other)
    escaped = "".join(f"\\u00{ord(one):x}" for one in number("1991-02-03", 77))
    desk.send("verification-answers", "1", {"case": case, **ANSWER, "person": first})
    desk.send("commands", "2", value=b'{"type": "Tick", "data": {"number": "%s"}}' % escaped.encode())
    desk.send("verification-answers", "3", {"case": case, **ANSWER})
    desk.send("verification-answers", "4", {"case": other, **ANSWER, "person": second})
    desk.send("verification-answers", "6", {"case": other, **ANSWER})
    desk.send("commands", "5", value=b"{")
    plain = number("1991-02-03", 77)
    parted = f"2025-03-14 {plain[:6]}-{plain[6:14]}-{plain[14:]}"
    wide = "".join(chr(ord(one) + 0xFEE0) for one in plain)
    desk.send("commands", "7", {"type": "Tick", "data": {"number": parted}})
    desk.send("commands", "8", {"type": "Tick", "data": {"number": f"{wide[:6]}\u3000{wide[6:]}"}})
    desk.take()
    names = {one.headers["ce_id"]: one.id for one in desk.letters()}
    assert names.keys() == set("12345678")
    look = ("--unseal", "--purpose", "complaint 12")

    def closed() -> set[str]:
        found = {key: call("dlq", "show", name, *look) for key, name in names.items()}
        assert {tuple(codes(one)) for one in found.values() if one.exception} <= {("dead-letter-forgotten",)}
        assert all(codes(call("dlq", "retry", names[key])) for key, one in found.items() if one.exception)
        return {key for key, one in found.items() if one.exception}

    assert closed() == set()
    forget(desk, first)
    assert closed() == {"1", "3"}
    forget(desk, third)
    assert closed() == {"1", "2", "3", "6", "7", "8"}
    forget(desk, second)
    assert closed() == {"1", "2", "3", "4", "6", "7", "8"}
    assert call("dlq", "discard", names["1"], "--reason", "forgotten").exit_code == 0


def test_the_offices_key_alone_opens_no_letter_about_somebody(desk: Desk) -> None:
    case = too_early(desk)
    (letter,) = desk.letters()
    keyring = desk.office.store.keyring
    key = AESGCM(keyring.office_key("letters"))
    plain = key.decrypt(letter.sealed[:12], letter.sealed[12:], letter.id.encode())
    assert "另有住房".encode() not in plain
    assert all(one.encode() in plain for one in refs(desk, case))
    assert "另有住房".encode() in (opened(keyring, letter).value or b"")


def test_what_comes_about_somebody_forgotten_is_parked_without_its_original(desk: Desk, call: Call) -> None:
    case = asked(desk.office)
    forget(desk, *refs(desk, case))
    desk.send("verification-answers", "1", {"case": case, **ANSWER})
    desk.take()
    (letter,) = desk.letters()
    assert (letter.kept, letter.sealed) == (False, b"")
    assert codes(call("dlq", "retry", letter.id)) == ["dead-letter-bare"]


def test_a_letter_of_an_earlier_release_is_read_and_sealed_anew_when_it_is_tried(desk: Desk) -> None:
    case = too_early(desk)
    (letter,) = desk.letters()
    keyring = desk.office.store.keyring
    came = opened(keyring, letter)
    nonce, plain = b"0" * 12, msgspec.msgpack.encode(came)
    before = nonce + AESGCM(keyring.office_key("letters")).encrypt(nonce, plain, letter.id.encode())
    old = msgspec.structs.replace(letter, sealed=before)
    assert opened(keyring, old) == came
    after = DeadLetters(desk.office.doudi, desk.settings).retry(old, "admin")
    assert (after.tries, opened(keyring, after)) == (1, came)
    forget(desk, *refs(desk, case))
    with pytest.raises(OwnerForgotten):
        opened(keyring, after)


def test_a_letter_that_is_open_for_long_loses_its_message_and_stays(desk: Desk, call: Call) -> None:
    too_early(desk)
    box = DeadLetters(desk.office.doudi, desk.settings)
    (letter,) = desk.letters()
    assert json.loads(call("dlq", "expire").stdout)["rows"] == []
    box._put(msgspec.structs.replace(letter, at=letter.at - timedelta(days=31)))
    assert codes(call("dlq", "expire", "--days", "30", actor="handler")) == ["not-your-desk"]
    (row,) = json.loads(call("dlq", "expire", "--days", "30").stdout)["rows"]
    assert (row["letter"], row["state"], row["reasons"]) == (letter.id, "open", "case: not-now")
    assert json.loads(call("dlq", "expire", "--days", "30").stdout)["rows"] == []
    assert [record.value for record in desk.dead("verification-answers")][-1] == b""
    assert codes(call("dlq", "retry", letter.id)) == ["dead-letter-bare"]
    assert [one.outcome for one in notes(desk)] == ["emptied"]


def test_taken_again_it_is_the_command_it_was_and_again_it_is_quiet(desk: Desk, call: Call) -> None:
    case = too_early(desk)
    name = named(desk)
    still = call("dlq", "retry", name)
    assert still.exit_code == 1
    assert json.loads(still.stdout)["rows"][0]["tries"] == 1
    desk.office.do("StartVerification", "centre", case)
    assert call("dlq", "retry", name).exit_code == 0
    head = desk.office.store.head()
    assert call("dlq", "retry", name).exit_code == 0
    desk.send("verification-answers", "7", {"case": case, **ANSWER, "reported_by": "李核对"})
    desk.take()
    assert desk.office.store.head() == head
    assert desk.inbox.counts.repeated == 1
    assert json.loads(call("dlq", "list").stdout)["rows"] == []
    (row,) = json.loads(call("dlq", "list", "--all").stdout)["rows"]
    assert (row["state"], row["by"]) == ("taken", "admin")
    assert [record.value for record in desk.dead("verification-answers")][-1] == b""
    assert [one.outcome for one in notes(desk)] == ["not-now", "done"]


def test_what_was_taken_again_and_lost_by_a_restore_is_a_letter_anew(desk: Desk, tmp_path: Path) -> None:
    case = too_early(desk)
    (letter,) = desk.letters()
    back_up(desk.office.url, tmp_path / "backup")
    desk.office.do("StartVerification", "centre", case)
    DeadLetters(desk.office.doudi, desk.settings).retry(letter, "admin")
    assert [one.state for one in desk.letters()] == ["taken"]
    desk.inbox.close()
    restored = restored_office(desk.office, tmp_path)
    desk.inbox = Inbox(restored.doudi, desk.settings)
    waited(lambda: not desk.inbox.step(200) and desk.inbox.counts.refused == 1)
    assert [(one.state, one.by) for one in desk.letters()] == [("open", None)]
    (again,) = desk.letters()
    restored.do("StartVerification", "centre", case)
    assert DeadLetters(restored.doudi, desk.settings).retry(again, "admin").state == "taken"


def test_discarded_its_message_is_gone_and_who_and_why_is_kept(desk: Desk, call: Call) -> None:
    too_early(desk)
    name = named(desk)
    assert call("dlq", "discard", name, "--reason", "sent twice").exit_code == 0
    assert call("dlq", "discard", name, "--reason", "again").exit_code == 0
    (row,) = json.loads(call("dlq", "list", "--all").stdout)["rows"]
    assert (row["state"], row["by"], row["why"]) == ("discarded", "admin", "sent twice")
    assert "message" not in json.loads(call("dlq", "show", name).stdout)
    assert isinstance(call("dlq", "retry", name).exception, Refused)
    assert isinstance(call("dlq", "retry", "deaths-0-9").exception, Refused)
    assert [one.outcome for one in notes(desk)] == ["discarded"]


def test_only_an_administrator_of_the_office_may(desk: Desk, call: Call) -> None:
    too_early(desk)
    for arguments in (["list"], ["show", "x"], ["retry", "x"], ["discard", "x", "--reason", "y"]):
        refused = call("dlq", *arguments, actor="handler").exception
        assert isinstance(refused, Refused)
        assert refused.reasons[0].code == "not-your-desk"


def test_how_far_behind_the_inbox_is(desk: Desk, call: Call) -> None:
    desk.inbox.close()
    for serial in range(1, 4):
        desk.send("commands", f"{serial}", entering(serial))
    desk.producer.flush(10)
    rows = {row["topic"]: row for row in json.loads(call("inbox", "status").stdout)["rows"]}
    assert (rows["commands"]["behind"], rows["deaths"]["behind"], rows["commands"]["actor"]) == (
        3,
        0,
        "window",
    )
    done = call("inbox", "once")
    assert json.loads(done.stdout)["rows"][0]["done"] == 3
    assert entered(desk.office.store) == 3
    told = call("inbox", "status", "--prometheus").stdout.splitlines()
    assert 'doudi_inbox_lag_messages{topic="commands",partition="0"} 0' in told
    assert "doudi_inbox_letters_open 0" in told
    after = json.loads(call("inbox", "status", "--alarm", "600").stdout)
    assert ({row["behind"] for row in after["rows"]}, after["letters"]) == ({0}, 0)


def test_an_alarm_tells_by_its_exit(desk: Desk, call: Call) -> None:
    desk.inbox.close()
    desk.send("commands", "1", entering(1))
    desk.producer.flush(10)
    import time

    time.sleep(2.5)
    assert call("inbox", "status", "--alarm", "1").exit_code == 1


def test_a_letter_of_a_purpose_that_is_empty_is_refused(desk: Desk) -> None:
    too_early(desk)
    (letter,) = desk.letters()
    with pytest.raises(Refused, match="dead-letter-purpose"):
        DeadLetters(desk.office.doudi, desk.settings).original(letter, "admin", " ")


def test_one_too_large_to_go_along_is_named_by_where_it_stands(desk: Desk, call: Call) -> None:
    desk.send("commands", "1", value=b"x" * 950_000)
    desk.send("commands", "2", value=b"x" * 500_000)
    desk.take()
    first, second = desk.letters()
    assert ([one.code for one in first.reasons], first.kept, first.size) == (
        ["message-too-large"],
        False,
        950_000,
    )
    assert second.kept
    assert isinstance(call("dlq", "retry", first.id).exception, Refused)
    assert number("1980-01-01", 1) not in call("dlq", "show", first.id).stdout


def test_a_running_inbox_writes_its_metrics(desk: Desk, tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "inbox.prom")
    desk.send("commands", "1", entering(1))
    desk.send("commands", "2", {"type": "Tick"})
    desk.take()
    metrics(desk.inbox)
    told = (tmp_path / "inbox.prom").read_text().splitlines()
    assert 'doudi_inbox_messages_total{outcome="done"} 1' in told
    assert 'doudi_inbox_messages_total{outcome="refused"} 1' in told
    assert 'doudi_inbox_lag_messages{topic="commands",partition="0"} 0' in told
    assert "doudi_inbox_waits 0" in told


def test_an_inbox_without_its_topics_does_not_begin(desk: Desk, call: Call) -> None:
    admin = KafkaAdminClient(**desk.settings.admin_args())
    admin.delete_topics([desk.settings.topic("deaths.dead-letter")])
    admin.close()
    refused = call("inbox", "once").exception
    assert isinstance(refused, KafkaTrouble)
    assert (refused.code, refused.params["topic"]) == (
        "kafka.topic-missing",
        desk.settings.topic("deaths.dead-letter"),
    )


def test_a_dead_letter_topic_that_takes_less_gets_the_letter_without_its_original(desk: Desk) -> None:
    admin = KafkaAdminClient(**desk.settings.admin_args())
    name = desk.settings.topic("commands.dead-letter")
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs={"max.message.bytes": "20000"})]
    )
    admin.close()
    desk.send("commands", "1", value=b"x" * 50_000)
    desk.send("commands", "2", value=b"x" * 5_000)
    desk.send("commands", "3", value=b"x" * 60_000)
    desk.send("commands", "4", entering(1))
    desk.take()
    assert [(one.size, one.kept) for one in desk.letters()] == [
        (50_000, False),
        (5_000, True),
        (60_000, False),
    ]
    assert entered(desk.office.store) == 1


def test_it_runs_until_it_is_stopped(desk: Desk, call: Call, tmp_path: Path) -> None:
    assert json.loads(call("inbox", "status").stdout)["letters"] == 0
    desk.inbox.close()
    desk.send("commands", "1", entering(1))
    desk.producer.flush(10)
    command = [sys.executable, "-m", "adapters.cli", "--store", desk.office.url, "inbox", "run"]
    options = ["--kafka", str(tmp_path / "kafka.toml"), "--metrics", str(tmp_path / "inbox.prom")]
    running = subprocess.Popen([*command, *options], cwd=ROOT)
    try:
        waited(lambda: entered(desk.office.store) == 1 and (tmp_path / "inbox.prom").exists())
        running.terminate()
        assert running.wait(20) == 0
    finally:
        running.kill()
    assert desk.behind() == 0
