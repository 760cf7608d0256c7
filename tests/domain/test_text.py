from typing import Annotated

import msgspec
import pytest

from domain.text import whole

KIND = Annotated[str, whole("m[0-9]|x")]


def test_a_text_that_is_of_the_pattern_is_taken() -> None:
    assert [msgspec.convert(text, KIND) for text in ("m1", "x")] == ["m1", "x"]


@pytest.mark.parametrize("text", ["m1\n", "\nm1", "m1\nm2", "mx", "x1", ""])
def test_no_part_of_a_text_is_enough(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, KIND)
