"""The photographs of some sources."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.files import read_json
from engine.split.evidence import Evidence
from engine.split.folder import SplitFolder


def of_sources(evidence: Evidence, sources: Collection[str]) -> NDArray[np.bool_]:
    """Which photographs (n,) are of these sources.

    Raises:
        BadInput: none is of one of them.
    """
    there = {evidence.sources[code] for code in np.unique(evidence.source)}
    for source in sources:
        if source not in there:
            raise BadInput(
                f"There is no source {source!r} among the photographs to deal; there are "
                f"{', '.join(sorted(there)) or 'none'}."
            )
    wanted = np.array([name in sources for name in evidence.sources], bool)
    chosen: NDArray[np.bool_] = wanted[evidence.source]
    return chosen


def sources_of(folder: SplitFolder) -> tuple[str, ...]:
    """The sources that a split was made of; none is named where it was made of all.

    Raises:
        BadInput: its manifest cannot be read.
    """
    manifest = read_json(folder.manifest)
    # Manifests of before there was a choice do not tell.
    named = manifest.get("sources", ()) if isinstance(manifest, dict) else ()
    return tuple(map(str, named))


def in_words(sources: Sequence[str]) -> str:
    """The sources of a split, to follow "of"."""
    match sources:
        case []:
            return "all sources"
        case [one]:
            return f"the source {one}"
        case _:
            return f"the sources {', '.join(sources[:-1])} and {sources[-1]}"
