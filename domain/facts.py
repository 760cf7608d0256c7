"""Facts of a household, with where they come from and the span in which they hold (architecture 3).

Same kind, code, member, item and first day = a correction; a later first day = a change (rules.md §4).
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from domain.event import Value
from domain.ids import FactKey, MemberKey
from domain.money import Fen
from domain.personal import Words

FactKind = Literal[
    "income",  # code W1…/B…/P…/T… or X…; amount in fen for the whole span since..until
    "deduction",  # code M1…M5; amount in fen for the span
    "nothing_declared",  # confirmed by the survey: this member declares no income; code = wage | all
    "farming",  # code = crop; numbers: mu_hundredths (price and yield are parameters)
    "property",  # code A1…; amount in fen or numbers: count, size; exempt = code of property_exempt
    "category",  # code C01…; an uplift or a statistic counts by it
    "labour",  # code 1…4
    "cause",  # code 1…
    "disability",  # code = kind and grade, as "4-2"
    "status",  # code tekun | child_aid | prison | detox | clergy | missing | student | injury_care …
    "supporter",  # numbers: income a month in fen, heads, children, supported; amount = ordered or agreed sum a month
    "limit_breach",  # a property limit nobody can compute: code A…, the surveyor's finding
    "statement",  # an office's total to reconcile, never counted: code transfers_in | all_in; fen for the span
]

CODE_LISTS: Mapping[str, str] = {
    "income": "income",
    "deduction": "income",
    "property": "property",
    "limit_breach": "property",
    "category": "category",
    "labour": "labour",
    "cause": "cause",
    "status": "status",
}
"""Which list has the codes of a kind; of others they are free or say themselves what they are."""


class Fact(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One stated fact. `member` None: the household's. `since`/`until`: first and last day it holds or was
    earned over; `received`: the day money came in (kept, never counted by: rules.md §10.1). `item`: which of
    several alike, as a second job, account or car.

    `unreported`: it came to light late; it works from the month after it began to the month after it ended
    (rules.md §3 from when). `monthly`: its amount is a month's though it has a last day; an unreported one's is."""

    key: FactKey
    kind: FactKind
    code: str
    since: date
    source: str
    until: date | None = None
    member: MemberKey | None = None
    item: int = 1
    amount: Fen | None = None
    received: date | None = None
    numbers: dict[str, int] = {}
    exempt: str | None = None
    note: Words | None = None
    unreported: bool = False
    monthly: bool = False

    @property
    def by_month(self) -> bool:
        """Whether its amount is a month's, not that of its whole span."""
        return self.until is None or self.monthly or self.unreported
