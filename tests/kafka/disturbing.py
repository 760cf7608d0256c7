"""Disturbances that relays must live through; each says how many faults it set off."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import sleep

from adapters.bootstrap import open_doudi
from adapters.kafka.relaying.lease import holder
from adapters.kafka.settings import KafkaSettings
from deploy.kafka.broker import Broker, Cluster
from tests.faults.forks import Child, Forks
from tests.harness import TrialOffice
from tests.kafka.relays import Load, act, live, settings_file, wait_told
from tests.postgres import Server


@contextmanager
def acting(url: str, settings: KafkaSettings, folder: Path, forks: Forks) -> Iterator[Child]:
    """A relay as a process, killed in the end."""
    child = forks.start(act, url, settings_file(settings, folder))
    try:
        wait_told(settings, 1)
        yield child
    finally:
        child.signal(signal.SIGKILL)
        child.wait()


def head_of(url: str) -> int:
    doudi = open_doudi(url)
    try:
        return doudi.store.head()
    finally:
        doudi.close()


def killed(
    url: str,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    random: Random,
    times: int,
    first: int = 100,
) -> int:
    """Kill the relay while it tells what an office does meanwhile."""
    file = settings_file(settings, folder)
    with Load(url, first):
        for _ in range(times):
            child = forks.start(act, url, file)
            sleep(random.uniform(0.25, 0.9))
            child.signal(signal.SIGKILL)
            assert child.wait() == -signal.SIGKILL
    return times


def killed_at(
    url: str, settings: KafkaSettings, folder: Path, forks: Forks, point: str, nths: Iterable[int]
) -> int:
    done = 0
    for nth in nths:
        assert forks.run(act, url, settings_file(settings, folder), point, nth) == -signal.SIGKILL
        done += 1
    return done


def two_at_once(
    url: str,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    random: Random,
    times: int,
    first: int = 100,
) -> int:
    """Two relays, whoever acts is killed and begins again behind the other."""
    file = settings_file(settings, folder)
    doudi = open_doudi(url)
    children = {child.pid: child for child in (forks.start(act, url, file), forks.start(act, url, file))}
    done = 0
    with Load(url, first):
        while done < times:
            sleep(random.uniform(0.6, 1.2))
            acting = holder(doudi.store.database)
            pid = int(acting.holder.split()[1]) if acting is not None else 0
            if pid in children:
                children[pid].signal(signal.SIGKILL)
                assert children.pop(pid).wait() == -signal.SIGKILL
                child = forks.start(act, url, file)
                children[child.pid] = child
                done += 1
    wait_told(settings, doudi.store.head())
    for child in children.values():
        child.signal(signal.SIGKILL)
        child.wait()
    doudi.close()
    return done


def broker_killed(
    broker: Broker,
    url: str,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    random: Random,
    times: int,
    first: int = 100,
) -> int:
    """One relay lives through it all, and so does the office."""
    with acting(url, settings, folder, forks) as child:
        with Load(url, first, pause=0.05) as load:
            for _ in range(times):
                sleep(random.uniform(0.3, 1.0))
                broker.kill()
                before = load.cases
                sleep(random.uniform(0.2, 1.0))
                assert load.cases > before
                broker.start()
                wait_told(settings, head_of(url))
        wait_told(settings, head_of(url))
        child.signal(0)
    return times


def frozen(
    broker: Broker,
    url: str,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    seconds: Iterable[float],
    first: int = 100,
) -> int:
    done = 0
    with acting(url, settings, folder, forks) as child:
        with Load(url, first, pause=0.1):
            for each in seconds:
                sleep(0.7)
                broker.freeze()
                sleep(each)
                broker.thaw()
                done += 1
        wait_told(settings, head_of(url))
        child.signal(0)
    return done


def nodes_lost(
    cluster: Cluster,
    url: str,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    random: Random,
    times: int,
    first: int = 100,
) -> int:
    """A node killed or stopped, each third time two of them; those that lead something are among them."""
    with acting(url, settings, folder, forks) as child:
        with Load(url, first, pause=0.1) as load:
            for number in range(times):
                sleep(random.uniform(0.3, 0.8))
                gone = random.sample(cluster.nodes, 2 if number % 3 == 2 else 1)
                for node in gone:
                    node.kill() if random.random() < 0.5 else node.stop()
                before = load.cases
                sleep(random.uniform(1.0, 3.0))
                assert load.cases > before
                cluster.start()
                wait_told(settings, head_of(url))
        wait_told(settings, head_of(url))
        child.signal(0)
    return times


def database_restarted(
    server: Server,
    office: TrialOffice,
    settings: KafkaSettings,
    folder: Path,
    forks: Forks,
    random: Random,
    times: int,
) -> int:
    with acting(office.url, settings, folder, forks) as child:
        for number in range(times):
            sleep(random.uniform(0.2, 0.6))
            server.kill()
            sleep(random.uniform(0.1, 0.5))
            server.start()
            live(office, 5, serial=100 + 10 * number)
            wait_told(settings, office.store.head())
        child.signal(0)
    return times
