"""A monthly income as a form shows it; nothing is ever calculated from it (rules.md §4)."""

from domain.days import Month, first_day
from domain.explain import Exact
from domain.means.amount import direction
from domain.money import Fen, round_once
from domain.policy import Policy


def shown_month(income: Exact, policy: Policy, month: Month) -> Fen:
    """The exact figure to the fen, by the parameter `income_shown`."""
    return round_once(income.fraction, 1, direction(policy.word("income_shown", first_day(month))))
