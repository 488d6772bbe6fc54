"""A real HTTP server on loopback that responds as told: correctly, incorrectly, or maliciously."""

import io
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.conftest import flower


@dataclass(frozen=True)
class Request:
    """A received request and its time (on the monotonic clock)."""

    path: str
    headers: Mapping[str, str]
    t: float


@dataclass
class Wire:
    """The server's end of a connection, for arbitrary writes."""

    socket: socket.socket
    ended: threading.Event
    closed: bool = field(default=False)

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def wait(self, seconds: float) -> bool:
        """Wait; return True as long as the test is running."""
        return not self.ended.wait(seconds)

    def close(self) -> None:
        self.closed = True


Behaviour = Callable[[Wire, Request], None]


class Server:
    """Responds to each path by its behaviour, or with 404. Records all requests."""

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.otherwise: Behaviour = status(404)
        self.requests: list[Request] = []
        self._ended = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                connection = wrap(self.request) if wrap else self.request
                outer._serve(connection)

        class Threads(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Threads(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, behaviour: Behaviour) -> str:
        """Set the response of this path; return its address."""
        self.behaviours[path] = behaviour
        return self.url(path)

    def asked(self, path: str | None = None) -> list[Request]:
        return [request for request in self.requests if path in (None, request.path)]

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        stream = connection.makefile("rb")
        wire = Wire(connection, self._ended)
        while not wire.closed and not self._ended.is_set():
            line = stream.readline().decode("latin-1").split()
            if len(line) != 3:
                return
            headers = {}
            while header := stream.readline().decode("latin-1").strip():
                name, _, value = header.partition(":")
                headers[name.strip().lower()] = value.strip()
            request = Request(line[1], headers, time.monotonic())
            self.requests.append(request)
            self.behaviours.get(request.path, self.otherwise)(wire, request)


def head(code: int = 200, **headers: object) -> bytes:
    """The status line and headers of a response: head(200, content_length=3)."""
    lines = [f"HTTP/1.1 {code} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def body(content: bytes, code: int = 200, **headers: object) -> Behaviour:
    """A valid response."""
    told = {"content_length": len(content), "content_type": "image/jpeg", **headers}

    def answer(wire: Wire, request: Request) -> None:
        wire.send(head(code, **told) + content)

    return answer


def raw(content: bytes) -> Behaviour:
    """Exactly these bytes, then the end of the connection."""

    def answer(wire: Wire, request: Request) -> None:
        wire.send(content)
        wire.close()

    return answer


def status(code: int, **headers: object) -> Behaviour:
    return body(b"no", code, **headers)


def redirect(target: str, code: int = 302) -> Behaviour:
    return body(b"", code, location=target)


def trickle(start: bytes, piece: bytes = b"x", pause: float = 0.5) -> Behaviour:
    """Send `start`, then a few bytes at intervals, without end."""

    def answer(wire: Wire, request: Request) -> None:
        wire.send(start)
        while wire.wait(pause):
            wire.send(piece)

    return answer


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Each request gets the next response; the last one is repeated."""
    left = list(behaviours)

    def answer(wire: Wire, request: Request) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(wire, request)

    return answer


def jpeg(width: int = 64, height: int = 48, seed: int = 0, **save: Any) -> bytes:
    """A photograph, different for every seed."""
    stream = io.BytesIO()
    Image.fromarray(flower(width, height, seed)).save(stream, "JPEG", **save)
    return stream.getvalue()
