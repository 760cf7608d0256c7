"""Whether log and projections are whole: looked through from the first event to the last, nothing is repaired."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from adapters.closing import unlike, whole
from adapters.keys.errors import KeyMissing, SealBroken
from adapters.projector import Difference, Projector
from adapters.store.errors import CodecError, StoreError
from adapters.store.store import EventStore
from domain.event import Event
from domain.month import MonthClosed
from domain.person import NumberAdded, PersonRegistered
from workflows.world import FOLDS

_EVENTS = (
    "SELECT position, stream, version, type, type_version, command, recorded_at, payload FROM events"
    " ORDER BY position"
)

_SEALED = re.compile(rb'"of":"([^"]*)","sealed":')
"""Whose a sealed value is, in a payload as the codec writes it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong: a message's code and what it names; never a personal value."""

    code: str
    params: dict[str, str | int] = {}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, how many of it, and what was found. `what`: events | payloads | commands …"""

    what: str
    count: int
    findings: tuple[Finding, ...] = ()


def check(
    store: EventStore, projector: Projector, seen: Callable[[int], object] = lambda position: None
) -> list[Checked]:
    """Every finding there is. `seen` is told how far the log was read.

    Positions and versions without a gap; `recorded_at` never back; every payload decodes and follows in its
    stream; the commands' table, the index of numbers, and each projection agree with the events. The file itself
    is looked at as SQLite does, so that a store without a finding can be backed up.
    """
    with store.database.reading():
        log = _Log(store)
        log.read(seen)
        checked = [*log.checked(), _commands(store, log), *_numbers(store, log), _keys(store, log)]
    return [*checked, *_projections(projector), _months(log.months, projector), _file(store)]


class _Log:
    """One pass over the log: what it holds, and what is wrong with it."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.position = 0
        self.recorded_at = 0
        self.versions: dict[str, int] = {}
        self.commands: dict[str, list[int]] = {}
        self.numbers: dict[str, set[bytes]] = {}
        self.owners: set[bytes] = set()
        self.persons = 0
        self.months: list[tuple[int, MonthClosed]] = []
        self.states: dict[str, Any] = {}
        self.broken: set[str] = set()
        self.decoded = 0
        self.wrong: dict[str, list[Finding]] = {"events": [], "streams": [], "recorded": [], "payloads": []}

    def read(self, seen: Callable[[int], object]) -> None:
        for row in self.store.database.connection.execute(_EVENTS):
            self._place(*row[:3])
            self._recorded(row[0], row[6])
            self.commands.setdefault(row[5], []).append(row[0])
            self._payload(row[0], row[1], row[2], row[3], row[4], row[7])
            if not row[0] % 1_000:
                seen(row[0])

    def checked(self) -> list[Checked]:
        counts = {
            "events": sum(map(len, self.commands.values())),
            "streams": len(self.versions),
            "recorded": sum(map(len, self.commands.values())),
            "payloads": self.decoded,
        }
        return [
            Checked(what=what, count=counts[what], findings=tuple(found))
            for what, found in self.wrong.items()
        ]

    def _place(self, position: int, stream: str, version: int) -> None:
        if position != self.position + 1:
            missing = position - self.position - 1
            self._wrong("events", "check.position-gap", position=self.position, missing=missing)
        self.position = position
        expected = self.versions.get(stream, 0) + 1
        if version != expected:
            self._wrong(
                "streams",
                "check.version-gap",
                stream=stream,
                expected=expected,
                position=position,
                version=version,
            )
            self.broken.add(stream)
        self.versions[stream] = version

    def _recorded(self, position: int, recorded_at: int) -> None:
        if recorded_at < self.recorded_at:
            self._wrong("recorded", "check.recorded-back", position=position)
        self.recorded_at = max(recorded_at, self.recorded_at)

    def _payload(
        self, position: int, stream: str, version: int, name: str, type_version: int, payload: bytes
    ) -> None:
        try:
            event = self.store.codec.read(name, type_version, payload)
        except CodecError as error:
            self._wrong("payloads", "check.unreadable", position=position, type=name, error=error.code)
            self.broken.add(stream)
            return
        self.decoded += 1
        self.owners.update(_SEALED.findall(bytes(payload, "utf-8") if isinstance(payload, str) else payload))
        self._numbered(position, stream, event)
        if stream not in self.broken:
            self._follow(position, stream, version, event)

    def _numbered(self, position: int, stream: str, event: Event) -> None:
        if isinstance(event, PersonRegistered):
            self.persons += 1
        if isinstance(event, MonthClosed):
            self.months.append((position, event))
        if isinstance(event, PersonRegistered | NumberAdded) and event.number is not None:
            try:
                number = event.number.opened()
            except KeyMissing:  # the check of keys tells it
                return
            except SealBroken as error:
                name = type(event).__name__
                self._wrong("payloads", "check.unreadable", position=position, type=name, error=error.code)
                return
            if number is None:
                return
            person = stream.partition(":")[2]
            self.numbers.setdefault(person, set()).add(self.store.keyring.index(number))

    def _follow(self, position: int, stream: str, version: int, event: Event) -> None:
        """The event must be one that its stream's state can take."""
        fold = FOLDS.get(stream.partition(":")[0])
        try:
            if fold is None:
                raise KeyError(stream)
            self.states[stream] = fold(self.states.get(stream), event, stream, version)
        except (
            Exception
        ):  # whatever a fold stumbles over, the finding names the event and nothing of its content
            self._wrong(
                "payloads", "check.misfit", position=position, type=type(event).__name__, stream=stream
            )
            self.broken.add(stream)

    def _wrong(self, what: str, finding: str, /, **params: str | int) -> None:
        self.wrong[what].append(Finding(code=finding, params=params))


