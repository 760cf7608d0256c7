"""What stands between us and Kafka, told apart and told soon.

kafka-python shows a wrong password, a wrong certificate and a stopped broker alike, as a time-out, and a topic that
may not be read as silence. Here each has its own code:

    kafka.unreachable, kafka.tls, kafka.password, kafka.mechanism, kafka.protocol, kafka.silent   (address)
    kafka.topic-missing, kafka.topic-denied, kafka.group-denied, kafka.id-denied                  (what, right)
"""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailedError,
    TransactionalIdNotFoundError,
    UnknownTopicOrPartitionError,
)
from kafka.net.compat import KafkaNetClient
from kafka.net.transport import KafkaSSLTransport
from kafka.protocol.metadata import MetadataRequest

from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.greeting import MechanismRefused, PasswordRefused, introduce
from adapters.kafka.settings import KafkaSettings

SECONDS = 5
_SSL = [key for key in KafkaSSLTransport.DEFAULT_CONFIG if key in KafkaAdminClient.DEFAULT_CONFIG]


@dataclass(frozen=True)
class Wants:
    """What somebody is about to do: names of topics as the broker has them."""

    read: Sequence[str] = ()
    write: Sequence[str] = ()
    group: str | None = None
    transactional_id: str | None = None


def look(settings: KafkaSettings, wants: Wants, seconds: int = SECONDS) -> list[KafkaTrouble]:
    """Everything that stands in the way; empty where nothing does. Raises nothing of Kafka's, and ends within a few
    times `seconds`."""
    found = [trouble for _, trouble in addresses(settings, seconds) if trouble is not None]
    if len(found) == len(_bootstrap(settings)):
        return found
    try:
        return found + missing(settings, wants, seconds)
    except KafkaTrouble as trouble:
        return [*found, trouble]


def missing(settings: KafkaSettings, wants: Wants, seconds: int = SECONDS) -> list[KafkaTrouble]:
    """Topics that aren't there, rights that aren't given. Raises why none can be asked."""
    with admin(settings, seconds) as client:
        try:
            return _rights(client, wants)
        except KafkaError as error:
            raise KafkaTrouble(reason=type(error).__name__) from error


@contextmanager
def admin(settings: KafkaSettings, seconds: int = SECONDS) -> Iterator[KafkaAdminClient]:
    """A client for questions to the cluster. Raises why none of the addresses can be used."""
    trouble = unreachable(settings, seconds)
    if trouble is not None:
        raise trouble
    try:
        client = KafkaAdminClient(**settings.admin_args())
    except KafkaError as error:
        raise KafkaTrouble(reason=type(error).__name__) from error
    with closing(client):
        yield client


def addresses(settings: KafkaSettings, seconds: int = SECONDS) -> list[tuple[str, KafkaTrouble | None]]:
    """Each address of the settings, and what stands in the way there; all are tried at once."""
    places = _bootstrap(settings)
    with ThreadPoolExecutor(len(places)) as pool:
        found = list(pool.map(lambda place: _tried(settings, place[0], place[1], seconds), places))
    return [(f"{host}:{port}", trouble) for (host, port), trouble in zip(places, found, strict=True)]


def unreachable(settings: KafkaSettings, seconds: int = SECONDS) -> KafkaTrouble | None:
    """Why none of the addresses can be used: what stands in the way at the first; None if one can."""
    tried = [trouble for _, trouble in addresses(settings, seconds)]
    return tried[0] if all(tried) else None


def _bootstrap(settings: KafkaSettings) -> list[tuple[str, int]]:
    found = []
    for address in settings.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        found.append((host.strip("[]") or address.strip(), int(port) if host and port.isdigit() else 9092))
    return found


def _tried(settings: KafkaSettings, host: str, port: int, seconds: int) -> KafkaTrouble | None:
    arguments = {**KafkaAdminClient.DEFAULT_CONFIG, **settings.admin_args()}
    address = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=seconds)
    except socket.gaierror:
        return KafkaTrouble("kafka.unreachable", address=address, reason="unknown-host")
    except OSError as error:
        reason = {TimeoutError: "timeout", ConnectionRefusedError: "refused"}.get(type(error), "no-way")
        return KafkaTrouble("kafka.unreachable", address=address, reason=reason)
    with connection:
        trouble = _handshake(arguments, connection, host, address)
    return trouble or _answer(arguments, host, port, seconds)


