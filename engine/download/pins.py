"""Splits whose photographs the cache always keeps."""

from engine.download.journal import Journal


def pinned_splits(journal: Journal) -> list[str]:
    """The names of the pinned splits."""
    return [str(name) for (name,) in journal.rows("SELECT split FROM pin ORDER BY split")]


def pin(journal: Journal, split: str) -> None:
    """Keep a split's photographs whatever is made room for."""
    journal.write("INSERT OR IGNORE INTO pin VALUES (?)", [split])


def unpin(journal: Journal, split: str) -> None:
    """Let the cache treat a split's photographs like any others."""
    journal.write("DELETE FROM pin WHERE split = ?", [split])
