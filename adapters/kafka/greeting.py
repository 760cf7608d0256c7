"""A password tried over a connection of one's own.

kafka-python drops a broker's last words where they come together with its hanging up, and a refused password is just
that; read from the socket, they are there.
"""

import socket
import struct
from collections.abc import Mapping
from typing import Any

from kafka.net.sasl import get_sasl_mechanism

_HANDSHAKE, _AUTHENTICATE = 17, 36
_MECHANISM_REFUSED = (33, 34)


class MechanismRefused(Exception):
    """The listener knows no passwords of this kind."""


class PasswordRefused(Exception):
    """The user or the password is wrong."""


def introduce(connection: socket.socket, host: str, arguments: Mapping[str, Any]) -> None:
    """Say who we are, as the client would. Raises one of the above, or OSError."""
    mechanism = str(arguments["sasl_mechanism"])
    answer = _asked(connection, _HANDSHAKE, 1, _text(mechanism))
    if struct.unpack_from(">h", answer)[0] in _MECHANISM_REFUSED:
        raise MechanismRefused
    talk = get_sasl_mechanism(mechanism)(host=host, **arguments)
    while not talk.is_done():
        token = talk.auth_bytes()
        answer = _asked(connection, _AUTHENTICATE, 0, struct.pack(">i", len(token)) + token)
        code, length = struct.unpack_from(">hh", answer)
        if code:
            raise PasswordRefused
        talk.receive(answer[8 + max(0, length) :])
    if not talk.is_authenticated():
        raise PasswordRefused


def _asked(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    head = struct.pack(">hhi", api, version, 1) + _text("doudi")
    connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
    (size,) = struct.unpack(">i", _exactly(connection, 4))
    if not 4 <= size <= 1 << 20:
        raise OSError("this isn't Kafka")
    return _exactly(connection, size)[4:]


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            raise ConnectionResetError("hung up")
        found += part
    return found


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text.encode())) + text.encode()
