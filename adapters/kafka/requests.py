"""An inbound message becomes commands of the account that its topic is bound to.

The command's id is made from topic, source and message id, so that the store, which keeps it with the events,
answers a repetition as before and refuses other content under the same id.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from adapters.bootstrap import Doudi
from adapters.kafka.envelope import Envelope
from adapters.kafka.inbound import INBOUND, Death, Facts, Inbound, Line, StatedFact, VerificationAnswer
from adapters.kafka.settings import Binding
from domain.case import Case
from domain.days import china_day
from domain.identity import check_number
from domain.ids import (
    CaseNo,
    CommandId,
    DivisionCode,
    InstanceId,
    MemberKey,
    PersonRef,
    StaffId,
    parse_case_no,
)
from domain.staff import Appointed
from domain.text import check_text
from workflows.authority import CLOCK_ACTOR, case_unknown
from workflows.command import COMMANDS, Command, Request, parse, wrong_fields
from workflows.commands.award import ReportDeath
from workflows.commands.enquiry import AnswerVerification, FactEntry, StateFacts
from workflows.office import Office
from workflows.processes.deaths import living_in
from workflows.refusal import Refused, refuse

_STAFF = f"SELECT DISTINCT stream FROM events WHERE type = '{Appointed.__name__}'"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was read: the id of its command, and the content that a repetition must equal."""

    id: CommandId
    said: bytes
    message: Inbound
    source: str
    message_id: str


def said(office: Office, topic: str, envelope: Envelope) -> Said:
    """Raises Refused for a type, a version or fields that the topic doesn't take."""
    taken = {(kind.TYPE, kind.VERSION): kind for kind in INBOUND.values() if topic == kind.TOPIC}
    kind = taken.get((envelope.type, envelope.version))
    if kind is None:
        code = "message-version" if envelope.type in {name for name, _ in taken} else "message-type"
        raise refuse(code, "type", known=", ".join(f"{name}.v{version}" for name, version in taken))
    content = msgspec.json.encode(
        (topic, f"{envelope.type}.v{envelope.version}", envelope.data), order="sorted"
    )
    return Said(
        id=command_id(office, topic, envelope.source, envelope.id),
        said=content,
        message=_message(kind, envelope.data),
        source=envelope.source,
        message_id=envelope.id,
    )


def command_id(office: Office, topic: str, source: str, message_id: str) -> CommandId:
    """Keyed, for a sender may put anything into his ids."""
    named = "\0".join((topic, source, message_id)).encode()
    return CommandId(f"kafka-{office.store.digest(named).hex()[:40]}")


def _message(kind: type[Inbound], data: Any) -> Inbound:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError:
        raise Refused(*wrong_fields(kind, data)) from None


def requests(doudi: Doudi, binding: Binding, one: Said) -> list[Request]:
    """The commands of a message, that of its id last; none where it is about nobody of ours.

    Looks at the office as it is now (`world` refreshed). Raises Refused, BadValue.
    """
    office, message = doudi.office, one.message
    if binding.actor == CLOCK_ACTOR:
        raise refuse("not-your-desk", "actor", actor=CLOCK_ACTOR, desks="")
    if isinstance(message, VerificationAnswer):
        return [_answer(office, binding, one, message)]
    if isinstance(message, Death):
        return _deaths(doudi, binding, one, message)
    if isinstance(message, Facts):
        return [_facts(office, binding, one, message)]
    assert isinstance(message, Line)
    return [_line(office, binding, one, message)]


def _request(
    binding: Binding, one: Said, data: Command, case: str | None = None, quoted: str | None = None
) -> Request:
    return Request(
        id=one.id,
        actor=StaffId(binding.actor),
        data=data,
        case=CaseNo(case) if case else None,
        quoted=quoted,
        said=one.said,
    )


def _quoted(*parts: tuple[str, str | None]) -> str | None:
    """Who says so and on what paper, as the message names them."""
    found = [check_text(text, f"data.{field}", longest=200, lines=False) for field, text in parts if text]
    return " · ".join(text for text in found if text) or None


def _case(office: Office, binding: Binding, number: str) -> Case:
    """The case; one out of the account's scope answers like one that isn't there."""
    case = office.world.case(parse_case_no(number, "data.case"))
    today = china_day(office.clock.now())
    if case is None or not office.world.desks(binding.actor, case.division, today):
        raise case_unknown()
    if binding.programmes and case.programme not in binding.programmes:
        raise refuse("message-programme", "data.case", programme=case.programme)
    return case


