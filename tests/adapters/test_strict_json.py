"""JSON from outside: what readers take differently or lose quietly is refused by its code, never echoed."""

import pytest

from adapters import strict_json
from adapters.catalogue import LANGS, messages
from workflows.refusal import Refused

BAD = {
    b"{": "line-not-json",
    b"\xff": "line-not-json",
    b'{"a": 1, "a": 2}': "json-key-twice",
    b'{"a": NaN}': "json-not-finite",
    b'{"a": 1.5}': "json-no-fractions",
    b'{"a": 9223372036854775808}': "json-number-too-large",
    b'{"a": "x\\u0000"}': "json-bad-character",
    b'{"a": "\\ud800"}': "json-bad-character",
    b"[" * 100_000: "json-too-deep",
    b'"' + b"x" * strict_json.LONGEST + b'"': "json-too-long",
}


@pytest.mark.parametrize(("line", "code"), BAD.items(), ids=BAD.values())
def test_it_is_refused_by_code_with_a_text_and_a_remedy(line: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read(line)
    assert refused.value.reasons[0].code == code
    assert all({code, f"{code}.remedy"} <= messages(lang).keys() for lang in LANGS)


def test_a_key_that_is_no_identifier_is_not_echoed() -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read('{"李小龙330102198005010011": 1, "李小龙330102198005010011": 2}')
    assert refused.value.reasons[0].field == "…"


def test_the_largest_whole_numbers_pass() -> None:
    assert strict_json.read(f"[{2**63 - 1}, {-(2**63)}]") == [2**63 - 1, -(2**63)]
