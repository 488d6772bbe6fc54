"""Which importer reads a file or folder."""

from pathlib import Path

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.table_rows import KINDS
from engine.errors import BadInput
from engine.language.message import Message


def importers_for(path: Path) -> list[str]:
    """The names of the importers that can read a path, by a cheap look at it.

    Those of a known format come alone; without one, `folder` or `table` remains.
    """
    found = [
        name
        for name, importer in IMPORTERS.items()
        if importer.recognises is not None and importer.recognises(path)
    ]
    if found:
        return found
    if path.is_dir():
        return ["folder"]
    return ["table"] if path.suffix.lower() in KINDS else []


def importer_for(path: Path) -> str:
    """The name of the importer that reads a path.

    Raises:
        BadInput: the path does not exist, no importer reads it, or several do; the message names
            the choices.
    """
    if not path.exists():
        raise BadInput("{path} does not exist. Check the path.", path=str(path))
    found = importers_for(path)
    if not found:
        raise BadInput(
            "The format of {path} is not known. Choose one of {names}.",
            path=str(path),
            names=", ".join(IMPORTERS),
        )
    if len(found) > 1:
        raise BadInput(
            "{path} can be read in several ways. Choose one of {names}.",
            path=str(path),
            names=", ".join(f"{name} ({Message(IMPORTERS[name].title)})" for name in found),
        )
    return found[0]
