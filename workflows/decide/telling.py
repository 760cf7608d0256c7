"""告知与公布: letters, how they are served, the announcement (57 art. 21, 24; L26 art. 45, 76)."""

from domain.case import Case
from domain.case.decision import Announced, Letter, LetterIssued, LetterServed, ServiceTried
from domain.codes import check_code, code_list
from domain.ids import InstanceId
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.decision import Announce, IssueLetter, Serve, TryToServe
from workflows.context import Context
from workflows.decide.papers import check_paper
from workflows.engine import chooses, guard
from workflows.refusal import Reason, reason, refuse

PUBLIC = "public"
OTHER_WAYS = 2


def _unserved(case: Case, letter: str) -> list[Letter]:
    return [one for one in case.letters if one.letter == letter and one.served is None]


def _its(case: Case, letter: Letter, telling: InstanceId) -> bool:
    """Whether a telling is that letter's: named by it, or begun with it and no other's by name."""
    if letter.about is not None and letter.about.startswith("telling."):
        return letter.about == telling
    return case.lives[telling].began == letter.on and all(one.about != telling for one in case.letters)


def letter_of(case: Case, code: str, telling: InstanceId) -> Letter | None:
    """The letter that a telling serves; the first of that code which is not served, if none is named."""
    open_ones = _unserved(case, code)
    return next((one for one in open_ones if _its(case, one, telling)), open_ones[0] if open_ones else None)


@chooses(Serve)
def tellings_to_serve(case: Case, command: Serve, open_ones: list[InstanceId]) -> list[InstanceId]:
    """Of several open tellings those of the letter named, and of these the oldest."""
    letters = _unserved(case, command.letter)
    return [one for one in open_ones if any(_its(case, letter, one) for letter in letters)][:1] or open_ones


@chooses(TryToServe)
def tellings_to_try(case: Case, command: TryToServe, open_ones: list[InstanceId]) -> list[InstanceId]:
    return tellings_to_serve(case, Serve(letter=command.letter, way=command.way), open_ones)


@guard
def letter_is_served(context: Context, command: IssueLetter) -> Reason | None:
    """Of a known kind, and one for a reader: a notice for the board is posted, never served."""
    entry = code_list("letter").get(command.letter)
    if entry is None:
        return reason("code-unknown", "data.letter", list="letter")
    return (
        reason("letter-is-a-board", "data.letter", letter=command.letter)
        if entry.extra["board"] == "1"
        else None
    )


@guard
def letter_known(context: Context, command: Serve | TryToServe) -> Reason | None:
    if _unserved(context.case, command.letter):
        return None
    open_ones = ", ".join(dict.fromkeys(one.letter for one in context.case.letters if one.served is None))
    return reason("letter-unknown", "data.letter", letters=open_ones)


@guard
def public_notice_last(context: Context, command: Serve) -> Reason | None:
    """Public notice only after two other ways reached nobody."""
    if command.way != PUBLIC:
        return None
    tried = {way for one in _unserved(context.case, command.letter) for way in one.tried} - {PUBLIC}
    if len(tried) < OTHER_WAYS:
        return reason("public-notice-last", "data.way", tried=", ".join(sorted(tried)), ways=OTHER_WAYS)
    return None


@decides(IssueLetter)
def issue_letter(context: Context, command: IssueLetter) -> Decision:
    if command.about is not None and command.about not in context.case.lives:
        raise refuse("instance-unknown", "data.about", life="")
    about = command.about or context.instance
    event = LetterIssued(on=context.on, letter=command.letter, about=about)
    return Decision(events=[event], answer={"instance": context.instance})


def _meant(context: Context, code: str) -> Letter:
    letter = letter_of(context.case, code, context.instance)
    assert letter is not None
    return letter


@decides(TryToServe)
def try_to_serve(context: Context, command: TryToServe) -> Decision:
    return _service(context, command, ServiceTried)


@decides(Serve)
def serve(context: Context, command: Serve) -> Decision:
    return _service(context, command, LetterServed)


def _service(
    context: Context, command: TryToServe | Serve, kind: type[ServiceTried | LetterServed]
) -> Decision:
    letter = _meant(context, command.letter)
    event = kind(
        on=context.on,
        letter=letter.letter,
        way=check_code("service", command.way, "data.way"),
        proof=check_paper(command.proof, "data.proof"),
        about=letter.about,
    )
    return Decision(events=[event])


@decides(Announce)
def announce(context: Context, command: Announce) -> Decision:
    if command.until < context.on:
        raise refuse("until-before", "data.until", on=context.on.isoformat())
    return Decision(
        events=[
            Announced(
                on=context.on, place=check_text(command.place, "data.place", lines=False), until=command.until
            )
        ]
    )
