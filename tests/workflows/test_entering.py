from tests.harness import TrialOffice, person


def test_enter_makes_a_case_number_and_says_it_again(office: TrialOffice) -> None:
    answer = office.quiet(
        "Enter",
        "window",
        division="110199001001",
        area="rural",
        applicant="m1",
        members=[person("m1", "1980-01-01", 1)],
    )
    assert answer.case == "11019920250000017"
    assert office.case(answer.case).state("application") == "entered"


def test_enter_refuses_a_member_who_applies_already(office: TrialOffice) -> None:
    first = office.enter([person("m1", "1980-01-01", 1)])
    assert office.refused(
        "Enter",
        "window",
        division="110199001001",
        area="rural",
        applicant="m1",
        members=[person("m1", "1980-01-01", 1)],
    ) == ["already-applying"]
    assert office.case(first).state("application") == "entered"
