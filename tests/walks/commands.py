"""Any command as a hypothesis strategy, made from its class: fields by their names and types, mostly plausible."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from adapters.cli.verbs import case_verbs
from domain.case import Case
from domain.codes import code_list
from domain.days import add_month, month_of
from tests.harness import STAFF, number
from workflows.command import Spec
from workflows.definition import ways_of

PHOTO = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
WRONG_USE = ("Enter",)
SPECS: dict[str, Spec] = {
    spec.name: spec for spec in case_verbs().values() if spec.name not in WRONG_USE and spec.who != ("clock",)
}
CODES = {
    "StateFacts": (),
    "NotAccept": ("N01", "N03"),
    "Terminate": ("E01", "E02", "E05"),
    "Restore": ("I05", "I06"),
    "GivePriorNotice": ("S01", "S06", "D03", "S10"),
    "ProposeChange": ("I02", "I03", "D03", "D02", "S01", "S05", "S06", "S10", "S17", "S04", "D05"),
}
LISTS = {
    "letter": "letter",
    "way": "service",
    "grounds": "refuse",
    "sources": "source",
    "answer": "answer",
    "kinship": "kinship",
}
OUTCOMES = {
    "HoldDemocraticReview": "review_outcome",
    "DecideAppeal": "appeal_outcome",
    "SettleObjection": "objection_outcome",
    "AnswerComplaint": "objection_outcome",
}


def desks(spec: Spec) -> tuple[str, ...]:
    """Which desks a command is given from."""
    if spec.life is None:
        return spec.who
    ways = ways_of(spec.life, spec.name)
    return tuple(dict.fromkeys(desk for way in ways for desk in way.who))


def actors(spec: Spec) -> st.SearchStrategy[str]:
    """Mostly somebody at a right desk."""
    right = [staff for staff, (desk, _) in STAFF.items() if desk in desks(spec)] or ["admin"]
    return st.one_of(*[st.sampled_from(right)] * 5, st.sampled_from([*STAFF, "nobody"]))


def data(spec: Spec, case: Case, today: date) -> st.SearchStrategy[dict[str, Any]]:
    """The command's data: required fields always, others now and then."""
    return st.fixed_dictionaries(
        {
            field.name: value(spec, field.name, field.type, case, today)
            for field in msgspec.structs.fields(spec.kind)
            if field.required
        },
        optional={
            field.name: value(spec, field.name, field.type, case, today)
            for field in msgspec.structs.fields(spec.kind)
            if not field.required and field.name not in ("instance", "paper", "proof")
        },
    )


def days(today: date) -> st.SearchStrategy[str]:
    return st.integers(-60, 3).map(lambda n: (today + timedelta(days=n)).isoformat())


def value(spec: Spec, name: str, kind: Any, case: Case, today: date) -> st.SearchStrategy[Any]:
    make = BY_NAME.get(name)
    if make is not None:
        return make(spec, case, today)
    plain = _plain(kind)
    if get_origin(plain) is Literal:
        return st.sampled_from(get_args(plain))
    if plain is bool:
        return st.booleans()
    if plain is int:
        return st.integers(1, 12)
    return st.just("话")


def _plain(kind: Any) -> Any:
    while True:
        if hasattr(kind, "__metadata__"):
            kind = kind.__origin__
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        else:
            inner = [one for one in get_args(kind) if one is not type(None)]
            if len(inner) == 1 and get_origin(kind) is not Literal and get_origin(kind) is not tuple:
                kind = inner[0]
            else:
                return kind


Make = Callable[[Spec, Case, date], st.SearchStrategy[Any]]


def members(spec: Spec, case: Case, today: date) -> st.SearchStrategy[str]:
    return st.sampled_from([*case.members, "m9"])


def codes(spec: Spec, case: Case, today: date) -> st.SearchStrategy[str]:
    return st.sampled_from(CODES.get(spec.name) or ("S01", "99", "??"))


def listed(spec: Spec, case: Case, today: date, name: str) -> st.SearchStrategy[str]:
    found = OUTCOMES.get(spec.name) if name == "outcome" else LISTS[name]
    return st.sampled_from([*code_list(found or "periodic_outcome"), "??"])


def two(spec: Spec, case: Case, today: date) -> st.SearchStrategy[list[str]]:
    pairs = [["surveyor", "surveyor2"], ["surveyor3", "surveyor4"], ["county", "county2"], ["surveyor"]]
    return st.sampled_from(pairs)


def facts(spec: Spec, case: Case, today: date) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(fact(case, today), min_size=1, max_size=3)


