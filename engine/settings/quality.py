"""Thresholds of the quality scan."""

from pydantic import Field

from engine.settings.base import Settings

FARTHEST = 8
"""The largest distance in bits at which perceptual hashes may count as near."""


class QualitySettings(Settings):
    near_distance: int = Field(
        3,
        ge=0,
        le=FARTHEST,
        title="Near-duplicates",
        description="Most bits, of 64, in which the perceptual hashes of two near-duplicates "
        "differ. A higher value finds more and is wrong more often. Mirrored, cropped and "
        "framed copies are found by their features, whatever this value is.",
    )
    tiny_side: int = Field(
        128,
        ge=1,
        le=10_000,
        title="Tiny",
        description="A photograph is tiny if its short side has fewer pixels than this.",
    )
    extreme_aspect: float = Field(
        3.0,
        ge=1,
        le=100,
        title="Extreme aspect",
        description="The aspect is extreme if the long side is more than this many times the "
        "short one.",
    )
    blurry_sharpness: float = Field(
        40.0,
        ge=0,
        le=10_000,
        title="Blurry",
        description="A photograph is blurry if even its sharpest parts score below this. The "
        "score is the variance of the Laplacian at a short side of 256 px. Sharp photographs have "
        "200 or more.",
    )
    dark_level: float = Field(
        60.0,
        ge=0,
        le=255,
        title="Dark",
        description="A photograph is dark if 95% of its pixels are darker than this, of 255.",
    )
    bright_level: float = Field(
        200.0,
        ge=0,
        le=255,
        title="Bright",
        description="A photograph is bright if 95% of its pixels are brighter than this, of 255.",
    )
    least_information: float = Field(
        4.0,
        ge=0,
        le=8,
        title="Low information",
        description="Information is low if the entropy of the grey values is below this, in bits. "
        "Photographs have about 7; the most is 8.",
    )
