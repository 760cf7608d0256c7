"""What can be wrong with Kafka or with its settings; each names its remedy in the catalogue, none holds a secret."""

from collections.abc import Mapping


class KafkaTrouble(Exception):
    """`code` and `remedy` are names in the message catalogue, `params` what their texts name."""

    code = "kafka.failed"

    def __init__(self, code: str = "", **params: str | int) -> None:
        self.code = code or self.code
        super().__init__(self.code, params)
        self.params: Mapping[str, str | int] = params

    @property
    def remedy(self) -> str:
        return f"{self.code}.remedy"

    def __str__(self) -> str:
        named = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code} ({named})" if named else self.code


class BadSettings(KafkaTrouble):
    """The settings can't be used; its code says why (params: file, key, …)."""


class Fenced(KafkaTrouble):
    """Another has taken this transactional id: who finds himself fenced stops for good (params: id)."""

    code = "kafka.fenced"


class Refused(KafkaTrouble):
    """A record that no broker will ever take (params: topic, key, reason = too-large | invalid).

    `index`: which of its transaction's records it is, from 0. Nothing of the transaction was committed.
    """

    code = "kafka.refused"

    def __init__(self, *, topic: str, key: str, reason: str, index: int) -> None:
        super().__init__(topic=topic, key=key, reason=reason)
        self.index = index
        self.topic = topic
        self.key = key
        self.reason = reason


class Unsure(KafkaTrouble):
    """The transaction may or may not have been committed: look where one stands before going on (params: reason)."""

    code = "kafka.unsure"


class Denied(Unsure):
    """The broker denies a right (params: reason, what). Nothing was committed; once the right is there it can be."""

    code = "kafka.denied"
