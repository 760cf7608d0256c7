"""What happens to a living award of itself or by one act: additions, endings, death, account, hold, appeal."""

from datetime import date
from typing import Literal

from domain.case.intake import Paper
from domain.days import Month
from domain.ids import DivisionCode, MemberKey, PersonRef
from workflows.command import Command, InstanceCommand, command
from workflows.commands.intake import Short, Text


@command(life="award")
class TurnUplift(Command, frozen=True, kw_only=True):
    """Sent by the clock on the first day of the month in which an addition begins, ends or changes."""


@command(life="award")
class RemindEnding(Command, frozen=True, kw_only=True):
    """Sent by the clock `ending_notice_days` before a certificate, consent, status or gradual exit ends."""


@command(life="award")
class EndGradualExit(Command, frozen=True, kw_only=True):
    """Sent by the clock when a gradual exit has run its months."""


@command(life="award")
class RecordDeath(Command, frozen=True, kw_only=True):
    """A member died; his month of death is still paid. `source`: who says so first (V14, village, family …)."""

    member: MemberKey
    died: date
    source: Short


@command(target="office", who=("window", "handler", "county_handler", "registrar"), process=True)
class ReportDeath(Command, frozen=True, kw_only=True):
    """Somebody died, by his number or pseudonym: recorded in each case of the division that he lives in.

    A day that differs from the one recorded is refused, for somebody to look at.
    """

    division: DivisionCode
    died: date
    source: Short
    number: Short | None = None
    person: PersonRef | None = None


@command(life="award")
class ChangeAccount(Command, frozen=True, kw_only=True):
    """Money goes to another account of a living member, or to another `holder` of the household."""

    account: Short
    holder: MemberKey


@command(life="award")
class ChangeHead(Command, frozen=True, kw_only=True):
    """Another member heads the household: an adult, where one is in it."""

    head: MemberKey


@command(life="award")
class RefuseWork(Command, frozen=True, kw_only=True):
    """A member was offered work that suits him. With a `reason`, or `taken`, the row of refusals is broken."""

    member: MemberKey
    taken: bool = False
    reason: Text | None = None


@command(life="award")
class ChangeArea(Command, frozen=True, kw_only=True):
    """Urban ↔ rural: from the next month under the other area's parameters, on the other list."""

    area: Literal["urban", "rural"]
    words: Text


@command(life="award")
class RaiseStandard(Command, frozen=True, kw_only=True):
    """提标: the amount anew at the parameters of a month, on the facts of its decision; I01, told, not heard."""

    from_month: Month


@command(life="hold")
class SetHold(Command, frozen=True, kw_only=True):
    """Pay is kept back on a ground up to a day."""

    ground: Literal["check", "account", "absent", "custody", "other"]
    until: date
    words: Text | None = None


@command(life="hold")
class EndHold(InstanceCommand, frozen=True, kw_only=True):
    """By hand, or by the clock the day after its last; what was kept back is released."""


@command(life="appeal")
class FileAppeal(Command, frozen=True, kw_only=True):
    """行政复议 within 60 days, 行政诉讼 within 6 months of service.

    `against`: `application`, a change (`change.1`), or the telling of another letter (`telling.3`)."""

    kind: Literal["reconsideration", "lawsuit"]
    against: Short = "application"
    paper: Paper | None = None


@command(life="appeal")
class DecideAppeal(InstanceCommand, frozen=True, kw_only=True):
    """What the appeal came to; `outcome`: code of appeal_outcome.

    Execution went on; what follows from it is a decision of its own.
    """

    outcome: Short
    words: Text | None = None
