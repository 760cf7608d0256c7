"""Running life cycles are brought to another version by a command, seen before it is done (architecture 2)."""

from domain.case.change import LivesBrought
from domain.event import Moved
from workflows.command import Decision, decides
from workflows.commands.migrating import BringLives
from workflows.context import Context
from workflows.decide.papers import needed_words
from workflows.definition import current
from workflows.engine import bring, version_of
from workflows.refusal import Reason, reason, refuse, refuse_all


@decides(BringLives)
def bring_lives(context: Context, command: BringLives) -> Decision:
    case = context.case
    moved: list[Moved] = []
    lost: list[Reason] = []
    for instance, life in case.lives.items():
        old = version_of(life.life)
        to = current(old.name, command.law)
        if old is to or old.state(life.state).final:
            continue
        found = bring(context, case, instance, to)
        if found is None:
            lost.append(reason("no-place-there", "data.law", life=old.id, state=life.state, to=to.id))
        else:
            moved.append(found)
    refuse_all(tuple(lost))
    if not moved:
        raise refuse("nothing-to-bring", "case", law=command.law)
    answer = {
        "lives": [
            {
                "instance": one.instance,
                "from": case.lives[one.instance].life,
                "to": one.life,
                "state": case.lives[one.instance].state,
                "becomes": one.state,
                "due": {due.key: due.due.isoformat() for due in one.sets},
                "over": list(one.meets),
            }
            for one in moved
        ]
    }
    if command.dry_run:
        return Decision(answer=answer)
    said = needed_words(context, command.reason, "data.reason")
    event = LivesBrought(on=context.on, law=command.law, reason=said, moved=tuple(moved))
    return Decision(events=[event], answer=answer)
