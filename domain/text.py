"""Text that people type: refused where no office could have meant it, otherwise kept as written (NFC)."""

import re
import unicodedata

import msgspec

from domain.errors import BadValue

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")


def whole(pattern: str) -> msgspec.Meta:
    """A field whose whole text is of a pattern: `$` alone lets a new line follow, in Python as elsewhere."""
    return msgspec.Meta(pattern=rf"^(?:{pattern})$(?!\n)")


class BadText(BadValue):
    """A text that can't be stored or shown truly."""


def check_text(text: str, field: str, *, longest: int = 2000, lines: bool = True) -> str:
    """The text in NFC without outer spaces and zero-width blanks; may come out empty.

    Raises `BadText` for NUL and other control characters (new lines and tabs stand if `lines`), lone
    surrogates, characters that turn the direction of writing, more than `longest` code points.
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):  # as nearly all: nothing below is in it
        clean = text.strip()
        if len(clean) <= longest:
            return clean
    if _SURROGATE.search(text):
        raise BadText("text-surrogate", field)
    clean = text.replace("\r\n", "\n") if lines else text
    clean = unicodedata.normalize("NFC", _INVISIBLE.sub("", clean)).strip()
    if (
        _CONTROL.search(clean)
        or _BIDI.search(clean)
        or (not lines and re.search(r"[\t\n\r\u2028\u2029]", clean))
    ):
        raise BadText("text-control", field)
    if len(clean) > longest:
        raise BadText("text-too-long", field, longest=longest, length=len(clean))
    return clean
