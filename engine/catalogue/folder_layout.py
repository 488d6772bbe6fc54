"""What the folders of a collection mean: which of them names the species of a photograph."""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from engine.catalogue.checking import quoted
from engine.catalogue.folder_names import (
    ClassName,
    class_names,
    is_binomial,
    is_epithet,
    is_number,
    translations,
)
from engine.errors import BadInput
from engine.language.formats import number
from engine.language.message import Message, deferred, gettext, message, ngettext
from engine.reasons import reason_of

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif"}
)
LAYOUTS: Mapping[str, str] = {
    "flat": deferred("Each folder inside is a species. Folders inside a species belong to it."),
    "nested": deferred("The innermost folder of a photograph is its species."),
    "parts": deferred("Folders such as train, val and test, with a folder per species in each."),
    "numbered": deferred("The numbers of the folders are taken as the names of the species."),
    "single": deferred("All photographs show one species, which has the name of the folder."),
}
"""The layouts that can be chosen, each in a sentence."""

_PART = re.compile(
    r"(?:(?P<train>train|training)|(?P<val>val|valid|validation|dev)|(?P<test>test|testing))"
    r"(?:[ _-]?(?:set|images|data|photos|mini))?",
    re.IGNORECASE,
)
# What says nothing of the photographs inside.
_WRAPPERS = frozenset(
    [
        *("image", "images", "img", "imgs", "jpg", "jpeg", "jpegs", "png", "photo", "photos"),
        *("photographs", "picture", "pictures", "pics", "data", "dataset", "raw", "original"),
        *("originals", "imagenes", "imágenes", "foto", "fotos", "fotografias", "fotografías"),
    ]
)
# What shows the same species in another way.
_VIEWS = frozenset(
    [
        *("leaf", "leaves", "flower", "flowers", "fruit", "fruits", "bark", "habit", "stem"),
        *("stems", "seed", "seeds", "root", "roots", "branch", "other", "others", "spring"),
        *("summer", "autumn", "fall", "winter", "small", "medium", "large", "thumbs"),
        *("thumbnails", "cropped", "hoja", "hojas", "flor", "flores", "fruto", "frutos"),
        *("corteza", "tallo", "tallos", "semilla", "semillas", "porte", "raiz", "raíz"),
        *("primavera", "verano", "otoño", "invierno"),
    ]
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[-_. ]?\d\d){0,2}")
_PASSED_OVER = frozenset({"__MACOSX", "@eaDir", "$RECYCLE.BIN"})
_EXAMPLES = 5
_SURE_SHARE = 0.8

Place = tuple[str, ...]
"""The folders between the collection's and a photograph."""


class AmbiguousFolder(BadInput):
    """The folders can be understood in several ways; `choices` are the layouts that decide."""

    def __init__(self, text: Message, choices: Sequence[str]) -> None:
        super().__init__(text)
        self.choices = tuple(choices)


class FolderPhotograph(NamedTuple):
    """A photograph, what its folders say of it, and the part of a split that it lies in."""

    file: Path
    name: ClassName
    part: str


@dataclass(frozen=True)
class FolderContents:
    """A folder as it was understood. `outside` are photographs that no species' folder holds."""

    folder: Path
    layout: str
    photographs: Sequence[FolderPhotograph]
    outside: Sequence[Path]
    names_file: Path | None

    @cached_property
    def species(self) -> list[str]:
        """The names of the species, in alphabetical order."""
        return sorted({one.name.species for one in self.photographs})

    @cached_property
    def parts(self) -> Counter[str]:
        """How many photographs each part has."""
        return Counter(one.part for one in self.photographs if one.part)


class _Meaning(NamedTuple):
    part: str
    ranks: Place


def understand_folder(folder: Path, layout: str = "") -> FolderContents:
    """Which species the photographs below a folder show, by its folders.

    Raises:
        AmbiguousFolder: several layouts are possible, and none was given.
        BadInput: there is no such folder, it cannot be read, it holds no photographs, or there is
            no such layout.
    """
    if layout and layout not in LAYOUTS:
        raise BadInput(
            "There is no layout {name}. Layouts: {names}.", name=layout, names=", ".join(LAYOUTS)
        )
    places = _places(folder)
    names_of_places, kind = _meanings(folder, list(places), layout)
    folders = {meaning.ranks[-1] for meaning in names_of_places.values() if meaning.ranks}
    translated, names_file = _translated(folder, folders, layout)
    named = class_names(folders, translated)
    has_epithets = _have_epithets({one.ranks for one in names_of_places.values() if one.ranks})
    photographs = [
        FolderPhotograph(file, _species_of(meaning.ranks, named, has_epithets), meaning.part)
        for place, meaning in names_of_places.items()
        for file in places[place]
        if meaning.ranks
    ]
    outside = [
        file for place, meaning in names_of_places.items() if not meaning.ranks
        for file in places[place]
    ]  # fmt: skip
    return FolderContents(folder, kind, photographs, outside, names_file)


