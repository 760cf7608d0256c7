"""What the relay asks: an event of the log → its messages as Kafka takes them, asked in any order.

The fold of public events goes over the whole log once; what was told last is remembered, as a relay asks again after
every error. What is asked for from further back (a message that waited, a span of history) is folded anew aside.
"""

from collections import OrderedDict
from collections.abc import Sequence

from adapters.kafka.wire import Wired, source_of, wired
from adapters.projecting.errors import is_poison
from adapters.store.store import EventStore
from domain.case import Case
from projections.public.mapping import Older, Publishing
from projections.public.message import Message
from workflows.ports import Recorded

PAGE = 2_000
REMEMBERED = 10_000
"""Events whose messages are kept."""


class Publisher:
    """For one thread at a time."""

    def __init__(self, store: EventStore, source: str, older: Older | None = None) -> None:
        self._store = store
        self._source = source_of(source, store.log_id)
        self._older = older
        self._front = self._fresh()
        self._back: Publishing | None = None
        self._told: OrderedDict[int, list[Message]] = OrderedDict()

    def told(self, recorded: Recorded, before: Case | None = None, after: Case | None = None) -> list[Wired]:
        """The messages of an event, in order."""
        return [self._wired(message) for message in self._messages(recorded)]

    def snapshot(self, last: Recorded) -> list[Wired]:
        """The present state of every recipient as of an event: with it a newcomer goes on from the position behind."""
        fold = self._fresh()
        self._forward(fold, last.position + 1)
        return [self._wired(message) for message in fold.snapshot(last)]

    def _fresh(self) -> Publishing:
        return Publishing(self._store.load, self._older)

    def _messages(self, recorded: Recorded) -> Sequence[Message]:
        known = self._told.get(recorded.position)
        if known is not None:
            return known
        if recorded.position <= self._front.position:
            return self._from_behind(recorded)
        self._forward(self._front, recorded.position)
        messages = self._told[recorded.position] = self._front.apply(recorded)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return messages

    def _from_behind(self, recorded: Recorded) -> Sequence[Message]:
        if self._back is None or self._back.position >= recorded.position:
            self._back = self._fresh()
        self._forward(self._back, recorded.position)
        return self._back.apply(recorded)

    def _forward(self, fold: Publishing, position: int) -> None:
        """Fold on to what stands before a position."""
        while True:
            page = self._store.page(fold.position, PAGE)
            for one in page:
                if one.position >= position:
                    return
                _over(fold, one)
            if not page:
                return

    def _wired(self, message: Message) -> Wired:
        return wired(message, self._source)


def _over(fold: Publishing, recorded: Recorded) -> None:
    """What can't be mapped was said when its turn came; here it is passed over."""
    try:
        fold.apply(recorded)
    except Exception as error:
        if not is_poison(error):
            raise
