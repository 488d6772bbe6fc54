"""Splits whose photographs the cache always keeps."""

from engine.download.store import DownloadStore


def pinned_splits(downloads: DownloadStore) -> list[str]:
    """The names of the pinned splits."""
    return [str(name) for (name,) in downloads.rows("SELECT split FROM pin ORDER BY split")]


def pin_split(downloads: DownloadStore, split: str) -> None:
    """Protect a split's photographs from eviction."""
    downloads.write("INSERT OR IGNORE INTO pin VALUES (?)", [split])


def unpin_split(downloads: DownloadStore, split: str) -> None:
    """Allow the cache to remove a split's photographs again."""
    downloads.write("DELETE FROM pin WHERE split = ?", [split])
