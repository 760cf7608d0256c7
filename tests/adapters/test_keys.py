"""Sealing under keys of their own: what is sealed, by which key, and what becomes of it when a key goes."""

import base64
import os
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keys.errors import (
    KeyMissing,
    MasterBad,
    MasterFixed,
    MasterMissing,
    MasterWrong,
    OwnerForgotten,
    SealBroken,
)
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterFile, MasterService, MasterVariable, make_master, place_of
from adapters.keys.port import Brought
from adapters.keys.source import SeededSource, SystemSource
from domain.personal import Account, Name, Number, Words, show_forgotten_as
from workflows.ports import Conflict

TEXT = "王·一〇𠅤"


class Log:
    """Which commands were committed."""

    def __init__(self) -> None:
        self.commands: set[str] = set()

    def __call__(self, command: str) -> bool:
        return command in self.commands


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def master(tmp_path: Path) -> MasterFile:
    place = MasterFile(tmp_path / "master")
    make_master(place)
    return place


Open = Callable[[], SealedKeyring]


@pytest.fixture
def opened(tmp_path: Path, master: MasterFile, log: Log) -> Open:
    def open_it() -> SealedKeyring:
        return SealedKeyring(KeyFile(tmp_path / "keys", log), master, SystemSource())

    return open_it


def keep(keyring: SealedKeyring, log: Log, command: str, **brought: object) -> None:
    """One command that goes through whole."""
    keys = keyring.keys
    assert isinstance(keys, KeyFile)
    keys.stage(command, Brought(keys=keyring.taken(), **brought))  # type: ignore[arg-type]
    log.commands.add(command)
    keys.keep()
    keys.kept()


def test_what_is_sealed_opens_with_the_same_key_and_shows_nothing(opened: Open, log: Log) -> None:
    keyring = opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    assert keyring.open("p-1", "name", sealed) == TEXT
    raw = base64.b64decode(sealed)
    assert len(raw) == 1 + 12 + len(TEXT.encode()) + 16
    assert TEXT.encode() not in raw
    assert sealed != keyring.seal("p-1", "name", TEXT)
    keep(keyring, log, "c1")
    assert opened().open("p-1", "name", sealed) == TEXT


def test_each_person_has_a_key_of_his_own(opened: Open) -> None:
    keyring = opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    keyring.seal("p-2", "name", TEXT)
    with pytest.raises(SealBroken):
        keyring.open("p-2", "name", sealed)
    with pytest.raises(SealBroken):
        keyring.open("p-1", "account", sealed)


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_an_altered_value_is_refused(opened: Open, place: int) -> None:
    keyring = opened()
    raw = bytearray(base64.b64decode(keyring.seal("p-1", "words", TEXT * 2)))
    raw[place] ^= 1
    with pytest.raises(SealBroken) as caught:
        keyring.open("p-1", "words", base64.b64encode(raw).decode())
    assert TEXT not in str(caught.value)
    for broken in ("", "!", "AA==", "AQ=="):
        with pytest.raises(SealBroken):
            keyring.open("p-1", "words", broken)


def test_a_key_that_is_gone_unsaid_is_an_error(opened: Open) -> None:
    sealed = opened().seal("p-1", "name", TEXT)
    with pytest.raises(KeyMissing):
        opened().open("p-1", "name", sealed)


