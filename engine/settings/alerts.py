"""Whom to tell what happens to runs, beside the page."""

from pydantic import Field

from engine.settings.base import Settings


class AlertSettings(Settings):
    """When to speak up, and where to."""

    webhook: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="A web address that gets each alert as JSON, by POST; empty = none.",
    )
    command: str = Field(
        "",
        max_length=1_000,
        description="A program and its arguments, run for each alert with the alert as JSON on "
        "its standard input; empty = none.",
    )
    plateau_epochs: int = Field(
        8, ge=1, le=10_000, description="Epochs without a better one after which a run stagnates."
    )
    free_gigabytes: float = Field(
        2.0, ge=0, le=1e6, description="Less free disk than this beside a run is told."
    )
