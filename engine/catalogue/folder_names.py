"""What the folders of species are called: names, numbers that a file translates, ranks in a row."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_LARGEST = 5_000_000
_MOST_FILES = 50
_NUMBER = re.compile(r"\d+")
_NUMBERED = re.compile(r"\d+[\W_]+(?=[^\W\d_])")
# As iNaturalist's competitions name them: number, kingdom, phylum, class, order, family, genus.
_RANKED = re.compile(
    r"\d+_(?:Plantae|Animalia|Fungi|Chromista|Protozoa|Bacteria|Archaea|Viruses)_"
    r"[^_]+_[^_]+_[^_]+_(?P<family>[^_]+)_(?P<genus>[^_]+)_(?P<epithet>.+)"
)
_BINOMIAL = re.compile(r"[A-Z][a-zëïö-]+[ _](?:[x×][ _]?)?[a-zëïö-]{2,}(?![^\W_])")
_EPITHET = re.compile(
    r"[a-z]+(?:-[a-z]+)*(?:a|ae|i|is|um|us|ens|ans|ense|ale|are|ile|nne|oides|es|os|on|or|er|ex|ix)"
)


class ClassName(NamedTuple):
    """What a folder's name says of the photographs in it."""

    species: str
    genus: str = ""
    family: str = ""


class Translation(NamedTuple):
    """Names by the numbers that stand for them, and the file that says so."""

    names: Mapping[str, str]
    file: Path


def is_number(name: str) -> bool:
    """Whether a folder is called by a number alone."""
    return _NUMBER.fullmatch(name) is not None


def is_binomial(name: str) -> bool:
    """Whether a name begins like that of a species: "Rosa canina", "Rosa_canina_L."."""
    return _BINOMIAL.match(name) is not None


def is_epithet(name: str) -> bool:
    """Whether it is one word in lower case that ends as Latin epithets do."""
    return _EPITHET.fullmatch(name) is not None


def class_names(folders: Iterable[str], translated: Mapping[str, str]) -> dict[str, ClassName]:
    """The species that each folder name stands for.

    "05729_Plantae_…_Apiaceae_Angelica_archangelica" holds family, genus and epithet; a number
    that all names begin with is left out; a number alone is translated.
    """
    names = list(dict.fromkeys(folders))
    ranked = [_RANKED.fullmatch(name) for name in names]
    if all(ranked):
        return {
            name: ClassName(f"{found['genus']} {found['epithet']}", found["genus"], found["family"])
            for name, found in zip(names, ranked, strict=True)
            if found is not None
        }
    if all(map(_NUMBERED.match, names)):
        bare = [_NUMBERED.sub("", name, count=1) for name in names]
        if len(set(bare)) == len(names):
            return dict(zip(names, map(ClassName, bare), strict=True))
    return {name: ClassName(translated.get(name, name)) for name in names}


def translations(numbers: Sequence[str], folders: Sequence[Path]) -> list[Translation]:
    """The files of the nearest of these folders that name every one of the numbers."""
    for folder in folders:
        found = list(_translating(numbers, folder))
        if found:
            return found
    return []


def _translating(numbers: Sequence[str], folder: Path) -> Iterator[Translation]:
    try:
        files = sorted(folder.glob("*.json"))[:_MOST_FILES]
    except OSError:
        return
    for file in files:
        try:
            if not file.is_file() or file.stat().st_size > _LARGEST:
                continue
            table = _table_of(json.loads(file.read_bytes()))
        except (OSError, ValueError, RecursionError):
            continue
        named = {number: table.get(number) or table.get(str(int(number)), "") for number in numbers}
        if all(named.values()):
            yield Translation(named, file)


def _table_of(value: Any) -> dict[str, str]:
    """{"7": "Rosa"}, {"Rosa": 7}, ["Rosa"], or categories with id and name, as one table."""
    if isinstance(value, dict) and isinstance(value.get("categories"), list):
        value = value["categories"]
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return {str(index): item.strip() for index, item in enumerate(value)}
        return {
            str(item["id"]): item["name"].strip()
            for item in value
            if isinstance(item, dict) and "id" in item and isinstance(item.get("name"), str)
        }
    if not isinstance(value, dict):
        return {}
    reversed_table = {
        str(number): name.strip() for name, number in value.items() if isinstance(number, int)
    }
    return reversed_table or {
        str(number): name.strip() for number, name in value.items() if isinstance(name, str)
    }
