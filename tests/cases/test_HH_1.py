"""HH-1: twins and a namesake born that day are three persons; who somebody is, the number says."""

from tests.cases.stories import Story, income, member
from tests.journeys.lives import Outside

ONE, TWO, NAMESAKE = "110199202505060016", "110199202505060024", "110199202505060032"


def child(key: str, name: str, number: str) -> dict[str, str]:
    return {"key": key, "name": name, "kinship": "20", "number": number}


def test_HH_1(office: Outside, door: str) -> None:
    parents = [member("m1", "林一", "1990-01-01", 11), member("m2", "赵二", "1991-01-01", 12, "12")]
    case = Story(office, "hh1", parents, [income("m1", "5400.00", "2024-09-01", "2025-02-28")]).whole()
    office.clock("2025-05-12")
    born = {"kind": "birth", "happened": "2025-05-06"}
    assert office.say(office.line("ReportChange", "window", case, **born), door)["status"] == "done"
    joins = office.line("JoinMember", "window", case, member=child("m3", "林甲", ONE), reason="birth")
    assert office.say(joins, door)["status"] == "done"
    wrong = {"member": child("m4", "林乙", ONE), "reason": "birth"}
    assert office.refused("JoinMember", "window", case, **wrong) == ["name-differs"]
    joins = office.line("JoinMember", "window", case, member=child("m4", "林乙", TWO), reason="birth")
    assert office.say(joins, door)["status"] == "done"

    neighbours = [member("m1", "林三", "1989-01-01", 21), child("m2", "林甲", NAMESAKE)]
    other = office.tell(
        "Enter",
        "window",
        division="110199001001",
        area="rural",
        applicant="m1",
        near_relative=False,
        members=neighbours,
    )["case"]

    office.tell("ProposeChange", "handler", case, effect="increase", code="I02")
    office.clock("2025-05-13")
    decided = office.tell("DecideChange", "decider", case)["data"]
    assert (decided["from_month"], decided["amount"]) == ("2025-06", 150_000)
    found = office.case(case)
    assert len(found.award.at("2025-06").covered) == 4  # type: ignore[union-attr,arg-type]
    theirs = {one.person for one in office.case(other).members.values()}
    children = {found.members[key].person for key in ("m3", "m4")}  # type: ignore[index]
    assert len(children) == 2
    assert not children & theirs
    assert found.household != office.case(other).household
    office.run("check")
