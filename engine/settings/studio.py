"""The studio itself: where its home is."""

from pydantic import Field

from engine.settings.base import Settings


class StudioSettings(Settings):
    home: str = Field("home", min_length=1, description="The folder that holds data/ and runs/.")
    image_side_limit: int = Field(
        30_000, ge=100, description="Longest side of a photograph that is accepted, in pixels."
    )
    image_pixel_limit: int = Field(
        150_000_000, ge=10_000, description="Most pixels a photograph may unfold to."
    )
