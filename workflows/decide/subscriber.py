"""数据共享: an office is admitted to identities on a legal basis, and its right ends (个人信息保护法 art. 13, 23)."""

from domain.subscriber import (
    Subscriber,
    SubscriberAdmitted,
    SubscriberEnded,
    check_key,
    check_name,
)
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.subscriber import AdmitSubscriber, EndSubscriber
from workflows.context import Context
from workflows.decide.division import division_of as division_at
from workflows.decide.persons import GROUP
from workflows.decide.policy import division_of
from workflows.refusal import refuse
from workflows.world import subscriber_stream


@decides(AdmitSubscriber)
def admit_subscriber(context: Context, command: AdmitSubscriber) -> Decision:
    """Under a name one at a time: another key, programme or division after the right before it has ended."""
    name = check_name(command.name, "data.name")
    division = division_of(command.division)
    place = division_at(context.world, division)
    if place is not None and place.by is not None:
        raise refuse("division-replaced", "data.division", division=division, by=place.by)
    stream = subscriber_stream(name)
    known: Subscriber | None = context.world.state(stream)
    if known is not None and known.holds(context.today):
        raise refuse("subscriber-known", "data.name", name=name)
    for programme in command.programmes:
        if programme not in GROUP:
            raise refuse("subscriber-programme", "data.programmes", known=", ".join(GROUP))
    if command.until is not None and command.until < context.on:
        raise refuse("span-backwards", "data.until")
    basis = check_text(command.basis, "data.basis", longest=500, lines=False)
    if not basis:
        raise refuse("text-empty", "data.basis")
    event = SubscriberAdmitted(
        on=context.on,
        name=name,
        programmes=tuple(dict.fromkeys(command.programmes)),
        division=division,
        key=check_key(command.key, "data.key"),
        basis=basis,
        until=command.until,
    )
    return Decision(others=[(stream, event)], answer={"topic": f"subjects.{name}"})


@decides(EndSubscriber)
def end_subscriber(context: Context, command: EndSubscriber) -> Decision:
    name = check_name(command.name, "data.name")
    stream = subscriber_stream(name)
    known: Subscriber | None = context.world.state(stream)
    if known is None or known.division != division_of(command.division) or not known.holds(context.today):
        raise refuse("subscriber-unknown", "data.name")
    return Decision(others=[(stream, SubscriberEnded(on=context.on, name=name))])
