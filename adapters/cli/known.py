"""Rows of a projection as of now, or as they were known at an instant; with the position they stand at."""

from adapters.cli.reading import known_at
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session
from domain.ids import DivisionCode, parse_division
from projections.base import Rows


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
    if now.named_actor is None:
        return parse_division(division)
    return division_in_scope(now, division)
