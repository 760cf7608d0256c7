"""`doudi`: help with an example each; exits 0 done, 1 refused (why, on stderr), 2 wrong use."""

import re
import sys
from contextvars import copy_context
from typing import NoReturn

import click

from adapters.cli import (
    backup,
    cases,
    check,
    codes,
    depends,
    do,
    inbox,
    kafka,
    keys,
    late,
    ledger,
    lives,
    month,
    notices,
    office,
    papers,
    pay,
    projections,
    raising,
    register,
    relay,
    replay,
    report,
    simulate,
    stats,
    store,
    subscribers,
    worklist,
)
from adapters.cli.session import REFUSED, Session
from adapters.cli.spoken import click_says, sentence, speak, spoken
from adapters.kafka.errors import KafkaTrouble
from adapters.store.errors import StoreError
from domain.errors import BadValue
from workflows.refusal import Reason, Refused, from_bad_value

HINT = "Try '{command} {option}' for help."


@click.group(no_args_is_help=True)
@click.option(
    "--store",
    "url",
    help="sqlite:///PATH (an absolute path has four slashes), postgresql://ROLE@HOST/DATABASE; or DOUDI_STORE",
)
@click.option(
    "--as", "actor", metavar="STAFF", help="who acts, by the name of his desk; in a trial store else admin"
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of texts; else the locale's")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.pass_context
def root(context: click.Context, url: str | None, actor: str | None, lang: str | None, form: str) -> None:
    """兜底: case work of social assistance.

    The common options may stand anywhere. Example: doudi init --trial && doudi clock show
    """
    context.obj = Session(url=url, actor=actor, lang=lang, form=form)


for module in (
    store,
    do,
    codes,
    depends,
    office,
    cases,
    replay,
    worklist,
    notices,
    pay,
    papers,
    ledger,
    projections,
    raising,
    inbox,
    backup,
    check,
    kafka,
    keys,
    late,
    lives,
    stats,
    month,
    register,
    relay,
    report,
    simulate,
    subscribers,
):
    for command in module.COMMANDS:
        root.add_command(command)


def main(args: list[str] | None = None) -> None:
    """Run the command line. Errors are told by code, field and remedy; personal values never stand in them."""
    copy_context().run(_main, args)


def _main(args: list[str] | None) -> None:
    arguments = _common_first(sys.argv[1:] if args is None else args)
    session = Session(lang=_named(arguments, "--lang"))
    speak(session.catalogue)
    try:
        spoken(root, session.catalogue).main(args=arguments, prog_name="doudi", standalone_mode=False)
    except click.exceptions.Abort:
        raise SystemExit(130) from None
    except click.exceptions.Exit as exit:
        raise SystemExit(exit.exit_code) from None
    except click.ClickException as error:
        _tell_use(error, arguments)
    except (StoreError, KafkaTrouble) as error:
        _tell(session, Reason(code=error.code, params=dict(error.params)))
    except Refused as refused:
        _tell(session, *refused.reasons)
    except BadValue as error:
        _tell(session, from_bad_value(error))
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


def _tell_use(error: click.ClickException, arguments: list[str]) -> NoReturn:
    """Wrong use is told without what was typed: a slip may hold a name or a number."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    nothing = isinstance(error, click.exceptions.NoArgsIsHelpError)
    if context is not None and (nothing or error.message == click_says("Missing command.")):
        click.echo(context.get_help(), err=True)
        raise SystemExit(error.exit_code)
    said = error.format_message().replace(error.message, sentence(error.message))
    typed = {
        value for word in arguments if (value := _value(word)) and not (value.isascii() and value.isalpha())
    }
    for word in sorted({*typed, *(repr(one)[1:-1] for one in typed)}, key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", said)
    if context is not None:
        click.echo(context.get_usage(), err=True)
        hint = click_says(HINT, command=context.command_path, option="--help")
        click.echo(f"{hint}\n", err=True)
    click.echo(click_says("Error: {message}", message=said), err=True)
    raise SystemExit(error.exit_code)


def _value(word: str) -> str:
    """An argument but for the option's name."""
    return word.partition("=")[2] if word.startswith("-") else word


def _tell(session: Session, *reasons: Reason) -> NoReturn:
    for reason in reasons:
        click.echo(session.reason(reason), err=True)
    raise SystemExit(REFUSED)


def _common_first(arguments: list[str]) -> list[str]:
    """`doudi stats --division C --format json` is the same as `doudi --format json stats --division C`."""
    common = {"--store", "--as", "--lang", "--format"}
    first: list[str] = []
    rest: list[str] = []
    todo = iter(arguments)
    for argument in todo:
        if argument == "--":
            rest.extend((argument, *todo))
        elif argument.split("=", 1)[0] in common:
            first.append(argument)
            if "=" not in argument:
                first.extend(value for value in (next(todo, None),) if value is not None)
        else:
            rest.append(argument)
    return first + rest


def _named(arguments: list[str], option: str) -> str | None:
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{option}="):
            return argument.split("=", 1)[1]
    return None