def _commands(store: EventStore, log: _Log) -> Checked:
    """Each event's command is there and says where its events stand."""
    found: list[Finding] = []
    known: set[str] = set()
    for command, first, last in store.database.connection.execute("SELECT id, first, last FROM commands"):
        known.add(command)
        positions = log.commands.get(command, [])
        told = list(range(first, last + 1)) if first is not None else []
        if told != positions:
            at = f"{positions[0]}–{positions[-1]}" if positions else "–"
            params = {"command": command, "first": first or "–", "last": last or "–", "found": at}
            found.append(Finding(code="check.command-span", params=params))
    found += [
        Finding(code="check.command-missing", params={"command": command, "position": positions[0]})
        for command, positions in log.commands.items()
        if command not in known
    ]
    return Checked(what="commands", count=len(known), findings=tuple(found))


def _numbers(store: EventStore, log: _Log) -> list[Checked]:
    """The index binds every registered number to its person, unless he is forgotten, and nothing else."""
    bound = store.keyring.keys.bound()[0]
    found: list[Finding] = []
    registered = {}
    for person, hashes in log.numbers.items():
        for each in hashes:
            registered[each] = person
            if each not in bound:
                found.append(Finding(code="check.number-unbound", params={"person": person}))
            elif bound[each] != person:
                params: dict[str, str | int] = {"person": person, "found": bound[each]}
                found.append(Finding(code="check.number-other", params=params))
    found += [
        Finding(code="check.number-surplus", params={"person": person})
        for each, person in bound.items()
        if each not in registered
    ]
    return [
        Checked(what="persons", count=log.persons),
        Checked(what="numbers", count=len(bound), findings=tuple(found)),
    ]


def _keys(store: EventStore, log: _Log) -> Checked:
    """Whatever is sealed has its key, unless it is forgotten; and whoever is forgotten has none."""
    keys = store.keyring.keys
    kept = {key.name for key in keys.all_keys()}
    owners = {owner.decode() for owner in log.owners}
    found = [
        Finding(code="check.key-missing", params={"of": owner})
        for owner in sorted(owners - kept)
        if not keys.is_forgotten(owner)
    ]
    found += [Finding(code="check.key-revived", params={"of": owner}) for owner in keys.revived()]
    return Checked(what="keys", count=len(owners & kept), findings=tuple(found))


def _file(store: EventStore) -> Checked:
    """What a backup looks at, and more: pages and rows, and that each index says what its table says."""
    told = store.database.damage()
    found = () if told is None else (Finding(code="check.file-damaged", params={"told": told}),)
    return Checked(what="files", count=1, findings=found)


def _projections(projector: Projector) -> Iterator[Checked]:
    """Each as it stands against a fold of the events it has taken; then all must be able to reach the head."""
    found: list[Finding] = []
    status = projector.status()
    for one in status:
        found += verified(projector, one.name)
    try:
        projector.catch_up()
    except StoreError as error:
        name = str(error.params.get("projection", "–"))
        stopped = Finding(code="check.projection", params={"projection": name, "error": error.code})
        found += [stopped] if stopped not in found else []
    found += [
        Finding(
            code="check.parked",
            params={
                "projection": one.projection,
                "case": one.stream.removeprefix("case:"),
                "position": one.position,
            },
        )
        for one in projector.parked()
    ]
    yield Checked(what="projections", count=len(status), findings=tuple(found))


def _months(closed: list[tuple[int, MonthClosed]], projector: Projector) -> Checked:
    """Each closed month folded again from the events it counted: a difference is a defect of the program."""
    found: list[Finding] = []
    for position, event in closed:
        about: dict[str, str | int] = {"month": event.month, "county": event.division}
        if not whole(event):
            found.append(Finding(code="check.month-digest", params={**about, "position": position}))
        try:
            differences = unlike(projector, event)
        except StoreError as error:
            params: dict[str, str | int] = {"projection": "statistics", "error": error.code}
            found.append(Finding(code="check.projection", params=params))
            continue
        found += [
            Finding(code="check.month-differs", params={**about, **one._asdict()}) for one in differences
        ]
    return Checked(what="months", count=len(closed), findings=tuple(found))


def verified(projector: Projector, name: str) -> list[Finding]:
    """What a rebuild would change in a projection, by table and kind of difference."""
    try:
        differences = projector.verify(name)
    except StoreError as error:
        return [Finding(code="check.projection", params={"projection": name, "error": error.code})]
    return grouped(name, differences)


def grouped(name: str, differences: Iterable[Difference]) -> list[Finding]:
    """A finding for each table and kind of difference."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for one in differences:
        groups.setdefault((one.table, one.how), []).append(one.key)
    return [
        Finding(
            code="check.row",
            params={
                "projection": name,
                "table": table,
                "how": how,
                "count": len(keys),
                "key": " ".join(map(str, keys[0])),
            },
        )
        for (table, how), keys in groups.items()
    ]
