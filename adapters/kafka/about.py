"""Whom an inbound message is about, as far as this office knows them."""

import re
from collections.abc import Iterator
from contextlib import suppress

import orjson

from adapters.bootstrap import Doudi
from adapters.kafka.taking import PASSING, Arrived
from domain.ids import PersonRef, parse_case_no

_PERSON = re.compile(r"p-[a-z2-7]{24}", re.ASCII)
_NUMBER = re.compile(r"\d{17}[\dXx]", re.ASCII)
_CASE = re.compile(r"(?<![\dXx])\d{16}[\dXx](?![\dXx])", re.ASCII)


def persons_of(doudi: Doudi, arrived: Arrived) -> set[PersonRef]:
    """Who is named by pseudonym or number; where nobody is, all who are or were in the cases that it names."""
    text = "\n".join(_texts(arrived))
    named = {PersonRef(one) for one in _PERSON.findall(text)}
    numbers = {one.upper() for one in _NUMBER.findall(text)}
    named |= {person for one in numbers if (person := doudi.store.person_of(one)) is not None}
    return named or {person for one in set(_CASE.findall(text)) for person in _members(doudi, one)}


def _members(doudi: Doudi, number: str) -> Iterator[PersonRef]:
    try:
        case = doudi.office.world.case(parse_case_no(number, "case"))
    except PASSING:
        raise
    except Exception:  # no case of ours, or one that can't be read
        return
    if case is not None:
        yield from (member.person for member in case.members.values())


def _texts(arrived: Arrived) -> Iterator[str]:
    """All there is; what JSON may write in other ways, as it reads."""
    for one in (arrived.key, arrived.value, *(value for _, value in arrived.headers)):
        raw = one or b""
        with suppress(ValueError, TypeError):
            raw = orjson.dumps(orjson.loads(raw))
        yield raw.decode("utf-8", "replace")
