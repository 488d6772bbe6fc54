"""A web server of photographs on loopback, fast enough to measure download programs.

    python -m benchmarks.image_server FOLDER PORT [PER_SECOND]

The contents of the folder are kept in memory. With PER_SECOND it answers this many requests in any
second, and returns 429 above. /counts returns the requests so far, second by second.
"""

import asyncio
import json
import sys
import time
from collections import deque
from pathlib import Path

_HEAD = "HTTP/1.1 {} Fine\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n"


class Site:
    """The served files and the requests: `seconds` holds [answered, refused] by Unix second."""

    def __init__(self, folder: Path, per_second: int | None) -> None:
        self._files = {f"/{file.name}": file.read_bytes() for file in folder.iterdir()}
        self._per_second = per_second
        self._given: deque[float] = deque()
        self.seconds: dict[int, list[int]] = {}

    def answer(self, path: str) -> bytes:
        """The complete response to a GET."""
        if path == "/counts":
            return _answer(200, "application/json", json.dumps(self.seconds).encode())
        content = self._files.get(path.partition("?")[0])
        if content is None:
            return _answer(404, "text/plain", b"")
        counts = self.seconds.setdefault(int(time.time()), [0, 0])
        if not self._may():
            counts[1] += 1
            return _answer(429, "text/plain", b"")
        counts[0] += 1
        return _answer(200, "image/jpeg", content)

    def _may(self) -> bool:
        if self._per_second is None:
            return True
        now = time.monotonic()
        while self._given and now - self._given[0] >= 1:
            self._given.popleft()
        if len(self._given) >= self._per_second:
            return False
        self._given.append(now)
        return True


def _answer(status: int, kind: str, content: bytes) -> bytes:
    return _HEAD.format(status, kind, len(content)).encode() + content


async def serve(site: Site, port: int) -> None:
    """Answer until the process ends."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(site.answer(request.split(b" ", 2)[1].decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=256)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else None
    asyncio.run(serve(Site(Path(sys.argv[1]), limit), int(sys.argv[2])))
