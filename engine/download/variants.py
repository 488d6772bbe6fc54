"""The sizes in which iNaturalist offers each photograph, and how heavy they are."""

import re

from engine.settings.download import Variant

LONGEST_SIDE: dict[Variant, int] = {"original": 2_048, "large": 1_024, "medium": 500}
"""Of each size, the longest side in pixels."""

USUAL_BYTES: dict[Variant, int] = {"original": 1_460_000, "large": 290_000, "medium": 85_000}
"""What a photograph of each size weighs, where nothing was fetched yet to know it by."""

INATURALIST = (
    r"^(https?://(?:static\.inaturalist\.org|inaturalist-open-data\.s3[^/]*\.amazonaws\.com)"
    r"/photos/\d+/)(?:original|large|medium|small|thumb|square)(\.\w+)"
)
"""An address of theirs: what comes before the size, and after it."""

_INATURALIST = re.compile(INATURALIST, re.ASCII)


def in_size(url: str, variant: Variant) -> str:
    """The address of the same photograph in another size; any other address as it is."""
    return _INATURALIST.sub(rf"\g<1>{variant}\g<2>", url)
