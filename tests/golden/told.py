"""What a history folds to, in words that stay: states of cases, months drawn, claims, lists, opened names."""

from collections.abc import Iterable
from typing import Any

from domain.case import Case
from domain.payment import PayList
from domain.person import Person
from workflows.world import FOLDS


def folded(events: Iterable[tuple[str, int, Any]]) -> dict[str, Any]:
    """State of every stream after (stream, version, event) in order."""
    states: dict[str, Any] = {}
    for stream, version, event in events:
        states[stream] = FOLDS[stream.partition(":")[0]](states.get(stream), event, stream, version)
    return states


def told(states: dict[str, Any]) -> dict[str, Any]:
    """Of all states what a later release must still say."""
    return {stream: found for stream, state in sorted(states.items()) if (found := _told(state)) is not None}


def _told(state: Any) -> Any:
    if isinstance(state, Case):
        return {
            "lives": {
                name: [life.life, life.state, life.since.isoformat()] for name, life in state.lives.items()
            },
            "ended": [state.ended.isoformat(), state.ended_code] if state.ended else None,
            "members": {
                key: [one.name.opened(), one.number and one.number.opened()]
                for key, one in state.members.items()
            },
            "account": state.account.opened() if state.account else None,
            "drawn": {month: line.amount for month, line in state.drawn.items()},
            "deadlines": {key: one.due.isoformat() for key, one in state.deadlines.items()},
        }
    if isinstance(state, Person):
        return {
            "name": state.name.opened() if state.name else None,
            "died": state.died.isoformat() if state.died else None,
            "forgotten": state.forgotten.isoformat() if state.forgotten else None,
            "claims": [[one.kind, one.case, one.from_month, one.until] for one in state.claims],
        }
    if isinstance(state, PayList):
        return {"households": state.households, "persons": state.persons, "amount": state.amount}
    return None
