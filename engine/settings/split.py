"""How photographs are dealt to train, val and test."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.settings.base import SettingError, Settings

Link = Literal["observation", "observer", "bytes", "url", "near-duplicate"]
"""What photographs may share that keeps them in one part."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
"""What a split can be called."""


class SplitSettings(Settings):
    name: str = Field(
        "default",
        pattern=NAME,
        description="What the split is called.",
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Seed of the dealing.")
    photographs: Literal["cached", "all"] = Field(
        "cached",
        description="Deal the photographs whose bytes are here, or all that are known; those "
        "known by address alone have to be downloaded before they are trained on.",
    )
    sources: tuple[str, ...] = Field(
        (), description="Deal the photographs of these sources only; where none is named, of all."
    )
    min_images: int = Field(
        1, ge=1, le=100_000, description="Species with fewer photographs are left out."
    )
    max_images: int | None = Field(
        None,
        ge=3,
        le=10_000_000,
        description="Of a species with more photographs only so many are dealt.",
    )
    val_percent: float = Field(
        10.0, gt=0, le=80, description="Share of each species' photographs that goes to val."
    )
    test_percent: float = Field(
        10.0, ge=0, le=80, description="Share of each species' photographs that goes to test."
    )
    group: tuple[Link, ...] = Field(
        ("observation", "bytes"),
        description="Photographs that share one of these are never torn apart: observation, "
        "observer (within a species), bytes, url, near-duplicate.",
    )
    near_distance: int = Field(
        3,
        ge=0,
        le=6,
        description="Perceptual hashes that differ in at most so many of their 64 bits are "
        "near-duplicates.",
    )
    folds: int = Field(
        0,
        ge=0,
        le=20,
        description="Make so many splits for cross-validation, with one test part; each "
        "photograph outside it is in the val of one of them at most. 0 makes a single split.",
    )
    earlier: str | None = Field(None, description="An earlier split to carry over, by name.")
    carry: Literal["parts", "test"] = Field(
        "parts",
        description="What to carry over: every part, as far as the rule allows; or exactly the "
        "test part, to which nothing is added.",
    )

    @field_validator("sources")
    @classmethod
    def _each_once(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(sources)))

    @model_validator(mode="after")
    def _something_is_trained(self) -> Self:
        if self.val_percent + self.test_percent > 90:
            raise SettingError(
                "{setting_val} and {setting_test} leave less than 10% for training.",
                setting_val="val_percent",
                setting_test="test_percent",
            )
        if self.folds == 1:
            raise SettingError(
                "{setting_folds} is 1. Use 2 or more for cross-validation, or 0 for none.",
                setting_folds="folds",
            )
        if self.max_images is not None and self.max_images < self.min_images:
            raise SettingError(
                "{setting_most} must not be less than {setting_least}.",
                setting_most="max_images",
                setting_least="min_images",
            )
        return self
