"""From when on the quality scan finds fault with a photograph."""

from pydantic import Field

from engine.settings.base import Settings

FARTHEST = 8
"""Bits in which perceptual hashes may differ at most and still count as near."""


class QualitySettings(Settings):
    near_distance: int = Field(
        3,
        ge=0,
        le=FARTHEST,
        description="Near-duplicates: perceptual hashes that differ in at most so many of 64 bits.",
    )
    tiny_side: int = Field(
        128, ge=1, le=10_000, description="Tiny: the short side has fewer pixels than this."
    )
    extreme_aspect: float = Field(
        3.0,
        ge=1,
        le=100,
        description="Extreme aspect: the long side is more than so many times the short one.",
    )
    blurry_sharpness: float = Field(
        40.0,
        ge=0,
        le=10_000,
        description="Blurry: even the sharpest parts have a variance of the Laplacian below this, "
        "the photograph being brought to a short side of 256 pixels. Sharp ones have 200 and more.",
    )
    dark_level: float = Field(
        60.0, ge=0, le=255, description="Dark: 95 % of the pixels are darker than this, of 255."
    )
    bright_level: float = Field(
        200.0, ge=0, le=255, description="Bright: 95 % of the pixels are brighter than this."
    )
    least_information: float = Field(
        4.0,
        ge=0,
        le=8,
        description="Low information: the grey values have an entropy below this, in bits; 8 is "
        "the most, photographs have about 7.",
    )
