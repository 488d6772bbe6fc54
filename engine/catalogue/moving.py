"""Moving a home's catalogue to its other store, with all its content.

The move copies the photographs in batches, then the curation history. It compares the rows by a
checksum before data/catalogue.yaml names the new store, and keeps the old store. An interrupted
move resumes: rows that are already copied are updated.
"""

import contextlib
import hashlib
import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue.opening import catalogue_settings
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.catalogue.stores import open_store
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.home_id import MOVING, home_id, require_own_catalogue
from engine.language.message import message
from engine.progress import Report, silent
from engine.reasons import reason_of
from engine.settings.catalogue import CatalogueSettings
from engine.settings.files import save

_BATCH = 5_000
_EVERYTHING = Filter(excluded=None)
_ALL_CHANGES = 1_000_000_000
_MODULUS = 1 << 256


@dataclass(frozen=True)
class CatalogueMove:
    """`checksum` covers all rows and is equal in both stores; `kept` locates the old store."""

    store: str
    photographs: int
    changes: int
    checksum: str
    kept: str


def move_catalogue(home: Home, target: CatalogueSettings, report: Report = silent) -> CatalogueMove:
    """Copy the catalogue into the store `target`, compare both, and make the home use it.

    Raises:
        BadInput: the home uses that store already, has no catalogue, or the target is in use.
        WorkFailed: the copy differs, the catalogue changed meanwhile, or a store fails. The home
            keeps its old store.
    """
    current = catalogue_settings(home)
    _require_other(home, current, target)
    fresh = home.data / "catalogue.moving.sqlite"
    with (
        open_store(current, home.catalogue) as source,
        open_store(target, fresh) as copy,
    ):
        require_own_catalogue(home, source)
        _prepare(home, source, copy, target)
        copy.take_listings([], source.apart())
        images = _copy_photographs(source, copy, report)
        copy.take_listings(source.all_listings(), ())
        changes = _copy_changes(source, copy)
        stamp = source.stamp()
        report(images, images, message("Comparing the two stores"))
        checksum = _checksum(source)
        if checksum != _checksum(copy):
            raise WorkFailed(
                "The copy differs from the catalogue, so the old store stays in use. Run the "
                "command again, or choose another --database."
            )
        copy.mark_home(home_id(home))
        if source.stamp() != stamp:
            copy.mark_home(_moving(home))
            raise WorkFailed(
                "The catalogue changed during the move, so the old store stays in use. Run the "
                "command again."
            )
    kept = "data/catalogue.sqlite"
    if target.store == "sqlite":
        _put_in_place(home, fresh)
        kept = _name(current)
    save(target, home.data / "catalogue.yaml")
    return CatalogueMove(target.store, images, changes, checksum, kept)


def _require_other(home: Home, current: CatalogueSettings, target: CatalogueSettings) -> None:
    if current.store == target.store == "sqlite" or current == target:
        raise BadInput("The catalogue is already in {store}.", store=_name(target))
    if current.store == "sqlite" and not home.catalogue.is_file():
        raise BadInput(
            "There is no catalogue to move: {file} does not exist.", file=str(home.catalogue)
        )


def _prepare(home: Home, source: Catalogue, copy: Catalogue, target: CatalogueSettings) -> None:
    """Mark the target as incomplete, so that no home uses it yet."""
    mark, found = _moving(home), copy.home_id()
    images = copy.counts(_EVERYTHING).images
    is_ours = found in (mark, home_id(home)) and _holds_no_other(source, copy)
    if (images and not is_ours) or found not in ("", mark, home_id(home)):
        raise BadInput(
            "{store} has other photographs ({images}). Choose another with --database.",
            store=_name(target),
            images=images,
        )
    copy.mark_home(mark)


def _holds_no_other(source: Catalogue, copy: Catalogue) -> bool:
    """Whether the copy holds only photographs of the source, as after an earlier move."""
    return all(
        len(source.known([photograph.image_id for photograph in batch])) == len(batch)
        for batch in _batches(copy.all(_EVERYTHING))
    )


def _moving(home: Home) -> str:
    return MOVING + home_id(home)


def _copy_photographs(source: Catalogue, copy: Catalogue, report: Report) -> int:
    counts = source.counts(_EVERYTHING)
    done = 0
    for batch in _batches(source.all(_EVERYTHING)):
        if copy.add(batch).known:
            # An interrupted move copied them; they may have changed since.
            copy.update(photograph._asdict() for photograph in batch)
        done += len(batch)
        report(done, counts.images, message("Copying photographs"))
    return done


def _copy_changes(source: Catalogue, copy: Catalogue) -> int:
    changes = source.changes(_ALL_CHANGES)
    for change in reversed(changes):
        copy.take_change(change, source.before_change(change.number))
        if change.action == "compute":
            copy.take_own_changes(change.number, source.own_changes(change.number))
    return len(changes)


def _checksum(catalogue: Catalogue) -> str:
    """The checksum over all photographs and changes, independent of their order."""
    total = count = 0
    for photograph in catalogue.all(_EVERYTHING):
        total, count = (total + _digest(tuple(photograph))) % _MODULUS, count + 1
    for listing in catalogue.all_listings():
        total = (total + _digest(tuple(listing))) % _MODULUS
    for change in catalogue.changes(_ALL_CHANGES):
        total = (total + _digest(change)) % _MODULUS
        for image_id, facet in catalogue.before_change(change.number):
            total = (total + _digest((change.number, image_id, tuple(facet)))) % _MODULUS
        for one in catalogue.own_changes(change.number):
            total = (total + _digest((change.number, *one))) % _MODULUS
    return hashlib.sha256(f"{count} {total}".encode()).hexdigest()


def _digest(row: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(row).encode(errors="surrogatepass")).digest(), "big")


def _batches(photographs: Iterable[Photograph]) -> Iterator[list[Photograph]]:
    rest = iter(photographs)
    while batch := list(itertools.islice(rest, _BATCH)):
        yield batch


def _put_in_place(home: Home, fresh: Path) -> None:
    """Rename the new file to its final name; a file from an earlier move is renamed first."""
    aside = home.data / f"catalogue.until-{time.strftime('%Y%m%d-%H%M%S')}.sqlite"
    try:
        for ending in ("-wal", "-shm", ""):
            former = home.data / f"{home.catalogue.name}{ending}"
            with contextlib.suppress(FileNotFoundError):
                former.rename(home.data / f"{aside.name}{ending}")
        fresh.rename(home.catalogue)
    except OSError as error:
        raise WorkFailed(
            "Could not move {file} to its place ({reason}).",
            file=str(fresh),
            reason=reason_of(error),
        ) from error


def _name(settings: CatalogueSettings) -> str:
    if settings.store == "sqlite":
        return "data/catalogue.sqlite"
    return f"{settings.database} ({settings.address})"
