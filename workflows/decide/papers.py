"""Originals and words that a command brings, checked before they stand in an event."""

import re

from domain.case.intake import Paper
from domain.personal import Words
from domain.text import check_text
from workflows.context import Context
from workflows.refusal import refuse

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")


def check_paper(paper: Paper | None, field: str) -> Paper | None:
    """An original by its sha256 (64 hex digits, small), media type and size above zero."""
    if paper is not None and (
        not _SHA256.fullmatch(paper.sha256) or not _TYPE.fullmatch(paper.type) or paper.size < 1
    ):
        raise refuse("paper-wrong", field)
    return paper


def check_papers(papers: tuple[Paper, ...], field: str) -> tuple[Paper, ...]:
    for place, paper in enumerate(papers):
        check_paper(paper, f"{field}[{place}]")
    return papers


def words(context: Context, text: str | None, field: str) -> Words | None:
    """Free text of the case, None where there is none."""
    clean = check_text(text, field) if text else ""
    return Words(context.case.number, clean) if clean else None


def needed_words(context: Context, text: str, field: str) -> Words:
    """Free text that must say something."""
    found = words(context, text, field)
    if found is None:
        raise refuse("text-empty", field)
    return found
