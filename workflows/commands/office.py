"""What an office sets up: parameters, calendars, divisions, desks, near relatives of staff, a trial's clock."""

from datetime import date
from typing import Annotated

import msgspec

from domain.ids import DivisionCode, StaffId
from domain.policy import Area
from domain.staff import STAFF_DESKS, Desk
from workflows.command import Command, command
from workflows.commands.intake import Short, Text

Year = Annotated[int, msgspec.Meta(ge=1990, le=2199)]


@command(target="office", who=("administrator",))
class SetParameter(Command, frozen=True, kw_only=True):
    """A parameter of a division × programme (× area) from a day on, with its document; a null value ends it.

    Money is text of yuan (`"680.00"`), in the parameter's unit.
    """

    division: DivisionCode
    programme: Short = "dibao"
    name: Short
    value: bool | int | str | tuple[int | str, ...] | None
    unit: Short | None = None
    since: date
    until: date | None = None
    area: Area | None = None
    document: Text


@command(target="office", who=("administrator",))
class LoadCalendar(Command, frozen=True, kw_only=True):
    """A whole year of the official calendar: days off beyond weekends, weekends worked (调休), its notice."""

    year: Year
    days_off: tuple[date, ...]
    workdays: tuple[date, ...] = ()
    document: Text


@command(target="office", who=("administrator",))
class Appoint(Command, frozen=True, kw_only=True):
    """A desk in a division from a day on. `lent_from`: his own division, where the desk is lent for a span.

    `number`: the resident number of a registered person, where the member of staff is one.
    """

    division: DivisionCode
    staff: StaffId
    name: Short
    desk: Desk
    since: date | None = None
    until: date | None = None
    lent_from: DivisionCode | None = None
    number: Short | None = None


@command(target="office", who=("administrator",))
class EndAppointment(Command, frozen=True, kw_only=True):
    """`until`: the last day at the desk (default: the day it is said)."""

    division: DivisionCode
    staff: StaffId
    desk: Desk
    until: date | None = None


@command(target="office", who=STAFF_DESKS)
class DeclareRelation(Command, frozen=True, kw_only=True):
    """近亲属备案: a near relative of a member of staff or committee, by his number; living cases are filed too."""

    division: DivisionCode
    staff: StaffId | None = None
    kinship: Short
    name: Short
    number: Short


@command(target="office", who=STAFF_DESKS)
class EndRelation(Command, frozen=True, kw_only=True):
    """A relation that is none any more (a divorce); what was filed stays in its history."""

    division: DivisionCode
    staff: StaffId | None = None
    number: Short


@command(target="office", who=("administrator",))
class SetClock(Command, frozen=True, kw_only=True):
    """A trial store's clock, forward or back: a day (nine in the morning) or an instant with its zone."""

    to: Short
