"""Brokers of one's own: one node, or a cluster of three. Used by script/kafka and by the tests."""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_urlsafe
from tempfile import mkdtemp

from deploy.kafka.certificates import make
from deploy.kafka.jars import HERE
from deploy.kafka.node import Node, filled, free_port

THREE = {
    "broker.session.timeout.ms": "2000",
    "controller.quorum.election.timeout.ms": "300",
    "controller.quorum.fetch.timeout.ms": "600",
    "controller.quorum.election.backoff.max.ms": "300",
    "replica.lag.time.max.ms": "3000",
    "replica.fetch.wait.max.ms": "200",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}
"""What three nodes have beyond one: three copies, two of which must have a record; quick to elect."""


def lines(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def password(folder: Path, user: str) -> str:
    """A user's password in a file of the folder, made where there is none."""
    path = folder / f"password-{user}"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(token_urlsafe(24) + "\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


class Broker(Node):
    """One node. Without a folder it has one of its own, gone when it is removed.

    `secure`: with TLS, passwords and rights. Then `ca.pem` and `password-admin` stand in the folder.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int | None = None,
        controller_port: int | None = None,
        settings: Mapping[str, str] | None = None,
        secure: bool = False,
    ) -> None:
        folder = folder or Path(mkdtemp(prefix="doudi-kafka-"))
        folder.mkdir(parents=True, exist_ok=True)
        port, inner = port or free_port(), controller_port or free_port()
        values = {
            "NODE": 1,
            "VOTERS": f"1@127.0.0.1:{inner}",
            "PORT": port,
            "CONTROLLER_PORT": inner,
            "FOLDER": folder,
        }
        text = filled(HERE / "node.properties", values)
        users: dict[str, str] = {}
        if secure:
            users["admin"] = password(folder, "admin")
            if not (folder / "ca.pem").exists():
                make(folder)
            text += filled(HERE / "secure.properties", {**values, "ADMIN_PASSWORD": users["admin"]})
        super().__init__(folder, text + lines(settings or {}), port)
        self.format(users)

    def remove(self) -> None:
        """End it at once and take its folder away."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Cluster:
    """Three nodes, each controller and broker, three copies of everything."""

    def __init__(self, folder: Path | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder or Path(mkdtemp(prefix="doudi-kafka-"))
        ports = [(free_port(), free_port()) for _ in range(3)]
        voters = ",".join(f"{node}@127.0.0.1:{inner}" for node, (_, inner) in enumerate(ports, 1))
        self.nodes = [
            Node(
                self.folder / str(node),
                filled(
                    HERE / "node.properties",
                    {
                        "NODE": node,
                        "VOTERS": voters,
                        "PORT": port,
                        "CONTROLLER_PORT": inner,
                        "FOLDER": self.folder / str(node),
                    },
                )
                + lines({**THREE, **(settings or {})}),
                port,
            )
            for node, (port, inner) in enumerate(ports, 1)
        ]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Node.format, self.nodes))

    @property
    def address(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def node(self, number: int) -> Node:
        """By its id, as Kafka's metadata names leaders: 1, 2 or 3."""
        return self.nodes[number - 1]

    def start(self) -> None:
        """Those that don't run, together."""
        resting = [node for node in self.nodes if not node.running]
        for node in resting:
            node.launch()
        for node in resting:
            node.wait()

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
