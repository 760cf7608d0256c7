"""Stands between a store and its PostgreSQL server, on a socket of its own, and swallows a reply when it is told to."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Proxy:
    """Listens in `folder` as a server would; `server` is the real one's socket."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self._server = server
        self._pattern: bytes | None = None
        self._guard = threading.Lock()
        self.swallowed = 0
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(folder / server.name))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow(self, pattern: bytes) -> None:
        """What is sent next with the pattern in it reaches the server; its reply reaches nobody, the line is cut."""
        with self._guard:
            self._pattern = pattern

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                _Line(self, self._listening.accept()[0], self._server)

    def strikes(self, data: bytes) -> bool:
        with self._guard:
            if self._pattern is None or self._pattern not in data:
                return False
            self._pattern = None
            return True


class _Line:
    """One connection, pumped both ways."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: Path) -> None:
        self._proxy = proxy
        self._client = client
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.connect(str(server))
        self._swallowing = False
        threading.Thread(target=self._ask, daemon=True).start()
        threading.Thread(target=self._answer, daemon=True).start()

    def _ask(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(1 << 16):
                if self._proxy.strikes(data):
                    self._swallowing = True
                self._server.sendall(data)
        self._cut()

    def _answer(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(1 << 16):
                if self._swallowing:
                    self._proxy.swallowed += 1
                    break
                self._client.sendall(data)
        self._cut()

    def _cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
