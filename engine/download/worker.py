"""Fetching, checking and storing one address, in its own thread."""

from dataclasses import dataclass

from engine.download.cache import Cache
from engine.download.fetch import Fetcher
from engine.download.gate import Gate
from engine.download.outcome import Answered, Fetched, Outcome
from engine.download.queue import Item
from engine.images.store import ImageStore, StoredImage
from engine.language.message import Message


@dataclass(frozen=True)
class Landed:
    """The result of one request sent at `sent`. `stored` is its file on disk, `size` the number
    of bytes to read."""

    item: Item
    sent: float
    outcome: Outcome | None
    stored: StoredImage | None = None
    size: int = 0
    error: BaseException | None = None


class Worker:
    """Fetches and stores photographs. Safe for any number of threads."""

    def __init__(self, fetcher: Fetcher, store: ImageStore, cache: Cache, gate: Gate) -> None:
        self._fetcher, self._store, self._cache, self._gate = fetcher, store, cache, gate

    def fetch(self, item: Item, sent: float, patience: float | None = None) -> Landed:
        """Fetch one address, sent at `sent`. Every part is admitted before it is read.

        `patience` is the same as in `Fetcher.fetch`.
        """
        promised = wanted = written = 0

        def admit(size: int) -> Message | None:
            nonlocal promised, wanted
            wanted += size
            refusal = self._cache.promise(size)
            if not refusal:
                promised += size
                refusal = self._gate.admit(item.host, size)
            return refusal

        stored = None
        try:
            outcome = self._fetcher.fetch(item.address, admit, patience)
            if isinstance(outcome, Fetched) and item.probe == "known good":
                outcome.temporary.unlink(missing_ok=True)
                outcome = Answered(b"", outcome.wire)
            elif isinstance(outcome, Fetched):
                stored = self._store.adopt(outcome.temporary, outcome.sha256, outcome.header)
                written = outcome.size if stored.is_new else 0
            return Landed(item, sent, outcome, stored, wanted)
        except BaseException as error:
            return Landed(item, sent, None, error=error)
        finally:
            self._cache.settle(promised, written)

    def abort(self) -> None:
        """Abort the requests in flight."""
        self._fetcher.abort()
