"""Listing the backups by their manifests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.files import read_json
from engine.home import Home

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Copied:
    """A database in a backup: its file, size, SHA-256, and number of rows per table."""

    file: Path
    bytes: int
    sha256: str
    rows: dict[str, int]


@dataclass(frozen=True)
class Backup:
    """One backup; `made` is in unix seconds, `databases` by name."""

    root: Path
    made: float
    databases: dict[str, Copied]

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def before_migration(self) -> bool:
        return "-version-" in self.name

    @property
    def photographs(self) -> int | None:
        """The number of photographs in its catalogue; None if it holds no catalogue."""
        catalogue = self.databases.get("catalogue")
        return catalogue.rows.get("photograph", 0) if catalogue else None


def list_backups(home: Home) -> list[Backup]:
    """All complete backups, newest first; skips unreadable ones."""
    found = []
    for manifest in home.backups.glob("*/manifest.json"):
        try:
            found.append(read_backup(manifest.parent))
        except BadInput:
            continue
    return sorted(found, key=lambda backup: -backup.made)


def find_backup(home: Home, name: str = "") -> Backup:
    """The backup with this name; without a name, the newest that holds a catalogue.

    Raises:
        BadInput: it does not exist.
    """
    backups = list_backups(home)
    if not name:
        backups = [backup for backup in backups if "catalogue" in backup.databases]
    for backup in backups:
        if name in ("", backup.name):
            return backup
    names = ", ".join(backup.name for backup in backups)
    if not names:
        raise BadInput(
            "There is no backup in {folder}. Try `catalogue rebuild`.", folder=home.backups
        )
    raise BadInput("There is no backup {name}. Choose one of {names}.", name=name, names=names)


def read_backup(root: Path) -> Backup:
    """Read the manifest of one backup.

    Raises:
        BadInput: the manifest is missing or damaged.
    """
    manifest: Any = read_json(root / MANIFEST)
    try:
        databases = {
            str(key): Copied(
                # Only the name, so that a damaged manifest cannot point outside the folder.
                root / Path(item["file"]).name,
                int(item["bytes"]),
                str(item["sha256"]),
                {str(table): int(rows) for table, rows in item["rows"].items()},
            )
            for key, item in manifest["databases"].items()
        }
        return Backup(root, float(manifest["made"]), databases)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput("{file} does not describe a backup.", file=root / MANIFEST) from error