def _member(case: Case, pseudonym: str | None, field: str) -> MemberKey | None:
    if pseudonym is None:
        return None
    person = PersonRef(pseudonym)
    key = living_in(case, person)
    if key is None:
        key = next((key for key, one in case.members.items() if one.person == person), None)
    if key is None:
        raise refuse("person-not-here", field)
    return key


def _answer(office: Office, binding: Binding, one: Said, message: VerificationAnswer) -> Request:
    case = _case(office, binding, message.case)
    data = AnswerVerification(
        on=message.answered,
        instance=InstanceId(message.verification) if message.verification else None,
        source=message.source,
        answer=message.answer,
        data_day=message.data_day,
        hit=message.hit,
        member=_member(case, message.person, "data.person"),
        words=message.words,
        round=message.round,
    )
    return _request(binding, one, data, case.number, _quoted(("reported_by", message.reported_by)))


def _facts(office: Office, binding: Binding, one: Said, message: Facts) -> Request:
    case = _case(office, binding, message.case)
    entries = tuple(
        _entry(case, message.source, fact, f"data.facts[{place}]") for place, fact in enumerate(message.facts)
    )
    quoted = _quoted(("reported_by", message.reported_by), ("document", message.document))
    return _request(binding, one, StateFacts(facts=entries), case.number, quoted)


def _entry(case: Case, source: str, fact: StatedFact, field: str) -> FactEntry:
    return FactEntry(
        kind=fact.kind,
        code=fact.code,
        since=fact.since,
        source=source,
        until=fact.until,
        member=_member(case, fact.person, f"{field}.person"),
        item=fact.item,
        amount=fact.amount,
        received=fact.received,
        numbers={str(name): count for name, count in fact.numbers.items()},
        exempt=fact.exempt,
        note=fact.note,
    )


def _deaths(doudi: Doudi, binding: Binding, one: Said, message: Death) -> list[Request]:
    """One for each division in which the account may record deaths of his cases: as a rule a single one.

    A death is true in all programmes, so no setting leaves one of them out.
    """
    office = doudi.office
    quoted = _quoted(("reported_by", message.reported_by), ("document", message.document))
    today = china_day(office.clock.now())
    if (message.number is None) == (message.person is None):
        raise refuse("number-or-person", "data.number")
    if message.number is not None:
        person = office.store.person_of(check_number(message.number, today, "data.number"))
    else:
        person = PersonRef(message.person or "")
        if not office.world.person(person).ref:
            raise refuse("person-unknown", "data.person")
    if person is None:
        return []
    who = COMMANDS[ReportDeath.__name__].who
    held = set()
    for number in office.world.person(person).cases:
        case = office.world.case(number)
        if case is not None:
            held |= {
                at for desk, at in office.world.desks(binding.actor, case.division, today) if desk in who
            }
    if not held and not _holds_one(doudi, binding.actor, who, today):
        # Else a slip in the account's name, or a desk that ended, would lose every death without a word.
        raise refuse("not-your-desk", "actor", actor=binding.actor, desks=", ".join(who))
    widest = sorted(at for at in held if not any(at != other and at.startswith(other) for other in held))
    found = []
    for at in widest:
        data = ReportDeath(division=at, died=message.died, source=message.source, person=person)
        request = _request(binding, one, data, quoted=quoted)
        last = at == widest[-1]
        found.append(request if last else replace(request, id=CommandId(f"{one.id}+{at}")))
    return found


def _holds_one(doudi: Doudi, actor: str, desks: Sequence[str], day: date) -> bool:
    """Whether an account holds one of these desks anywhere."""
    rows = doudi.store.database.connection.execute(_STAFF).fetchall()
    divisions = (DivisionCode(stream.partition(":")[2]) for (stream,) in rows)
    return any(not doudi.office.world.roster(one).desks(actor, day).isdisjoint(desks) for one in divisions)


def _line(office: Office, binding: Binding, one: Said, message: Line) -> Request:
    if message.id is not None and message.id != one.message_id:
        raise refuse("message-id-differs", "data.id")
    if message.type not in COMMANDS:
        raise refuse("command-unknown", "data.type")
    if message.type not in binding.commands:
        raise refuse("message-command", "data.type", taken=", ".join(binding.commands))
    case = message.case
    if case is not None and case.startswith("@"):
        case = f"@{command_id(office, Line.TOPIC, one.source, case[1:])}"
    line: dict[str, Any] = {"id": one.id, "type": message.type, "actor": binding.actor, "data": message.data}
    if case is not None:
        line["case"] = case
    if message.expected is not None:
        line["expected"] = message.expected
    made = parse(line)
    quoted = _quoted(("reported_by", message.reported_by), ("actor", message.actor))
    return replace(made, quoted=quoted, said=one.said)
