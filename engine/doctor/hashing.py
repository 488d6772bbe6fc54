"""Reading files for their SHA-256, slowly enough that others keep the disk."""

import hashlib
import time
from pathlib import Path

_CHUNK = 1 << 20


class Reader:
    """Hashes files at no more than `rate` bytes a second, 0 = as fast as the disk gives."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._began = time.monotonic()
        self.bytes = 0

    def sha256(self, file: Path) -> str:
        """64 hex digits; empty where the file cannot be read to its end."""
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
        """So many more bytes were read: wait until that is due."""
        self.bytes += size
        if not self._rate:
            return
        ahead = self.bytes / self._rate - (time.monotonic() - self._began)
        if ahead > 0.05:
            time.sleep(ahead)
        elif ahead < -1:
            # A slow disk earns no right to a burst later.
            self._began = time.monotonic() - self.bytes / self._rate
