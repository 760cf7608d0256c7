"""Who may know identities: admitted on a basis under a public key, and ended."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from domain.subscriber import BadSubscriber, PublicKey, Subscriber, check_key, check_name
from tests.harness import COUNTY, T1, TrialOffice
from workflows.world import subscriber_stream

ADMIN = "admin"


def public_key(kind: str = "EC") -> dict[str, Any]:
    """The public part of a new key, as a subscriber sends it."""
    key = ECKey.generate_key("P-256") if kind == "EC" else OKPKey.generate_key("X25519")
    return {
        name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y") if name in key.as_dict()
    }


def admission(**changes: Any) -> dict[str, Any]:
    return {
        "division": COUNTY,
        "name": "medical-insurance",
        "programmes": ["dibao"],
        "key": public_key(),
        "basis": "医疗救助协议 2025-3",
        **changes,
    }


def standing(office: TrialOffice, name: str = "medical-insurance") -> Subscriber:
    office.doudi.office.world.refresh()
    found: Subscriber = office.doudi.office.world.state(subscriber_stream(name))
    return found


def test_a_subscriber_is_admitted_until_a_day(office: TrialOffice) -> None:
    answer = office.quiet("AdmitSubscriber", ADMIN, **admission(until="2025-12-31"))
    assert answer.data == {"topic": "subjects.medical-insurance"}
    found = standing(office)
    assert found.holds(office.doudi.store.clock.now().date())
    assert (found.programmes, found.division, str(found.until)) == (("dibao",), COUNTY, "2025-12-31")


def test_a_right_ends_and_may_begin_again_with_another_key(office: TrialOffice) -> None:
    office.do("AdmitSubscriber", ADMIN, **admission())
    assert office.refused("AdmitSubscriber", ADMIN, **admission()) == ["subscriber-known"]
    office.quiet("EndSubscriber", ADMIN, division=COUNTY, name="medical-insurance")
    assert standing(office).ended
    office.do(
        "AdmitSubscriber", ADMIN, **admission(key=public_key("OKP"), programmes=["tekun", "dibao", "tekun"])
    )
    assert standing(office).programmes == ("tekun", "dibao")


def test_a_right_that_ran_out_is_given_anew(office: TrialOffice) -> None:
    office.do("AdmitSubscriber", ADMIN, **admission(until="2025-03-31"))
    office.clock("2025-04-01")
    gone = office.refused("EndSubscriber", ADMIN, division=COUNTY, name="medical-insurance")
    assert gone == ["subscriber-unknown"]
    office.do("AdmitSubscriber", ADMIN, **admission())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "Medical"}, "subscriber-name"),
        ({"name": "a" * 41}, "subscriber-name"),
        ({"name": "a--b"}, "subscriber-name"),
        ({"programmes": ["dibao", "housing"]}, "subscriber-programme"),
        ({"programmes": []}, "field-wrong"),
        ({"until": "2025-03-02"}, "span-backwards"),
        ({"basis": " "}, "text-empty"),
        ({"division": "1101x"}, "division-code"),
        ({"key": {**public_key(), "d": "A" * 43}}, "field-wrong"),
        ({"key": {**public_key(), "y": "A" * 43}}, "subscriber-key"),
        ({"key": {**public_key(), "crv": "X25519"}}, "subscriber-key"),
        ({"key": {"kty": "OKP", "crv": "X25519", "x": "A" * 43}}, "subscriber-key"),
        ({"key": {**public_key("OKP"), "y": "A" * 43}}, "subscriber-key"),
        ({"key": {**public_key("OKP"), "x": "A" * 42}}, "subscriber-key"),
        ({"key": {**public_key(), "kid": "密"}}, "subscriber-key"),
    ],
)
def test_an_admission_is_refused(office: TrialOffice, change: dict[str, Any], code: str) -> None:
    assert office.refused("AdmitSubscriber", ADMIN, **admission(**change)) == [code]


def test_an_end_is_refused(office: TrialOffice) -> None:
    office.do("AdmitSubscriber", ADMIN, **admission())
    for division, name, code in (
        (T1, "medical-insurance", "subscriber-unknown"),
        (COUNTY, "housing", "subscriber-unknown"),
        (COUNTY, "Housing", "subscriber-name"),
    ):
        assert office.refused("EndSubscriber", ADMIN, division=division, name=name) == [code]


def test_only_an_administrator_of_the_division_admits(office: TrialOffice) -> None:
    office.do("Appoint", ADMIN, division=T1, staff="t1-admin", name="李四", desk="administrator")
    assert office.refused("AdmitSubscriber", "t1-admin", **admission()) == ["out-of-scope"]
    assert office.refused("AdmitSubscriber", "handler", **admission(division=T1)) == ["not-your-desk"]
    office.do("AdmitSubscriber", "t1-admin", **admission(division=T1))


def test_every_key_that_is_made_is_taken() -> None:
    for kind in ("EC", "OKP") * 10:
        check_key(PublicKey(**public_key(kind)), "key")


def test_a_name_says_what_is_wrong() -> None:
    with pytest.raises(BadSubscriber) as wrong:
        check_name("", "data.name")
    assert (wrong.value.code, wrong.value.field) == ("subscriber-name", "data.name")