def fact(case: Case, today: date) -> st.SearchStrategy[dict[str, Any]]:
    who = st.sampled_from([*case.members])
    since = st.sampled_from(["2024-09-01", "2025-02-01", "2025-05-01", "2025-08-01"])
    wage = st.fixed_dictionaries(
        {
            "kind": st.just("income"),
            "code": st.sampled_from(["W1", "W3", "B1", "T3", "X5"]),
            "member": who,
            "since": since,
            "amount": st.integers(0, 120_000),
            "source": st.sampled_from(["declared", "V02", "survey"]),
        }
    )
    none = st.fixed_dictionaries(
        {"kind": st.just("nothing_declared"), "code": st.just("all"), "member": who, "since": since},
    )
    house = st.fixed_dictionaries(
        {
            "kind": st.just("property"),
            "code": st.just("A11"),
            "since": since,
            "numbers": st.fixed_dictionaries({"count": st.integers(0, 2)}),
        }
    )
    ill = st.fixed_dictionaries(
        {
            "kind": st.just("category"),
            "code": st.sampled_from(["C01", "C04"]),
            "member": who,
            "since": since,
        },
        optional={"until": st.sampled_from(["2025-08-31", "2025-12-31"])},
    )
    return st.one_of(wage, wage, none, house, ill)


def newcomer(spec: Spec, case: Case, today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Somebody new, or one of those whom all households know."""
    key = f"m{len(case.members) + 1}"
    people = [(900 + n * 2, born) for n, born in enumerate(("2025-03-20", "1985-01-01", "1950-02-02"))]
    return st.sampled_from(people).map(
        lambda one: {"key": key, "name": "来人", "kinship": "20", "number": number(one[1], one[0])}
    )


BY_NAME: dict[str, Make] = {
    "on": lambda spec, case, today: st.one_of(st.just(today.isoformat()), days(today)),
    "member": lambda spec, case, today: (
        newcomer(spec, case, today) if spec.name == "JoinMember" else members(spec, case, today)
    ),
    **dict.fromkeys(("applicant", "head", "holder"), members),
    "present": lambda spec, case, today: members(spec, case, today).map(lambda one: [one]),
    "code": codes,
    **{
        name: lambda spec, case, today, name=name: listed(spec, case, today, name)  # type: ignore[misc]
        for name in ("letter", "outcome", "answer", "kinship")
    },
    "way": lambda spec, case, today: st.sampled_from(["direct", "post", "public", "visit", "remote"]),
    "result": lambda spec, case, today: st.sampled_from(["true", "false", "??"]),
    **{
        name: lambda spec, case, today, name=name: listed(spec, case, today, name).map(  # type: ignore[misc]
            lambda one: [one]
        )
        for name in ("grounds", "sources")
    },
    "source": lambda spec, case, today: st.sampled_from(["V02", "V14", "village"]),
    **dict.fromkeys(("surveyors",), two),
    "by": lambda spec, case, today: (
        st.sampled_from(["self", "guardian"])
        if spec.name == "Consent"
        else st.lists(st.sampled_from(["surveyor", "surveyor3"]), max_size=2)
    ),
    "chair": lambda spec, case, today: st.sampled_from(["handler", "leader", "nobody"]),
    "staff": lambda spec, case, today: st.sampled_from(["handler", "leader", "decider"]),
    **{
        name: lambda spec, case, today: days(today)
        for name in ("until", "happened", "died", "due", "data_day", "born")
    },
    "photo": lambda spec, case, today: st.just(PHOTO),
    "papers": lambda spec, case, today: st.just([PHOTO]),
    "facts": facts,
    "corrected": lambda spec, case, today: fact(case, today),
    "fact": lambda spec, case, today: st.sampled_from([*case.facts, "f99"]),
    "supporter": lambda spec, case, today: st.sampled_from([*case.facts, "f99"]),
    "supporters": lambda spec, case, today: st.just([]),
    "items": lambda spec, case, today: st.just(["consent:m1"]),
    "missing": lambda spec, case, today: st.just(["证明"]),
    **{
        name: lambda spec, case, today: st.integers(-3, 1).map(lambda n: add_month(month_of(today), n))
        for name in ("month", "from_month")
    },
    "against": lambda spec, case, today: st.sampled_from(["application", "change.1", "telling.1"]),
    "about": lambda spec, case, today: st.sampled_from([*case.lives]),
    "number": lambda spec, case, today: st.just(number("1970-01-01", 77)),
    "account": lambda spec, case, today: st.just("6222021234567890123"),
    "participants": lambda spec, case, today: st.just(12),
    "delegates": lambda spec, case, today: st.integers(7, 9),
    "signed": lambda spec, case, today: st.integers(11, 12),
    "months": lambda spec, case, today: st.integers(1, 6),
}
