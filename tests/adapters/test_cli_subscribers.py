"""`doudi subscriber`: an administrator admits an office to identities, sees whose right there is, and ends it."""

import json
from pathlib import Path

import pytest

from tests.adapters.told import ask
from tests.harness import COUNTY, T1, TrialOffice
from tests.workflows.test_subscriber import public_key


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def test_a_right_is_given_seen_and_ended(office: TrialOffice, tmp_path: Path) -> None:
    office.do("AddDivision", "admin", code=T1, name="甲镇", level="township")
    file = tmp_path / "medical.jwk"
    file.write_text(json.dumps(public_key()), encoding="utf-8")
    given = ["--division", T1, "--key", str(file), "--basis", "协议 3", "--until", "2025-12-31"]
    words = ["subscriber", "admit", "medical", *given, "--programme", "dibao", "--programme", "tekun"]
    assert ask(office.url, "--as", "window", *words).code == 1
    assert ask(office.url, "--as", "admin", *words).code == 0
    assert "subscriber-known" in ask(office.url, "--as", "admin", "--format", "json", *words).out
    office.quiet("ReplaceDivision", "admin", code=T1, by="110199008", document="文件")
    listed = ["--as", "admin", "--format", "json", "subscriber", "list"]
    assert json.loads(ask(office.url, *listed).out)["rows"] == [
        {
            "subscriber": "medical",
            "division": T1,
            "replaced_by": "110199008",
            "programmes": "dibao, tekun",
            "until": "2025-12-31",
            "holds": True,
            "basis": "协议 3",
        }
    ]
    assert json.loads(ask(office.url, "--as", "window-t2", *listed[2:]).out)["rows"] == []
    assert ask(office.url, "--as", "admin", "subscriber", "end", "medical", "--division", T1).code == 0
    (row,) = json.loads(ask(office.url, *listed).out)["rows"]
    assert not row["holds"]
    told = ask(office.url, "--as", "admin", "--format", "json", *words)
    assert (told.code, "division-replaced" in told.out) == (1, True)
    again = [COUNTY if word == T1 else word for word in words]
    assert ask(office.url, "--as", "admin", *again).code == 0


@pytest.mark.parametrize(
    ("more", "code"), [({"d": "AAAA"}, 1), ({"use": "enc", "ext": True, "key_ops": []}, 0)]
)
def test_a_private_key_is_refused_and_what_a_browser_adds_is_not(
    office: TrialOffice, tmp_path: Path, more: dict[str, object], code: int
) -> None:
    file = tmp_path / "key.jwk"
    file.write_text(json.dumps({**public_key(), **more}), encoding="utf-8")
    words = ["--division", COUNTY, "--programme", "dibao", "--key", str(file), "--basis", "协议"]
    told = ask(office.url, "--as", "admin", "--lang", "en", "subscriber", "admit", "medical", *words)
    assert told.code == code
    assert ("private key" in told.err) is bool(code)
    assert "AAAA" not in told.out + told.err
