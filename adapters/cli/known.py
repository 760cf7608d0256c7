"""Rows of a projection as of now, or as they were known at an instant; with the position they stand at."""

from adapters.cli.reading import known_at
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session
from adapters.seed.divisions.national import national_within
from domain.ids import DivisionCode, parse_division, within
from projections.base import Rows
from projections.office import APPOINTMENT, DIVISION
from workflows.refusal import refuse

COUNTY = 6
"""Digits of a county's code."""


def rows_known(now: Session, projection: str, asked: str | None) -> tuple[Rows, int]:
    """Refused (`known-at-later`) where `asked` lies later than now."""
    position = known_at(now, asked)
    projector = now.doudi.projector
    with now.waiting():
        if asked is not None:
            return projector.fold_until(projection, position), position
        projector.catch_up(projection)
    return projector.rows(projection), projector.position(projection)


def figures_in_scope(now: Session, division: str) -> DivisionCode:
    """The division whose figures are asked for. Figures show nobody: a real store tells them without --as too."""
    code = parse_division(division) if now.named_actor is None else division_in_scope(now, division)
    if not _known(now, code):
        raise refuse("division-unknown", "division", division=code)
    return code


def _known(now: Session, division: DivisionCode) -> bool:
    """Of the national file or of the office's own, or about one of those: of any other there is nothing to tell."""
    if any(within(division, one.code) for one in national_within(division)):
        return True
    rows = now.rows("office")
    own = {
        str(row[name])
        for table, name in ((DIVISION, "code"), (APPOINTMENT, "division"))
        for row in rows.select(table)
    }
    return any(
        within(division, DivisionCode(one)) or (len(one) >= COUNTY and within(DivisionCode(one), division))
        for one in own
    )
