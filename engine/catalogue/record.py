"""One photograph, as the catalogue knows it."""

import hashlib
from typing import Literal, NamedTuple

State = Literal["cached", "remote"]


class Photograph(NamedTuple):
    """A row of the catalogue.

    `path` is relative to the home and empty while the bytes are elsewhere; `width` and
    `height` are pixels the right way up, 0 while unknown. `state` is cached where the bytes
    are here, remote where only the address is known. `original_name` is the species' name as
    the source wrote it, empty where that is `species` itself. `flags` are the findings of the
    quality scan (`engine.catalogue.flags`), in alphabetical order; what is `excluded` takes
    part in nothing. `phash` is 16 hex digits.
    """

    image_id: str
    species: str
    genus: str = ""
    family: str = ""
    source: str = ""
    url: str = ""
    path: str = ""
    observation_id: str = ""
    observer: str = ""
    license: str = ""
    attribution: str = ""
    width: int = 0
    height: int = 0
    sha256: str = ""
    phash: str = ""
    state: State = "remote"
    original_name: str = ""
    flags: tuple[str, ...] = ()
    excluded: bool = False


def image_id_of(*parts: str) -> str:
    """20 hex digits that are the same whenever the same photograph is imported again."""
    # A file's name may be bytes that are no text.
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]
