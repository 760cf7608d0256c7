"""Inbound messages become commands, once each in effect, or are refused with their reasons; never anything else."""

import logging
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.catalogue import Catalogue
from adapters.kafka.envelope import LONGEST, STRUCTURED
from adapters.kafka.inbound import TOPICS
from adapters.kafka.letters import letter, opened
from adapters.kafka.settings import Binding
from adapters.kafka.taking import Arrived, Taken, Waits, take
from adapters.store.errors import StoreBusy
from domain.case.enquiry import Answered, FactsStated
from domain.case.intake import Quoted
from domain.days import CHINA, Month
from domain.ids import MemberKey
from tests.adapters.messages import BINDINGS, arrived, headers
from tests.harness import COUNTY, T1, T2, V1, TrialOffice, number, person
from tests.workflows.awards import amount, draw
from tests.workflows.test_death import couple
from tests.workflows.test_verification import asked, reported
from workflows.command import Answer, Request
from workflows.commands.award import ReportDeath
from workflows.refusal import reason

A = number("1952-06-01", 71)
ANSWER = {"source": "V02", "answer": "agrees", "data_day": "2025-03-10"}
FACT = {"kind": "income", "code": "W1", "since": "2024-09-01", "until": "2025-02-28", "amount": 90_000}


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    office = TrialOffice(tmp_path)
    office.appoint("bureau", "bureau", COUNTY)
    office.appoint("register", "registrar", COUNTY)
    return office


def taken(office: TrialOffice, one: Arrived, bindings: dict[str, Binding] = BINDINGS) -> Taken:
    return take(office.doudi, bindings, one)


def codes(office: TrialOffice, one: Arrived, bindings: dict[str, Binding] = BINDINGS) -> list[str]:
    """Why it isn't taken; nothing was written."""
    head = office.store.head()
    found = taken(office, one, bindings)
    assert found.how == "refused", found
    assert office.store.head() == head
    for why in found.reasons:
        for lang in ("zh", "en"):
            catalogue = Catalogue(lang)
            assert catalogue.has(why.code), why.code
            assert catalogue.has(why.remedy), why.remedy
            catalogue.text(why.code, **why.params)
            catalogue.text(why.remedy, **why.params)
    return [reason.code for reason in found.reasons]


def started(office: TrialOffice) -> str:
    case = asked(office)
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.clock("2025-03-14")
    return case


def quoted(office: TrialOffice, case: str) -> list[str]:
    return [event.by.text for event in office.events(case) if isinstance(event, Quoted)]


# What is taken


def test_an_answer_is_taken_once_and_who_reported_it_is_quoted(office: TrialOffice) -> None:
    case = started(office)
    data = {"case": case, **ANSWER, "verification": "verification.1", "round": 1, "reported_by": "王 核对员"}
    one = arrived("verification-answers", data=data)
    assert taken(office, one).how == "done"
    head = office.store.head()
    assert taken(office, one).how == "repeated"
    assert taken(office, arrived("verification-answers", data=data)).how == "repeated"
    assert office.store.head() == head
    assert sum(isinstance(event, Answered) for event in office.events(case)) == 1
    assert quoted(office, case) == ["王 核对员"]
    assert office.store.page(head - 1, 1)[0].actor == "bureau"


def test_the_same_id_with_other_content_is_refused(office: TrialOffice) -> None:
    case = started(office)
    data = {"case": case, **ANSWER}
    assert taken(office, arrived("verification-answers", data=data)).how == "done"
    other = {**data, "answer": "none"}
    assert codes(office, arrived("verification-answers", data=other)) == ["command-id-used"]
    quote = {**data, "reported_by": "x"}
    assert codes(office, arrived("verification-answers", data=quote)) == ["command-id-used"]
    assert taken(office, arrived("verification-answers", data=other, ce_source="urn:other")).how == "done"


