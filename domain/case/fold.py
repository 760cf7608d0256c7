"""How a state follows from its events: one plain function per event type, found by a dict."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from domain.event import CaseEvent, Moved

if TYPE_CHECKING:
    from domain.case.state import Case

Evolve = Callable[["Case", Any], "Case"]
EVOLVE: dict[type[CaseEvent], Evolve] = {}


def evolves(*kinds: type[CaseEvent]) -> Callable[[Evolve], Evolve]:
    """Register the function that says what an event of these types changes in a case."""

    def register(function: Evolve) -> Evolve:
        EVOLVE.update(dict.fromkeys(kinds, function))
        return function

    return register


def evolve(case: "Case", event: CaseEvent) -> "Case":
    """The case after the event. An event type nobody handles is an error, never a silent no-op."""
    return move(EVOLVE[type(event)](case, event), event)


def fold(case: "Case", events: Iterable[CaseEvent]) -> "Case":
    for event in events:
        case = evolve(case, event)
    return case


def move(case: "Case", event: CaseEvent) -> "Case":
    """The case with the life cycles set as the event says."""
    for moved in event.moved:
        case = _move(case, moved, event.on)
    return case


def _brought(before: str, life: str | None) -> bool:
    """Whether it goes on in another version of its life cycle: nothing was done that day, so it stands as long."""
    return life is not None and life != before and life.partition("@")[0] == before.partition("@")[0]


def _move(case: "Case", moved: Moved, on: date) -> "Case":
    from domain.case.state import Life

    before = case.lives.get(moved.instance)
    life = moved.life or (before.life if before else "")
    brought = before is not None and _brought(before.life, moved.life)
    began = before.began if before and (moved.life is None or brought) else on
    since = before.since if before and brought else on
    lives = {**case.lives, moved.instance: Life(life=life, state=moved.state, since=since, began=began)}
    deadlines = case.deadlines
    steps = case.steps
    if moved.meets or moved.sets:
        deadlines = {key: value for key, value in deadlines.items() if key not in moved.meets}
        deadlines.update({deadline.key: deadline for deadline in moved.sets})
        if steps:
            begun_anew = {*moved.meets, *(deadline.key for deadline in moved.sets)}
            steps = frozenset(step for step in steps if step[0] not in begun_anew)
    return replace(case, lives=lives, deadlines=deadlines, steps=steps)
