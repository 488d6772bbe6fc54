"""How photographs are dealt to train, val and test."""

from pydantic import Field

from engine.settings.base import Settings


class SplitSettings(Settings):
    name: str = Field(
        "default",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="What the split is called.",
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Seed of the dealing.")
    min_images: int = Field(
        1, ge=1, le=100_000, description="Species with fewer photographs are left out."
    )
