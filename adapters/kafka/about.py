"""Whom an inbound message is about, as far as this office knows them."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

import orjson

from adapters.bootstrap import Doudi
from adapters.kafka.taking import PASSING, Arrived
from domain.ids import PersonRef, mod_11_2, parse_case_no

_PERSON = re.compile(r"p-[a-z2-7]{24}", re.ASCII)
_NUMBER = re.compile(r"(?=(\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]))", re.ASCII)
"""Wherever one may begin: digits before it can be another's."""
_BETWEEN = re.compile(r"(?<=\d)(?:[^\w\n\"]|_){1,2}(?=[\dXx])")
_CASE = re.compile(r"(?<![\dXx])\d{16}[\dXx](?![\dXx])", re.ASCII)


def persons_of(doudi: Doudi, arrived: Arrived) -> set[PersonRef]:
    """Who is named by pseudonym or number; where nobody is, all who are or were in the cases that it names."""
    text = "\n".join(_texts(arrived))
    named = {PersonRef(one) for one in _PERSON.findall(text)}
    named |= {person for one in _numbers(text) if (person := doudi.store.person_of(one)) is not None}
    return named or {person for one in set(_CASE.findall(text)) for person in _members(doudi, one)}


def _numbers(text: str) -> set[str]:
    """Also those of full width, and parted: `110101 19900307 7715`."""
    close = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    found = {one.upper() for one in _NUMBER.findall(close)}
    return {one for one in found if mod_11_2(one[:17]) == one[17]}


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