def test_the_same_in_structured_mode_is_the_same(office: TrialOffice) -> None:
    case = started(office)
    data = {"case": case, **ANSWER}
    assert taken(office, arrived("verification-answers", data=data)).how == "done"
    body = {
        "specversion": "1.0",
        "id": "1",
        "source": "urn:test:bureau",
        "type": "cn.doudi.verification-answer.v1",
        "time": "2025-03-14T09:00:00+08:00",
        "datacontenttype": "application/json",
        "data": data,
    }
    given = (("content-type", f"{STRUCTURED}; charset=utf-8".encode()),)
    assert taken(office, arrived("verification-answers", data=body, given=given)).how == "repeated"


def test_a_member_is_named_by_his_pseudonym(office: TrialOffice) -> None:
    case = started(office)
    ref = office.case(case).members[MemberKey("m1")].person
    data = {"case": case, **ANSWER, "answer": "differs", "hit": True, "person": ref, "words": "另有住房"}
    assert taken(office, arrived("verification-answers", data=data)).how == "done"
    (event,) = (event for event in office.events(case) if isinstance(event, Answered))
    assert (event.member, event.hit) == ("m1", True)
    nobody = {**data, "person": "p-nobody"}
    assert codes(office, arrived("verification-answers", "2", nobody)) == ["person-not-here"]


def test_facts_are_stated_with_their_source(office: TrialOffice) -> None:
    case = started(office)
    ref = office.case(case).members[MemberKey("m1")].person
    data = {"case": case, "source": "V02", "facts": [{**FACT, "person": ref}], "document": "社保函 12 号"}
    assert taken(office, arrived("facts", data=data)).how == "done"
    (event,) = (event for event in office.events(case) if isinstance(event, FactsStated))
    assert [(fact.source, fact.member, fact.amount) for fact in event.facts] == [("V02", "m1", 90_000)]
    assert quoted(office, case) == ["社保函 12 号"]
    assert codes(office, arrived("facts", "2", data)) == ["fact-stated"]


def test_a_death_is_recorded_in_the_case_and_repeated_quietly(office: TrialOffice) -> None:
    case = couple(office)
    office.clock("2025-04-03")
    data = {"number": A, "died": "2025-03-20", "document": "死亡证明 7"}
    assert taken(office, arrived("deaths", data=data)).how == "done"
    assert [amount(office, case, month) for month in ("2025-03", "2025-04")] == [112_000, 52_000]
    head = office.store.head()
    assert taken(office, arrived("deaths", data=data)).how == "repeated"
    assert taken(office, arrived("deaths", "2", data)).how == "done"
    assert office.store.head() == head
    assert quoted(office, case) == ["死亡证明 7"]


def test_a_death_is_true_in_every_programme(office: TrialOffice) -> None:
    case = couple(office)
    office.clock("2025-04-03")
    one = arrived("deaths", data={"number": A, "died": "2025-03-20"})
    of_others = {"deaths": Binding(actor="register", programmes=("tekun",))}
    assert taken(office, one, of_others).how == "done"
    assert amount(office, case, "2025-04") == 52_000


def test_a_death_of_nobody_of_ours_is_passed_over_and_leaves_nothing(office: TrialOffice) -> None:
    data = {"number": number("1950-01-01", 99), "died": "2025-03-01"}
    head, commands = office.store.head(), office.store.commands()
    assert taken(office, arrived("deaths", data=data)).how == "passed"
    assert (office.store.head(), office.store.commands()) == (head, commands)
    assert list(office.doudi.access_log.entries()) == []


def test_a_death_out_of_the_accounts_scope_is_nobodys_of_ours(office: TrialOffice) -> None:
    couple(office)
    office.clock("2025-04-03")
    office.appoint("elsewhere", "registrar", "110200")
    one = arrived("deaths", data={"number": A, "died": "2025-03-20"})
    assert taken(office, one, {"deaths": Binding(actor="elsewhere")}).how == "passed"


