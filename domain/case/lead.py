"""线索: a household that could be due something it doesn't have: somebody goes and says so (政策找人; rules.md §6).

Never an application by itself, and never an award.
"""

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.ids import InstanceId
from domain.money import Fen
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case

LeadOutcome = Literal["applies", "not_interested", "not_found", "not_eligible", "other"]


class LeadOpened(CaseEvent, frozen=True, kw_only=True):
    """A refusal or stop that a raised standard would now reach: on its own facts so much a month from a month on."""

    lead: InstanceId
    kind: Literal["raise"]
    from_month: Month
    amount: Fen


class LeadClosed(CaseEvent, frozen=True, kw_only=True):
    lead: InstanceId
    outcome: LeadOutcome
    words: Words | None = None


class Lead(Value, frozen=True, kw_only=True):
    from_month: Month
    outcome: LeadOutcome | None = None


@evolves(LeadOpened)
def _opened(case: "Case", event: LeadOpened) -> "Case":
    return replace(case, leads={**case.leads, event.lead: Lead(from_month=event.from_month)})


@evolves(LeadClosed)
def _closed(case: "Case", event: LeadClosed) -> "Case":
    closed = replace(case.leads[event.lead], outcome=event.outcome)
    return replace(case, leads={**case.leads, event.lead: closed})
