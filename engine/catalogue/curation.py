"""Curating the catalogue: exclude, relabel and undo, for a filter or a list of photographs."""

from collections.abc import Sequence

from engine.catalogue.changes import Change, Label
from engine.catalogue.names import BadField, species_name
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput
from engine.files import printable
from engine.language.message import Message, message

Chosen = Filter | Sequence[str]
"""The photographs that pass a filter, or those with these ids."""


def exclude(catalogue: Catalogue, chosen: Chosen, note: str = "") -> Change:
    """Exclude photographs from exports, splits and downloads. Their files stay.

    Raises:
        BadInput: no photograph matches, or all of them are excluded already.
    """
    return _made(
        catalogue.curate(chosen, "exclude", note),
        message("Nothing changed: there is no such photograph, or it is already excluded."),
    )


def include(catalogue: Catalogue, chosen: Chosen, note: str = "") -> Change:
    """Include excluded photographs again, whichever change excluded them.

    Raises:
        BadInput: no photograph matches, or none of them is excluded.
    """
    return _made(
        catalogue.curate(chosen, "include", note),
        message("Nothing changed: there is no such photograph, or it is not excluded."),
    )


def relabel(catalogue: Catalogue, chosen: Chosen, species: str, note: str = "") -> Change:
    """Assign photographs to another species; `original_name` keeps the source's name.

    Genus and family are the catalogue's own for that species. If it has none, the genus comes
    from the name, and the family is the catalogue's own for that genus.

    Raises:
        BadInput: `species` is no name, no photograph matches, or all have that species already.
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
    """The latest change that is not fully undone.

    Raises:
        BadInput: there is none among the latest hundred.
    """
    for change in catalogue.changes():
        if change.undone < change.images:
            return change
    raise BadInput("There is nothing to undo.")


def label_of(catalogue: Catalogue, species: str) -> Label:
    """The label for a typed species name, in the catalogue's spelling, with genus and family.

    Raises:
        BadInput: `species` is no name.
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
