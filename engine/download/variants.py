"""The sizes in which iNaturalist offers each photograph, and their usual bytes."""

import re

from engine.settings.download import Variant

LONGEST_SIDE: dict[Variant, int] = {"original": 2_048, "large": 1_024, "medium": 500}
"""The longest side of each size, in pixels."""

USUAL_BYTES: dict[Variant, int] = {"original": 1_460_000, "large": 290_000, "medium": 85_000}
"""The default bytes of a photograph in each size, until downloads give a mean."""

INATURALIST = (
    r"^(https?://(?:static\.inaturalist\.org|inaturalist-open-data\.s3[^/]*\.amazonaws\.com)"
    r"/photos/\d+/)(?:original|large|medium|small|thumb|square)(\.\w+)"
)
"""An iNaturalist address: the parts before and after the size."""

_INATURALIST = re.compile(INATURALIST, re.ASCII)


def in_size(url: str, variant: Variant) -> str:
    """The address of the same photograph in another size; other addresses are unchanged."""
    return _INATURALIST.sub(rf"\g<1>{variant}\g<2>", url)
