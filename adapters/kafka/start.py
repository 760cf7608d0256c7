"""Looked at before the relay or the inbox begins: the settings, the way to the broker, topics, rights."""

from time import monotonic

from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.health import Wants, addresses, look, missing
from adapters.kafka.rights import INBOX, RELAY, transactional_id
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import POSITIONS, TOPICS, Topic, of_inbox, of_relay
from adapters.kafka.upkeep import beside, check, check_allow, refuse

PASSING = ("kafka.unreachable", "kafka.silent", "kafka.failed")
"""A broker that is away comes back; it is waited for."""


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
    looked = [*topics, *beside(settings, topics)]
    return found + [one for one in check(settings, looked) if one.params["topic"] not in told]


def ready(settings: KafkaSettings, role: str) -> None:
    """Raises the first finding that the settings don't allow and that doesn't pass by itself."""
    refuse([one for one in findings(settings, role) if one.code not in PASSING], settings)


class Watch:
    """Asked whenever nothing came. The library says nothing of a topic that may not be read any more, so from time to
    time it is looked whether nothing was sent or a right is missing."""

    def __init__(self, settings: KafkaSettings, role: str, every: float = 60.0) -> None:
        self._settings = settings
        self._role = role
        self._every = every
        self._next = monotonic() + every

    def trouble(self) -> KafkaTrouble | None:
        """What stands in the way; None if nothing does, or if it was looked not long ago."""
        if monotonic() < self._next:
            return None
        found = look(self._settings, _wants(self._settings, self._role, _topics(self._settings, self._role)))
        self._next = monotonic() + self._every
        return found[0] if found else None


def _topics(settings: KafkaSettings, role: str | None) -> list[Topic]:
    return {RELAY: of_relay(), INBOX: of_inbox(settings)}.get(role or "", list(TOPICS))


def _wants(settings: KafkaSettings, role: str | None, topics: list[Topic]) -> Wants:
    if role == RELAY:
        return Wants(
            read=[settings.topic(POSITIONS)],
            write=[settings.topic(one.name) for one in topics],
            transactional_id=transactional_id(settings, settings.source),
        )
    if role == INBOX:
        return Wants(
            read=[settings.topic(one.name) for one in topics],
            write=[settings.topic(one.name) for one in topics if one.direction == "own"],
            group=f"{settings.topic(INBOX)}-check",
            transactional_id=f"{settings.topic(INBOX)}-check",
        )
    return Wants()
