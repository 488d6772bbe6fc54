"""One photograph, as the catalogue knows it."""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

State = Literal["cached", "remote"]

LONGEST_SPECIES = 200


@dataclass(frozen=True, slots=True)
class Photograph:
    """A row of the catalogue.

    `path` is relative to the home and empty while the bytes are elsewhere; `width` and
    `height` are pixels the right way up, 0 while unknown. `state` is cached where the bytes
    are here, remote where only the address is known.
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


def species_name(text: str) -> str:
    """A species' name in one form: composed Unicode, single spaces, no underscores.

    Raises:
        ValueError: it is empty, longer than `LONGEST_SPECIES`, or holds control characters or
            bytes that are no text.
    """
    name = " ".join(unicodedata.normalize("NFC", text).replace("_", " ").split())
    if not name:
        raise ValueError("it names no species")
    if len(name) > LONGEST_SPECIES:
        raise ValueError(f"its species' name is longer than {LONGEST_SPECIES} characters")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise ValueError("its species' name holds characters that are no text")
    return name


@lru_cache(maxsize=65_536)
def search_form(text: str) -> str:
    """`text` as a search compares it: no accents, no case, single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("_", " ").split())


def genus_of(species: str) -> str:
    """The first word of a binomial; empty where the name is a single word."""
    first, _, rest = species.partition(" ")
    return first if rest else ""


def image_id_of(*parts: str) -> str:
    """20 hex digits that are the same whenever the same photograph is imported again."""
    # A file's name may be bytes that are no text.
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]
