"""Writes commands without end, for tests that kill it: `python -m tests.adapters.writer FOLDER MARK`.

Command `MARK-batch-number-size-events` is the `number`th of `size` in its batch and has so many events over
two streams; a line of its id is printed when the batch was acknowledged.
"""

import sys
from itertools import count
from pathlib import Path
from random import Random

from tests.adapters.trials import again, commit, paid


def main(folder: str, mark: str) -> None:
    store = again(Path(folder))
    random = Random(mark)
    ends: dict[str, int] = {}
    for batch in count(1):
        size = random.randint(1, 4)
        names = []
        with store.batch():
            for number in range(size):
                streams = [f"case:{mark}{random.randint(0, 5)}", f"person:{mark}{random.randint(0, 5)}"]
                events = [(random.choice(streams), paid(at)) for at in range(random.choice((1, 2, 5, 50)))]
                name = f"{mark}-{batch}-{number}-{size}-{len(events)}"
                store.write(
                    commit(name, *events, expected={stream: ends.get(stream, 0) for stream in streams})
                )
                for stream, _ in events:
                    ends[stream] = ends.get(stream, 0) + 1
                names.append(name)
        print(*names, sep="\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
