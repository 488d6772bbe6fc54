"""What a split was made of, from its manifest: sources, conditions and licence tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.catalogue.licences import TIER_NAMES
from engine.language.formats import percentage
from engine.language.message import gettext
from engine.records import Count, Text, read_record
from engine.split.folder import SplitFolder
from engine.split.plan import PartCount


@dataclass(frozen=True)
class SplitOrigin:
    """The parts of a manifest that say what a split was made of; older ones lack some.

    `tiers` is the number of photographs by licence tier, `files` the SHA-256 of each file.
    """

    parts: Mapping[str, PartCount] = field(default_factory=dict)
    sources: tuple[Text, ...] = ()
    where: tuple[Text, ...] = ()
    tiers: Mapping[str, Count] = field(default_factory=dict)
    files: Mapping[str, Text] = field(default_factory=dict)


def origin_of(folder: SplitFolder) -> SplitOrigin:
    """What a split was made of.

    Raises:
        BadInput: the manifest cannot be read.
    """
    return read_record(SplitOrigin, folder.manifest)


def tiers_text(tiers: Mapping[str, int]) -> str:
    """The share of each licence tier, such as "Production 75% · Research 25%"; empty if unknown."""
    total = sum(tiers.values())
    names: Mapping[str, str] = {str(tier): name for tier, name in TIER_NAMES.items()}
    return " · ".join(
        gettext(
            "{tier} {share}",
            tier=gettext(names[tier]) if tier in names else tier,
            share=percentage(images / total, 0),
        )
        for tier, images in tiers.items()
        if images
    )


def where_text(where: Sequence[str]) -> str:
    """The conditions of a split as a phrase; empty without any."""
    return gettext("only {conditions}", conditions="; ".join(where)) if where else ""
