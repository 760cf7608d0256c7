"""授权: whose consent to verification runs on a day (L26 art. 41; 57 art. 10, 17)."""

from datetime import date

from domain.case import Case
from domain.case.intake import Member
from domain.days import add_months
from domain.ids import MemberKey

ADULT = 18


def adult(member: Member, day: date) -> bool:
    if day.year - member.born.year > ADULT:
        return True
    return add_months(member.born, 12 * ADULT) <= day


def consent_runs(member: Member, day: date) -> bool:
    return (
        member.consent_from is not None
        and member.consent_from <= day
        and member.consent_until is not None
        and day <= member.consent_until
    )


def unconsented(case: Case, day: date) -> list[MemberKey]:
    """Adults who live with the household and whose consent doesn't run that day."""
    return [
        key
        for key, member in case.members.items()
        if member.died is None and member.here(day) and adult(member, day) and not consent_runs(member, day)
    ]
