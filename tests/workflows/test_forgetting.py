"""遗忘: what is personal can't be opened any more, what was decided and paid stays."""

from typing import Any

from domain.ids import CaseNo
from domain.person import PersonForgotten
from tests.harness import T1, T2, TrialOffice, number
from tests.workflows.stages import household, posted
from workflows.world import person_stream

ADMIN = "admin"
FORGOTTEN = "（已遗忘）"
WORDS = "儿子在外地工作"


def withdrawn(office: TrialOffice, serial: int = 1) -> str:
    """A case of three persons that ended; its free text says why."""
    case = office.enter(household(serial), on="2025-03-03", address="甲县乙镇丙村12号", phone="13812345678")
    office.do("Withdraw", "window", case, on="2025-03-04", reason=WORDS)
    return case


def persons(office: TrialOffice, case: str) -> list[str]:
    return [member.person for member in office.case(case).members.values()]


def person(office: TrialOffice, ref: str) -> Any:
    office.doudi.office.world.refresh()
    return office.doudi.office.world.state(person_stream(ref))


def test_one_of_three_is_forgotten_and_the_others_stay(office: TrialOffice) -> None:
    case = withdrawn(office)
    first, second, _ = persons(office, case)
    answer = office.quiet("Forget", ADMIN, person=first, reason="F02")
    assert answer.data == {"person": first, "cases": 0}
    forgotten, other, _ = office.case(case).members.values()
    assert (forgotten.name.text, forgotten.name.masked()) == (FORGOTTEN, FORGOTTEN)
    assert forgotten.number
    assert forgotten.number.forgotten
    assert office.case(case).phone.text == FORGOTTEN  # type: ignore[union-attr]
    assert other.name.text == "李明"
    assert [event.reason.text for event in office.events(case) if getattr(event, "reason", None)] == [WORDS]
    assert person(office, second).forgotten is None


def test_the_event_says_reference_and_reason_alone(office: TrialOffice) -> None:
    case = withdrawn(office)
    first = persons(office, case)[0]
    office.do("Forget", ADMIN, person=first, reason="F02")
    event = office.store.load(person_stream(first))[-1].event
    today = office.doudi.office.clock.now().date()
    assert event == PersonForgotten(on=today, person=first, reason="F02")
    assert person(office, first).forgotten == today


def test_the_words_of_a_case_go_with_its_last_person(office: TrialOffice) -> None:
    case = withdrawn(office)
    *others, last = persons(office, case)
    for ref in others:
        assert office.do("Forget", ADMIN, person=ref, reason="F01").data["cases"] == 0
    assert office.do("Forget", ADMIN, person=last, reason="F01").data["cases"] == 1
    assert office.store.load(person_stream(last))[-1].event.words == (CaseNo(case),)
    assert all(event.reason.forgotten for event in office.events(case) if getattr(event, "reason", None))


def test_who_was_forgotten_applies_again_as_somebody_new(office: TrialOffice) -> None:
    case = withdrawn(office)
    first = persons(office, case)[0]
    office.do("Forget", ADMIN, person=first, reason="F01")
    assert office.store.person_of(number("1985-03-04", 10)) is None
    assert office.store.persons_named("王芳") == []
    again = office.enter(household(), on="2025-03-05")
    new = persons(office, again)
    assert new[0] != first
    assert new[1:] == persons(office, case)[1:]
    assert office.store.person_of(number("1985-03-04", 10)) == new[0]


def test_forgotten_already_changes_nothing(office: TrialOffice) -> None:
    first = persons(office, withdrawn(office))[0]
    office.do("Forget", ADMIN, person=first, reason="F01")
    head = office.store.head()
    assert office.do("Forget", ADMIN, person=first, reason="F03").events == []
    assert office.store.head() == head


def test_a_person_in_a_living_case_is_forgotten_by_order_only(office: TrialOffice) -> None:
    case = office.enter(household(), on="2025-03-03")
    first = persons(office, case)[0]
    for reason in ("F01", "F02"):
        assert office.refused("Forget", ADMIN, person=first, reason=reason) == ["person-living"]
    office.do("Forget", ADMIN, person=first, reason="F03")
    assert office.case(case).members["m1"].name.forgotten  # type: ignore[index]


def test_it_is_refused(office: TrialOffice) -> None:
    first = persons(office, withdrawn(office))[0]
    assert office.refused("Forget", ADMIN, person=first, reason="old") == ["code-unknown"]
    assert office.refused("Forget", ADMIN, person="p-nobody", reason="F01") == ["person-not-there"]
    assert office.refused("Forget", "window", person=first, reason="F01") == ["out-of-scope"]
    assert office.refused("Forget", "window", person=first, reason="F01", division=T1) == ["not-your-desk"]


def test_an_administrator_forgets_in_his_own_division(office: TrialOffice) -> None:
    first = persons(office, withdrawn(office))[0]
    for division, name in ((T1, "t1-admin"), (T2, "t2-admin")):
        office.do("Appoint", ADMIN, division=division, staff=name, name="李四", desk="administrator")
    here = {"person": first, "reason": "F01"}
    assert office.refused("Forget", "t2-admin", division=T2, **here) == ["person-not-there"]
    assert office.refused("Forget", ADMIN, division=T2, **here) == ["person-elsewhere"]
    assert office.refused("Forget", "t1-admin", division=T2, **here) == ["out-of-scope"]
    office.do("Forget", "t1-admin", division=T1, **here)


def test_who_only_objected_is_forgotten_too(office: TrialOffice) -> None:
    case = posted(office)
    office.do("Object", "handler", case, on="2025-05-07", name="赵六", words="家里有车")
    speaker: Any = next(event for event in office.events(case) if getattr(event, "name", None))
    office.do("Forget", ADMIN, person=speaker.name.of, reason="F01")
    assert speaker.name.forgotten
    assert speaker.words.text == "家里有车"
