from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.bootstrap import open_doudi
from domain.case.decision import CountyVisitDue
from domain.case.intake import RelationFiled
from domain.ids import StaffId
from domain.personal import Words
from domain.staff import RelationDeclared
from tests.harness import LONG_AGO, T1, TrialOffice, at, number, person
from workflows.command import Answer
from workflows.world import person_stream, staff_stream

ENTRY = {"division": "110199001001", "area": "rural", "applicant": "m1"}
SPELT = "11010119850402000X"


def spelt(text: str) -> dict[str, str]:
    return {"key": "m1", "name": "张三", "kinship": "01", "number": text}


def test_enter_makes_a_case_number_and_says_it_again(office: TrialOffice) -> None:
    answer = office.quiet("Enter", "window", **ENTRY, members=[person("m1", "1980-01-01", 1)])
    assert answer.case == "11019920250000017"
    assert office.case(answer.case).state("application") == "entered"


def test_enter_refuses_a_member_who_applies_already(office: TrialOffice) -> None:
    first = office.enter([person("m1", "1980-01-01", 1)])
    refused = office.say("Enter", "window", **ENTRY, members=[person("m1", "1980-01-01", 1)])
    assert [(one.code, one.params) for one in refused.reasons] == [("already-applying", {"case": first})]
    assert office.case(first).state("application") == "entered"


def test_IN_1_one_person_has_one_spelling(office: TrialOffice) -> None:
    first = office.enter([spelt(SPELT)])
    for text in (
        "11010119850402000x",
        "".join(chr(ord(c) + 0xFEE0) for c in SPELT),
        SPELT + "\u00a0",
    ):
        refused = office.say("Enter", "window", **ENTRY, members=[spelt(text)])
        assert [(one.code, one.params) for one in refused.reasons] == [("already-applying", {"case": first})]
    wrong = office.say("Enter", "window", **ENTRY, members=[spelt("110101198504020000")])
    assert [(one.code, one.field) for one in wrong.reasons] == [
        ("number-check-digit", "data.members[0].number")
    ]
    stored = next(iter(office.case(first).members.values())).number
    assert stored is not None
    assert stored.text == SPELT


def test_IN_1_a_spelling_that_comes_first_is_stored_as_the_one(office: TrialOffice) -> None:
    case = office.enter([spelt("１１０１０１１９８５０４０２０００ｘ")])
    stored = office.case(case).members
    assert [one.number.text for one in stored.values() if one.number] == [SPELT]


def test_IN_3_five_sends_are_one_application(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 1), person("m2", "1982-01-01", 2, "李四", "10")]
    enter = {"id": "e1", "type": "Enter", "actor": "window", "data": {**ENTRY, "members": members}}

    def from_another_counter() -> Answer:
        counter = open_doudi(office.url)
        try:
            return counter.office.take(enter)
        finally:
            counter.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [one.result() for one in [pool.submit(from_another_counter) for _ in range(2)]]
    answers.append(office.doudi.office.take(enter))
    answers.append(from_another_counter())
    office.clock("2025-03-04")
    answers.append(office.doudi.office.take(enter))
    assert len({answer.case for answer in answers}) == 1
    assert all(answer == answers[0] and answer.status == "done" for answer in answers)

    case = answers[0].case
    assert case is not None
    for member in ("m1", "m2"):
        office.do("Consent", "window", case, member=member, until="2035-12-31")
    accept = {"id": "a1", "type": "Accept", "actor": "window", "case": case, "data": {}}
    accepted = [office.doudi.office.take(accept)]
    office.doudi.close()
    again = open_doudi(office.url)
    accepted.append(again.office.take(accept))
    again.store.clock.set(at("2025-03-05"))
    accepted.append(again.office.take(accept))
    assert all(answer == accepted[0] and answer.status == "done" for answer in accepted)
    kinds = [type(one.event).__name__ for one in again.store.page(0, 10_000)]
    assert (kinds.count("ApplicationEntered"), kinds.count("Accepted")) == (1, 1)
    found = again.office.world.case(case)  # type: ignore[arg-type]
    assert found is not None
    assert found.intake.accepted == at("2025-03-04").date()
    sixth = again.office.take({**enter, "id": "e6"})
    assert [(one.code, one.params) for one in sixth.reasons] == [("already-applying", {"case": case})]
    again.close()


def test_an_answer_lost_after_the_write_is_given_again(
    office: TrialOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = office.store.write

    def cut_off(commit: object) -> int:
        write(commit)
        raise ConnectionError

    monkeypatch.setattr(office.store, "write", cut_off)
    line = {
        "id": "e1",
        "type": "Enter",
        "actor": "window",
        "data": {**ENTRY, "members": [person("m1", "1980-01-01", 1)]},
    }
    with pytest.raises(ConnectionError):
        office.doudi.office.take(line)
    monkeypatch.undo()
    answer = office.doudi.office.take(line)
    assert (answer.status, answer.case) == ("done", "11019920250000017")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"applicant": "m2"}, "not-a-member", "data.applicant"),
        ({"division": "110199002001"}, "out-of-scope", "actor"),
        ({"members": [person("m1", "1980-01-01", 1)] * 2}, "member-key-twice", "data.members"),
        (
            {"members": [person("m1", "1980-01-01", 1), person("m2", "1980-01-01", 1)]},
            "person-twice",
            "data.members[1]",
        ),
        (
            {"members": [person("m1", "1980-01-01", 1, kinship="98")]},
            "code-unknown",
            "data.members[0].kinship",
        ),
        ({"came_from": "11019920250000018"}, "case-no-check-digit", "data.came_from"),
        (
            {"members": [{"key": "m1", "name": "张三", "kinship": "01"}]},
            "number-or-reason",
            "data.members[0].number",
        ),
    ],
)
def test_enter_names_what_is_wrong(
    office: TrialOffice, change: dict[str, object], code: str, field: str
) -> None:
    data = {**ENTRY, "members": [person("m1", "1980-01-01", 1)], **change}
    refused = office.say("Enter", "window", **data)  # type: ignore[arg-type]
    assert [(one.code, one.field) for one in refused.reasons] == [(code, field)]


