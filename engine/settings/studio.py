"""The studio itself: where its home is."""

from pydantic import Field

from engine.settings.base import Settings


class StudioSettings(Settings):
    home: str = Field("home", min_length=1, description="The folder that holds data/ and runs/.")
