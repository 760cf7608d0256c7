"""What is done with dead letters: found, taken again, discarded; each by name of who did it."""

from datetime import datetime

from kafka.errors import KafkaError
from msgspec.structs import replace

from adapters.bootstrap import Doudi
from adapters.kafka.client import Transactions
from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.inbox import group
from adapters.kafka.letters import Letter, letters, opened, record, settled
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.taking import Arrived, Waits, take
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
            outcome = take(self._doudi, self._settings.inbound, self._opened(one))
        except Waits as waits:
            raise refuse("dead-letter-waits", "letter", why=waits.code) from None
        if outcome.how == "refused":
            after = replace(one, reasons=outcome.reasons, tries=one.tries + 1)
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

    def _opened(self, one: Letter) -> Arrived:
        if not one.kept:
            raise refuse("dead-letter-bare", "letter", partition=one.partition, offset=one.offset)
        return opened(self._doudi.store.keyring, one)

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
