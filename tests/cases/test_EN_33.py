"""EN-33: every history that was kept is told again by the code as it is now, each decision decided once more."""

from pathlib import Path

import pytest

from tests.golden.kept import RELEASES, database
from tests.journeys.lives import call

KEPT = sorted(path.parent.relative_to(RELEASES).as_posix() for path in RELEASES.glob("*/*/told.json"))


def test_there_are_histories() -> None:
    assert len(KEPT) >= 3


@pytest.mark.parametrize("kept", KEPT)
def test_EN_33(kept: str, tmp_path: Path) -> None:
    url = database(RELEASES / kept, tmp_path)
    listed = call("--store", url, "case", "list", "--format", "json")
    assert listed.code == 0, listed.err
    cases = [row["case"] for row in listed.json["rows"]]
    assert cases
    for case in cases:
        again = call("--store", url, "case", "replay", case, "--format", "json")
        assert again.code == 0, again.wrong


def test_EN_33_a_decision_that_comes_out_otherwise_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above could not fail."""
    import adapters.replay
    from domain.means import assess

    folder = RELEASES / next(one for one in KEPT if one.endswith("/J1"))
    url = database(folder, tmp_path)
    (row,) = call("--store", url, "case", "list", "--format", "json").json["rows"]

    def one_more(*arguments: object, **named: object) -> object:
        from msgspec.structs import replace

        found = assess(*arguments, **named)  # type: ignore[arg-type]
        return replace(found, amount=found.amount + 100)

    monkeypatch.setattr(adapters.replay, "assess", one_more)
    assert call("--store", url, "case", "replay", row["case"]).code == 1
