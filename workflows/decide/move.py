"""迁移: inside a county number and history stay and scope follows; to another a certificate goes with the household.

rules.md §3 move inside a county, move to another county, §8: its own line, neither new nor exit.
"""

from domain.case.decision import LetterIssued
from domain.case.move import HandedOver, MoveReceived, MoveTakenBack
from domain.ids import county_of, level_of, parse_division, within
from domain.personal import Address
from workflows.command import Decision, decides
from workflows.commands.move import HandOver, ReceiveMove, SendBackMove, TakeBackMove, VisitAfterMove
from workflows.context import Context
from workflows.decide.days import check_day
from workflows.decide.enquiry import visited
from workflows.decide.intake import personal_text
from workflows.decide.papers import check_paper, needed_words
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse

LETTER = "L20"
LOW = ("village", "township")


@guard
def not_handed_over(context: Context, command: object) -> Reason | None:
    """One handing over at a time."""
    found = next((one for one in context.case.transfers.values() if one.open), None)
    return reason("handed-over-already", "case", to=found.to) if found is not None else None


@decides(HandOver)
def hand_over(context: Context, command: HandOver) -> Decision:
    case = context.case
    to = parse_division(command.to, "data.to")
    if level_of(to) not in LOW:
        raise refuse("division-too-high", "data.to")
    if within(to, case.division):
        raise refuse("move-nowhere", "data.to", division=to)
    moved_on = command.moved_on or context.on
    check_day(context, moved_on, "data.moved_on")
    inside = county_of(to) == county_of(case.division)
    handed = HandedOver(
        on=context.on,
        move=context.instance,
        to=to,
        moved_on=moved_on,
        paper=check_paper(command.paper, "data.paper"),
    )
    letter = LetterIssued(on=context.on, letter=LETTER, about=context.instance)
    return Decision(events=[handed, letter], answer={"move": context.instance, "inside": inside})


@decides(ReceiveMove)
def receive_move(context: Context, command: ReceiveMove) -> Decision:
    case = context.case
    move = case.transfers[context.instance]
    division = parse_division(command.division, "data.division")
    if level_of(division) not in LOW:
        raise refuse("division-too-high", "data.division")
    if county_of(move.to) != county_of(case.division):
        raise refuse("move-other-county", "case", number=case.number, division=move.to)
    if not within(move.to, division):
        raise refuse("move-not-there", "data.division", division=division, to=move.to)
    applicant = case.members[case.applicant]
    received = MoveReceived(
        on=context.on,
        move=context.instance,
        division=division,
        address=personal_text(Address, applicant.person, command.address, "data.address"),
    )
    return Decision(events=[received], answer={"division": division, "before": case.division})


@decides(SendBackMove)
def send_back_move(context: Context, command: SendBackMove) -> Decision:
    said = needed_words(context, command.reason, "data.reason")
    return Decision(events=[MoveTakenBack(on=context.on, move=context.instance, by="receiver", reason=said)])


@decides(TakeBackMove)
def take_back_move(context: Context, command: TakeBackMove) -> Decision:
    said = needed_words(context, command.reason, "data.reason")
    return Decision(events=[MoveTakenBack(on=context.on, move=context.instance, by="sender", reason=said)])


@decides(VisitAfterMove)
def visit_after_move(context: Context, command: VisitAfterMove) -> Decision:
    return Decision(events=[visited(context, command, "move", context.instance)])
