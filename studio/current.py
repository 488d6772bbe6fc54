"""Where the studio works: the home, its catalogue and its photographs, for any page."""

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
    """The home that this studio was started for.

    Raises:
        WorkFailed: its folder cannot be made.
    """
    return open_home(chosen_root(None, _configured_home()))


@contextmanager
def catalogue() -> Iterator[Catalogue]:
    """The catalogue, for the length of a `with` block.

    In a file, every block has a connection of its own, for scripts of several sessions run in
    threads.

    Raises:
        WorkFailed: it is damaged, belongs to a newer studio, or no MongoDB answers.
    """
    with open_catalogue(home()) as opened:
        yield opened


def catalogue_gone() -> LeftBehind | None:
    """What is left of a catalogue whose file is gone; None where it is there, or never was."""
    with suppress(StudioError):
        if catalogue_settings(home()).store == "sqlite":
            return left_behind(home())
    return None


def images() -> ImageStore:
    """The photographs' bytes and thumbnails."""
    return ImageStore(home())


def file_of(photograph: Photograph) -> Path:
    """Where the bytes of a cached photograph lie."""
    return home().resolve(photograph.path)


@cache
def _configured_home() -> str:
    return studio_settings().home
