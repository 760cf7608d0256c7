"""What a case's events and life cycles are called, in one language; personal values masked."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from adapters.catalogue import Catalogue
from domain.case import Case
from domain.case.award import Terms
from domain.case.finding import LateLine
from domain.case.intake import CONSENT, Member, Paper
from domain.codes import known, label
from domain.days import show_instant
from domain.event import Deadline, Event, Moved
from domain.explain import Explanation
from domain.facts import CODE_LISTS, Fact
from domain.ids import MemberKey
from domain.money import show_yuan
from domain.office import ParameterSet
from domain.personal import Personal
from domain.policy import show_value
from workflows.definition import shipped

_MONEY = frozenset({"amount", "before"})
_MEMBERS = frozenset(
    {"member", "head", "applicant", "holder", "account_holder", "covered", "counted", "present"}
)
_BY_LETTER = {
    "N": "not_accepted",
    "E": "ended",
    "R": "refuse",
    "S": "stop",
    "I": "increase",
    "D": "reduce",
    "V": "source",
    "K": "bank_return",
}
MARKS = ("supplementary", "arrears", "held")
"""What a line of a list is said to be, only where it is so."""
_CODED = frozenset({"code", "grounds", "source", "sources", "reason", "late_accepted"})
_LISTS: Mapping[str, tuple[str, ...]] = {
    "letter": ("letter",),
    "way": ("service", "survey_way"),
    "result": ("survey_result",),
    "answer": ("answer",),
    "outcome": ("periodic_outcome", "objection_outcome", "review_outcome", "appeal_outcome"),
    "review_class": ("review_class",),
    "area": ("area",),
    "desk": ("desk",),
    "owner": ("desk",),
    "to": ("desk",),
    "kinship": ("kinship",),
}
_OUTCOMES = {
    "DemocraticReviewHeld": "review_outcome",
    "ObjectionSettled": "objection_outcome",
    "ComplaintAnswered": "objection_outcome",
    "AppealDecided": "appeal_outcome",
    "ReviewConcluded": "periodic_outcome",
}

_INSTANCES = frozenset(
    {
        "change",
        "review",
        "verification",
        "objection",
        "complaint",
        "appeal",
        "hold",
        "instance",
        "lead",
        "about",
        "against",
        "finding",
        "cause",
    }
)


class CaseText:
    """Words of a case; `names` are its members', masked."""

    def __init__(self, catalogue: Catalogue, names: Mapping[MemberKey, str] | None = None) -> None:
        self.catalogue = catalogue
        self.names = dict(names or {})
        self._between = "、" if catalogue.lang == "zh" else ", "

    @classmethod
    def of(cls, catalogue: Catalogue, case: Case) -> "CaseText":
        return cls(catalogue, {key: member.name.masked() for key, member in case.members.items()})

    def event(self, event: Event) -> str:
        """The event as one line."""
        name = type(event).__name__
        return self.catalogue.text(f"event.{name}", **self._params(event))

    def member(self, key: str) -> str:
        name = self.names.get(MemberKey(key))
        return f"{key} {name}" if name else key

    def life(self, instance: str, life: str = "") -> str:
        """`入户调查`, and its number where a case may have several."""
        definition = shipped().get(life) or next(
            (one for one in shipped().values() if one.name == instance.partition(".")[0]), None
        )
        if definition is None:
            return instance
        number = instance.partition(".")[2]
        words = definition.zh if self.catalogue.lang == "zh" else definition.en
        return f"{words} {number}" if number else words

    def state(self, life: str, state: str) -> str:
        """In its version of the life cycle; of a case that was brought to another, in whichever has it."""
        name = life.partition("@")[0]
        versions = sorted(shipped().values(), key=lambda one: one.id != life)
        states = (each for one in versions if one.name == name for each in one.states)
        found = next((one for one in states if one.name == state), None)
        if found is None:
            return state
        return found.zh if self.catalogue.lang == "zh" else found.en

    def moves(self, moved: tuple[Moved, ...], lives: dict[str, str]) -> list[str]:
        """`lives`: the definition of each instance that began before; those that begin or are brought are added."""
        lives.update({one.instance: one.life for one in moved if one.life})
        return [
            f"{self.life(one.instance, lives.get(one.instance, ''))}: "
            f"{self.state(lives.get(one.instance, ''), one.state)}"
            for one in moved
        ]

    def dues(self, moved: tuple[Moved, ...]) -> list[str]:
        return [self.due(deadline) for one in moved for deadline in one.sets]

    def due(self, deadline: Deadline) -> str:
        return self.catalogue.text(
            "life.due",
            deadline=self.deadline(deadline.key),
            due=deadline.due.isoformat(),
            desk=self.desk(deadline.owner),
            provisional=self.catalogue.text("life.provisional") if deadline.provisional else "",
        )

    def deadline(self, key: str) -> str:
        """What a deadline's key `instance/name` waits for."""
        instance, _, name = key.partition("/")
        return f"{self.life(instance)} · {self._or(f'deadline.{name}', name)}"

    def desk(self, desk: str) -> str:
        return label("desk", desk, self.catalogue.lang)

    def code(self, code: str) -> str:
        """A code of the lists that begin with a letter, with its words."""
        name = _BY_LETTER.get(code[:1])
        if name is None or not known(name, code):
            return self._or(f"value.reason.{code}", code)
        return f"{code} {label(name, code, self.catalogue.lang)}"

    def word(self, field: str, value: str) -> str:
        """What a field of an answer says: the name of its code, where it has one."""
        return self._word("", field, value)

    def kinship(self, code: str) -> str:
        return label("kinship", code, self.catalogue.lang)

    def _or(self, code: str, otherwise: str) -> str:
        return self.catalogue.text(code) if self.catalogue.has(code) else otherwise

    def _params(self, event: Event) -> dict[str, str]:
        params: dict[str, str] = {}
        for field in event.__struct_fields__:
            value = getattr(event, field)
            if field == "moved":
                continue
            if isinstance(value, Terms):
                params.update(self._terms(value))
            elif isinstance(value, Explanation):
                params["result"] = show_yuan(value.result)
            elif field not in params:
                params[field] = self._value(type(event).__name__, field, value)
        if isinstance(event, ParameterSet):
            params["value"] = show_value(event.name, event.value)
        params["whom"] = self._whom(event)
        params["marks"] = "".join(
            self.catalogue.text(f"value.mark.{mark}") for mark in MARKS if getattr(event, mark, False)
        )
        return params

    def _terms(self, terms: Terms) -> dict[str, str]:
        return {
            "amount": show_yuan(terms.amount),
            "from_month": terms.from_month,
            "covered": self._members(terms.covered),
            "code": self.code(terms.code),
        }

    def _whom(self, event: Event) -> str:
        supporter = getattr(event, "supporter", None)
        if supporter is not None:
            return self.catalogue.text("value.supporter", fact=supporter)
        member = getattr(event, "member", None)
        return self.member(member) if isinstance(member, str) else ""

    def _members(self, keys: tuple[str, ...]) -> str:
        return self._between.join(map(self.member, keys)) or self.catalogue.text("value.none")

    def _value(self, kind: str, field: str, value: Any) -> str:
        if value is None or value == ():
            return self.catalogue.text("value.none")
        if isinstance(value, tuple):
            return self._between.join(self._value(kind, field, one) for one in value)
        if isinstance(value, bool):
            return self.catalogue.text("value.true" if value else "value.false")
        if isinstance(value, int):
            return show_yuan(value) if field in _MONEY else str(value)
        if isinstance(value, datetime):
            return show_instant(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Personal):
            return value.masked()
        return (
            self._struct(value)
            if isinstance(value, msgspec.Struct | dict)
            else self._word(kind, field, value)
        )

    def _struct(self, value: Any) -> str:
        if isinstance(value, Member):
            return f"{value.key} {value.name.masked()}"
        if isinstance(value, Fact):
            whose = f" {self.member(value.member)}" if value.member else ""
            return f"{value.key} {self._fact(value.kind, value.code)}{whose}"
        if isinstance(value, LateLine):
            old, new = show_yuan(value.old), show_yuan(value.new)
            return self.catalogue.text(
                "value.late", month=value.month, old=old, new=new, code=self.code(value.code)
            )
        if isinstance(value, Paper):
            return f"{value.type} {value.sha256[:12]}"
        return str(len(value)) if isinstance(value, dict) else ""

    def _fact(self, kind: str, code: str) -> str:
        """`收入 工资（W1）`: what kind of fact and by which code."""
        named, listed = self._or(f"value.fact.{kind}", kind), CODE_LISTS.get(kind)
        if listed is not None and known(listed, code):
            return self.catalogue.text(
                "value.fact", kind=named, words=label(listed, code, self.catalogue.lang), code=code
            )
        return f"{named} {self._or(f'value.fact_code.{code}', code)}"

    def _word(self, kind: str, field: str, value: str) -> str:
        if field in _MEMBERS:
            return self.member(value)
        if value.startswith(CONSENT):
            return self.catalogue.text("value.consent", member=self.member(value.removeprefix(CONSENT)))
        if field == "key" and "/" in value:
            return self.deadline(value)
        if self.catalogue.has(f"value.{field}.{value}"):
            return self.catalogue.text(f"value.{field}.{value}")
        if field in _CODED:
            return self.code(value)
        lists = (_OUTCOMES[kind],) if field == "outcome" and kind in _OUTCOMES else _LISTS.get(field, ())
        for name in lists:
            if known(name, value):
                words = label(name, value, self.catalogue.lang)
                return f"{value} {words}" if field == "letter" else words
        if field in _INSTANCES:
            return self.life(value)
        return value
