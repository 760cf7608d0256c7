"""Members who join, leave or die while the application is under way; numbers that come later."""

from tests.harness import TrialOffice, number, person
from tests.workflows import stages


def baby() -> dict[str, str]:
    return person("m9", "2025-04-01", 9, "张小", "20")


def test_a_member_who_joins_brings_a_new_opinion(office: TrialOffice) -> None:
    case = stages.ready(office)
    office.quiet("AddMember", "handler", case, member=baby(), joined="2025-04-01", reason="birth")
    assert "m9" in office.case(case).members
    assert "opinion-differs" in office.refused("Forward", "handler", case)
    assert office.refused(
        "AddMember", "handler", case, member=baby(), joined="2025-04-01", reason="birth"
    ) == ["member-key-twice"]


def test_who_joins_may_not_be_applying_elsewhere(office: TrialOffice) -> None:
    office.enter([person("m1", "1990-01-01", 77)])
    case = stages.surveyed(office)
    other = person("m5", "1990-01-01", 77, "李四", "10")
    other["name"] = "张三"
    assert office.refused(
        "AddMember", "handler", case, member=other, joined="2025-04-01", reason="marriage"
    ) == ["already-applying"]


def test_a_member_who_leaves_is_free_to_apply(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    member = office.case(case).members["m2"]  # type: ignore[index]
    office.quiet(
        "RemoveMember", "handler", case, member="m2", left=str(office.case(case).entered), reason="D02"
    )
    office.doudi.office.world.refresh()
    assert office.doudi.office.world.person(member.person).applying("livelihood") is None
    assert office.refused("RemoveMember", "handler", case, member="m2", left="2025-03-03", reason="D02") != []


def test_the_applicants_death_waits_for_who_goes_on(office: TrialOffice) -> None:
    case = stages.ready(office)
    applicant = office.case(case).applicant
    on = str(office.case(case).entered)
    office.quiet("RecordMemberDeath", "handler", case, member=applicant, died=on, source="family")
    assert "applicant-gone" in office.refused("Forward", "handler", case)
    assert office.refused(
        "RecordMemberDeath", "handler", case, member=applicant, died=on, source="family"
    ) == ["member-died"]


def test_a_missing_number_is_added_once_and_never_anothers(office: TrialOffice) -> None:
    unnumbered = {
        "key": "m2",
        "name": "李四",
        "kinship": "10",
        "number_missing": "未办证",
        "sex": "2",
        "born": "1982-01-02",
    }
    case = office.enter([person("m1", "1980-01-01", 1), unnumbered])
    office.enter([person("m1", "1982-01-02", 4, "王五")])
    taken, free = number("1982-01-02", 4), number("1982-01-02", 6)
    assert office.refused("AddNumber", "window", case, member="m2", number=taken) == ["number-of-another"]
    assert office.refused("AddNumber", "window", case, member="m2", number=number("1983-01-02", 6)) == [
        "born-contradicts-number"
    ]
    office.quiet("AddNumber", "window", case, member="m2", number=free)
    assert office.case(case).members["m2"].number is not None  # type: ignore[index]
    assert office.refused("AddNumber", "window", case, member="m2", number=free) == ["number-known"]
    assert office.doudi.store.person_of(free) == office.case(case).members["m2"].person  # type: ignore[index]


def test_nothing_is_done_before_the_case_was_entered(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)], on="2025-03-03")
    assert office.refused("Consent", "window", case, on="2025-03-02", member="m1", until="2026-03-02") == [
        "on-before"
    ]


def test_a_child_applies_only_by_an_entrusting_paper(office: TrialOffice) -> None:
    child = [person("m1", "2020-05-01", 3)]
    about = {"division": "110199001001", "area": "rural", "applicant": "m1", "members": child}
    assert office.refused("Enter", "window", **about) == ["applicant-not-adult"]
    office.quiet("Enter", "window", **about, entrusted={"sha256": "ab" * 32, "type": "image/jpeg", "size": 9})


def test_nobody_is_entered_before_his_birth(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 1), person("m2", "2025-03-02", 2, "张小", "20")]
    about = {"division": "110199001001", "area": "rural", "applicant": "m1", "members": members}
    assert office.refused("Enter", "window", **about, on="2025-03-01") == ["born-later"]
