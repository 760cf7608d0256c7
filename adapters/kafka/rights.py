"""Who may do what on the broker: the rights of the relay, the inbox, a subscriber and a sender, and their passwords."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, SecurityDisabledError

from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.health import admin
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import POSITIONS, SUBJECTS, TOPICS, of_relay

RELAY, INBOX = "relay", "inbox"
"""Transactional ids and groups begin with the prefix of topics and one of these."""


@dataclass(frozen=True, order=True)
class Right:
    """`what`: topic | group | transactional-id; `name`: as the broker has it; `begins`: all names that begin so."""

    what: str
    name: str
    may: str
    begins: bool = False


_KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def transactional_id(settings: KafkaSettings, name: str) -> str:
    """Under which the relay writes who keeps his place by a name."""
    return f"{settings.topic(RELAY)}.{name}"


def of_the_relay(settings: KafkaSettings) -> list[Right]:
    """It writes what is told outside and its position, and reads that. Older versions beside begin alike.

    A subscriber's own topic is made by it when he is first told of somebody.
    """
    names = [settings.topic(one.name) for one in of_relay()] + [settings.topic(SUBJECTS)]
    rights = [
        Right("topic", name, may, begins=True) for name in names for may in ("WRITE", "DESCRIBE_CONFIGS")
    ]
    return [
        *rights,
        Right("topic", settings.topic(SUBJECTS), "CREATE", begins=True),
        Right("topic", settings.topic(POSITIONS), "READ"),
        Right("transactional-id", settings.topic(RELAY), "WRITE", begins=True),
    ]


def of_the_inbox(settings: KafkaSettings) -> list[Right]:
    """It reads what is told to us, and writes and reads what could not be taken."""
    rights = []
    for one in TOPICS:
        name = settings.topic(one.name)
        if one.direction == "in":
            rights += [Right("topic", name, may) for may in ("READ", "DESCRIBE_CONFIGS")]
        elif one.writes == INBOX:
            rights += [Right("topic", name, may) for may in ("READ", "WRITE", "DESCRIBE_CONFIGS")]
    return [
        *rights,
        Right("group", settings.topic(INBOX), "READ", begins=True),
        Right("transactional-id", settings.topic(INBOX), "WRITE", begins=True),
    ]


def of_a_reader(settings: KafkaSettings, user: str, topics: Iterable[str]) -> list[Right]:
    """A subscriber: these topics, in groups whose names begin with his own and a point."""
    rights = [Right("topic", settings.topic(name), "READ") for name in topics]
    return [*rights, Right("group", f"{user}.", "READ", begins=True)]


def of_a_sender(settings: KafkaSettings, topics: Iterable[str]) -> list[Right]:
    """An office that reports to us."""
    return [Right("topic", settings.topic(name), "WRITE") for name in topics]


def grant(settings: KafkaSettings, user: str, rights: Sequence[Right]) -> None:
    """Give rights; what he has already stays. Raises kafka.no-rights where the broker keeps none."""
    wanted = [
        ACL(
            principal=f"User:{user}",
            host="*",
            operation=ACLOperation[one.may],
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePattern(
                _KINDS[one.what],
                one.name,
                ACLResourcePatternType.PREFIXED if one.begins else ACLResourcePatternType.LITERAL,
            ),
        )
        for one in rights
    ]
    with admin(settings) as client:
        try:
            failed = client.create_acls(wanted)["failed"]
        except KafkaError as error:
            raise _not_given(error, user) from error
    if failed:
        raise _not_given(failed[0](), user)


def revoke(settings: KafkaSettings, user: str) -> int:
    """Take all of a user's rights away; how many there were."""
    with admin(settings) as client:
        try:
            told = client.delete_acls([_all_of(user)])
        except KafkaError as error:
            raise _not_given(error, user) from error
        return sum(len(acls) for _, acls, _ in told)


def rights_of(settings: KafkaSettings, user: str) -> list[Right]:
    """What a user may, as the broker has it."""
    with admin(settings) as client:
        try:
            found, _ = client.describe_acls(_all_of(user))
        except KafkaError as error:
            raise _not_given(error, user) from error
    return sorted(
        Right(
            _NAMES[acl.resource_pattern.resource_type],
            acl.resource_pattern.resource_name,
            acl.operation.name,
            acl.resource_pattern.pattern_type == ACLResourcePatternType.PREFIXED,
        )
        for acl in found
        if acl.resource_pattern.resource_type in _NAMES
    )


def set_password(settings: KafkaSettings, user: str, password: str) -> None:
    """Make a user who says this password by SCRAM-SHA-512, or give him another."""
    change = UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password)
    with admin(settings) as client:
        try:
            told = client.alter_user_scram_credentials([change])
        except KafkaError as error:
            raise _not_given(error, user) from error
    if any(told.values()):
        raise KafkaTrouble("kafka.user-unmade", user=user)


def _all_of(user: str) -> ACLFilter:
    return ACLFilter(
        principal=f"User:{user}",
        host=None,
        operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ANY,
        resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )


def _not_given(error: KafkaError, user: str) -> KafkaTrouble:
    if isinstance(error, SecurityDisabledError):
        return KafkaTrouble("kafka.no-rights")
    return KafkaTrouble("kafka.rights-unchanged", user=user, reason=type(error).__name__)
