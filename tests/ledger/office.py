"""An office that takes ledgers over, through its command line."""

from pathlib import Path
from typing import Any

from domain.division import DivisionAdded
from domain.ids import DivisionCode, StreamId
from tests.adapters.told import Said, ask
from tests.harness import COUNTY, LONG_AGO, T1, T2, V1, V2, TrialOffice
from tests.ledger.corpus import Case
from workflows.world import division_stream

PLACES: tuple[tuple[DivisionCode, str, str], ...] = (
    (COUNTY, "乙县", "county"),
    (T1, "丙镇", "township"),
    (T2, "戊街道", "township"),
    (V1, "丁村", "village"),
    (V2, "己村", "village"),
)


class LedgerOffice:
    def __init__(self, folder: Path, today: str = "2025-06-10", url: str | None = None) -> None:
        self.folder = folder
        self.office = TrialOffice(folder, today=today, url=url)
        self.office.doudi.office.world.refresh()
        self.office.write(
            (StreamId(division_stream(code)), DivisionAdded(on=LONG_AGO, code=code, name=name, level=level))  # type: ignore[arg-type]
            for code, name, level in PLACES
        )

    def say(self, *arguments: str, actor: str = "county") -> Said:
        return ask(self.office.url, "--as", actor, *arguments)

    def take(self, path: Path, *more: str, division: str = T1, until: str = "2025-06") -> dict[str, Any]:
        """The json of an import; it ends with 1 exactly where something was refused."""
        arguments = ("import", "register", str(path), "--division", division, "--paid-until", until)
        said = self.say(*arguments, *more, "--format", "json")
        assert said.out, said.err
        found: dict[str, Any] = said.json
        assert said.code == (1 if found["refused_households"] else 0)
        return found

    def take_case(self, case: Case, *more: str) -> dict[str, Any]:
        options = [f"--map={heading}={field}" for heading, field in case.options.get("said", {}).items()]
        if "since" in case.options:
            options += ["--since", case.options["since"]]
        path = self.folder / case.file
        if not path.exists():
            case.write(self.folder)
        return self.take(path, *options, *more, division=case.options.get("division", T1))

    def head(self) -> int:
        head: int = self.office.store.head()
        return head

    def export(self, name: str, division: str = COUNTY) -> Path:
        path = self.folder / name
        said = self.say("export", "register", "--division", division, "--out", str(path))
        assert said.code == 0, said.err
        return path
