"""What sealing costs beside leaving values readable: in CPU seconds: `python bench/keys.py`."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterOfTrial
from adapters.keys.source import SeededSource, SystemSource
from adapters.store.codec import Codec
from adapters.store.keyring import Keyring
from domain.ids import PersonRef
from domain.person import PersonRegistered
from domain.personal import Name, Number

PERSONS = 20_000


class Readable:
    """A keyring that seals nothing, to compare with."""

    def seal(self, of: str, kind: str, text: str, place: str = "") -> str:
        return text

    def again(self, of: str) -> None: ...

    def open(self, of: str, kind: str, sealed: str) -> str | None:
        return sealed


def events() -> Iterator[PersonRegistered]:
    for number in range(PERSONS):
        ref = PersonRef(f"p-{number:024}")
        yield PersonRegistered(
            on=date(2025, 3, 1),
            person=ref,
            name=Name(ref, "张三丰"),
            number=Number(ref, f"11019919800101{number % 10000:04}"),
            sex="1",
            born=date(1980, 1, 1),
        )


def measure(name: str, keyring: Keyring) -> None:
    codec = Codec([PersonRegistered], keyring)
    given = list(events())
    start = process_time()
    log = [codec.write(event, f"person:{event.person}#1") for event in given]
    wrote = process_time() - start
    start = process_time()
    again = [codec.write(event, f"person:{event.person}#1") for event in given]
    copied = process_time() - start
    assert again == log
    start = process_time()
    read = [codec.read(*one) for one in log]
    decoded = process_time() - start
    if isinstance(keyring, SealedKeyring):
        keyring.keys.add_keys(keyring.taken())
    start = process_time()
    for event in read:
        assert isinstance(event, PersonRegistered)
        assert event.name.text == "张三丰"
    opened = process_time() - start
    size = sum(len(payload) for _, _, payload in log) // PERSONS
    rates = " ".join(
        f"{what} {PERSONS / seconds:>9,.0f}/s"
        for what, seconds in (("write", wrote), ("again", copied), ("read", decoded), ("open", opened))
    )
    print(f"{name:9} {rates}  {size} bytes")


def main() -> None:
    with TemporaryDirectory() as folder:
        keys = KeyFile(Path(folder) / "keys")
        for _ in range(2):
            measure("readable", Readable())
            measure("system", SealedKeyring(keys, MasterOfTrial(bytes(32)), SystemSource()))
            measure("seeded", SealedKeyring(KeyFile(":memory:"), MasterOfTrial(bytes(32)), SeededSource("1")))


if __name__ == "__main__":
    main()
