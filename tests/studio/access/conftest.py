"""The studio's real server, used by raw HTTP and WebSocket."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.access.token import cookie
from tests.conftest import PROJECT
from tests.studio.access.probes import ANOTHER_ACCOUNT

TOKEN = "the-start-token-of-the-access-tests"


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Studio:
    """A running studio."""

    port: int
    home: Path
    log: Path
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def cookie(self) -> dict[str, str]:
        """The header of a browser with the right cookie."""
        return {"Cookie": "=".join(cookie(TOKEN, self.port))}

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """Send one request; underscores in header names become hyphens."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in ({"Host": self.host} | named).items():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Answer(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            )

    def open_socket(self, **headers: str) -> Answer:
        """The response to a WebSocket handshake; its status is 101 if the socket opens."""
        asked = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec_WebSocket_Protocol": "streamlit",
        }
        return self.ask("/_stcore/stream", **(asked | headers))


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    """The studio, served on a free port until the tests of the file have ended.

    Pytest's own folders are closed to other accounts, so this folder is outside of them.
    """
    with tempfile.TemporaryDirectory() as name, open_to_others(Path(name)) as running:
        yield running


@contextmanager
def open_to_others(folder: Path) -> Iterator[Studio]:
    """A studio with the token TOKEN and an empty home in a folder that other accounts can enter.

    If the folder were closed, another account would be refused for that reason alone.
    """
    folder.chmod(0o755)
    (folder / "home").mkdir(mode=0o755)
    running = serve(folder, free_port(), STUDIO_TOKEN=TOKEN)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait()


def ask_as_another_account(studio: Studio) -> "subprocess.CompletedProcess[str]":
    """What another account of the machine can access, as JSON; only root can switch accounts.

    The JSON has the statuses of its requests ("found"), and whether it sees the token and the
    server's process ("token and server seen").
    """
    # The token is passed reversed, or the arguments of this command would reveal it.
    arguments = [str(studio.port), str(studio.home), TOKEN[::-1]]
    return subprocess.run(
        [sys.executable, "-I", "-c", ANOTHER_ACCOUNT, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(folder: Path, port: int, *options: str, **environment: str) -> Studio:
    """Start a studio with its home and log in a folder; return when it responds.

    Streamlit uses the settings and secrets of the folder, if there are any.
    """
    settings = folder if (folder / ".streamlit").is_dir() else PROJECT
    places = {
        "STUDIO_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path]),
    }
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "studio.server", "--port", str(port), *options],
            cwd=settings,
            env={**os.environ, **places, **environment},
            stdout=output,
            stderr=output,
        )
    running = Studio(port, folder / "home", log, process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            running.ask("/_stcore/health")
        except OSError:
            time.sleep(0.1)
        else:
            return running
    process.kill()
    raise AssertionError(log.read_text(errors="replace"))
