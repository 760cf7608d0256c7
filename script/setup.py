"""Builds .venv from requirements.lock with nothing but the standard library; called by script/setup."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".doudi-setup"
PYTHON = VENV / "bin" / "python"


def stop(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)
    sys.exit(1)


def wanted() -> str:
    return f"{ROOT}\n{LOCK.read_text()}"


def works(code: str) -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-Ic", code], capture_output=True).returncode == 0


def ready() -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted() and works("import orjson")


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def install_ensurepip() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(
            f"This Python ({sys.executable}) can make no virtual environment: its ensurepip is missing.",
            f"Install it (Debian, Ubuntu: sudo apt-get install {package}), then run this again.",
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {package}, which this Python needs to make a virtual environment …", file=sys.stderr)
    for step in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", package]):
        if subprocess.run(["apt-get", *step], env=environment, stdout=sys.stderr).returncode:
            stop(f"{package} could not be installed: apt-get {step[0]} failed (above).")


def make_environment() -> list[str]:
    """Make .venv where there is none that runs; return the pip command that installs into it."""
    own_pip = [str(PYTHON), "-I", "-m", "pip"]
    if works("import pip"):
        return own_pip
    venv = [sys.executable, "-I", "-m", "venv", "--clear"]
    with_pip = has("ensurepip")
    if not with_pip and not has("pip"):
        install_ensurepip()
        with_pip = True
    if with_pip:
        if subprocess.run([*venv, str(VENV)], stdout=sys.stderr).returncode:
            stop(f"{sys.executable} could not make a virtual environment in {VENV} (above).")
        return own_pip
    if subprocess.run([*venv, "--without-pip", str(VENV)], stdout=sys.stderr).returncode:
        stop(f"{sys.executable} could not make a virtual environment in {VENV} (above).")
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def install(pip: list[str]) -> None:
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    command = [*pip, "install", *options, "--only-binary", ":all:", "-r", str(LOCK)]
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode:
        stop(
            "The packages of requirements.lock could not be installed (pip's reason is above).",
            "Check the network, or name the index you may use in pip's own settings, then run this again.",
        )


def main() -> None:
    try:
        guard = (ROOT / ".setup.lock").open("w")
    except OSError as error:
        stop(
            f"{ROOT} can't be written to ({error.strerror}): run this as the checkout's owner, or clone anew."
        )
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if ready():
            return
        print("Setting up .venv from requirements.lock (once, about half a minute) …", file=sys.stderr)
        STAMP.unlink(missing_ok=True)
        install(make_environment())
        STAMP.write_text(wanted())


main()
