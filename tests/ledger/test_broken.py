"""A file that is broken, cut off or overwritten anywhere is read or refused by code; nothing else comes out."""

import random
from pathlib import Path

import pytest

from adapters.ledger.cells import Book
from adapters.ledger.reading import BadFile, read_book
from tests.ledger.corpus import corpus

WHOLE = {Path(case.file).suffix.lower(): case for case in corpus()}


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_broken_anywhere(kind: str, tmp_path: Path) -> None:
    content = WHOLE[kind].write(tmp_path).read_bytes()
    chance = random.Random(kind)
    path = tmp_path / f"broken{kind}"
    read, refused = 0, []
    for _ in range(60):
        if chance.random() < 0.3:
            broken = content[: chance.randrange(len(content))]
        else:
            many = bytearray(content)
            for _ in range(chance.choice((1, 20, 400))):
                many[chance.randrange(len(many))] = chance.randrange(256)
            broken = bytes(many)
        path.write_bytes(broken)
        try:
            assert isinstance(read_book(path), Book)
            read += 1
        except BadFile as error:
            refused.append(error.code)
    assert read + len(refused) == 60
    assert all(code.startswith("ledger-") for code in refused)
    assert refused or kind in (".csv", ".tsv")
