"""What an award pays, made from an assessment; and an assessment made again on the facts of its decision."""

from datetime import date

from domain.case.award import Terms
from domain.days import Month
from domain.means import Assessment


def terms_of(found: Assessment, from_month: Month, code: str, on: date) -> Terms:
    """Terms of an award from a month on: `code` is `new`, or the I… or D… code of the change."""
    return Terms(
        from_month=from_month,
        amount=found.amount,
        shares=found.shares,
        covered=found.covered,
        code=code,
        on=on,
        counted=found.counted,
        uplifts={one.member: one.amount for one in found.uplifts},
    )
