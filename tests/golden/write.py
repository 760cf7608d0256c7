"""`script/golden [--seal]`: keep the bytes of every event version, the states of every life cycle, and this release's
histories and databases.

What was sealed is never written again; what wasn't is written as it is now. `--seal` is said when a release goes out.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory

from adapters.bootstrap import open_doudi
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterFile, make_master
from adapters.keys.source import SystemSource
from adapters.store.codec import Codec, known_events
from adapters.store.errors import StoreError
from domain.event import Event
from tests.golden.example import CASE, PERSON, example, shape
from tests.golden.kept import (
    EVENTS,
    KEYS,
    LIVES,
    MASTER,
    RELEASES,
    SUMS,
    digest,
    event_file,
    findings,
    golden_files,
    golden_keyring,
    history,
    life,
    named,
    plain,
    release,
    sums,
)
from tests.golden.told import folded, told
from tests.journeys.lives import Life
from workflows.definition import shipped

JOURNEYS = ("J1", "J3", "J5", "J7", "J11")


def keep_keys() -> None:
    if KEYS.exists():
        return
    place = MasterFile(MASTER)
    make_master(place)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "keys"
        keys = KeyFile(path)
        keyring = SealedKeyring(keys, place, SystemSource())
        for of in (PERSON, CASE):
            keyring.seal(of, "words", "")
        keys.add_keys(keyring.taken())
        keys.copy_to(KEYS)
        keys.close()


def keep_events(sealed: Mapping[str, str]) -> None:
    EVENTS.mkdir(exist_ok=True)
    standing = {f"{cls.__name__}.{cls.VERSION}" for cls in known_events()}
    for path in EVENTS.glob("*.json"):
        if named(path) not in sealed and path.stem not in standing:
            path.unlink()
    with golden_keyring() as keyring:
        codec = Codec(known_events(), keyring)
        for cls in known_events():
            path = event_file(cls.__name__, cls.VERSION)
            if named(path) in sealed or is_so(path, cls):
                continue
            name, shape_version, payload = codec.write(example(cls))
            kept = {"type": name, "version": shape_version, "shape": shape(cls), "payload": payload.decode()}
            path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
            print(named(path))


def keep_lives(sealed: Mapping[str, str]) -> None:
    LIVES.mkdir(exist_ok=True)
    for definition in shipped().values():
        path = LIVES / f"{definition.id}.json"
        if named(path) not in sealed:
            path.write_text(json.dumps(life(definition), indent=1) + "\n", "utf-8")


def is_so(path: Path, cls: type[Event]) -> bool:
    if not path.exists():
        return False
    kept = json.loads(path.read_text("utf-8"))
    return (kept["type"], kept["version"], kept["shape"]) == (cls.__name__, cls.VERSION, plain(shape(cls)))


def keep_release(number: str, sealed: Mapping[str, str]) -> None:
    folder = RELEASES / number
    if any(name.startswith(f"{named(folder)}/") for name in sealed) or still_read(folder):
        return
    rmtree(folder, ignore_errors=True)
    for name in JOURNEYS:
        with TemporaryDirectory() as made:
            whole = Path(made) / "whole"
            whole.mkdir()
            keep_office(name, Path(made) / "office", whole)
            copytree(whole, folder / name)
            print(named(folder / name))


def still_read(folder: Path) -> bool:
    """Whether what stands there says what it said; it isn't written again only to have other bytes."""
    for name in JOURNEYS:
        said = folder / name / "told.json"
        try:
            with TemporaryDirectory() as one, TemporaryDirectory() as other:
                found = plain(told(folded(history(folder / name, Path(one)))))
                if findings(folder / name, Path(other)):
                    return False
        except (StoreError, OSError):
            return False
        if found != json.loads(said.read_text("utf-8")):
            return False
    return True


def keep_office(name: str, made: Path, folder: Path) -> None:
    """A journey played to its end, then one of its people forgotten."""
    office = Life(made, name)
    office.play("9999-12-31")
    doudi = open_doudi(office.url)
    someone = next(one.stream for one in doudi.store.all() if one.stream.startswith("person:"))
    doudi.close()
    office.tell("Forget", "admin", person=someone.partition(":")[2], reason="F03")
    doudi = open_doudi(office.url)
    doudi.projector.catch_up()
    said = told(folded((one.stream, one.version, one.event) for one in doudi.store.all()))
    run = doudi.store.database.connection.execute
    rows = run("SELECT stream, version, type, type_version, payload FROM events ORDER BY position").fetchall()
    run("VACUUM INTO ?", (str(folder / "office.sqlite"),))
    doudi.store.keyring.keys.copy_to(folder / "office.sqlite.keys")
    doudi.close()
    lines = [json.dumps([*row[:4], row[4].decode()], ensure_ascii=False) for row in rows]
    (folder / "history.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (folder / "told.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--seal"]):
        print(__doc__, file=sys.stderr)
        return 2
    sealed = sums()
    keep_keys()
    keep_events(sealed)
    keep_lives(sealed)
    keep_release(release(), sealed)
    if arguments:
        new = {named(path): digest(path) for path in golden_files()}
        lines = sorted({**new, **sealed}.items())
        SUMS.write_text("".join(f"{found}  {name}\n" for name, found in lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
