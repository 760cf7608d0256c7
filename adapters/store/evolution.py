"""How events of earlier releases are read: what lifts an old version, which type has another name now.

An event's class may change only together with its `VERSION`, and then an upcaster here lifts what was written
before; `script/golden` keeps the bytes of each version, and nothing that was kept may change.
"""

from collections.abc import Mapping
from typing import Any

from adapters.store.codec import Split, Upcaster


def as_it_was(builtins: dict[str, Any]) -> dict[str, Any]:
    """For a version that only adds what may be left out."""
    return builtins


def unpaid_as_found(builtins: dict[str, Any]) -> dict[str, Any]:
    """A stop said so of all the months that it should have reached."""
    return {**builtins, "unpaid": builtins.get("findings", ()) if builtins["effect"] == "stop" else ()}


def unsaid_as_revised(builtins: dict[str, Any]) -> dict[str, Any]:
    """What was revised is computed on its facts again."""
    return {**builtins, "unsaid": sorted(builtins["settled"])}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("AwardBegan", 1): as_it_was,
    ("ChangeDecided", 1): unpaid_as_found,
    ("ChangeDropped", 1): as_it_was,
    ("FindingRevised", 1): unsaid_as_revised,
    ("LineReleased", 1): as_it_was,
    ("MemberJoined", 1): as_it_was,
    ("MemberLeft", 1): as_it_was,
    ("TakenOver", 1): as_it_was,
}
"""(type, version) → what lifts it to the next version of the type's present class."""
RENAMED: Mapping[str, str] = {}
"""Old name of a type → its present one."""
SPLIT: Mapping[str, Split] = {}
"""Type that isn't there any more → what says by its content which type and version it is now."""
