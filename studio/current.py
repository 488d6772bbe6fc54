"""The home of this studio, its catalogue and its photographs, for all pages."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from engine.catalogue.opening import catalogue_settings, open_catalogue
from engine.catalogue.presence import LeftBehind, left_behind
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.errors import StudioError
from engine.home import Home, chosen_root, open_home
from engine.images.store import ImageStore
from engine.settings.configs import studio_settings


def home() -> Home:
    """The home that this studio was started with.

    Raises:
        WorkFailed: its folder cannot be created.
    """
    return open_home(chosen_root(None, _configured_home()))


@contextmanager
def catalogue() -> Iterator[Catalogue]:
    """The catalogue, for the length of a `with` block.

    With SQLite, every block has its own connection, because the scripts of sessions run in threads.

    Raises:
        WorkFailed: the catalogue is damaged, belongs to a newer studio, or MongoDB does not answer.
    """
    with open_catalogue(home()) as opened:
        yield opened


def catalogue_gone() -> LeftBehind | None:
    """What remains of a catalogue whose file is missing; None if it exists or never existed."""
    with suppress(StudioError):
        if catalogue_settings(home()).store == "sqlite":
            return left_behind(home())
    return None


def images() -> ImageStore:
    """The bytes and thumbnails of the photographs."""
    return ImageStore(home())


def file_of(photograph: Photograph) -> Path:
    """The path of a cached photograph."""
    return home().resolve(photograph.path)


@cache
def _configured_home() -> str:
    return studio_settings().home
