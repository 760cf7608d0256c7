"""移交入库: a household of an office's ledger becomes a case with a living award; an import is undone as a whole."""

from typing import Annotated, Literal

import msgspec

from domain.case.takeover import LedgerRow
from domain.days import Month
from domain.ids import DivisionCode, MemberKey
from domain.text import whole
from workflows.command import Command, command
from workflows.commands.amount import fen
from workflows.commands.intake import MemberEntry, Short, Text

Most = Annotated[int, fen(ge=0, le=100_000_000)]
AMonth = Annotated[Month, whole(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")]


class LedgerFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the ledger says of a member that statistics count by."""

    kind: Literal["cause", "disability", "labour"]
    code: Short


class LedgerMember(MemberEntry, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member as the ledger has him: whether the award covers him, and his addition a month."""

    covered: bool = True
    uplift: Most = 0
    facts: tuple[LedgerFact, ...] = ()


@command(life="award", target="new case")
class TakeOver(Command, frozen=True, kw_only=True):
    """A household as the ledger has it: what it is paid a month (additions included), since which month, and the
    last month the old system paid."""

    division: DivisionCode
    programme: Literal["dibao"] = "dibao"
    area: Literal["urban", "rural"]
    head: MemberKey
    members: Annotated[tuple[LedgerMember, ...], msgspec.Meta(min_length=1, max_length=40)]
    amount: Most
    from_month: AMonth
    paid_until: AMonth
    standard: Most | None = None
    """The standard a month, where the ledger says which its amount stands on."""
    document: LedgerRow
    review_class: Literal["A", "B", "C"] = "A"
    address: Text | None = None
    phone: Short | None = None
    account: Short | None = None
    account_holder: MemberKey | None = None
    bank: Short | None = None
    certificate: Short | None = None
    remarks: Text | None = None
    causes: tuple[Short, ...] = ()


@command(life="award")
class UndoTakeOver(Command, frozen=True, kw_only=True):
    """A part of undoing an import: only where nothing else has touched the case."""
