"""Finds photographs of the catalogue that have a file, by path and by address."""

from dataclasses import dataclass
from functools import cached_property

from engine.catalogue.identity import identity_of
from engine.catalogue.opening import catalogue_settings, open_catalogue
from engine.catalogue.store import Filter
from engine.home import Home

_COLUMNS = ("image_id", "path", "url", "sha256", "phash")


@dataclass(frozen=True)
class KnownPhotograph:
    """A photograph with a file: `path` is relative to the home."""

    image_id: str
    path: str
    sha256: str
    phash: str


class KnownPhotographs:
    """Finds photographs; the first search reads the catalogue."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def by_path(self, path: str) -> KnownPhotograph | None:
        """The photograph with this file, relative to the home."""
        return self._found[0].get(path)

    def by_address(self, url: str) -> KnownPhotograph | None:
        """The photograph with this address, or with an equivalent one."""
        return self._found[1].get(identity_of(url)) if url else None

    @cached_property
    def _found(self) -> tuple[dict[str, KnownPhotograph], dict[str, KnownPhotograph]]:
        paths: dict[str, KnownPhotograph] = {}
        addresses: dict[str, KnownPhotograph] = {}
        if catalogue_settings(self._home).store == "sqlite" and not self._home.catalogue.is_file():
            # Opening a catalogue would create it.
            return paths, addresses
        with open_catalogue(self._home) as catalogue:
            table = catalogue.columns(_COLUMNS, Filter(state="cached", excluded=None))
            by_id: dict[str, KnownPhotograph] = {}
            columns = [table[name].to_pylist() for name in _COLUMNS]
            for image_id, path, url, sha256, phash in zip(*columns, strict=True):
                known = KnownPhotograph(image_id, path, sha256, phash)
                by_id[image_id] = paths[path] = known
                if url:
                    addresses[identity_of(url)] = known
            for listing in catalogue.all_listings():
                joined = by_id.get(listing.photograph)
                if joined is not None and listing.listed.url:
                    addresses.setdefault(identity_of(listing.listed.url), joined)
        return paths, addresses
