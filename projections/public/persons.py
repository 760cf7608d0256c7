"""`approvals`, `exits`, `recipients`, `subjects.…`: a message per person, known by an opaque pseudonym alone."""

from datetime import date
from typing import ClassVar

from domain.days import Month
from domain.ids import CaseNo, DivisionCode, PersonRef
from domain.subscriber import PublicKey
from projections.public.message import Public, public


@public
class Approved(Public, frozen=True, kw_only=True):
    """Aid for a person of a case from a month on, to and with `until_month` (absent: without end).

    `amount`: his share a month when it begins, in fen. `reason`: new | restored | moved | split | merged |
    taken_over | the code of the change that brought him in (I…, D…). Said when a case is first approved, when a
    member comes in later, and when aid that had ended goes on.
    """

    TYPE: ClassVar[str] = "approved"
    TOPIC: ClassVar[str] = "approvals"

    person: PersonRef
    case: CaseNo
    programme: str
    division: DivisionCode
    area: str
    amount: int
    from_month: Month
    until_month: Month | None = None
    reason: str
    on: date


@public
class Exited(Public, frozen=True, kw_only=True):
    """No aid for a person of a case from a month on, to and with `until_month` (absent: for good).

    Said when the case ends, when a member dies or leaves, and when an end that was told comes earlier. `reason`:
    code of the stop (S…) or the change (D…); S12, S13 and D07 are said as S99 and D99.
    """

    TYPE: ClassVar[str] = "exited"
    TOPIC: ClassVar[str] = "exits"

    person: PersonRef
    case: CaseNo
    programme: str
    division: DivisionCode
    area: str
    from_month: Month
    until_month: Month | None = None
    reason: str
    on: date


class Span(Public, frozen=True, kw_only=True):
    """Months in which a case pays a person one share (`amount`, fen a month); `until_month` absent: without end.

    `gradual`: in a gradual exit. `held`: pay is kept back for now; the aid goes on.
    """

    case: CaseNo
    division: DivisionCode
    area: str
    from_month: Month
    until_month: Month | None = None
    amount: int
    gradual: bool = False
    held: bool = False


@public
class Recipient(Public, frozen=True, kw_only=True):
    """What a person receives of a programme as it stands: this month and what is decided for later ones.

    `spans` are in order of their months and don't overlap; the one that has a month in it says what that month
    pays, none: nothing. Months that were over when the message was made are left out.
    """

    TYPE: ClassVar[str] = "recipient"
    TOPIC: ClassVar[str] = "recipients"

    person: PersonRef
    programme: str
    spans: tuple[Span, ...]

    def in_month(self, month: Month) -> Span | None:
        """The span that has the month in it."""
        return next(
            (
                one
                for one in self.spans
                if one.from_month <= month and (one.until_month is None or month <= one.until_month)
            ),
            None,
        )


class Identity(Public, frozen=True, kw_only=True):
    """Who a pseudonym is: what is inside the sealed value. The value itself is a JWE in compact form (RFC 7516)."""

    TYPE: ClassVar[str] = "subject"
    TOPIC: ClassVar[str] = "subjects"

    person: PersonRef
    number: str


@public
class Subject(Public, frozen=True, kw_only=True):
    """Whom a subscriber is told of; the adapter opens his number and seals it to the key."""

    TYPE: ClassVar[str] = "subject"
    TOPIC: ClassVar[str] = "subjects"

    person: PersonRef
    key: PublicKey
