"""What other offices may send us, topic by topic; docs/contracts has the schemas made from these classes.

Each message carries a CloudEvents envelope; its type on the wire is `TYPE.vVERSION`. A field nobody knows is
refused by its name. Days are China's; amounts are whole fen.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec

from domain.facts import FactKind
from domain.money import Fen

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Case = Annotated[str, msgspec.Meta(min_length=17, max_length=40)]
Pseudonym = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Count = Literal["mu_hundredths", "count", "size", "income", "heads", "children", "supported"]


class Inbound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`reported_by`: who says so, as the sender names him; kept as a quotation, never who acts here."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str]

    reported_by: Name | None = None


INBOUND: dict[tuple[str, int], type[Inbound]] = {}
"""Every inbound message by type and version."""

M = TypeVar("M", bound=type[Inbound])


def inbound(kind: M) -> M:
    """Register an inbound message."""
    if INBOUND.setdefault((kind.TYPE, kind.VERSION), kind) is not kind:
        raise ValueError(f"two inbound messages are called {kind.TYPE} v{kind.VERSION}")
    msgspec.json.Decoder(kind)
    return kind


@inbound
class VerificationAnswer(Inbound, frozen=True, kw_only=True):
    """An office's answer to a verification of a case (核对反馈): one message for each answer.

    `verification`, `round`: which verification and which asking it answers (`verification.1`, 1), as we asked;
    without them the one under way. `source`: the office that answers, a code V… of source. `answer`: a code of
    answer; `data_day`: the day its data are of; `hit`: a difference to be looked at. `person`: the pseudonym of the
    member it is about. `answered`: the day of the answer, else the day we take it.
    """

    TYPE = "cn.doudi.verification-answer"
    TOPIC = "verification-answers"

    case: Case
    source: Name
    answer: Name
    data_day: date | None = None
    hit: bool = False
    person: Pseudonym | None = None
    words: Words | None = None
    verification: Name | None = None
    round: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None
    answered: date | None = None


@inbound
class Death(Inbound, frozen=True, kw_only=True):
    """A death (死亡信息): who, by resident number or by pseudonym, on which day; `document`: the certificate.

    A number that is none of ours is passed over, counted, and nothing of it is kept: a register may send all its
    deaths. `source`: a code V… of source.
    """

    TYPE = "cn.doudi.death"
    TOPIC = "deaths"

    died: date
    number: Name | None = None
    person: Pseudonym | None = None
    source: Name = "V14"
    document: Name | None = None


class StatedFact(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One fact, as domain/facts.py says what each kind holds; `person`: the pseudonym of the member it is of."""

    kind: FactKind
    code: Name
    since: date
    until: date | None = None
    person: Pseudonym | None = None
    item: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    amount: Fen | None = None
    received: date | None = None
    numbers: dict[Count, int] = {}
    exempt: Name | None = None
    note: Words | None = None


@inbound
class Facts(Inbound, frozen=True, kw_only=True):
    """Facts that an office states of a household while its application, review or change is under way.

    `source`: a code V… of source; `document`: the paper they stand on. All are taken or none.
    """

    TYPE = "cn.doudi.facts"
    TOPIC = "facts"

    case: Case
    source: Name
    facts: Annotated[tuple[StatedFact, ...], msgspec.Meta(min_length=1, max_length=500)]
    document: Name | None = None


@inbound
class Line(Inbound, frozen=True, kw_only=True):
    """A command as `doudi do` takes it (docs/commands.schema.json); its id is the message's.

    `actor` is only quoted: who acts is the account that the topic is bound to. `case` may be `@ID`, the case made
    by the command that came as message ID of the same source.
    """

    TYPE = "cn.doudi.command"
    TOPIC = "commands"

    type: Name
    data: dict[str, Any] = {}
    case: Name | None = None
    expected: int | None = None
    actor: Name | None = None
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


TOPICS = tuple(dict.fromkeys(kind.TOPIC for kind in INBOUND.values()))
"""Inbound topics without any prefix."""
