"""Totals that an office answered, reconciled to the fen with the items; never added themselves."""

from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation

_TAKES = {"transfers_in": "TX", "all_in": "WBPTX"}


def reconcile(member: MemberKey | None, facts: dict[str, list[Fact]], calculation: Calculation) -> None:
    """A line for each total: what of it the items of the same span explain, and what is left."""
    for fact in facts.get("statement", ()):
        total = fact.amount or 0
        kinds = _TAKES.get(fact.code, "WBPTX")
        items = [
            item
            for item in facts.get("income", ())
            if item.code[:1] in kinds
            and item.until is not None
            and item.since >= fact.since
            and (fact.until is None or item.until <= fact.until)
        ]
        left = total - sum(item.amount or 0 for item in items)
        calculation.add(
            "means.income.statement",
            "statement-differs" if left else "statement-agrees",
            "income",
            member=member,
            facts=(fact, *items),
            total=total,
            explained=total - left,
            left=left,
        )
