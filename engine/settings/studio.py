"""The studio itself: where its home is, and how it fetches photographs."""

from pydantic import Field

from engine.settings.base import Settings
from engine.settings.download import DownloadSettings


class StudioSettings(Settings):
    home: str = Field("home", min_length=1, description="The folder that holds data/ and runs/.")
    download: DownloadSettings = Field(
        default_factory=DownloadSettings, description="How photographs are fetched."
    )
