"""Threads that are first to read a kind of event all at once: the process must live."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_kind_may_be_read_by_several_threads_at_once_from_the_first_time_on() -> None:
    command = [sys.executable, "-m", "tests.adapters.readers"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr
