"""行政复议、行政诉讼: filed in time from service, decided with a coded outcome; execution goes on (L26 art. 76)."""

from datetime import date

from domain.case.change import AppealDecided, AppealFiled
from domain.case.decision import Letter
from domain.codes import check_code
from workflows.command import Decision, decides
from workflows.commands.award import DecideAppeal, FileAppeal
from workflows.context import Context
from workflows.decide.papers import check_paper, words
from workflows.engine import guard
from workflows.refusal import Reason, reason

ON_APPLICATION = ("L03", "L08", "L09", "L12")
ON_AWARD = ("L14", "L15", "L18")
"""Letters that tell a decision one may appeal against."""
TERMS = {"reconsideration": "reconsideration_days", "lawsuit": "lawsuit_months"}
GRANTED = ("changed", "set_aside", "anew", "unlawful")


def letter_of(context: Context, against: str) -> Letter | None:
    """The last letter that told this decision."""
    found = [
        one
        for one in context.case.letters
        if (one.letter in ON_APPLICATION if against == "application" else one.letter in ON_AWARD)
        and against in ("application", one.about)
    ]
    return found[-1] if found else None


def last_day_to_appeal(context: Context, command: FileAppeal, served: date) -> date:
    return context.due_by(TERMS[command.kind], served).day


@guard
def appeal_in_time(context: Context, command: FileAppeal) -> Reason | None:
    """60 days or 6 months from service; before service the term hasn't begun."""
    letter = letter_of(context, command.against)
    if letter is None:
        return reason("decision-unknown", "data.against", against=command.against)
    if letter.served is None:
        return None
    last = last_day_to_appeal(context, command, letter.served)
    if context.on <= last:
        return None
    return reason(
        "appeal-late", "data.on", kind=command.kind, served=letter.served.isoformat(), last=last.isoformat()
    )


@decides(FileAppeal)
def file_appeal(context: Context, command: FileAppeal) -> Decision:
    """It doesn't stop execution."""
    check_paper(command.paper, "data.paper")
    event = AppealFiled(
        on=context.on,
        appeal=context.instance,
        kind=command.kind,
        against=command.against,
        paper=command.paper,
    )
    return Decision(events=[event], answer={"appeal": context.instance})


@decides(DecideAppeal)
def decide_appeal(context: Context, command: DecideAppeal) -> Decision:
    """What is granted is carried out by a decision of its own: a change (I06), or the award restored."""
    outcome = check_code("appeal_outcome", command.outcome, "data.outcome")
    event = AppealDecided(
        on=context.on,
        appeal=context.instance,
        outcome=outcome,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event], answer={"to_carry_out": outcome in GRANTED})
