"""The queue of addresses to download, their order, and the failed ones."""

import json
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.catalogue.record import Photograph
from engine.catalogue.store import CachedFile, Catalogue, Filter
from engine.download.addresses import RefusedAddress, host_of
from engine.download.newness import newness_of
from engine.download.outcome import Failed, Fetched, Kind
from engine.download.store import DownloadStore
from engine.download.variants import in_size
from engine.images.store import StoredImage
from engine.language.message import Message, message
from engine.records import read_message, written_message
from engine.settings.download import Order, Variant

# Within a species the newest photographs come first.
_ORDERS: dict[Order, str] = {
    "rarest": "ORDER BY images, species, newness DESC, url",
    "round-robin": "ORDER BY turn, images, species, url",
    "newest": "ORDER BY newness DESC, url",
}

_ITEMS = (
    "SELECT place, url, queue.host, COALESCE(attempts, 0) FROM queue LEFT JOIN failure USING (url)"
)


@dataclass(frozen=True)
class Item:
    """An address to download from a host.

    `attempts` is the number of earlier attempts; `hops` redirects led to `at`. `size` is the
    number of bytes that last exceeded its provider's budget (0 = unknown). A `probe` tests
    whether its host answers at all: it is an untried address, or one downloaded before.
    """

    url: str
    host: str
    at: str = ""
    attempts: int = 0
    hops: int = 0
    size: int = 0
    probe: Literal["", "untried", "known good"] = ""

    @property
    def address(self) -> str:
        return self.at or self.url


@dataclass(frozen=True)
class FailedItem:
    """An address that failed finally, with the reason."""

    url: str
    host: str
    kind: Kind
    reason: Message
    status: int
    attempts: int
    t: float