def test_a_death_told_by_an_account_that_holds_no_desk_is_parked(office: TrialOffice) -> None:
    couple(office)
    office.clock("2025-04-03")
    one = arrived("deaths", data={"number": A, "died": "2025-03-20"})
    for actor in ("regsiter", "bureau"):
        assert codes(office, one, {"deaths": Binding(actor=actor)}) == ["not-your-desk"]


def test_a_death_in_two_counties_is_recorded_in_both(office: TrialOffice) -> None:
    """An account that holds its desk in each of them, but not above."""
    case = couple(office)
    office.clock("2025-04-03")
    office.appoint("two", "handler", T1)
    office.appoint("two", "county_handler", COUNTY)
    one = arrived("deaths", data={"number": A, "died": "2025-03-20"})
    assert taken(office, one, {"deaths": Binding(actor="two")}).how == "done"
    assert office.case(case).members[MemberKey("m1")].died is not None
    assert taken(office, one).how == "repeated"


def test_what_one_place_refuses_the_others_hear_all_the_same(
    office: TrialOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.appoint("two", "window", T2)
    first = {**entering(0)["data"], "division": T2, "members": [person("m1", "1952-06-01", 71, "赵大")]}
    left = str(office.do("Enter", "two", on="2024-11-01", **first).case)
    office.do("Withdraw", "two", left, on="2024-11-04", reason="迁往他镇")
    case = couple(office)
    office.clock("2025-04-03")
    office.appoint("two", "handler", T1)
    one = arrived("deaths", data={"number": A, "died": "2025-03-20"})
    bindings = {"deaths": Binding(actor="two")}
    handle, deaf = office.doudi.office.handle, {T1}

    def not_here(request: Request) -> Answer:
        if isinstance(request.data, ReportDeath) and request.data.division in deaf:
            return Answer(id=request.id, status="refused", reasons=(reason("too-late", "data.died"),))
        return handle(request)

    for recorded in (False, True):
        with monkeypatch.context() as patched:
            patched.setattr(office.doudi.office, "handle", not_here)
            found = taken(office, one, bindings)
        assert (found.how, [each.code for each in found.reasons]) == ("refused", ["too-late"])
        assert (office.case(case).members[MemberKey("m1")].died is not None) is recorded
        deaf ^= {T1, T2}
    assert taken(office, one, bindings).how == "done"
    head = office.store.head()
    assert taken(office, one, bindings).how == "repeated"
    assert office.store.head() == head
    assert quoted(office, case) == []


def entering(serial: int, id: str = "c1") -> dict[str, Any]:
    return {
        "type": "Enter",
        "id": id,
        "actor": "hospital clerk",
        "data": {
            "division": V1,
            "area": "rural",
            "applicant": "m1",
            "near_relative": False,
            "members": [person("m1", "1980-01-01", serial)],
        },
    }


def test_a_command_acts_as_its_topics_account_and_quotes_who_it_names(office: TrialOffice) -> None:
    assert taken(office, arrived("commands", "c1", entering(1))).how == "done"
    rows = [row for row in office.store.page(0, 1_000) if row.stream.startswith("case:")]
    assert {row.actor for row in rows} == {"window"}
    case = rows[0].stream.removeprefix("case:")
    assert quoted(office, case) == ["hospital clerk"]
    consent = {"type": "Consent", "case": "@c1", "data": {"member": "m1", "until": "2035-12-31"}}
    assert taken(office, arrived("commands", "c2", consent)).how == "done"
    assert codes(office, arrived("commands", "c3", {**consent, "case": "@c9"})) == ["case-unknown"]


def test_a_command_topic_takes_the_commands_it_is_bound_to(office: TrialOffice) -> None:
    other = {"type": "Tick", "data": {"until": "2025-03-03"}}
    assert codes(office, arrived("commands", "c1", other)) == ["message-command"]
    assert codes(office, arrived("commands", "c1", {"type": "Nothing"})) == ["command-unknown"]
    assert codes(office, arrived("commands", "c2", entering(1, "c1"))) == ["message-id-differs"]
    assert codes(office, arrived("commands", "c1", entering(1)), {}) == ["message-unbound"]
    clock = {"commands": Binding(actor="clock", commands=("Enter",))}
    assert codes(office, arrived("commands", "c1", entering(1)), clock) == ["not-your-desk"]


def test_an_account_without_the_desk_is_refused(office: TrialOffice) -> None:
    case = started(office)
    bindings = {"verification-answers": Binding(actor="register"), "facts": Binding(actor="nobody")}
    assert codes(office, arrived("verification-answers", data={"case": case, **ANSWER}), bindings) == [
        "not-your-desk"
    ]
    facts = {"case": case, "source": "V02", "facts": [FACT]}
    assert codes(office, arrived("facts", data=facts), bindings) == ["case-unknown"]
    tekun = {"facts": Binding(actor="bureau", programmes=("tekun",))}
    assert codes(office, arrived("facts", data=facts), tekun) == ["message-programme"]


# Late answers: the table of docs/kafka-inbox.md


def test_late_before_the_centre_began(office: TrialOffice) -> None:
    case = asked(office)
    one = arrived("verification-answers", data={"case": case, **ANSWER})
    office.clock("2025-03-14")
    assert codes(office, one) == ["not-now"]
    office.do("StartVerification", "centre", case)
    assert taken(office, one).how == "done"


def test_late_after_the_report_it_still_counts(office: TrialOffice) -> None:
    case = reported(office, V02={})
    data = {"case": case, **ANSWER, "answer": "differs", "hit": True}
    assert taken(office, arrived("verification-answers", data=data)).how == "done"
    assert office.case(case).verifications["verification.1"].untold_hits == ("V02",)  # type: ignore[index]


def test_late_for_an_asking_that_was_contested(office: TrialOffice) -> None:
    case = reported(office, V02={})
    data = {"case": case, **ANSWER, "round": 1}
    office.do("Contest", "window", case, on="2025-03-17", words="不符")
    assert codes(office, arrived("verification-answers", data=data)) == ["not-now"]
    office.do("AskVerification", "handler", case, on="2025-03-18", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-18")
    assert codes(office, arrived("verification-answers", data=data)) == ["round-over"]


def test_late_when_the_case_has_ended(office: TrialOffice) -> None:
    case = started(office)
    office.do("Withdraw", "window", case)
    data = {"case": case, **ANSWER, "verification": "verification.1"}
    assert codes(office, arrived("verification-answers", data=data)) == ["already-over"]
    assert codes(office, arrived("verification-answers", "2", {"case": case, **ANSWER})) == ["nothing-open"]
    facts = {"case": case, "source": "V02", "facts": [FACT]}
    assert codes(office, arrived("facts", data=facts)) == ["case-ended"]


def test_late_when_nothing_is_under_way(office: TrialOffice) -> None:
    case = couple(office)
    facts = {"case": case, "source": "V02", "facts": [FACT]}
    assert codes(office, arrived("facts", data=facts)) == ["nothing-under-way"]


def test_late_when_the_member_died_before(office: TrialOffice) -> None:
    case = asked(office, members=[person("m1", "1980-01-01", 1), person("m2", "1982-01-01", 2, "李四", "10")])
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.do(
        "RecordMemberDeath", "handler", case, on="2025-03-12", member="m2", died="2025-03-11", source="V14"
    )
    ref = office.case(case).members[MemberKey("m2")].person
    data = {"case": case, **ANSWER, "person": ref}
    assert taken(office, arrived("verification-answers", data=data)).how == "done"


def test_late_death_when_months_were_drawn_leaves_them_and_names_findings(office: TrialOffice) -> None:
    case = couple(office)
    draw(office, case, "2025-02", "2025-03", "2025-04", "2025-05")
    office.clock("2025-06-02")
    assert taken(office, arrived("deaths", data={"number": A, "died": "2025-03-20"})).how == "done"
    assert office.case(case).drawn[Month("2025-05")].amount == 112_000
    assert amount(office, case, "2025-06") == 52_000


def test_late_death_that_was_recorded_already(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    assert taken(office, arrived("deaths", data={"number": A, "died": "2025-03-20"})).how == "done"
    other = {"number": A, "died": "2025-03-19"}
    assert codes(office, arrived("deaths", "2", other)) == ["death-day-differs"]


# What can't be taken


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ce_id": None}, ["message-attribute-missing"]),
        ({"ce_id": ""}, ["message-attribute"]),
        ({"ce_id": "x" * 201}, ["message-attribute"]),
        ({"ce_id": "a\nb"}, ["message-attribute"]),
        ({"ce_source": None, "ce_type": None}, ["message-attribute-missing"] * 2),
        ({"ce_specversion": "0.3"}, ["message-specversion"]),
        ({"ce_type": "cn.doudi.verification-answer.v2"}, ["message-version"]),
        ({"ce_type": "cn.doudi.death.v1"}, ["message-type"]),
        ({"ce_type": "verification"}, ["message-type"]),
        ({"ce_time": "yesterday"}, ["message-attribute"]),
        ({"ce_time": "2025-03-14T09:00:00"}, ["message-attribute"]),
        ({"ce_time": "9999-12-31T23:59:59Z"}, ["message-attribute"]),
        ({"content-type": None}, ["message-content-type"]),
        ({"content-type": "text/xml"}, ["message-content-type"]),
        ({"content-type": "application/cloudevents-batch+json"}, ["message-content-type"]),
    ],
)
def test_a_wrong_envelope_is_named(office: TrialOffice, changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(office, arrived("verification-answers", data={}, **changed)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", ["message-empty"]),
        (b"x" * (LONGEST + 1), ["message-too-large"]),
        (b"{", ["line-not-json"]),
        (b"\xff\xfe{}", ["line-not-json"]),
        (b'\xef\xbb\xbf{"case":"1"}', ["line-not-json"]),
        (b'{"a":1,"a":2}', ["json-key-twice"]),
        (b'{"a":NaN}', ["json-not-finite"]),
        (b'{"a":1.5}', ["json-no-fractions"]),
        (b'{"a":99999999999999999999}', ["json-number-too-large"]),
        (b'{"a":"\\u0000"}', ["json-bad-character"]),
        (b'{"a":"\\ud800"}', ["json-bad-character"]),
        (b"[" * 100_000, ["json-too-deep"]),
        (b"[" * 40 + b"]" * 40, ["json-too-deep"]),
        (b"null", ["field-wrong"]),
        (b"[]", ["field-wrong"]),
    ],
)
def test_a_wrong_body_is_named(office: TrialOffice, value: bytes, expected: list[str]) -> None:
    assert codes(office, arrived("verification-answers", value=value)) == expected


def test_wrong_fields_are_all_named(office: TrialOffice) -> None:
    case = started(office)
    data = {"case": 5, "source": "V02", "hit": "yes", "colour": "red", "张三": 1}
    found = taken(office, arrived("verification-answers", data=data))
    assert sorted((one.code, one.field) for one in found.reasons) == [
        ("field-missing", "data.answer"),
        ("field-unknown", "data.colour"),
        ("field-unknown", "data.…"),
        ("field-wrong", "data.case"),
        ("field-wrong", "data.hit"),
    ]
    answer = {"case": case, **ANSWER}
    assert codes(office, arrived("verification-answers", data={**answer, "source": "V04"})) == [
        "source-not-asked"
    ]
    assert codes(office, arrived("verification-answers", data={**answer, "answer": "x"})) == ["code-unknown"]
    assert codes(office, arrived("verification-answers", data={**answer, "case": "1" * 17})) == [
        "case-no-check-digit"
    ]
    late = {**answer, "answered": "2099-01-01"}
    assert codes(office, arrived("verification-answers", data=late)) == ["on-later"]
    assert codes(office, arrived("deaths", data={"died": "2025-03-01"})) == ["number-or-person"]
    wrong = {"died": "2025-03-01", "number": A[:-1] + ("1" if A[-1] == "0" else "0")}
    assert codes(office, arrived("deaths", data=wrong)) == ["number-check-digit"]


def test_a_header_twice_or_unreadable_is_named(office: TrialOffice) -> None:
    twice = (*headers("deaths", "1"), ("ce_id", b"2"))
    assert codes(office, arrived("deaths", data={}, given=twice)) == ["message-header-twice"]
    bytes_ = (*headers("deaths", "1", ce_subject=None), ("ce_subject", b"\xff"))
    assert codes(office, arrived("deaths", data={}, given=bytes_)) == ["message-attribute"]
    many = tuple((f"h{place}", b"") for place in range(100))
    assert codes(office, arrived("deaths", data={}, given=many)) == ["message-headers"]


def test_what_is_wrong_with_the_office_waits_and_is_never_refused(
    office: TrialOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = started(office)
    one = arrived("verification-answers", data={"case": case, **ANSWER})

    def busy(*_: object) -> None:
        raise StoreBusy(seconds=5)

    monkeypatch.setattr(office.store.database, "append", busy)
    with pytest.raises(Waits, match=r"store\.busy"):
        taken(office, one)
    monkeypatch.undo()
    assert taken(office, one).how == "done"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KNOWN = [
    "case", "source", "answer", "data_day", "hit", "person", "words", "verification", "round", "answered", "died",
    "number", "document", "facts", "reported_by", "type", "data", "actor", "id", "expected", "kind", "code",
]  # fmt: skip
LIKELY = st.dictionaries(
    st.sampled_from(KNOWN),
    JSON
    | st.sampled_from(
        ["V02", "agrees", "2025-03-10", "9999-12-31", "0001-01-01", A, "Enter", "m1", "@1", ""]
    ),
    max_size=8,
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "content-type", "ce_x", "x"]
        ),
        st.none()
        | st.binary(max_size=30)
        | st.sampled_from([b"1.0", b"application/json", STRUCTURED.encode()]),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    office = TrialOffice(tmp_path_factory.mktemp("fuzz"))
    office.appoint("bureau", "bureau", COUNTY)
    office.appoint("register", "registrar", COUNTY)
    started(office)
    return office


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    topic=st.sampled_from(TOPICS),
    body=st.binary(max_size=60)
    | JSON.map(lambda one: orjson.dumps(one, default=str) if _plain(one) else b"{}")
    | LIKELY.map(lambda one: orjson.dumps(one, default=str) if _plain(one) else b"{}"),
    given_headers=st.none() | HEADERS,
    secret=st.sampled_from(["110199195206010711", "张三丰"]),
)
def test_whatever_comes_is_taken_or_refused_with_reasons_and_shows_nothing(
    standing: TrialOffice,
    caplog: pytest.LogCaptureFixture,
    topic: str,
    body: bytes,
    given_headers: Any,
    secret: str,
) -> None:
    body = body.replace(b'"m1"', f'"{secret}"'.encode())
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        one = arrived(topic, value=body, given=None if given_headers is None else tuple(given_headers))
        found = take(standing.doudi, BINDINGS, one)
    assert (found.how == "refused") == bool(found.reasons)
    assert secret not in repr(found) + caplog.text
    assert "message-failed" not in [reason.code for reason in found.reasons], found


def _plain(value: Any) -> bool:
    try:
        orjson.dumps(value, default=str)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("at", [-1, 0, 1_741_914_000_000, 253_402_300_799_999, 2**62])
def test_any_time_of_a_record_can_be_parked(office: TrialOffice, at: int) -> None:
    record = SimpleNamespace(partition=0, offset=7, key=None, value=b"{}", headers=(), timestamp=at)
    came = Arrived.of(record, "deaths")
    parked = letter(office.store.keyring, came, (), (), datetime.now(CHINA))
    assert opened(office.store.keyring, parked) == came
    assert 1970 <= parked.arrived.year <= 9999
