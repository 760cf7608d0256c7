"""迁移、分户、并户: a case goes to another division with all it has; persons go from one award to another.

rules.md §3 move inside a county, move to another county, split, merge; architecture, Streams (claims).
"""

from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.case.intake import Paper
from domain.days import Month, add_month, last_day
from domain.event import CaseEvent, Value
from domain.ids import CaseNo, DivisionCode, InstanceId, MemberKey
from domain.personal import Address, Words

if TYPE_CHECKING:
    from domain.case.state import Case

Cause = Literal["split", "moved", "merged"]
"""Why persons of one case go on in another."""
LEFT = "D02"
"""By which they left the household they came from, where it hadn't said another."""


class HandedOver(CaseEvent, frozen=True, kw_only=True):
    """转移函 L20: the case with its file is handed to another division, which is to take it over."""

    move: InstanceId
    to: DivisionCode
    moved_on: date
    """The day from which the household's hukou is there."""
    paper: Paper | None = None


class MoveReceived(CaseEvent, frozen=True, kw_only=True):
    """The case is the receiving division's from this day on: number and history stay."""

    move: InstanceId
    division: DivisionCode
    address: Address | None = None


class MoveTakenBack(CaseEvent, frozen=True, kw_only=True):
    """The handing over is undone: taken back by who handed over, or sent back by who was to receive."""

    move: InstanceId
    by: Literal["sender", "receiver"]
    reason: Words


class DivisionFollowed(CaseEvent, frozen=True, kw_only=True):
    """The division the case lies in was replaced by another; nobody moved (rules.md §10.9)."""

    before: DivisionCode
    division: DivisionCode


class MembersTaken(CaseEvent, frozen=True, kw_only=True):
    """Another case's award pays these members from a month on; this one owes its change or stop.

    They count with this household up to the month before.
    """

    case: CaseNo
    cause: Cause
    members: tuple[MemberKey, ...]
    from_month: Month


RELOCATED = (MoveReceived, DivisionFollowed)
"""After them the case is in the division they name."""


class Move(Value, frozen=True, kw_only=True):
    on: date
    to: DivisionCode
    moved_on: date
    open: bool = True


@evolves(HandedOver)
def _handed(case: "Case", event: HandedOver) -> "Case":
    one = Move(on=event.on, to=event.to, moved_on=event.moved_on)
    return replace(case, transfers={**case.transfers, event.move: one})


def _closed(case: "Case", move: InstanceId) -> "Case":
    one = replace(case.transfers[move], open=False)
    return replace(case, transfers={**case.transfers, move: one})


def _into(case: "Case", division: DivisionCode, on: date) -> "Case":
    return replace(case, division=division, divisions=(*case.divisions, (on, case.division)))


@evolves(MoveReceived)
def _received(case: "Case", event: MoveReceived) -> "Case":
    case = _into(_closed(case, event.move), event.division, event.on)
    return replace(case, address=event.address or case.address)


@evolves(MoveTakenBack)
def _taken_back(case: "Case", event: MoveTakenBack) -> "Case":
    return _closed(case, event.move)


@evolves(DivisionFollowed)
def _followed(case: "Case", event: DivisionFollowed) -> "Case":
    return _into(case, event.division, event.on)


@evolves(MembersTaken)
def _taken(case: "Case", event: MembersTaken) -> "Case":
    last = last_day(add_month(event.from_month, -1))
    for key in event.members:
        before = case.members[key]
        case = case.with_member(key, left=last, left_reason=before.left_reason or LEFT)
    for move in [key for key, one in case.transfers.items() if one.open and event.cause == "moved"]:
        case = _closed(case, move)
    return replace(case, taken={**case.taken, **dict.fromkeys(event.members, event.from_month)})
