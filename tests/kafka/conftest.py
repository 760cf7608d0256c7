"""A broker for all tests of this folder, fresh topics for each; three brokers where a test asks for them.

Real brokers only. Where Java or Maven isn't, these tests are skipped, each with the remedy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from adapters.kafka.rights import set_password
from adapters.kafka.settings import KafkaSettings, read
from adapters.kafka.upkeep import create
from deploy.kafka.broker import Broker, Cluster, password
from deploy.kafka.jars import NoBroker

_numbers = count(1)


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One plain node. A test that stops or freezes it needs do no more: `topics` sees to it."""
    try:
        made = Broker()
    except NoBroker as error:
        pytest.skip(str(error))
    made.start()
    yield made
    made.remove()


@dataclass(frozen=True)
class Topics:
    """Fresh names on a broker: `settings` has a prefix of its own."""

    settings: KafkaSettings

    @property
    def prefix(self) -> str:
        return self.settings.prefix

    def make(self, *names: str, partitions: int = 1, configs: dict[str, str] | None = None) -> list[str]:
        """Make topics; their names on the broker."""
        full = [self.settings.topic(name) for name in names]
        admin = KafkaAdminClient(**self.settings.admin_args())
        try:
            admin.create_topics(
                [
                    NewTopic(
                        name=name,
                        num_partitions=partitions,
                        replication_factor=self.settings.ours.replication,
                        topic_configs=configs or {},
                    )
                    for name in full
                ]
            )
        finally:
            admin.close()
        return full


def settings_of(address: str, replication: int = 1, min_insync: int = 1) -> KafkaSettings:
    """Settings for a broker at an address, with a fresh prefix."""
    ours = {
        "prefix": f"t{next(_numbers)}.",
        "source": "urn:doudi:test",
        "replication": replication,
        "min_insync": min_insync,
    }
    return read({"kafka": {"bootstrap_servers": address}, "doudi": ours})


@pytest.fixture
def topics(broker: Broker) -> Iterator[Topics]:
    """Fresh names on the shared broker, which runs again when the test is over."""
    if not broker.running:
        broker.start()
    yield Topics(settings_of(broker.address))
    broker.thaw()
    if not broker.running:
        broker.start()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Three nodes, running. What a test stops or freezes `cluster_topics` brings back."""
    try:
        made = Cluster()
    except NoBroker as error:
        pytest.skip(str(error))
    made.start()
    yield made
    made.remove()


@pytest.fixture
def cluster_topics(cluster: Cluster) -> Iterator[Topics]:
    """Fresh names on the three nodes; all run again when the test is over."""
    yield Topics(settings_of(cluster.address, replication=3, min_insync=2))
    for node in cluster.nodes:
        node.thaw()
    cluster.start()


@dataclass(frozen=True)
class Secure:
    """A node with TLS, passwords and rights; `admin` may everything."""

    node: Broker
    prefix: str = "s."

    @property
    def admin(self) -> KafkaSettings:
        return self.settings("admin")

    def settings(self, user: str, **kafka: object) -> KafkaSettings:
        """As this user would have them; his password's file is in the node's folder."""
        common = {
            "bootstrap_servers": self.node.address,
            "security_protocol": "SASL_SSL",
            "ssl_cafile": "ca.pem",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password_file": f"password-{user}",
        }
        ours = {"prefix": self.prefix, "source": "urn:doudi:test", "replication": 1, "min_insync": 1}
        inbound = {"deaths": {"actor": "registry"}}
        raw = {"kafka": {**common, **kafka}, "doudi": ours, "inbound": inbound}
        return read(raw, self.node.folder)

    def user(self, name: str, **kafka: object) -> KafkaSettings:
        """Make a user without any right."""
        set_password(self.admin, name, password(self.node.folder, name))
        return self.settings(name, **kafka)


@pytest.fixture(scope="session")
def secure() -> Iterator[Secure]:
    """Running, with all topics made."""
    try:
        node = Broker(secure=True)
    except NoBroker as error:
        pytest.skip(str(error))
    node.start()
    made = Secure(node)
    create(made.admin)
    yield made
    node.remove()
