"""An import on each database: a dry run leaves nothing, what is taken stands, an undone import is gone."""

from pathlib import Path

from tests.ledger.corpus import corpus
from tests.ledger.office import LedgerOffice
from tests.places import Place, place

__all__ = ["place"]
CASES = {case.file: case for case in corpus()}


def test_dry_taken_undone(place: Place, tmp_path: Path) -> None:
    desk = LedgerOffice(tmp_path, url=place())
    case = CASES["农村月份.xlsx"]
    head = desk.head()
    dry = desk.take_case(case, "--dry-run")
    assert desk.head() == head
    done = desk.take_case(case)
    assert (done["households"], done["already"]) == (dry["households"], 0)
    assert desk.take_case(case)["already"] == done["households"]
    assert desk.say("import", "undo", done["import"]).code == 0
    assert desk.take_case(case)["households"] == done["households"]
    desk.office.doudi.close()
