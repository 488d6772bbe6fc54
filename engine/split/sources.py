"""Restricting a split to some sources."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.language.message import gettext, ngettext
from engine.records import Text, read_record
from engine.split.folder import SplitFolder
from engine.split.inputs import SplitInputs


@dataclass(frozen=True)
class _Made:
    """The sources in a manifest; older manifests name none."""

    sources: tuple[Text, ...] = ()


def of_sources(inputs: SplitInputs, sources: Collection[str]) -> NDArray[np.bool_]:
    """Mask (n,) of the photographs from these sources.

    Raises:
        BadInput: a source has no photographs.
    """
    there = {inputs.sources[code] for code in np.unique(inputs.source)}
    for source in sources:
        if source not in there:
            raise _unknown(source, there)
    wanted = np.array([name in sources for name in inputs.sources], bool)
    chosen: NDArray[np.bool_] = wanted[inputs.source]
    return chosen


def sources_of(folder: SplitFolder) -> tuple[str, ...]:
    """The sources of a split; empty if it includes all sources.

    Raises:
        BadInput: the manifest cannot be read.
    """
    return read_record(_Made, folder.manifest).sources


def sources_text(sources: Sequence[str]) -> str:
    """The sources of a split as a phrase, such as "all sources"."""
    if not sources:
        return gettext("all sources")
    return ngettext("source {names}", "sources {names}", len(sources), names=list(sources))


def _unknown(source: str, there: Collection[str]) -> BadInput:
    if not there:
        return BadInput("No photograph is from the source {source}.", source=source)
    return BadInput(
        "No photograph is from the source {source}. Choose one of: {sources}.",
        source=source,
        sources=", ".join(sorted(there)),
    )