def _handshake(
    arguments: dict[str, Any], connection: socket.socket, host: str, address: str
) -> KafkaTrouble | None:
    """TLS and the password, each where the settings say so."""
    protocol = arguments["security_protocol"]
    if protocol not in ("SSL", "SASL_SSL"):
        return _introduced(arguments, connection, host, address)
    try:
        context = KafkaSSLTransport._build_ssl_context(
            {**KafkaSSLTransport.DEFAULT_CONFIG, **{key: arguments[key] for key in _SSL}}
        )
        with context.wrap_socket(connection, server_hostname=host) as wrapped:
            return _introduced(arguments, wrapped, host, address)
    except TimeoutError:
        return KafkaTrouble("kafka.silent", address=address)
    except ssl.SSLCertVerificationError as error:
        return KafkaTrouble("kafka.tls", address=address, reason=error.verify_message)
    except OSError as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        return KafkaTrouble("kafka.tls", address=address, reason=str(reason))


def _introduced(
    arguments: dict[str, Any], connection: socket.socket, host: str, address: str
) -> KafkaTrouble | None:
    protocol = str(arguments["security_protocol"])
    if not protocol.startswith("SASL"):
        return None
    try:
        introduce(connection, host, arguments)
    except PasswordRefused:
        user = str(arguments["sasl_plain_username"] or "")
        return KafkaTrouble("kafka.password", address=address, user=user)
    except MechanismRefused:
        return KafkaTrouble("kafka.mechanism", address=address, mechanism=str(arguments["sasl_mechanism"]))
    except TimeoutError:
        return KafkaTrouble("kafka.silent", address=address)
    except (OSError, struct.error):
        return KafkaTrouble("kafka.protocol", address=address, protocol=protocol)
    return None


def _answer(arguments: dict[str, Any], host: str, port: int, seconds: int) -> KafkaTrouble | None:
    """Whether a first question is answered."""
    address = f"{host}:{port}"
    until = monotonic() + seconds
    client = KafkaNetClient(**{**arguments, "bootstrap_servers": f"{_bracketed(host)}:{port}"})
    try:
        (node,) = client.cluster.bootstrap_brokers()
        client.send_and_receive(node.node_id, MetadataRequest(topics=[]), timeout_ms=seconds * 1000)
        return None
    except KafkaError:
        if monotonic() >= until:
            return KafkaTrouble("kafka.silent", address=address)
        protocol = str(arguments["security_protocol"])
        return KafkaTrouble("kafka.protocol", address=address, protocol=protocol)
    finally:
        client.close()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _rights(admin: KafkaAdminClient, wants: Wants) -> list[KafkaTrouble]:
    return [
        *_topics(admin, wants),
        *_group(admin, wants.group),
        *_transactions(admin, wants.transactional_id),
    ]


def _topics(admin: KafkaAdminClient, wants: Wants) -> Iterator[KafkaTrouble]:
    names = [*dict.fromkeys((*wants.read, *wants.write))]
    if not names:
        return
    for told in sorted(admin.describe_topics(names), key=lambda one: names.index(one["name"])):
        name, code = told["name"], told["error_code"]
        if code == UnknownTopicOrPartitionError.errno:
            yield KafkaTrouble("kafka.topic-missing", topic=name)
            continue
        for right, wanted in (("READ", wants.read), ("WRITE", wants.write)):
            if name in wanted and (
                code == TopicAuthorizationFailedError.errno or right not in told["authorized_operations"]
            ):
                yield KafkaTrouble("kafka.topic-denied", topic=name, right=right)


def _patiently(ask: Callable[[], Any]) -> Any:
    """A cluster that was never asked for a group or a transaction makes the topic for them first."""
    until = monotonic() + SECONDS
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not error.retriable or monotonic() > until:
                raise
            sleep(0.1)


def _group(admin: KafkaAdminClient, group: str | None) -> Iterator[KafkaTrouble]:
    if group is None:
        return
    try:
        told = _patiently(lambda: admin.describe_groups([group]))[group]
    except GroupAuthorizationFailedError:
        yield KafkaTrouble("kafka.group-denied", group=group)
        return
    if GroupAuthorizationFailedError.__name__ in str(told["error"]) or "READ" not in (
        told["authorized_operations"] or ["READ"]
    ):
        yield KafkaTrouble("kafka.group-denied", group=group)


def _transactions(admin: KafkaAdminClient, name: str | None) -> Iterator[KafkaTrouble]:
    if name is None:
        return
    try:
        _patiently(lambda: admin.describe_transactions([name]))
    except TransactionalIdAuthorizationFailedError:
        yield KafkaTrouble("kafka.id-denied", id=name)
    except TransactionalIdNotFoundError:
        return