class Queue:
    """Rebuilt from the catalogue's remote photographs when a download starts."""

    def __init__(self, downloads: DownloadStore) -> None:
        self._downloads = downloads

    def fill(self, catalogue: Catalogue, variant: Variant) -> int:
        """Store every remote photograph that has an address; returns their number."""
        with self._downloads.transaction():
            self._downloads.write("DELETE FROM wanted")
            self._downloads.write_many(
                "INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?, ?, ?, ?)",
                _wanted(catalogue.all(Filter(state="remote")), variant),
            )
        return int(self._one("SELECT COUNT(*) FROM wanted"))

    def order(self, catalogue: Catalogue, order: Order, limit: int | None = None) -> int:
        """Order the addresses, without the failed ones; returns their number.

        In the order "rarest", rarity is the number of photographs in the whole catalogue. In
        "round-robin", the species with fewest stored photographs comes first.
        """
        cached = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
        with self._downloads.transaction():
            self._downloads.write("DROP TABLE IF EXISTS temp.tally")
            self._downloads.write(
                "CREATE TEMP TABLE tally (species TEXT PRIMARY KEY, images INTEGER, here INTEGER)"
            )
            self._downloads.write_many(
                "INSERT INTO tally VALUES (?, ?, ?)",
                (
                    (item.species, item.images, cached.get(item.species, 0))
                    for item in catalogue.species()
                ),
            )
            self._downloads.write("DELETE FROM queue")
            self._downloads.write(
                "INSERT INTO queue (url, host) SELECT url, host FROM ("
                "  SELECT url, host, species, newness, images, here + ROW_NUMBER() OVER "
                "    (PARTITION BY species ORDER BY newness DESC, url) AS turn "
                "  FROM wanted JOIN tally USING (species) "
                "  WHERE url NOT IN (SELECT url FROM failure WHERE final)"
                f") WHERE true {_ORDERS[order]} "
                "ON CONFLICT (url) DO NOTHING"
            )
            if limit is not None:
                self._downloads.write(
                    "DELETE FROM queue WHERE place NOT IN "
                    "(SELECT place FROM queue ORDER BY place LIMIT ?)",
                    [limit],
                )
        return int(self._one("SELECT COUNT(*) FROM queue"))

    def hosts(self) -> dict[str, int]:
        """The hosts of the queue with their number of addresses."""
        return dict(self._downloads.rows("SELECT host, COUNT(*) FROM queue GROUP BY host"))

    def following(self, host: str, place: int, many: int) -> list[tuple[int, Item]]:
        """The next addresses of a host after a position, each with its own position."""
        rows = self._downloads.rows(
            f"{_ITEMS} WHERE queue.host = ? AND place > ? ORDER BY place LIMIT ?",
            [host, place, many],
        )
        return [(row[0], Item(row[1], row[2], attempts=row[3])) for row in rows]

    def somewhere(self, host: str, place: int, but: Collection[int]) -> tuple[int, Item] | None:
        """An address of a host after a position, with its own position: the last, then any other.

        Failing addresses are often adjacent, so this one is far from the next. Skips the
        positions in `but`.
        """
        last = self._downloads.row("SELECT MAX(place) FROM queue WHERE host = ?", [host])
        if last is None or last[0] is None or last[0] <= place:
            return None
        start = random.randint(place + 1, last[0]) if but else last[0]
        rows = self._downloads.rows(
            f"{_ITEMS} WHERE queue.host = ? AND place > ? "
            "AND place NOT IN (SELECT value FROM json_each(?)) "
            "ORDER BY place < ?, place LIMIT 1",
            [host, place, json.dumps(list(but)), start],
        )
        return (rows[0][0], Item(rows[0][1], rows[0][2], attempts=rows[0][3])) if rows else None

    def fetched_from(self, host: str) -> str:
        """An address from which this host supplied a photograph; empty if there is none."""
        row = self._downloads.row(
            "SELECT url FROM fetched WHERE host = ? AND url = final_url ORDER BY t DESC LIMIT 1",
            [host],
        )
        return str(row[0]) if row else ""

    def wanted(self, urls: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """The photographs of each address, as image_id and licence."""
        found: dict[str, list[tuple[str, str]]] = {url: [] for url in urls}
        rows = self._downloads.rows(
            "SELECT url, image_id, license FROM wanted "
            "WHERE url IN (SELECT value FROM json_each(?)) ORDER BY url, image_id",
            [json.dumps(list(found))],
        )
        for url, image_id, license_ in rows:
            found[url].append((str(image_id), str(license_)))
        return found

    def note_fetched(
        self, fetched: Sequence[tuple[Item, Fetched, StoredImage]], variant: Variant
    ) -> list[CachedFile]:
        """Record the downloaded files, in one variant; returns the photographs with these files."""
        wanted = self.wanted([item.url for item, _, _ in fetched])
        now = time.time()
        self._downloads.write_many(
            "INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                [
                    item.url,
                    item.address,
                    stored.sha256,
                    stored.path,
                    stored.width,
                    stored.height,
                    outcome.size,
                    outcome.etag,
                    next((license_ for _, license_ in wanted[item.url] if license_), ""),
                    item.host,
                    variant,
                    now,
                ]
                for item, outcome, stored in fetched
            ),
        )
        self._downloads.write_many(
            "DELETE FROM failure WHERE url = ?",
            ([item.url] for item, _, _ in fetched if item.attempts),
        )
        return [
            CachedFile(image_id, stored.path, stored.sha256, stored.width, stored.height)
            for item, _, stored in fetched
            for image_id, _ in wanted[item.url]
        ]

    def note_failure(self, item: Item, failure: Failed, attempts: int, final: bool) -> None:
        """Record a failed attempt; after a `final` one, only the user can start another."""
        self._downloads.write(
            "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                item.url,
                item.host,
                failure.kind,
                written_message(failure.reason),
                failure.status,
                attempts,
                final,
                time.time(),
            ],
        )

    def failures(self, kind: Kind | None = None, limit: int = -1) -> list[FailedItem]:
        """The addresses that failed finally, latest first."""
        rows = self._downloads.rows(
            "SELECT url, host, kind, reason, status, attempts, t FROM failure "
            "WHERE final AND kind = COALESCE(?, kind) ORDER BY t DESC LIMIT ?",
            [kind, limit],
        )
        return [
            FailedItem(url, host, kind, read_message(reason) or message("Unknown."), *more)
            for url, host, kind, reason, *more in rows
        ]

    def failure_counts(self) -> dict[str, int]:
        """The number of addresses that failed finally, by kind."""
        query = "SELECT kind, COUNT(*) FROM failure WHERE final GROUP BY kind ORDER BY kind"
        return dict(self._downloads.rows(query))

    def retry(self, kind: Kind | None = None) -> int:
        """Delete the failures of a kind (None = all), to queue them again; returns their number."""
        return self._downloads.write(
            "DELETE FROM failure WHERE final AND kind = COALESCE(?, kind)", [kind]
        )

    def _one(self, query: str) -> Any:
        row = self._downloads.row(query)
        return row[0] if row else 0


def _wanted(photographs: Iterator[Photograph], variant: Variant) -> Iterator[tuple[Any, ...]]:
    for photograph in photographs:
        if photograph.url:
            url = in_size(photograph.url, variant)
            yield (
                url,
                photograph.image_id,
                photograph.species,
                newness_of(photograph),
                photograph.license,
                _host(url),
                max(photograph.width, photograph.height),
            )


def _host(url: str) -> str:
    try:
        return host_of(url)
    except RefusedAddress:
        return ""