def test_keys_stand_wrapped_and_for_the_owner_alone(opened: Open, log: Log, master: MasterFile) -> None:
    keyring = opened()
    for number in range(20):
        keyring.seal(f"p-{number}", "name", TEXT)
    keep(keyring, log, "c1")
    keys = keyring.keys
    assert isinstance(keys, KeyFile)
    held = keys.all_keys()
    assert {key.name for key in held} == {f"p-{n}" for n in range(20)} | {"secret:digest", "secret:index"}
    assert all(len(key.wrapped) == 12 + 32 + 16 for key in held)
    plain = [keyring._unwrapped(key) for key in held]
    assert len(set(plain)) == len(held)
    dump = keys.path.read_bytes() + keys.path.with_name("keys-wal").read_bytes()
    assert all(one not in dump for one in (*plain, *master.read()))
    for path in (keys.path, master.path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_wrapped_key_opens_for_its_owner_only(opened: Open, log: Log) -> None:
    keyring = opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    keyring.seal("p-2", "name", TEXT)
    keep(keyring, log, "c1")
    keys = keyring.keys
    assert isinstance(keys, KeyFile)
    other = keys.key("p-2")
    assert other
    with keys.changing() as connection:
        connection.execute("UPDATE keys SET wrapped = ? WHERE name = 'p-1'", (other.wrapped,))
    with pytest.raises(MasterWrong):
        opened().open("p-1", "name", sealed)


def test_forgetting_drops_the_key_from_every_process_and_from_the_file(opened: Open, log: Log) -> None:
    keyring, elsewhere = opened(), opened()
    name = Name.from_sealed("p-1", keyring.seal("p-1", "name", TEXT), keyring.open)
    keep(keyring, log, "c1", numbers=[(keyring.index("1"), "p-1")], names=[(keyring.index_name("n"), "p-1")])
    there = Name.from_sealed("p-1", name.sealed or "", elsewhere.open)
    assert there.text == name.text == TEXT
    keys = keyring.keys
    assert isinstance(keys, KeyFile)
    wrapped = keys.key("p-1")
    assert wrapped
    keyring.keys.drop(["p-1"])
    show_forgotten_as("（已遗忘）")
    for value in (name, there):
        assert value.forgotten
        assert value.text == value.masked() == str(value) == "（已遗忘）"
        assert value != Name("p-1", TEXT)
    assert name == there
    assert elsewhere.keys.number(keyring.index("1")) is None
    assert elsewhere.keys.named(keyring.index_name("n")) == []
    with pytest.raises(OwnerForgotten):
        elsewhere.seal("p-1", "name", TEXT)
    files = [keys.path, keys.path.with_name("keys-wal")]
    assert all(wrapped.wrapped not in path.read_bytes() for path in files if path.exists())


def test_a_forgotten_value_shows_itself_in_the_language_of_who_looks(opened: Open) -> None:
    keyring = opened()
    value = Account.from_sealed("p-1", keyring.seal("p-1", "account", "6222000011112222"), keyring.open)
    keyring.keys.drop(["p-1"])
    show_forgotten_as("(forgotten)")
    try:
        assert value.masked() == "(forgotten)"
    finally:
        show_forgotten_as("（已遗忘）")


def test_what_is_not_committed_binds_nobody(opened: Open, log: Log) -> None:
    keyring = opened()
    keys = keyring.keys
    assert isinstance(keys, KeyFile)
    hashed, named = keyring.index("11010119800101001X"), keyring.index_name(TEXT)
    keys.stage("died", Brought(numbers=[(hashed, "p-1")], names=[(named, "p-1")]))
    assert keys.number(hashed) is None
    log.commands.add("died")
    keys.keep()
    assert keys.number(hashed) == "p-1"
    log.commands.clear()
    after = opened().keys
    assert after.number(hashed) is None
    assert after.named(named) == []
    assert after.bound() == ({}, set())
    keep(keyring, log, "again", numbers=[(hashed, "p-2")], names=[(named, "p-2")])
    assert opened().keys.bound() == ({hashed: "p-2"}, {(named, "p-2")})
    with pytest.raises(Conflict, match="person:p-2"):
        keys.stage("third", Brought(numbers=[(hashed, "p-3")]))


def test_a_command_conflicts_whose_key_another_process_made_first(opened: Open, log: Log) -> None:
    one, two = opened(), opened()
    early, late = one.seal("case", "words", "a"), two.seal("case", "words", "b")
    keep(one, log, "c1")
    brought = two.taken()
    with pytest.raises(Conflict, match="key:case"):
        two.keys.stage("c2", Brought(keys=brought))  # type: ignore[attr-defined]
    two.superseded(brought)
    assert two.open("case", "words", early) == "a"
    with pytest.raises(SealBroken):
        two.open("case", "words", late)
    assert two.taken() == []
    assert one.open("case", "words", two.seal("case", "words", "b")) == "b"


def test_a_new_key_goes_with_every_command_until_one_is_kept(opened: Open, log: Log) -> None:
    keyring = opened()
    keyring.seal("p-1", "name", "a")
    first = keyring.taken()
    keyring.seal("p-1", "name", "b")
    assert keyring.taken() == first != []
    keyring.seal("p-1", "name", "c")
    keep(keyring, log, "c1")
    keyring.seal("p-1", "name", "d")
    assert keyring.taken() == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=3), st.integers(0, 2)), max_size=30))
def test_a_trials_seals_follow_from_its_seed_and_no_nonce_comes_twice(
    values: list[tuple[str, str, int]],
) -> None:
    def seals(seed: str) -> list[str]:
        with closing(KeyFile(":memory:")) as keys:
            keyring = SealedKeyring(keys, TrialMaster(), SeededSource(seed))
            return [keyring.seal(of, "name", text, f"s#{place}/1") for of, text, place in values]

    sealed = seals("1")
    assert sealed == seals("1")
    assert not set(sealed) & set(seals("2"))
    nonces = {(of, base64.b64decode(one)[1:13]) for (of, _, _), one in zip(values, sealed, strict=True)}
    assert len(nonces) == len(set(values))


class TrialMaster:
    address = "trial"

    def read(self) -> list[bytes]:
        return [b"k" * 32]

    def add(self, key: bytes) -> None:
        raise MasterFixed(address=self.address)

    def keep_last(self) -> None: ...


