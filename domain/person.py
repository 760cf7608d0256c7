"""A person: a random reference, a sealed identity, death, and which award claims him for which months.

A claim stands in the person's stream: claims of one group never overlap in months, so "one living award"
is a version conflict and never a query (architecture, Streams).
"""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from domain.days import Month
from domain.event import Event, Value
from domain.ids import CaseNo, PersonRef
from domain.personal import Name, Number, Words

ClaimKind = Literal["applying", "award"]


class PersonRegistered(Event, frozen=True, kw_only=True):
    """`number_missing`: why there is no number yet; such a person is known by his reference."""

    person: PersonRef
    name: Name
    sex: Literal["1", "2", "0", "9"]
    born: date
    number: Number | None = None
    number_missing: Words | None = None


class NumberAdded(Event, frozen=True, kw_only=True):
    number: Number


class PersonCorrected(Event, frozen=True, kw_only=True):
    name: Name


class DeathRecorded(Event, frozen=True, kw_only=True):
    died: date
    source: str


class PersonForgotten(Event, frozen=True, kw_only=True):
    """What is personal can't be opened any more: the key is dropped, the history stays (个人信息保护法 art. 47).

    `words`: cases whose free text goes with their last person. `reason`: a code of `forgotten`.
    """

    person: PersonRef
    reason: str
    words: tuple[CaseNo, ...] = ()

    @property
    def dropped(self) -> tuple[str, ...]:
        """Whose keys go: the person's and those cases'."""
        return (self.person, *self.words)


class Claimed(Event, frozen=True, kw_only=True):
    """`group`: programmes that exclude each other; `until` None: open. An applying claim has no months."""

    group: str
    kind: ClaimKind
    case: CaseNo
    from_month: Month | None = None
    until: Month | None = None


class Released(Event, frozen=True, kw_only=True):
    """The case's claim ends with `until` (None: it never held for a month)."""

    group: str
    kind: ClaimKind
    case: CaseNo
    until: Month | None = None


class Claim(Value, frozen=True, kw_only=True):
    group: str
    kind: ClaimKind
    case: CaseNo
    from_month: Month | None = None
    until: Month | None = None

    def overlaps(self, from_month: Month, until: Month | None) -> bool:
        mine = self.from_month or Month("")
        return (self.until is None or self.until >= from_month) and (until is None or mine <= until)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    ref: PersonRef = PersonRef("")
    name: Name | None = None
    number: Number | None = None
    sex: str = "0"
    born: date | None = None
    died: date | None = None
    forgotten: date | None = None
    claims: tuple[Claim, ...] = ()
    cases: tuple[CaseNo, ...] = ()
    """Every case that ever claimed him, in order: the earlier file is shown (57 art. 12)."""

    def applying(self, group: str) -> CaseNo | None:
        """The open case that lists this person as applying in the group, if any."""
        return next((c.case for c in self.claims if c.group == group and c.kind == "applying"), None)

    def awards(self, group: str, from_month: Month, until: Month | None = None) -> dict[CaseNo, None]:
        """The cases whose awards claim this person in any of the months, in order."""
        return {
            claim.case: None
            for claim in self.claims
            if claim.group == group and claim.kind == "award" and claim.overlaps(from_month, until)
        }

    def awarded(self, group: str, from_month: Month, until: Month | None = None) -> CaseNo | None:
        """The last of them, if any: who goes from one award to another is that one's."""
        return next(reversed(self.awards(group, from_month, until)), None)


def _registered(person: Person, event: PersonRegistered) -> Person:
    return replace(
        person, ref=event.person, name=event.name, number=event.number, sex=event.sex, born=event.born
    )


def _claimed(person: Person, event: Claimed) -> Person:
    claim = Claim(
        group=event.group,
        kind=event.kind,
        case=event.case,
        from_month=event.from_month,
        until=event.until,
    )
    cases = person.cases if event.case in person.cases else (*person.cases, event.case)
    return replace(person, claims=(*person.claims, claim), cases=cases)


def _released(person: Person, event: Released) -> Person:
    claims: list[Claim] = []
    for claim in person.claims:
        if (claim.group, claim.kind, claim.case) != (event.group, event.kind, event.case):
            claims.append(claim)
        elif event.until is not None and claim.from_month is not None and claim.from_month <= event.until:
            until = event.until if claim.until is None else min(claim.until, event.until)
            claims.append(replace(claim, until=until))
    return replace(person, claims=tuple(claims))


_EVOLVE: dict[type[Event], Any] = {
    PersonRegistered: _registered,
    NumberAdded: lambda person, event: replace(person, number=event.number),
    PersonCorrected: lambda person, event: replace(person, name=event.name),
    DeathRecorded: lambda person, event: replace(person, died=event.died),
    PersonForgotten: lambda person, event: replace(person, ref=event.person, forgotten=event.on),
    Claimed: _claimed,
    Released: _released,
}


def evolve_person(person: Person, event: Event) -> Person:
    changed: Person = _EVOLVE[type(event)](person, event)
    return changed
