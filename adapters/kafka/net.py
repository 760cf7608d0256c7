"""kafka-python's network, mended where it drops what it should ask again."""

from time import sleep
from typing import Any

from kafka.errors import KafkaConnectionError
from kafka.net.compat import KafkaNetClient


class SafeNetClient(KafkaNetClient):  # type: ignore[misc]
    """Tells of a node that isn't ready as its callers expect, so that they ask again and lose no request."""

    def await_ready(self, node_id: Any, timeout_ms: float = 30000) -> bool:
        try:
            return bool(super().await_ready(node_id, timeout_ms=timeout_ms))
        except KafkaConnectionError:
            sleep(0.05)
            return False