def described(contents: FolderContents) -> list[str]:
    """What was understood, in sentences."""
    species = contents.species
    names = ", ".join(quoted(name, 60) for name in species[:_EXAMPLES])
    more = ", …" if len(species) > _EXAMPLES else ""
    lines = [
        gettext(
            "Layout {name}: {meaning}",
            name=contents.layout,
            meaning=gettext(LAYOUTS[contents.layout]),
        ),
        gettext(
            "{photographs} of {species}: {names}",
            photographs=ngettext("{n} photograph", "{n} photographs", len(contents.photographs)),
            species=ngettext("{n} species", "{n} species", len(species)),
            names=names + more,
        ),
    ]
    if contents.parts:
        parts = ", ".join(f"{part} {number(count)}" for part, count in contents.parts.items())
        lines.append(gettext("Parts: {parts}. All are imported.", parts=parts))
    if contents.names_file is not None:
        lines.append(gettext("The names come from {file}.", file=contents.names_file.name))
    if contents.outside:
        lines.append(
            ngettext(
                "{n} photograph is in no folder of a species and is not imported.",
                "{n} photographs are in no folder of a species and are not imported.",
                len(contents.outside),
            )
        )
    return lines


def _places(folder: Path) -> dict[Place, list[Path]]:
    """The photographs below a folder by the folders that they are in, in order."""
    if not folder.is_dir():
        raise BadInput("The folder {folder} does not exist. Check its path.", folder=str(folder))
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise BadInput(
            "Could not read {file} ({reason}). Check its permissions.",
            file=str(folder),
            reason=reason_of(error),
        ) from error
    own = [path for path in inside if _is_photograph(path) and not path.is_dir()]
    below = [path for path in inside if path.is_dir() and _is_visible(path.name)]
    places: dict[Place, list[Path]] = {(): own} if own else {}
    for file in (file for path in below for file in _files_below(path)):
        places.setdefault(file.relative_to(folder).parts[:-1], []).append(file)
    if not places:
        raise BadInput(
            "{folder} has no photographs. It needs one subfolder per species.", folder=str(folder)
        )
    return places


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(filter(_is_visible, folders))
        yield from (file for name in sorted(names) if _is_photograph(file := Path(parent, name)))


