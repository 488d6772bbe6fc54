"""How photographs are divided into train, validation and test."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.language.message import deferred
from engine.settings.base import SettingError, Settings

Link = Literal["observation", "observer", "bytes", "url", "near-duplicate"]
"""What photographs may share so that they stay in one part."""

ALWAYS_LINKED: tuple[Link, ...] = ("bytes", "url")
"""What makes two records one photograph: such records are never in two parts."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
"""The allowed names of a split."""


class SplitSettings(Settings):
    name: str = Field(
        "default",
        pattern=NAME,
        description=deferred("The name of the split."),
    )
    seed: int = Field(
        42,
        ge=0,
        le=2**31 - 1,
        description=deferred("The same seed gives the same split; another seed, another split."),
    )
    photographs: Literal["cached", "all"] = Field(
        "cached",
        description=deferred(
            "Which photographs to split: those on this computer (cached), or all known ones "
            "(all). Download the others before you train."
        ),
    )
    sources: tuple[str, ...] = Field(
        (), description=deferred("Use photographs of these sources only. Empty means all.")
    )
    where: tuple[str, ...] = Field(
        (),
        description=deferred(
            "Conditions that photographs must meet: FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE "
            "(contains). Empty means all photographs."
        ),
    )
    min_images: int = Field(
        1,
        ge=1,
        le=100_000,
        description=deferred("Species with fewer photographs are left out. Try 3 first."),
    )
    max_images: int | None = Field(
        None,
        ge=3,
        le=10_000_000,
        description=deferred(
            "The most photographs of a species to use. A limit speeds up training. Empty means all."
        ),
    )
    val_percent: float = Field(
        10.0,
        gt=0,
        le=80,
        description=deferred(
            "Percentage of each species' photographs for validation. More makes its accuracy more "
            "reliable, but leaves fewer for training."
        ),
    )
    test_percent: float = Field(
        10.0,
        ge=0,
        le=80,
        description=deferred(
            "Percentage of each species' photographs for test. More makes its accuracy more "
            "reliable, but leaves fewer for training."
        ),
    )
    group: tuple[Link, ...] = Field(
        ("observation", "bytes", "near-duplicate"),
        description=deferred(
            "Photographs that share one of these stay in one part: observation, observer (of a "
            "species), near-duplicate. Copies (bytes, url) always do."
        ),
    )
    near_distance: int = Field(
        3,
        ge=0,
        le=6,
        description=deferred(
            "How many of the 64 bits of a perceptual hash may differ between near-duplicates. "
            "Higher finds more of them, and more false ones. The quality scan also finds cropped "
            "and mirrored ones."
        ),
    )
    folds: int = Field(
        0,
        ge=0,
        le=20,
        description=deferred(
            "The number of splits for cross-validation. They share a test part; each other "
            "photograph is in the validation of at most one. 0 makes a single split."
        ),
    )
    earlier: str | None = Field(
        None, description=deferred("An earlier split to keep parts of, by name.")
    )
    carry: Literal["parts", "test"] = Field(
        "parts",
        description=deferred(
            "What to keep of the earlier split: all parts where the shares allow it (parts), or "
            "exactly its test part (test)."
        ),
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
