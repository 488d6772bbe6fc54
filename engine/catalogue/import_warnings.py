"""Warnings about a guess whose result looks wrong, before anything is imported."""

from collections import Counter
from collections.abc import Sequence

from engine.catalogue.checking import quoted
from engine.catalogue.folder_import import OUTSIDE
from engine.catalogue.folder_layout import FolderContents
from engine.catalogue.folder_names import is_binomial
from engine.catalogue.table_import import PreviewedRow
from engine.language.message import Message, message

# Of fewer photographs, the preview shows all.
_FEWEST = 5
_FEWEST_OF_ONE_CLASS = 20
_MOST_REFUSED = 0.9
_LONGEST_NAME = 60


def warnings_of_rows(rows: Sequence[PreviewedRow]) -> list[Message]:
    """What looks wrong in the first rows or documents of a source, as an import would take them."""
    species = [row.photograph.species for row in rows if row.photograph is not None]
    refusals = [row.refusal for row in rows if row.refusal is not None]
    return [*_of_refusals(refusals, len(rows)), *_of_names(species), *_of_one_class(species)]


def warnings_of_folder(contents: FolderContents) -> list[Message]:
    """What looks wrong in a folder as it was understood."""
    species = [one.name.species for one in contents.photographs]
    total = len(species) + len(contents.outside)
    one_class = _of_one_class(species) if contents.layout != "single" else []
    return [
        *_of_refusals([OUTSIDE] * len(contents.outside), total),
        *_of_names(species),
        *one_class,
    ]


def _of_refusals(refusals: Sequence[Message], total: int) -> list[Message]:
    if total < _FEWEST or len(refusals) <= _MOST_REFUSED * total:
        return []
    # A reason names a file or a value, which differs from row to row.
    texts = Counter(reason.text for reason in refusals)
    most = texts.most_common(1)[0][0]
    reason = next(reason for reason in refusals if reason.text == most)
    return [
        message(
            "Of the first {total} photographs, {refused} would be refused. The most frequent "
            "reason: {reason}",
            total=total,
            refused=len(refusals),
            reason=reason,
        )
    ]


def _of_names(species: Sequence[str]) -> list[Message]:
    """Whether most names look like identifiers, or have one word only."""
    names = list(filter(None, species))
    identifiers = [name for name in names if _is_like_identifier(name)]
    if 2 * len(identifiers) > len(names):
        return [
            message(
                "Most names of species contain digits, such as {name}. They may be identifiers.",
                name=quoted(identifiers[0], _LONGEST_NAME),
            )
        ]
    words = [name for name in names if len(name.replace("_", " ").split()) == 1]
    if 2 * len(words) > len(names):
        return [
            message(
                "Most names of species have one word only, such as {name}. They may be genera or "
                "common names.",
                name=quoted(words[0], _LONGEST_NAME),
            )
        ]
    return []


def _is_like_identifier(name: str) -> bool:
    return any(letter.isdigit() for letter in name) and not is_binomial(name)


def _of_one_class(species: Sequence[str]) -> list[Message]:
    if len(species) < _FEWEST_OF_ONE_CLASS or len(set(species)) > 1:
        return []
    return [
        message(
            "The first {photographs} photographs all have the species {name}.",
            photographs=len(species),
            name=quoted(species[0], _LONGEST_NAME),
        )
    ]
