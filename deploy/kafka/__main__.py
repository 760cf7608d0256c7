"""A broker at a desk: `script/kafka start [--secure] [--port N]`, `stop`, `status`. Its data is in .kafka/desk."""

import argparse
import os
import re
import signal
import socket
import sys
from pathlib import Path
from time import monotonic, sleep

from deploy.kafka.broker import Broker
from deploy.kafka.jars import CACHE, NoBroker

PORT = 9092
SECONDS = 60


def main(arguments: list[str] | None = None, folder: Path = CACHE / "desk") -> int:
    parser = argparse.ArgumentParser(prog="script/kafka", description=__doc__)
    parser.add_argument("what", choices=["start", "stop", "status"])
    parser.add_argument("--secure", action="store_true", help="with TLS, passwords and rights")
    parser.add_argument(
        "--port", type=int, help=f"its own, and the next one too; as it was last time, {PORT} at first"
    )
    given = parser.parse_args(arguments)
    try:
        if given.what == "start":
            own = folder / ("secure" if given.secure else "plain")
            return start(own, given.port or _last_port(own), given.secure)
    except (NoBroker, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    found = [kind for kind in ("plain", "secure") if running(folder / kind)]
    if given.what == "status":
        for kind in found:
            print(
                f"{kind}: process {running(folder / kind)}, export DOUDI_KAFKA={folder / kind / 'kafka.toml'}"
            )
        if not found:
            print("no broker runs here")
        return 0 if found else 1
    for kind in found:
        pid = running(folder / kind)
        stop(folder / kind)
        print(f"{kind}: process {pid} has stopped")
    if not found:
        print("no broker runs here")
    return 0


def _last_port(folder: Path) -> int:
    try:
        found = re.search(r':(\d+)"', (folder / "kafka.toml").read_text(encoding="utf-8"))
    except OSError:
        return PORT
    return int(found[1]) if found else PORT


def _check_free(port: int) -> None:
    for one in (port, port + 1):
        with socket.socket() as looking:
            if looking.connect_ex(("127.0.0.1", one)) == 0:
                raise RuntimeError(
                    f"port {one} is taken by another program: script/kafka start --port {port + 100}, say"
                )


def start(folder: Path, port: int, secure: bool) -> int:
    """Runs on when this has ended."""
    pid = running(folder)
    if pid:
        print(f"it runs already, as process {pid}")
        return 0
    _check_free(port)
    broker = Broker(folder, port=port, controller_port=port + 1, secure=secure)
    broker.start(outlives=True)
    (folder / "pid").write_text(f"{broker.pid}\n")
    settings = folder / "kafka.toml"
    settings.write_text(_settings(broker.address, secure), encoding="utf-8")
    print(f"{broker.address}, process {broker.pid}")
    print(f"export DOUDI_KAFKA={settings}")
    return 0


def _settings(address: str, secure: bool) -> str:
    lines = ["[kafka]", f'bootstrap_servers = "{address}"']
    if secure:
        lines += [
            'security_protocol = "SASL_SSL"',
            'ssl_cafile = "ca.pem"',
            'sasl_mechanism = "SCRAM-SHA-512"',
            'sasl_plain_username = "admin"',
            'sasl_plain_password_file = "password-admin"',
        ]
    return "\n".join([*lines, "", "[doudi]", "replication = 1", "min_insync = 1", ""])


def running(folder: Path) -> int:
    """The process that serves this folder, 0 if none does."""
    try:
        pid = int((folder / "pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return 0
    told = Path(f"/proc/{pid}/cmdline")
    # A number is given to another process when the machine was started anew.
    return pid if _is(told, folder) or not Path("/proc/self").exists() else 0


def _is(told: Path, folder: Path) -> bool:
    try:
        return os.fsencode(folder) in told.read_bytes()
    except OSError:
        return False


def stop(folder: Path) -> None:
    pid = running(folder)
    if not pid:
        return
    os.kill(pid, signal.SIGTERM)
    until = monotonic() + SECONDS
    while running(folder) and monotonic() < until:
        sleep(0.05)
    (folder / "pid").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
