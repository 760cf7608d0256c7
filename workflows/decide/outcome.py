"""发放结果: what the bank says became of a household's money on a list (rules.md §7).

Settled on a day under the bank's reference; returned by coded reason: owed again, held until the account is put
right, then paid with the next list. A return may come after the credit, and after the month was closed.
"""

from typing import Any

from domain.case.payment import (
    Months,
    Payment,
    PaymentReturned,
    PaymentSettled,
    Transfer,
    lists_of,
    standing,
)
from domain.codes import check_code, needs_words
from domain.ids import StreamId
from domain.money import show_yuan
from domain.payment import PayList
from workflows.command import Decision, decides
from workflows.commands.pay import OutcomeCommand, ReturnPayment, SettlePayment
from workflows.context import Context
from workflows.decide.papers import words
from workflows.decide.settling import came_back
from workflows.refusal import refuse

UNSURE = ("K14", "K15")
"""Duplicate, unknown: whether the money arrived isn't known, so it may not be owed again yet."""


@decides(SettlePayment)
def settle_payment(context: Context, command: SettlePayment) -> Decision:
    paylist, pending = _pending(context, command)
    if any(one.reference == command.reference for one in _payment(context, paylist).settled):
        raise refuse("payment-settled", "data.reference", month=command.month, reference=command.reference)
    months = _whole(command, pending, context, paylist)
    event = PaymentSettled(
        on=context.on,
        list=paylist,
        months=months,
        amount=sum(months.values()),
        reference=command.reference,
    )
    return Decision(events=[event], answer=_answer(event))


@decides(ReturnPayment)
def return_payment(context: Context, command: ReturnPayment) -> Decision:
    check_code("bank_return", command.code, "data.code")
    if command.code in UNSURE:
        raise refuse("outcome-unsure", "data.code", ground=command.code)
    if needs_words("bank_return", command.code) and not command.words:
        raise refuse("words-needed", "data.words", ground=command.code)
    paylist, pending = _pending(context, command)
    credited = _credited(context, command, paylist, pending)
    months = _whole(command, credited.months if credited else pending, context, paylist)
    event = PaymentReturned(
        on=context.on,
        list=paylist,
        months=months,
        amount=sum(months.values()),
        code=command.code,
        reference=credited.reference if credited else command.reference,
        settled=credited is not None,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event, *came_back(context, event)], answer=_answer(event))


def _payment(context: Context, paylist: StreamId) -> Payment:
    return context.case.payments.get(paylist, Payment())


def _pending(context: Context, command: OutcomeCommand) -> tuple[StreamId, Months]:
    """The list that is meant, and what is with the bank of it."""
    paylist = _list_meant(context, command)
    found: PayList = context.world.state(paylist)
    if found.closed is None:
        raise refuse("list-not-closed", "data.month", month=command.month, area=found.area)
    if context.on < found.closed:
        raise refuse("on-before", "data.on", on=context.on.isoformat(), since=found.closed.isoformat())
    return paylist, standing(context.case, paylist, supplements=found.settled).pending


def _list_meant(context: Context, command: OutcomeCommand) -> StreamId:
    areas = {}
    for paylist in lists_of(context.case):
        _, _, area, month = paylist.split("/")
        if month == command.month and command.area in (None, area):
            areas[area] = paylist
    if not areas:
        raise refuse("payment-none", "data.month", month=command.month)
    if len(areas) > 1:
        raise refuse("payment-which", "data.area", month=command.month, choices=", ".join(sorted(areas)))
    return next(iter(areas.values()))


def _credited(
    context: Context, command: ReturnPayment, paylist: StreamId, pending: Months
) -> Transfer | None:
    """The transfer that had been credited and now came back; None: it is still with the bank."""
    settled = _payment(context, paylist).settled
    named = [one for one in settled if one.reference == command.reference]
    if named:
        return named[0]
    if pending:
        return None
    if len(settled) > 1:
        choices = ", ".join(one.reference for one in settled)
        raise refuse("payment-which", "data.reference", month=command.month, choices=choices)
    if settled and command.reference is not None:
        raise refuse("payment-which", "data.reference", month=command.month, choices=settled[0].reference)
    return settled[0] if settled else None


def _whole(command: OutcomeCommand, months: Months, context: Context, paylist: StreamId) -> Months:
    """A transfer is settled or returned whole."""
    amount = sum(months.values())
    if amount <= 0:
        kept = standing(context.case, paylist).held
        raise refuse("payment-held" if kept else "payment-none", "data.month", month=command.month)
    if command.amount is not None and command.amount != amount:
        raise refuse("payment-amount", "data.amount", amount=show_yuan(command.amount), due=show_yuan(amount))
    return months


def _answer(event: PaymentSettled | PaymentReturned) -> dict[str, Any]:
    return {"list": event.list, "amount": event.amount, "months": dict(event.months)}
