"""Looked at before the relay or the inbox begins: the settings, the way to the broker, topics, rights."""

from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.health import Wants, addresses, missing
from adapters.kafka.rights import INBOX, RELAY
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TOPICS, Topic, of_inbox, of_relay
from adapters.kafka.upkeep import check, check_allow, refuse


def findings(settings: KafkaSettings, role: str | None = None) -> list[KafkaTrouble]:
    """All that isn't as it should be, allowed or not; with a role (relay, inbox) what it needs, and its rights."""
    check_allow(settings)
    tried = addresses(settings)
    found = [trouble for _, trouble in tried if trouble is not None]
    if len(found) == len(tried):
        return found
    topics = _topics(settings, role)
    found += missing(settings, _wants(settings, role, topics))
    told = {one.params.get("topic") for one in found}
    return found + [one for one in check(settings, topics) if one.params["topic"] not in told]


def ready(settings: KafkaSettings, role: str) -> None:
    """Raises the first finding that the settings don't allow; an address that can't be used is none while another
    can."""
    found = findings(settings, role)
    if len([one for one in found if "address" in one.params]) < len(settings.bootstrap.split(",")):
        found = [one for one in found if "address" not in one.params]
    refuse(found, settings)


def _topics(settings: KafkaSettings, role: str | None) -> list[Topic]:
    return {RELAY: of_relay(), INBOX: of_inbox(settings)}.get(role or "", list(TOPICS))


def _wants(settings: KafkaSettings, role: str | None, topics: list[Topic]) -> Wants:
    if role == RELAY:
        return Wants(
            read=[settings.topic("positions")],
            write=[settings.topic(one.name) for one in topics],
            transactional_id=f"{settings.topic(RELAY)}.{settings.source}",
        )
    if role == INBOX:
        return Wants(
            read=[settings.topic(one.name) for one in topics],
            write=[settings.topic(one.name) for one in topics if one.direction == "own"],
            group=f"{settings.topic(INBOX)}-check",
            transactional_id=f"{settings.topic(INBOX)}-check",
        )
    return Wants()
