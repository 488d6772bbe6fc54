"""Curating the catalogue: excluding, relabelling and undoing, for a filter or some photographs."""

from collections.abc import Sequence

from engine.catalogue.changes import Change, Label
from engine.catalogue.names import BadField, species_name
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import Message, message

Chosen = Filter | Sequence[str]
"""What passes a filter, or the photographs of these ids."""


def exclude(catalogue: Catalogue, chosen: Chosen, note: str = "") -> Change:
    """Leave photographs out of everything: exports, splits, downloads. They stay where they are.

    Raises:
        BadInput: there is none, or all of them are excluded already.
    """
    return _made(
        catalogue.curate(chosen, "exclude", note),
        message("Nothing changed: there is no such photograph, or it is already excluded."),
    )


def include(catalogue: Catalogue, chosen: Chosen, note: str = "") -> Change:
    """Take back an exclusion, whichever change it came from.

    Raises:
        BadInput: there is none, or none of them is excluded.
    """
    return _made(
        catalogue.curate(chosen, "include", note),
        message("Nothing changed: there is no such photograph, or it is not excluded."),
    )


def relabel(catalogue: Catalogue, chosen: Chosen, species: str, note: str = "") -> Change:
    """Say that photographs show another species; the name as their source wrote it is kept.

    Genus and family are those that the catalogue has for the species, or else the name's own
    genus and the family that the catalogue has for that.

    Raises:
        BadInput: that is no name, there is no such photograph, or all are of that species.
    """
    label = label_of(catalogue, species)
    return _made(
        catalogue.curate(chosen, "relabel", note, label),
        message(
            "Nothing changed: there is no such photograph, or it is already labelled {species}.",
            species=label.species,
        ),
    )


def last_change(catalogue: Catalogue) -> Change:
    """The last change that is not undone altogether.

    Raises:
        BadInput: there is none among the last hundred.
    """
    for change in catalogue.changes():
        if change.undone < change.images:
            return change
    raise BadInput("There is nothing to undo.")


def label_of(catalogue: Catalogue, species: str) -> Label:
    """The species of a typed name, spelt as the catalogue spells it, with genus and family.

    Raises:
        BadInput: it is no name.
    """
    try:
        name = species_name(species)
    except BadField as error:
        raise BadInput(
            "“{species}” cannot be used as a species. {reason}",
            species=printable(species),
            reason=error.message,
        ) from error
    everything = Filter(excluded=None)
    spellings = {known.casefold(): known for known in catalogue.count_by("species", everything)}
    spelt = spellings.get(name.species.casefold(), name.species)
    known = Filter(species=spelt, excluded=None)
    genus = _first(catalogue.count_by("genus", known)) or name.genus
    family = _first(catalogue.count_by("family", known))
    if not family and genus:
        family = _first(catalogue.count_by("family", Filter(genus=genus, excluded=None)))
    return Label(spelt, genus, family)


def _first(count_by: dict[str, int]) -> str:
    return next((value for value in count_by if value), "")


def _made(change: Change, nothing: Message) -> Change:
    if not change.images:
        raise BadInput(nothing)
    return change
