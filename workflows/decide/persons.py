"""Who the members are: found by their number or registered, and claimed so that nobody is in twice."""

from datetime import date
from typing import Literal, cast

from domain.case.intake import Member
from domain.days import Month, month_of
from domain.event import Event
from domain.identity import born, check_number, normalise_name, sex
from domain.ids import CaseNo, MemberKey, PersonRef, StreamId
from domain.person import Claimed, DeathRecorded, Person, PersonCorrected, PersonRegistered, Released
from domain.personal import Name, Number, Words
from domain.text import check_text
from workflows.commands.intake import MemberEntry
from workflows.context import Context
from workflows.decide.days import check_day
from workflows.refusal import refuse
from workflows.world import person_stream

GROUP = {"dibao": "livelihood", "tekun": "livelihood"}
"""Programmes that exclude each other for a person (rules.md §2)."""
Sex = Literal["1", "2", "0", "9"]


class Found:
    """A member's person: his reference, whether he is new, and the events that register or correct him."""

    __slots__ = ("born", "events", "name", "new", "number", "ref", "sex")

    def __init__(
        self, ref: PersonRef, name: Name, number: Number | None, sex: Sex, born: date, *, new: bool = True
    ) -> None:
        self.ref, self.name, self.number, self.sex, self.born = ref, name, number, sex, born
        self.new = new
        self.events: list[tuple[StreamId, Event]] = []

    @property
    def binds(self) -> list[tuple[str, PersonRef]]:
        """The number to bind with the command, where he is new and has one."""
        return [(self.number.text, self.ref)] if self.new and self.number else []

    def same(self, member: Member) -> bool:
        """Whether a member is this person, who may be new to both."""
        if self.number is not None and member.number is not None and self.number.text == member.number.text:
            return True
        return member.person == self.ref

    def member(self, key: str, kinship: str, joined: date | None = None) -> Member:
        return Member(
            key=MemberKey(key),
            person=self.ref,
            name=self.name,
            number=self.number,
            sex=self.sex,
            born=self.born,
            kinship=kinship,
            joined=joined,
        )


def find(context: Context, entry: MemberEntry, field: str) -> Found:
    """The person of an entry. A number that fails says which part of it; a name alone never joins persons."""
    name = normalise_name(entry.name, f"{field}.name")
    if entry.number is None:
        return _without_number(context, entry, name, field)
    number = check_number(entry.number, context.today, f"{field}.number")
    if entry.born is not None and entry.born != born(number):
        raise refuse("born-contradicts-number", f"{field}.born")
    if entry.sex is not None and entry.sex != sex(number):
        raise refuse("sex-contradicts-number", f"{field}.sex")
    ref = context.person_of(number)
    if ref is not None:
        person = context.person(ref)
        known = Found(
            ref, Name(ref, name), Number(ref, number), cast(Sex, person.sex), born(number), new=False
        )
        if person.died is not None:
            raise refuse("person-died", field, on=person.died.isoformat())
        if person.name is not None and person.name.text != name:
            if not entry.renamed:
                raise refuse("name-differs", f"{field}.name")
            known.events.append((person_stream(ref), PersonCorrected(on=context.on, name=known.name)))
        return known
    ref = PersonRef(context.token("p"))
    found = Found(ref, Name(ref, name), Number(ref, number), cast(Sex, sex(number)), born(number))
    found.events.append((person_stream(ref), _registered(context, found, None)))
    return found


def _without_number(context: Context, entry: MemberEntry, name: str, field: str) -> Found:
    missing = check_text(entry.number_missing or "", f"{field}.number_missing", lines=False)
    if not missing:
        raise refuse("number-or-reason", f"{field}.number")
    if entry.sex is None or entry.born is None:
        raise refuse("sex-and-born-needed", field)
    ref = PersonRef(context.token("p"))
    found = Found(ref, Name(ref, name), None, entry.sex, entry.born)
    found.events.append((person_stream(ref), _registered(context, found, missing)))
    return found


def _registered(context: Context, found: Found, missing: str | None) -> PersonRegistered:
    return PersonRegistered(
        on=context.on,
        person=found.ref,
        name=found.name,
        number=found.number,
        number_missing=Words(found.ref, missing) if missing else None,
        sex=found.sex,
        born=found.born,
    )


def check_death(context: Context, died: date, birth: date | None, code: str = "died-later") -> None:
    """Nobody dies after the day of the act, nor before his `birth`, where it is known."""
    check_day(context, died, "data.died", code)
    if birth is not None and died < birth:
        raise refuse("died-before-birth", "data.died")


def recorded(context: Context, ref: PersonRef, died: date, source: str) -> list[tuple[StreamId, Event]]:
    """A death with the person himself, where it isn't known yet."""
    if context.person(ref).died is not None:
        return []
    return [(person_stream(ref), DeathRecorded(on=context.on, died=died, source=source))]


def claim_applying(
    context: Context, person: Person, ref: PersonRef, case: CaseNo, source: CaseNo | None = None
) -> tuple[StreamId, Event]:
    """The application's claim on a member; a second one that lists him is refused with the first's number.

    `source`: the case whose award may pay him meanwhile.
    """
    group = GROUP[context.case.programme]
    open_case = person.applying(group)
    if open_case is not None:
        raise refuse("already-applying", "members", case=open_case)
    living = person.awarded(group, month_of(context.on))
    if living is not None and living != source:
        raise refuse("already-aided", "members", case=living)
    return person_stream(ref), Claimed(on=context.on, group=group, kind="applying", case=case)


def release_applying(context: Context) -> list[tuple[StreamId, Event]]:
    """All members of the case are free to apply again."""
    group = GROUP[context.case.programme]
    return [
        (
            person_stream(member.person),
            Released(on=context.on, group=group, kind="applying", case=context.case.number),
        )
        for member in context.case.members.values()
        if context.person(member.person).applying(group) == context.case.number
    ]


def release_award(
    context: Context, members: tuple[MemberKey, ...], until: Month
) -> list[tuple[StreamId, Event]]:
    """The award's claim on these members ends with `until`."""
    group = GROUP[context.case.programme]
    return [
        (
            person_stream(context.case.members[key].person),
            Released(on=context.on, group=group, kind="award", case=context.case.number, until=until),
        )
        for key in members
    ]
