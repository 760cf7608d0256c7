"""How far a household has come when an example begins; each beginning is lived once and copied for every example."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from adapters.bootstrap import open_doudi
from tests.harness import TrialOffice
from tests.workflows import awards, moves, stages

DOWN, SENT, SIGNED, CONFIRMED = stages.LAST_DAY, stages.NEXT_DAY, "2025-05-15", "2025-05-19"
Begin = Callable[[TrialOffice], str]
STAGES: dict[str, tuple[str, Begin]] = {
    "已登记": (stages.ACCEPTED, lambda office: office.enter(stages.household(), on=stages.ACCEPTED)),
    "已受理": (stages.ACCEPTED, lambda office: office.accepted(stages.household(), on=stages.ACCEPTED)),
    "已调查核对": (stages.REPORTED, stages.surveyed),
    "已核算": (stages.ASSESSED, stages.assessed),
    "已提初审意见": (stages.ASSESSED, stages.opined),
    "初审已确认": (stages.ASSESSED, stages.to_post),
    "初审不同意": (stages.ASSESSED, stages.negative),
    "已公示": (stages.POSTED, stages.posted),
    "公示已撤下": (DOWN, stages.ready),
    "已上报": (SENT, stages.forwarded),
    "股长已签字": (SIGNED, stages.signed),
    "已确认": (CONFIRMED, stages.confirmed),
}
"""Of the household of three with 900.00 a month: the day it came there, and how."""


def living(office: TrialOffice) -> str:
    moves.staffed(office)
    return awards.plain(office)


class Beginnings:
    """Offices as they stand at a beginning, each made once in a folder of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cases: dict[str, str] = {}
        self._copies = count(1)

    def at(self, name: str, begin: Begin) -> tuple[TrialOffice, str]:
        """A copy of the office where this beginning was lived, and its case."""
        made = self.folder / f"made-{name}"
        if name not in self._cases:
            made.mkdir()
            office = TrialOffice(made)
            self._cases[name] = begin(office)
            office.doudi.close()
        copy = self.folder / f"copy-{next(self._copies)}"
        shutil.copytree(made, copy)
        office = TrialOffice.__new__(TrialOffice)
        office.url = f"sqlite:///{copy / 'office.sqlite'}"
        office.doudi = open_doudi(office.url)
        office._ids = count(1_000)
        return office, self._cases[name]
