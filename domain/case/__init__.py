"""个案: a case's state and events; `evolve` says what each event changes."""

from domain.case.fold import EVOLVE, evolve, fold
from domain.case.state import Case, Life

__all__ = ["EVOLVE", "Case", "Life", "evolve", "fold"]