def test_a_child_without_a_number_is_known_by_his_reference(office: TrialOffice) -> None:
    child = {
        "key": "m2",
        "name": "张小",
        "kinship": "20",
        "number_missing": "not registered yet",
        "sex": "1",
        "born": "2025-01-05",
    }
    case = office.case(office.enter([person("m1", "1980-01-01", 1), child]))
    assert case.members["m2"].number is None  # type: ignore[index]
    ref = case.members["m2"].person  # type: ignore[index]
    assert ref.startswith("p")
    (registered, *_) = [one.event for one in office.store.load(person_stream(ref))]
    assert registered.number_missing == Words(ref, "not registered yet")


def test_another_name_for_a_known_number_is_asked_about(office: TrialOffice) -> None:
    first = office.enter([person("m1", "1980-01-01", 1)])
    office.do("Withdraw", "window", first)
    other = person("m1", "1980-01-01", 1, "李四")
    refused = office.say("Enter", "window", **ENTRY, members=[other])
    assert [(one.code, one.field) for one in refused.reasons] == [("name-differs", "data.members[0].name")]
    again = office.enter([{**other, "renamed": True}])
    case = office.case(again)
    assert case.members["m1"].name.text == "李四"  # type: ignore[index]
    assert case.earlier == (first,)


def test_a_declared_near_relative_is_filed_and_visited(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)], near_relative=True)
    filed = [one for one in office.events(case) if isinstance(one, RelationFiled | CountyVisitDue)]
    assert [type(one).__name__ for one in filed] == ["RelationFiled", "CountyVisitDue"]
    assert office.case(case).near_relative
    assert office.case(case).visit_grounds == ("near_relative",)


def test_nobody_is_filed_who_is_nobodys_relative(office: TrialOffice) -> None:
    case = office.case(office.enter([person("m1", "1980-01-01", 1)]))
    assert (case.relations, case.visit_grounds) == ((), ())


def test_the_machine_matches_what_staff_declared(office: TrialOffice) -> None:
    office.do("Withdraw", "window", office.enter([person("m1", "1980-01-01", 1)]))
    ref = office.store.person_of(number("1980-01-01", 1))
    office.write(
        [
            (
                staff_stream(T1),
                RelationDeclared(on=LONG_AGO, staff=StaffId("handler"), person=ref, kinship="51"),
            )
        ]
    )
    case = office.case(office.enter([person("m1", "1980-01-01", 1)]))
    assert [(one.member, one.staff, one.known_by) for one in case.relations] == [("m1", "handler", "machine")]
    assert case.visit_grounds == ("near_relative",)


def test_nobody_enters_his_own_relative(office: TrialOffice) -> None:
    office.do("Withdraw", "window", office.enter([person("m1", "1980-01-01", 1)]))
    ref = office.store.person_of(number("1980-01-01", 1))
    office.write(
        [
            (
                staff_stream(T1),
                RelationDeclared(on=LONG_AGO, staff=StaffId("window"), person=ref, kinship="51"),
            )
        ]
    )
    assert office.refused("Enter", "window", **ENTRY, members=[person("m1", "1980-01-01", 1)]) == ["recusal"]


def test_claims_are_the_members_of_an_open_application(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)])
    ref = office.case(case).members["m1"].person  # type: ignore[index]
    world = office.doudi.office.world
    assert world.person(ref).applying("livelihood") == case
    office.do("Withdraw", "window", case)
    assert world.person(ref).applying("livelihood") is None
    assert [type(one.event).__name__ for one in office.store.load(person_stream(ref))] == [
        "PersonRegistered",
        "Claimed",
        "Released",
    ]


@pytest.mark.parametrize(
    ("kinships", "head", "wrong"),
    [
        (("01", "02"), None, [("two-heads", "data.members[1].kinship")]),
        (("10", "97"), None, [("head-by-another", "data.members[0].kinship")]),
        (
            ("01", "10"),
            "m2",
            [("two-heads", "data.members[0].kinship"), ("head-by-another", "data.members[1].kinship")],
        ),
        (("02", "10", "12"), None, [("two-spouses", "data.members[2].kinship")]),
        (("10", "01"), "m2", []),
        (("02", "12", "20"), None, []),
    ],
)
def test_a_household_has_one_head_and_each_is_somebody_to_him(
    office: TrialOffice, kinships: tuple[str, ...], head: str | None, wrong: list[tuple[str, str]]
) -> None:
    members = [
        person(f"m{place}", f"198{place}-01-01", place * 2, f"周{'一二三'[place - 1]}", kinship)
        for place, kinship in enumerate(kinships, 1)
    ]
    chosen = {"head": head} if head else {}
    answer = office.say("Enter", "window", **ENTRY, members=members, near_relative=False, **chosen)
    assert [(one.code, one.field.removeprefix("data.")) for one in answer.reasons] == [
        (code, field.removeprefix("data.")) for code, field in wrong
    ]
    assert (answer.status == "done") == (not wrong)


def test_who_joins_is_no_second_head(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)])
    joins = {"joined": "2025-03-01", "reason": "marriage"}
    head = person("m2", "1982-01-01", 2, "周二", "02")
    assert office.refused("AddMember", "window", case, member=head, **joins) == ["two-heads"]
    office.do("AddMember", "window", case, member={**head, "kinship": "12"}, **joins)
