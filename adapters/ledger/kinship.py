"""What each member is to the head of a household whose head may have changed since it was told (GB/T 4761)."""

from collections.abc import Sequence

from adapters.ledger.codes import HEAD, OTHER
from domain.case.intake import Member
from workflows.decide.composition import HEADS, SPOUSES


def to_head(one: Member, head: Member, members: Sequence[Member]) -> str:
    """As recorded while the head is the one it was told of; else what certainly follows, or another relative."""
    if one.key == head.key:
        return HEAD
    if head.kinship in HEADS or not any(other.kinship in HEADS for other in members):
        return OTHER if one.kinship in HEADS else one.kinship
    if one.kinship in HEADS:
        return _reverse(head.kinship, one.sex)
    of_both = head.kinship in SPOUSES and "20" <= one.kinship <= "39"
    return one.kinship if of_both else OTHER


def _reverse(kinship: str, sex: str) -> str:
    """What who was the head is to somebody who was `kinship` to him."""
    man = sex == "1"
    if kinship in SPOUSES:
        return "11" if man else "12"
    if kinship in ("20", "21", "22", "23", "24", "25", "26", "30", "31", "32", "33", "34", "35", "36"):
        return "51" if man else "52"
    if kinship in ("50", "51", "52"):
        return "20" if man else "30"
    return "70" if kinship in ("70", "71", "73", "75", "77") else OTHER
