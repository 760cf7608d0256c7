"""Another Python of doudi's beside this one.

What it works on stands on its input: arguments are seen by all on the machine, and an address may hold a password.
"""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])


def begin_beside(module: str, *arguments: str, stderr: int | None = None) -> subprocess.Popen[bytes]:
    """Start a module as a process, with pipes to and from it; what lies in the working directory is no library."""
    path = [_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
    )
