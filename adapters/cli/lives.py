"""`doudi lives bring`: the running cases of a division go on under another law's life cycles."""

from collections import Counter
from typing import Any

import click

from adapters.casefile import CaseText
from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session, session
from projections.timeline import cases
from workflows.definition import OLD_LAW, TODAYS_LAW, current, shipped

COLUMNS = ("case", "instance", "from", "state", "to", "becomes", "due", "over", "refused")
HEADINGS = {"over": "column.deadlines_over"}
STANDING = {"life": "column.instance", "version": "column.life_version"}


@click.group(no_args_is_help=True)
def lives() -> None:
    """The versions of life cycles. Example: doudi lives bring --division 110199 --reason 县改用新办法 --dry-run"""


@lives.command("list")
@click.option("--division", required=True, metavar="CODE", help="its cases, and those of all below it")
def standing(division: str) -> None:
    """How many life cycles run in which version and state.

    Example: doudi lives list --division 110199
    """
    now = session()
    code = division_in_scope(now, division)
    note_look(now, "lives list")
    text = CaseText(now.catalogue)
    counts = Counter(
        (life, state)
        for one in cases(now.rows("timeline"), division=code, in_scope=in_scope(now))
        for life, state, _ in one.lives.values()
        if life not in shipped() or not shipped()[life].state(state).final
    )
    plain = now.form == "json"
    rows = [
        {
            "life": life if plain else text.life(life.partition("@")[0], life),
            "version": life.partition("@")[2],
            "state": state if plain else text.state(life, state),
            "count": count,
        }
        for (life, state), count in sorted(counts.items())
    ]
    columns = ("life", "version", "state", "count")
    now.show(columns, rows, headings=STANDING, position=now.doudi.store.head(), division=code)


@lives.command("bring")
@click.option("--division", required=True, metavar="CODE", help="its cases, and those of all below it")
@click.option("--law", type=click.Choice([TODAYS_LAW, OLD_LAW]), default=TODAYS_LAW, show_default=True)
@click.option("--reason", required=True, help="why; it stands in each case")
@click.option("--dry-run", is_flag=True, help="say what would become of them; nothing is changed")
def bring(division: str, law: str, reason: str, dry_run: bool) -> None:
    """Bring the running life cycles of a division's cases to those of a law. Fired deadlines stay fired, holds held.

    One command a case: broken off it can be said again. Exit 1 where a case was refused.

    Example: doudi lives bring --division 110199 --law 57 --reason 县改用新办法 --dry-run
    """
    now = session()
    code = division_in_scope(now, division)
    note_look(now, "lives bring")
    rows: list[dict[str, Any]] = []
    for one in cases(now.rows("timeline"), division=code, in_scope=in_scope(now)):
        if not any(_other(life, state, law) for life, state, _ in one.lives.values()):
            continue
        line = {
            "id": now.doudi.fresh_id(),
            "type": "BringLives",
            "actor": now.actor,
            "case": one.case,
            "data": {"law": law, "reason": reason, "dry_run": dry_run},
        }
        answer = now.doudi.office.take(line)
        if answer.status == "refused":
            refused = "; ".join(now.reason(each) for each in answer.reasons)
            rows.append({"case": one.case, "refused": refused})
            continue
        rows.extend({"case": one.case, **_told(now, life)} for life in answer.data["lives"])
    now.show(COLUMNS, rows, headings=HEADINGS, position=now.doudi.store.head(), law=law, dry_run=dry_run)
    if any("refused" in row for row in rows):
        raise SystemExit(1)


def _told(now: Session, life: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a life cycle, in words; json keeps its names."""
    if now.form == "json":
        return {**life, "due": [f"{key} {day}" for key, day in life["due"].items()]}
    text = CaseText(now.catalogue)
    return {
        **life,
        "instance": text.life(life["instance"], life["from"]),
        "state": text.state(life["from"], life["state"]),
        "becomes": text.state(life["to"], life["becomes"]),
        "due": [f"{text.deadline(key)} {day}" for key, day in life["due"].items()],
        "over": [text.deadline(key) for key in life["over"]],
    }


def _other(life: str, state: str, law: str) -> bool:
    """Whether it runs and is of another version than the law's newest; what isn't known is refused case by case."""
    found = shipped().get(life)
    return found is None or (found is not current(found.name, law) and not found.state(state).final)


COMMANDS: list[click.Command] = [lives]
