"""Hashing files at a limited rate, so that other programs can use the disk."""

import hashlib
import time
from pathlib import Path

_CHUNK = 1 << 20


class Reader:
    """Hashes files at no more than `rate` bytes per second, 0 = unlimited."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._began = time.monotonic()
        self.bytes = 0

    def sha256(self, file: Path) -> str:
        """64 hex digits; empty if the file cannot be read completely."""
        digest = hashlib.sha256()
        try:
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    self.pause(len(chunk))
        except OSError:
            return ""
        return digest.hexdigest()

    def pause(self, size: int) -> None:
        """Count `size` more bytes read, and wait as long as the rate requires."""
        self.bytes += size
        if not self._rate:
            return
        ahead = self.bytes / self._rate - (time.monotonic() - self._began)
        if ahead > 0.05:
            time.sleep(ahead)
        elif ahead < -1:
            # After a slow phase, the rate is not exceeded to catch up.
            self._began = time.monotonic() - self.bytes / self._rate
