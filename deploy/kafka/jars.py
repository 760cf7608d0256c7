"""The broker's jars: fetched once by Maven, as pom.xml pins them, into .kafka/ of the checkout."""

import fcntl
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[1] / ".kafka"


class NoBroker(Exception):
    """A broker can't be run here; the text says what to do."""


def java() -> str:
    """The path of Java; 17 or newer is needed, and an older one says so itself."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else None
    found = found or shutil.which("java")
    if found is None:
        raise NoBroker(
            "Java 17 isn't here: apt-get install default-jre-headless (script/test does it for root)"
        )
    return found


def jars() -> Path:
    """The folder with the jars, fetched if it isn't there yet."""
    folder = CACHE / f"jars-{sha256(POM.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoBroker("Maven isn't here: apt-get install maven (script/test does it for root)")
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [maven, "-q", "-B", "--strict-checksums", "-f", str(POM), "dependency:copy-dependencies"]
    options = [f"-DoutputDirectory={unfinished}", "-DincludeScope=runtime"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode or not unfinished.exists():
        raise NoBroker(f"Maven could not fetch the broker's jars:\n{(done.stdout + done.stderr)[-2000:]}")
    unfinished.rename(folder)
