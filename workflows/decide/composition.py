"""Who stands how to whom in a household that comes in, by an application or from a ledger (GB/T 4761)."""

from collections.abc import Iterator, Sequence

from workflows.commands.intake import MemberEntry
from workflows.refusal import Reason, reason

HEADS = ("01", "02")
SPOUSES = ("10", "11", "12")


def composed(members: Sequence[MemberEntry], head: str) -> Iterator[Reason]:
    """What is wrong between members who are each somebody to the head: one head, himself or as head; one spouse."""
    spouse = False
    for place, one in enumerate(members):
        field = f"data.members[{place}].kinship"
        if one.key == head and one.kinship not in HEADS:
            yield reason("head-by-another", field, member=one.key)
        elif one.key != head and one.kinship in HEADS:
            yield reason("two-heads", field, member=one.key, head=head)
        elif one.kinship in SPOUSES:
            if spouse:
                yield reason("two-spouses", field, member=one.key)
            spouse = True
