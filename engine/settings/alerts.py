"""Where alerts about runs are sent, in addition to the pages."""

from pydantic import Field

from engine.settings.base import Settings


class AlertSettings(Settings):
    """When an alert is sent, and to which targets."""

    webhook: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Web address that receives each alert as JSON by POST. Empty means none.",
    )
    command: str = Field(
        "",
        max_length=1_000,
        description="Program with its arguments, run for each alert with the alert as JSON on "
        "standard input. Empty means none.",
    )
    plateau_epochs: int = Field(
        8, ge=1, le=10_000, description="Epochs without improvement before an alert is sent."
    )
    free_gigabytes: float = Field(
        2.0,
        ge=0,
        le=1e6,
        description="An alert is sent when less disk space than this is free during a run, in GB.",
    )
