"""Children by the dozen: a small process that has everything imported and nothing open forks one for each call.

`python -m tests.faults.forks MODULE…` reads lines `[function, [argument, …]]` and answers each child's pid;
a line `pid` waits for that child and answers how it ended (a return code, or minus the signal that killed it).
"""

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def _child(function: str, arguments: list[Any]) -> None:
    try:
        module, _, name = function.partition(":")
        getattr(importlib.import_module(module), name)(*arguments)
        sys.stdout.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def serve(modules: list[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    ended: dict[int, int] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            if asked not in ended:
                ended[asked] = os.waitstatus_to_exitcode(os.waitpid(asked, 0)[1])
            answers.write(f"{ended[asked]}\n")
        else:
            pid = os.fork()
            if pid == 0:
                os.close(0)
                _child(*asked)
            answers.write(f"{pid}\n")
        answers.flush()


class Child:
    """A forked process."""

    def __init__(self, forks: "Forks", pid: int) -> None:
        self._forks = forks
        self.pid = pid

    def wait(self) -> int:
        """Its return code, or minus the signal that killed it."""
        return self._forks.ask(self.pid)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Forks:
    """Starts functions (`module:name`) of the modules that it was made with, each in a process of its own."""

    def __init__(self, *modules: str) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forks", *modules],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: object) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(what) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def start(self, function: Callable[..., object], *arguments: object) -> Child:
        return Child(self, self.ask([f"{function.__module__}:{function.__name__}", list(arguments)]))

    def run(self, function: Callable[..., object], *arguments: object) -> int:
        return self.start(function, *arguments).wait()

    def close(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()


if __name__ == "__main__":
    serve(sys.argv[1:])