def _is_photograph(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES and _is_visible(path.name)


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name not in _PASSED_OVER


def _meanings(
    folder: Path, places: Sequence[Place], layout: str
) -> tuple[dict[Place, _Meaning], str]:
    """What each place means, and the layout that says so."""
    if layout == "single":
        name = folder.resolve().name
        return {place: _Meaning(_parts_in(place), (name,)) for place in places}, layout
    inside = [place for place in places if place]
    if not inside:
        raise AmbiguousFolder(
            message(
                "{folder} has photographs but no subfolders. Put the photographs of each species "
                "into a folder with its name.",
                folder=str(folder),
            ),
            ["single"],
        )
    if layout == "flat":
        found, kind = {place: _Meaning("", place[:1]) for place in inside}, layout
    else:
        found, kind = _understood(folder, inside, layout)
    return found | {place: _Meaning("", ()) for place in places if not place}, kind


def _understood(
    folder: Path, places: Sequence[Place], layout: str
) -> tuple[dict[Place, _Meaning], str]:
    bare = {place: place[_wrappers(places) :] for place in places}
    with_parts = _without_parts(folder, bare, layout)
    has_parts = any(part for part, _ in with_parts.values())
    rests = [rest for _, rest in with_parts.values()]
    skipped = _wrappers(rests) if has_parts else 0
    ranks = {place: _Meaning(part, rest[skipped:]) for place, (part, rest) in with_parts.items()}
    _require_classes(folder, ranks.values())
    rests = list(dict.fromkeys(meaning.ranks for meaning in ranks.values() if meaning.ranks))
    inner = layout if layout == "nested" else _depth(rests)
    if not inner and layout in ("parts", "numbered"):
        inner = "nested" if all(is_number(rest[-1]) for rest in rests) else "flat"
    if not inner:
        raise _unclear(folder, rests, has_parts)
    if inner == "flat":
        ranks = {place: _Meaning(part, rest[:1]) for place, (part, rest) in ranks.items()}
    kind = "parts" if has_parts and inner == "flat" else inner
    return ranks, "numbered" if layout == "numbered" else kind


def _wrappers(places: Sequence[Place]) -> int:
    """How many folders stand around all others and say nothing."""
    level = 0
    while all(len(place) > level + 1 for place in places):
        names = {place[level] for place in places}
        if len(names) > 1 or not (names <= _generic(names) or _leads_to_parts(places, level + 1)):
            break
        level += 1
    return level


def _leads_to_parts(places: Sequence[Place], level: int) -> bool:
    """Whether folders from this level on are parts, perhaps in one that says nothing."""
    if not all(len(place) > level + 1 for place in places):
        return False
    names = {place[level] for place in places}
    if all(map(part_of, names)):
        return True
    return len(names) == 1 and names <= _generic(names) and _leads_to_parts(places, level + 1)


def _generic(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.casefold() in _WRAPPERS}


def _without_parts(
    folder: Path, places: Mapping[Place, Place], layout: str
) -> dict[Place, tuple[str, Place]]:
    """The part of each place, and the folders that remain."""
    first = {rest[0] for rest in places.values()}
    parts = {name for name in first if part_of(name)}
    if not parts and all(len(rest) > 1 and part_of(rest[-1]) for rest in places.values()):
        return {place: (part_of(rest[-1]), rest[:-1]) for place, rest in places.items()}
    if layout == "parts":
        # Others than the usual ones keep their names.
        return {place: (part_of(rest[0]) or rest[0], rest[1:]) for place, rest in places.items()}
    if parts == first or (parts and layout == "nested"):
        return {
            place: (part_of(rest[0]), rest[1:] if part_of(rest[0]) else rest)
            for place, rest in places.items()
        }
    if len({part_of(name) for name in parts}) > 1:
        raise AmbiguousFolder(
            message(
                "{folder} has {parts} beside other folders such as {other}.",
                folder=str(folder),
                parts=", ".join(sorted(parts)),
                other=quoted(min(first - parts), 60),
            ),
            ["parts", "flat"],
        )
    return {place: ("", rest) for place, rest in places.items()}


def part_of(name: str) -> str:
    """The part of a split that a name stands for: train, val or test; empty otherwise."""
    found = _PART.fullmatch(name)
    return (found.lastgroup or "") if found else ""


def _parts_in(place: Place) -> str:
    return next(filter(None, map(part_of, place)), "")


def _require_classes(folder: Path, meanings: Iterable[_Meaning]) -> None:
    names = {meaning.ranks[0] for meaning in meanings if meaning.ranks}
    if not names or names <= _generic(names):
        raise AmbiguousFolder(
            message("No folder in {folder} is named after a species.", folder=str(folder)),
            ["flat", "single"] if names else ["single"],
        )


def _depth(places: Sequence[Place]) -> str:
    """Whether species are the first folders (flat) or the innermost ones (nested); empty where
    it could be either."""
    deeper = [place for place in places if len(place) > 1]
    if not deeper or all(_is_view(place[1]) for place in deeper):
        return "flat"
    leaves = [place[-1] for place in places]
    if all(map(is_binomial, leaves)) and not any(is_binomial(place[0]) for place in deeper):
        return "nested"
    if all(is_binomial(place[0]) for place in places) and not any(map(is_binomial, leaves)):
        return "flat"
    times = Counter(place[-1] for place in deeper).values()
    if min(times) > 1:
        return "flat"
    holders = set(places)
    both = any(place[:end] in holders for place in deeper for end in range(1, len(place)))
    vague = any(_is_view(leaf) or is_number(leaf) for leaf in leaves)
    return "" if both or vague or max(times) > 1 else "nested"


def _unclear(folder: Path, places: Sequence[Place], has_parts: bool) -> AmbiguousFolder:
    example = next(place for place in places if len(place) > 1)
    return AmbiguousFolder(
        message(
            "{folder} has folders inside folders. The species of {example} is unclear: {outer} or "
            "{inner}.",
            folder=str(folder),
            example=quoted("/".join(example), 100),
            outer=quoted(example[0], 60),
            inner=quoted(example[-1], 60),
        ),
        ["parts" if has_parts else "flat", "nested"],
    )


def _is_view(name: str) -> bool:
    plain = name.casefold()
    return plain in _VIEWS or plain in _WRAPPERS or _DATE.fullmatch(plain) is not None


def _translated(
    folder: Path, folders: Iterable[str], layout: str
) -> tuple[Mapping[str, str], Path | None]:
    """The names of folders that are numbers, and the file that has them."""
    numbers = sorted(folders)
    if layout in ("numbered", "single") or not all(map(is_number, numbers)):
        return {}, None
    whole = folder.resolve()
    found = translations(numbers, [whole, whole.parent, whole.parent.parent])
    if not found:
        raise AmbiguousFolder(
            message(
                "The folders in {folder} are numbers. Put a JSON file beside them that names the "
                "species of each.",
                folder=str(folder),
            ),
            ["numbered"],
        )
    if any(one.names != found[0].names for one in found):
        raise AmbiguousFolder(
            message(
                "Several files name the numbers of the folders: {files}. Keep one of them.",
                files=", ".join(one.file.name for one in found),
            ),
            ["numbered"],
        )
    return found[0].names, found[0].file


def _species_of(ranks: Place, named: Mapping[str, ClassName], has_epithets: bool) -> ClassName:
    name = named[ranks[-1]]
    family = name.family or next((rank for rank in ranks[:-1] if rank.endswith("aceae")), "")
    if has_epithets and len(ranks) > 1:
        return ClassName(f"{ranks[-2]} {ranks[-1]}", ranks[-2], family)
    return name._replace(family=family)


def _have_epithets(places: Collection[Place]) -> bool:
    """Whether the innermost folders are epithets in folders of genera: Rosa/canina."""
    fitting = sum(
        len(place) > 1
        and place[-2].istitle()
        and (is_epithet(place[-1]) or (place[-1].islower() and place[0].endswith("aceae")))
        for place in places
    )
    return len(places) > 1 and fitting >= _SURE_SHARE * len(places)
