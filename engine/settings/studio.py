"""The studio itself: its home, how it downloads photographs, and how much runs at once."""

from pydantic import Field

from engine.settings.alerts import AlertSettings
from engine.settings.base import Settings
from engine.settings.catalogue import CatalogueSettings
from engine.settings.download import DownloadSettings
from engine.settings.images import ImageSettings


class QueueSettings(Settings):
    """How many runs or jobs with the same resource run at once; the others wait in the queue."""

    cpu: int = Field(1, ge=1, le=64, description="Runs on the CPU at the same time.")
    gpu: int = Field(1, ge=1, le=16, description="Runs on each GPU at the same time.")
    light: int = Field(
        8, ge=1, le=256, description="Light jobs, such as imports and downloads, at the same time."
    )


class StudioSettings(Settings):
    home: str = Field("home", min_length=1, description="The folder that holds data/ and runs/.")
    catalogue: CatalogueSettings = Field(
        default_factory=CatalogueSettings, description="Where the catalogue is stored."
    )
    download: DownloadSettings = Field(
        default_factory=DownloadSettings, description="How photographs are downloaded."
    )
    images: ImageSettings = Field(
        default_factory=ImageSettings, description="Limits for reading photographs."
    )
    queue: QueueSettings = Field(
        default_factory=QueueSettings, description="How many runs and jobs run at the same time."
    )
    alerts: AlertSettings = Field(
        default_factory=AlertSettings, description="Where alerts about runs are sent."
    )
