"""Topics that the table can't name: a subscriber's own, made when he is first told of somebody."""

from collections.abc import Iterable

from kafka.errors import TopicAuthorizationFailedError

from adapters.kafka.errors import Denied, KafkaTrouble, Unsure
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import SUBJECTS, topic
from adapters.kafka.upkeep import create


class Making:
    """A message to a topic that isn't there would hold up all others; so it is made first."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._there: set[str] = set()

    def see_to(self, names: Iterable[str]) -> None:
        """Make those of subscribers that aren't there. Raises `Denied`, `Unsure`."""
        wanted = {name for name in names if name.startswith(SUBJECTS)} - self._there
        if not wanted:
            return
        try:
            create(self._settings, [topic(name) for name in sorted(wanted)])
        except KafkaTrouble as error:
            reason = str(error.params.get("reason", error.code))
            if reason == TopicAuthorizationFailedError.__name__:
                raise Denied(reason=reason, what=self._settings.topic(SUBJECTS)) from error
            raise Unsure(reason=reason) from error
        self._there |= wanted

    def look_again(self) -> None:
        """After anything went wrong: one may have been deleted meanwhile, and would hold up all others."""
        self._there.clear()
