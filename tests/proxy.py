"""Stands between a client and a PostgreSQL server, and loses what it is told to lose."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp


class Proxy:
    """`lose_answer(mark)`: the next message that holds the mark reaches the server, its answer nobody.

    `lose_message(mark)`: the message itself is lost. Either way the connection is cut, once.
    """

    def __init__(self, server: Path) -> None:
        self.folder = Path(mkdtemp(prefix="doudi-px-", dir="/tmp"))
        self._server = str(server / ".s.PGSQL.5432")
        self._mark: bytes | None = None
        self._answered = False
        self.cut = 0
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer(self, mark: bytes) -> None:
        self._answered, self._mark = True, mark

    def lose_message(self, mark: bytes) -> None:
        self._answered, self._mark = False, mark

    def close(self) -> None:
        self._listening.close()
        (self.folder / ".s.PGSQL.5432").unlink(missing_ok=True)
        self.folder.rmdir()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            losing = threading.Event()
            threading.Thread(target=self._up, args=(client, server, losing), daemon=True).start()
            threading.Thread(target=self._down, args=(client, server, losing), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while data := _read(client):
            if self._mark is not None and self._mark in data:
                self._mark = None
                self.cut += 1
                losing.set()
                if not self._answered:
                    _cut(client, server)
                    return
            server.sendall(data)
        _cut(client, server)

    @staticmethod
    def _down(client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while (data := _read(server)) and not losing.is_set():
            client.sendall(data)
        _cut(client, server)


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 16)
    except OSError:
        return b""


def _cut(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
