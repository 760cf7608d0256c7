"""What is done with dead letters: found, taken again, discarded; each by name of who did it."""

from datetime import datetime, timedelta

from kafka.errors import KafkaError
from msgspec.structs import replace

from adapters.bootstrap import Doudi
from adapters.kafka.about import persons_of
from adapters.kafka.client import Transactions
from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.inbox import group
from adapters.kafka.letters import Letter, emptied, letters, opened, record, seal, settled
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.taking import Arrived, Waits, take
from adapters.keys.errors import OwnerForgotten
from adapters.store.access_log import Access
from domain.days import CHINA
from domain.text import check_text
from workflows.refusal import refuse


class DeadLetters:
    """For who was found to be allowed to; every act and every look at an original is noted."""

    def __init__(self, doudi: Doudi, settings: KafkaSettings) -> None:
        self._doudi = doudi
        self._settings = settings

    def all(self) -> dict[str, Letter]:
        try:
            return letters(self._settings)
        except KafkaError as error:
            raise KafkaTrouble(reason=type(error).__name__) from error

    def find(self, name: str) -> Letter:
        found = self.all().get(name)
        if found is None:
            raise refuse("dead-letter-unknown", "letter")
        return found

    def original(self, one: Letter, actor: str, purpose: str) -> Arrived:
        """The message as it came. `purpose` is kept in the open."""
        said = check_text(purpose, "purpose", longest=200, lines=False)
        if not said:
            raise refuse("dead-letter-purpose", "purpose")
        came = self._opened(one)
        self._note(one, actor, f"dlq-show: {said}", "seen")
        return came

    def retry(self, one: Letter, actor: str) -> Letter:
        """Take its message again, as the command it was: the letter as it then is. Taken before, it stays so."""
        if one.state == "taken":
            return one
        if one.state != "open":
            raise refuse("dead-letter-settled", "letter", state=one.state)
        try:
            came = self._opened(one)
            outcome = take(self._doudi, self._settings.inbound, came)
        except Waits as waits:
            raise refuse("dead-letter-waits", "letter", why=waits.code) from None
        if outcome.how == "refused":
            sealed = seal(self._doudi.store.keyring, one.id, came, persons_of(self._doudi, came))
            tries = one.tries + 1
            after = replace(one, reasons=outcome.reasons, tries=tries, kept=bool(sealed), sealed=sealed)
        else:
            after = settled(one, "taken", actor, self._now())
        self._put(after)
        codes = ",".join(reason.code for reason in outcome.reasons)
        self._note(one, actor, "dlq-retry", codes or outcome.how)
        return after

    def discard(self, one: Letter, actor: str, why: str) -> Letter:
        """`why` is kept in the open. Discarded before, it stays as it was."""
        said = check_text(why, "reason", longest=500, lines=False)
        if not said:
            raise refuse("text-empty", "reason")
        if one.state == "discarded":
            return one
        if one.state != "open":
            raise refuse("dead-letter-settled", "letter", state=one.state)
        after = settled(one, "discarded", actor, self._now(), said)
        self._put(after)
        self._note(one, actor, "dlq-discard", "discarded")
        return after

    def expire(self, days: int, actor: str) -> list[Letter]:
        """Take the original out of what has been open for so many days; those letters, which stay open."""
        before = self._now() - timedelta(days=days)
        found = [one for one in self.all().values() if one.state == "open" and one.kept and one.at < before]
        for one in found:
            self._put(emptied(one))
            self._note(one, actor, "dlq-expire", "emptied")
        return [emptied(one) for one in found]

    def _opened(self, one: Letter) -> Arrived:
        if not one.kept:
            raise refuse("dead-letter-bare", "letter", partition=one.partition, offset=one.offset)
        try:
            return opened(self._doudi.store.keyring, one)
        except OwnerForgotten:
            raise refuse("dead-letter-forgotten", "letter") from None

    def _put(self, one: Letter) -> None:
        made = record(one)
        sending = Transactions(self._settings, f"{group(self._doudi, self._settings)}-letters")
        try:
            sending.open()
            sending.begin()
            sending.send(
                self._settings.topic(made.topic), key=made.key, value=made.value, headers=made.headers
            )
            sending.settle()
        finally:
            sending.close()

    def _note(self, one: Letter, actor: str, purpose: str, outcome: str) -> None:
        self._doudi.access_log.note(
            Access(
                at=self._doudi.store.clock.now(),
                actor=actor,
                purpose=purpose,
                outcome=outcome,
                command=one.id,
            )
        )

    def _now(self) -> datetime:
        return datetime.now(CHINA)
