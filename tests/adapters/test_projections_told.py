"""What waits in a projection is told with every answer it isn't counted in, and is not drawn."""

from pathlib import Path

import pytest

from adapters.bootstrap import open_doudi
from projections.base import Rows, Seen
from projections.payable import Payable
from projections.register import Register
from tests.adapters.told import ask
from tests.harness import COUNTY, T2, TrialOffice, person
from tests.workflows import awards


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def living(office: TrialOffice, serial: int) -> str:
    members = [person("m1", "1980-01-01", serial)]
    return awards.living(office, members, [], accepted="2025-04-03", area="rural")


def test_a_case_that_waits_is_named_is_not_drawn_and_comes_later(
    office: TrialOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = living(office, 1), living(office, 2)
    whole = Register.apply, Payable.apply

    def fails(of: int) -> object:
        def apply(self: object, seen: Seen, rows: Rows) -> None:
            if seen.stream == f"case:{sick}" and type(seen.event).__name__ == "AwardBegan":
                raise KeyError("区")
            whole[of](self, seen, rows)  # type: ignore[arg-type]

        return apply

    url = f"sqlite:///{tmp_path}/office.sqlite"
    office.clock("2025-05-08")
    with monkeypatch.context() as patched:
        patched.setattr(Register, "apply", fails(0))
        patched.setattr(Payable, "apply", fails(1))
        drawn = office.do("Draw", "payer", division=COUNTY, month="2025-05").data["rural"]
        assert (drawn["households"], drawn["left_out"]) == (1, {"parked": 1})
        told = ask(url, "--format", "json", "register", "--division", COUNTY, "--as-of", "2025-05-31").json
        assert [row["case"] for row in told["rows"]] == [well]
        assert [(one["projection"], one["case"], one["type"]) for one in told["parked"]] == [
            ("register", sick, "AwardBegan")
        ]
        said = ask(url, "register", "--division", COUNTY, "--as-of", "2025-05-31")
        assert sick in said.err
        assert "区" not in said.err
        beside = "register", "--division", T2, "--as-of", "2025-05-31"
        elsewhere = ask(url, "--as", "handler-t2", "--format", "json", *beside)
        assert [one["case"] for one in elsewhere.json["parked"]] == [None]
        assert sick not in elsewhere.out + ask(url, "--as", "handler-t2", *beside).err
        assert ask(url, "--as", "handler", "projections", "parked").code == 1
        worked = ask(url, "--format", "json", "worklist").json
        assert worked["parked"] == []
        checked = ask(url, "--format", "json", "check")
        assert checked.code == 1
        assert {one["code"] for one in checked.json["findings"]} == {"check.parked"}
        refused = ask(url, "projections", "retry", sick)
        assert (refused.code, "AwardBegan" in refused.err) == (1, True)
    waiting = ask(url, "--format", "json", "projections", "parked").json["rows"]
    assert {(row["projection"], row["case"], row["state"]) for row in waiting} == {
        ("payable", sick, "parked"),
        ("register", sick, "parked"),
    }
    retried = ask(url, "--format", "json", "projections", "retry", sick).json["rows"]
    assert {row["projection"] for row in retried} == {"payable", "register"}
    assert ask(url, "--format", "json", "projections", "parked").json["rows"] == []
    assert ask(url, "projections", "verify").code == 0
    again = office.do("Draw", "payer", division=COUNTY, month="2025-05").data["rural"]
    assert (again["households"], again["left_out"]) == (1, {})
    outcomes = [one.purpose for one in open_doudi(url).access_log.entries(sick)]
    assert outcomes.count("projection-retry") == 2


def test_setting_aside_is_an_administrator_s_and_kept_with_its_reason(
    office: TrialOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = living(office, 1)
    whole = Register.apply

    def apply(self: Register, seen: Seen, rows: Rows) -> None:
        if type(seen.event).__name__ == "AwardBegan":
            raise ValueError
        whole(self, seen, rows)

    monkeypatch.setattr(Register, "apply", apply)
    url = f"sqlite:///{tmp_path}/office.sqlite"
    assert ask(url, "register", "--division", COUNTY, "--as-of", "2025-05-31").code == 0
    assert ask(url, "--as", "handler", "projections", "set-aside", case, "--reason", "no").code == 1
    assert ask(url, "projections", "set-aside", case, "--reason", "entered twice").code == 0
    (row,) = ask(url, "--format", "json", "projections", "parked").json["rows"]
    assert (row["case"], row["state"], row["reason"], row["by"]) == (
        case,
        "set-aside",
        "entered twice",
        "admin",
    )
    assert ask(url, "projections", "verify", "register").code == 0
    status = ask(url, "--format", "json", "projections", "status").json["rows"]
    assert {row["projection"]: row["state"] for row in status}["register"] == "current"
    assert ask(url, "projections", "run", "--until-head").code == 0


def test_nothing_waits_of_a_case_that_is_whole(office: TrialOffice, tmp_path: Path) -> None:
    case = living(office, 1)
    said = ask(f"sqlite:///{tmp_path}/office.sqlite", "projections", "retry", case)
    assert (said.code, case in said.err) == (1, True)