def test_the_systems_nonces_are_random() -> None:
    source = SystemSource()
    assert len({source.nonce("p", "name", "a", "s#1/1") for _ in range(1000)}) == 1000
    assert len({source.key("p") for _ in range(100)}) == 100


def test_a_new_master_key_rewraps_and_the_old_opens_nothing(
    opened: Open, log: Log, master: MasterFile
) -> None:
    keyring, elsewhere = opened(), opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    keep(keyring, log, "c1")
    old_keys, old_file = master.read(), keyring.keys.all_keys()
    assert keyring.rotate(master, os.urandom(32)) == 3
    assert len(master.read()) == 1
    assert master.read() != old_keys
    assert not {key.wrapped for key in old_file} & {key.wrapped for key in keyring.keys.all_keys()}
    for one in (keyring, elsewhere, opened()):
        assert one.open("p-1", "name", sealed) == TEXT
    later = elsewhere.seal("p-2", "name", TEXT)
    keep(elsewhere, log, "c2")
    assert opened().open("p-2", "name", later) == TEXT
    master._write(old_keys)
    with pytest.raises(MasterWrong):
        opened()


@pytest.mark.parametrize("broken_at", ["add", "rewrap", "keep_last"])
def test_a_rotation_that_is_broken_off_leaves_keys_that_open(
    opened: Open, log: Log, master: MasterFile, monkeypatch: pytest.MonkeyPatch, broken_at: str
) -> None:
    keyring = opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    keep(keyring, log, "c1")

    def broken(*given: object) -> None:
        raise OSError("cut off")

    where = keyring.keys if broken_at == "rewrap" else master
    with monkeypatch.context() as patch:
        patch.setattr(where, broken_at, broken)
        with pytest.raises(OSError, match="cut off"):
            keyring.rotate(master, os.urandom(32))
    assert opened().open("p-1", "name", sealed) == TEXT
    assert opened().rotate(master, os.urandom(32)) == 3
    assert opened().open("p-1", "name", sealed) == TEXT


def test_a_master_key_in_a_variable_is_the_operators_to_change(
    opened: Open, log: Log, master: MasterFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = opened()
    sealed = keyring.seal("p-1", "name", TEXT)
    keep(keyring, log, "c1")
    place = MasterVariable("TEST_MASTER")
    with pytest.raises(MasterMissing):
        place.read()
    monkeypatch.setenv("TEST_MASTER", base64.b64encode(os.urandom(32)).decode())
    with pytest.raises(MasterFixed):
        keyring.rotate(place, os.urandom(32))
    keyring.rotate(place, None)
    assert SealedKeyring(keyring.keys, place, SystemSource()).open("p-1", "name", sealed) == TEXT
    with pytest.raises(MasterWrong):
        opened()


KMS = """#!/bin/sh
# turns bytes over with a secret of its own
exec python3 -c '
import sys
data = sys.stdin.buffer.read()
sys.stdout.buffer.write(bytes(one ^ 0x5A for one in data))
'
"""


def test_a_key_service_wraps_the_master_key(tmp_path: Path, log: Log) -> None:
    program = tmp_path / "kms"
    program.write_text(KMS)
    program.chmod(0o700)
    keys = KeyFile(tmp_path / "keys", log)
    place = place_of(f"kms:{program}", keys)
    assert isinstance(place, MasterService)
    plain = make_master(place)[-1]
    assert plain not in keys.masters()
    keyring = SealedKeyring(keys, place, SystemSource())
    sealed = keyring.seal("p-1", "name", TEXT)
    keep(keyring, log, "c1")
    keyring.rotate(place, os.urandom(32))
    assert len(keys.masters()) == 1
    assert place.read() != [plain]
    assert SealedKeyring(keys, place, SystemSource()).open("p-1", "name", sealed) == TEXT
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(MasterMissing):
        SealedKeyring(keys, place, SystemSource())


@pytest.mark.parametrize("address", ["", "file", "file:", "vault:x", "no-such"])
def test_an_address_of_no_known_form_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(MasterBad):
        place_of(address, KeyFile(tmp_path / "keys"))


@pytest.mark.parametrize("content", [b"", b"\xff", b"not base64!", base64.b64encode(b"short")])
def test_a_file_that_holds_no_master_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "master").write_bytes(content)
    with pytest.raises(MasterBad):
        MasterFile(tmp_path / "master").read()


def test_personal_values_are_compared_and_hashed_without_opening_what_is_alike() -> None:
    def never(of: str, kind: str, sealed: str) -> str | None:
        raise AssertionError("opened")

    one, two = (Number.from_sealed("p-1", "xyz", never) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert {one: 1}[two] == 1
    assert one != Number.from_sealed("p-2", "xyz", never)
    assert one != Words.from_sealed("p-1", "xyz", never)
    assert repr(one) == "Number(p-1, sealed)"
