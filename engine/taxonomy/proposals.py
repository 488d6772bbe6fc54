"""What a taxonomy would change in a catalogue's species, and making these changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.catalogue.changes import Change, Label
from engine.catalogue.names import genus_of
from engine.catalogue.store import UNSTATED, Catalogue, Filter
from engine.errors import BadInput
from engine.language.message import deferred, gettext, message, ngettext
from engine.progress import Report, silent
from engine.taxonomy.resolve import Reason, Resolution, Resolver, State
from engine.taxonomy.store import TaxonomyAbout, TaxonomyStore

REASON_NAMES: Mapping[Reason, str] = {
    "synonym": deferred("synonym"),
    "author": deferred("author in the name"),
    "hybrid": deferred("hybrid sign"),
    "rank": deferred("rank"),
    "spelling": deferred("spelling"),
    "family": deferred("no family"),
}
"""The reasons in messages, before translation."""
STATE_NAMES: Mapping[State, str] = {
    "certain": deferred("certain"),
    "doubtful": deferred("doubtful"),
    "ambiguous": deferred("ambiguous"),
}
"""The states of proposals in messages, before translation."""
_ORDER: tuple[State, ...] = ("certain", "doubtful", "ambiguous")


@dataclass(frozen=True)
class Proposal:
    """A species of the catalogue that the taxonomy calls `new`, with its number of photographs.

    `new` is empty if the name is ambiguous; one of `candidates` is meant then. It equals `old` if
    only genus and family are filled in. `merges` says that another species has or gets the same
    name.
    """

    old: str
    new: str
    genus: str
    family: str
    reasons: tuple[Reason, ...]
    state: State
    images: int
    merges: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposals:
    """What a taxonomy says of a catalogue: proposals, and the names that it does not know."""

    about: TaxonomyAbout
    compared: int
    proposals: tuple[Proposal, ...]
    unknown: tuple[str, ...]

    @property
    def certain(self) -> list[Proposal]:
        """The proposals that need no look."""
        return [one for one in self.proposals if one.state == "certain"]


def propose_names(
    catalogue: Catalogue, store: TaxonomyStore, keep_ranks: bool = False
) -> Proposals:
    """Compare every species of the catalogue with the taxonomy.

    Certain proposals come first, then those with the most photographs.
    """
    resolver = Resolver(store, keep_ranks)
    images = catalogue.count_by("species", Filter(excluded=None))
    bare = catalogue.count_by("species", Filter(family=UNSTATED, excluded=None))
    resolved = {name: resolver.resolve(name) for name in images}
    made = [_proposal(name, resolved[name], images[name], bare.get(name, 0)) for name in images]
    proposals = _with_merges([one for one in made if one is not None], images)
    proposals.sort(key=lambda one: (_ORDER.index(one.state), one.old == one.new, -one.images))
    unknown = (name for name, one in resolved.items() if one.state == "unknown")
    return Proposals(store.about, len(images), tuple(proposals), tuple(sorted(unknown)))


def choose_proposals(proposals: Proposals, names: Sequence[str], to: str = "") -> list[Proposal]:
    """The proposals for these species; `to` is the candidate that one ambiguous name means.

    Raises:
        BadInput: there is no proposal for a name, or it is ambiguous and `to` is no candidate.
    """
    by_name = {one.old: one for one in proposals.proposals}
    for name in names:
        if name not in by_name:
            raise BadInput(
                "There is no proposal for {species}. `taxonomy propose` lists them.", species=name
            )
    chosen = [by_name[name] for name in names]
    if not to:
        for one in chosen:
            if not one.new:
                raise BadInput(
                    "{species} is ambiguous. Choose with --to {names:or}.",
                    species=one.old,
                    names=one.candidates,
                )
        return chosen
    if len(chosen) != 1 or to not in (chosen[0].new, *chosen[0].candidates):
        raise BadInput("Use --to with one name, and with one of its candidates.")
    return [decide(chosen[0], to)]


def decide(proposal: Proposal, species: str) -> Proposal:
    """The proposal with the candidate that is meant."""
    if species == proposal.new:
        return proposal
    return replace(proposal, new=species, genus=genus_of(species), family="")


def accept_names(
    catalogue: Catalogue,
    store: TaxonomyStore,
    proposals: Sequence[Proposal],
    report: Report = silent,
) -> list[Change]:
    """Relabel the photographs of each proposal, as a change of the history for each.

    Genus and family are the taxonomy's; where it has none, the family stays that of the new name
    in the catalogue. A proposal that changes nothing any more is left out.
    """
    # Names and dates are the same in every language.
    note = f"{store.about.title} {store.about.version}"
    # A species that gets photographs of another one must have given away its own before.
    goals = {one.new for one in proposals}
    changes = []
    for done, one in enumerate(sorted(proposals, key=lambda one: one.old not in goals), 1):
        family = one.family or _family_of(catalogue, store, one)
        chosen = Filter(species=one.old, excluded=None)
        if one.new == one.old:
            chosen = replace(chosen, family=UNSTATED)
        label = Label(one.new, one.genus, family)
        change = catalogue.curate(chosen, "relabel", note, label)
        if change.images:
            changes.append(change)
        report(done, len(proposals), message("Relabelling"))
    return changes


def corrected_text(species: int, images: int) -> str:
    """How many species and photographs were relabelled."""
    return gettext(
        "{species} corrected, {photographs}.",
        species=ngettext("{n} species", "{n} species", species),
        photographs=ngettext("{n} photograph", "{n} photographs", images),
    )


def reasons_of(proposal: Proposal) -> list[str]:
    """Why the name differs, and whether species merge, in the reader's language."""
    reasons = [gettext(REASON_NAMES[reason]) for reason in proposal.reasons]
    return [*reasons, gettext("merges species")] if proposal.merges else reasons


def _proposal(name: str, found: Resolution, images: int, bare: int) -> Proposal | None:
    fields = (found.genus, found.family)
    if found.state == "ambiguous" and found.candidates != (name,):
        return Proposal(name, "", "", "", (), "ambiguous", images, candidates=found.candidates)
    if found.species and found.species != name:
        reasons = found.reasons or ("spelling",)
        return Proposal(name, found.species, *fields, reasons, found.state, images)
    if found.species and found.family and bare:
        return Proposal(name, name, *fields, ("family",), found.state, bare)
    return None


def _with_merges(proposals: Iterable[Proposal], images: Mapping[str, int]) -> list[Proposal]:
    made = list(proposals)
    leaving = {one.old for one in made if one.state == "certain" and one.new != one.old}
    goals = Counter(one.new for one in made if one.new)
    return [
        replace(one, merges=one.new != one.old and _is_shared(one.new, goals, images, leaving))
        for one in made
    ]


def _is_shared(new: str, goals: Counter[str], images: Mapping[str, int], leaving: set[str]) -> bool:
    return goals[new] > 1 or (new in images and new not in leaving)


def _family_of(catalogue: Catalogue, store: TaxonomyStore, one: Proposal) -> str:
    found = Resolver(store).resolve(one.new)
    known = catalogue.count_by("family", Filter(species=one.new, excluded=None))
    return found.family or next((family for family in known if family), "")
