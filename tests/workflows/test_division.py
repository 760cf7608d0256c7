from tests.harness import TrialOffice
from workflows.world import division_stream

ADMIN = "admin"
VILLAGE = {"code": "110199001009", "name": "上河村", "level": "village"}


def test_an_unknown_division_is_taken_with_its_name_and_parent(office: TrialOffice) -> None:
    office.quiet("AddDivision", ADMIN, **VILLAGE)
    added = office.doudi.office.world.state(division_stream("110199001009"))
    assert (added.name, added.level, added.parent) == ("上河村", "village", "110199001")


def test_the_same_division_again_changes_nothing(office: TrialOffice) -> None:
    office.do("AddDivision", ADMIN, **VILLAGE)
    head = office.store.head()
    assert office.do("AddDivision", ADMIN, **VILLAGE).events == []
    assert office.store.head() == head


def test_a_division_is_refused(office: TrialOffice) -> None:
    office.do("AddDivision", ADMIN, **VILLAGE)
    for change, code in (
        ({"level": "township"}, "division-level"),
        ({"parent": "110199002"}, "division-parent"),
        ({"parent": "110199001009"}, "division-parent"),
        ({"code": "1101x"}, "division-code"),
        ({"name": "下河村"}, "division-known"),
    ):
        assert office.refused("AddDivision", ADMIN, **{**VILLAGE, **change}) == [code], change


def test_an_administrator_adds_below_his_own_division(office: TrialOffice) -> None:
    office.do("Appoint", ADMIN, division="110199001", staff="t1-admin", name="李四", desk="administrator")
    office.do("AddDivision", "t1-admin", **VILLAGE)
    other = {**VILLAGE, "code": "110199002009"}
    assert office.refused("AddDivision", "t1-admin", **other) == ["out-of-scope"]
    assert office.refused("AddDivision", "handler", **VILLAGE) == ["not-your-desk"]
