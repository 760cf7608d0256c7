from datetime import date

from domain.case.decision import CountyVisitDue
from domain.case.intake import RelationFiled
from tests.harness import COUNTY, T1, T2, V1, TrialOffice, number, person

ADMIN = "admin"
WINDOW = {"division": T1, "staff": "w2", "name": "王五", "desk": "window"}
RELATIVE = {"division": T1, "kinship": "20", "name": "张三", "number": number("1980-01-01", 1)}


def desks(office: TrialOffice, staff: str, division: str, day: str) -> set[str]:
    office.doudi.office.world.refresh()
    return set(office.doudi.office.world.roster(division).desks(staff, date.fromisoformat(day)))  # type: ignore[arg-type]


def test_who_is_appointed_holds_the_desk_from_that_day_on(office: TrialOffice) -> None:
    office.quiet("Appoint", ADMIN, **WINDOW, since="2025-03-10")
    assert desks(office, "w2", T1, "2025-03-09") == set()
    assert desks(office, "w2", T1, "2025-03-10") == {"window"}


def test_an_appointment_is_refused(office: TrialOffice) -> None:
    office.do("Appoint", ADMIN, **WINDOW)
    for change, code in (
        ({}, "desk-held"),
        ({"division": COUNTY, "staff": "w3"}, "desk-level"),
        ({"staff": "clock"}, "staff-id"),
        ({"staff": "张三"}, "staff-id"),
        ({"staff": "w3", "until": "2025-03-01"}, "span-backwards"),
        ({"staff": "w3", "number": number("1990-01-01", 9)}, "person-unknown"),
    ):
        assert office.refused("Appoint", ADMIN, **{**WINDOW, **change}) == [code], change
    assert office.refused("Appoint", "handler", **{**WINDOW, "staff": "w3"}) == ["not-your-desk"]


def test_a_desk_is_lent_for_a_span_by_where_he_has_his_own(office: TrialOffice) -> None:
    loan = {"division": T2, "staff": "surveyor", "name": "赵六", "desk": "surveyor", "lent_from": T1}
    assert office.refused("Appoint", ADMIN, **loan) == ["lent-without-end"]
    assert office.refused("Appoint", ADMIN, **{**loan, "staff": "nobody"}, until="2025-04-30") == [
        "lent-from"
    ]
    office.quiet("Appoint", ADMIN, **loan, until="2025-04-30")
    assert desks(office, "surveyor", T2, "2025-04-30") == {"surveyor"}
    assert desks(office, "surveyor", T2, "2025-05-01") == set()


def test_an_appointment_ends_and_its_filings_with_it(office: TrialOffice) -> None:
    office.do("Appoint", ADMIN, **WINDOW)
    office.do("DeclareRelation", "w2", **RELATIVE)
    office.quiet("EndAppointment", ADMIN, division=T1, staff="w2", desk="window", until="2025-03-31")
    assert desks(office, "w2", T1, "2025-03-31") == {"window"}
    assert desks(office, "w2", T1, "2025-04-01") == set()
    assert not office.doudi.office.world.roster(T1).related("w2")
    end = {"division": T1, "staff": "w2", "desk": "window", "until": "2025-04-01"}
    assert office.refused("EndAppointment", ADMIN, **end) == ["desk-not-held"]
    assert office.refused("EndAppointment", "handler", **end) == ["not-your-desk"]


def test_a_lent_desk_can_end_before_its_last_day(office: TrialOffice) -> None:
    office.do("Appoint", ADMIN, **WINDOW, until="2025-12-31")
    office.do("EndAppointment", ADMIN, division=T1, staff="w2", desk="window", until="2025-03-31")
    assert desks(office, "w2", T1, "2025-04-01") == set()


def test_a_declared_relative_files_the_living_case_and_brings_the_countys_visit(
    office: TrialOffice,
) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)])
    answer = office.quiet("DeclareRelation", "handler", **RELATIVE)
    assert answer.data["cases"] == 1
    found = [event for event in office.events(case) if isinstance(event, RelationFiled)]
    assert [(one.staff, one.member, one.known_by) for one in found] == [("handler", "m1", "staff")]
    assert [e.ground for e in office.events(case) if isinstance(e, CountyVisitDue)] == ["near_relative"]
    assert office.refused("SayMissing", "handler", case, items=["x"])[0] in ("recusal", "not-your-desk")
    consent = {"member": "m1", "until": "2026-01-01"}
    assert office.refused("Consent", "handler", case, **consent) == ["recusal"]
    office.do("Consent", "handler2", case, **consent)


def test_a_relative_nobody_knows_yet_is_registered_and_found_when_he_applies(office: TrialOffice) -> None:
    office.do("DeclareRelation", "village", **{**RELATIVE, "division": V1})
    case = office.enter([person("m1", "1980-01-01", 1)])
    consent = {"member": "m1", "until": "2026-01-01"}
    office.do("Consent", "handler", case, **consent)
    assert office.doudi.office.world.roster(V1).related("village") == (
        office.case(case).members["m1"].person,  # type: ignore[index]
    )


def test_a_relation_is_refused(office: TrialOffice) -> None:
    office.do("DeclareRelation", "handler", **RELATIVE)
    for actor, change, code in (
        ("handler", {}, "relation-known"),
        ("handler", {"kinship": "98x"}, "code-unknown"),
        ("handler", {"number": "110199198001010011"}, None),
        ("handler", {"staff": "leader"}, "not-your-relation"),
        ("admin", {"staff": "nobody"}, "desk-none"),
        ("handler-t2", {}, "out-of-scope"),
    ):
        codes = office.refused("DeclareRelation", actor, **{**RELATIVE, **change})
        assert code is None or codes == [code], (actor, change)


def test_a_relation_ends_by_its_own_or_the_administrator(office: TrialOffice) -> None:
    office.do("DeclareRelation", "handler", **RELATIVE)
    end = {"division": T1, "number": RELATIVE["number"]}
    assert office.refused("EndRelation", "leader", **end) == ["relation-none"]
    assert office.refused("EndRelation", "leader", **end, staff="handler") == ["not-your-relation"]
    office.quiet("EndRelation", "handler", **end)
    assert not office.doudi.office.world.roster(T1).related("handler")
    assert office.refused("EndRelation", "admin", **end, staff="handler") == ["relation-none"]


def test_the_last_administrator_stays(office: TrialOffice) -> None:
    desk = {"division": "00", "staff": "admin", "desk": "administrator"}
    assert office.refused("EndAppointment", "admin", **desk) == ["last-administrator"]
    office.do("Appoint", "admin", division="00", staff="admin2", name="李四", desk="administrator")
    office.quiet("EndAppointment", "admin2", **desk)
