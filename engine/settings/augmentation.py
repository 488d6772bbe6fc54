"""What happens between the cropped photograph and the network."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from engine.registry import OneOf
from engine.settings.base import Settings

AugmentationName = Annotated[str, OneOf("engine.augment.augmentations:AUGMENTATIONS")]
Strength = Annotated[float, Field(ge=0, le=1, strict=True)]


class TrainAugmentation(Settings):
    resize: int = Field(
        448, ge=16, le=4096, description="Side the cropped square is resized to, in pixels."
    )
    crop: int = Field(
        384, ge=16, le=2048, description="Side of the random crop taken from it, in pixels."
    )
    scale: tuple[float, float] = Field(
        (0.7, 1.0),
        description="Smallest and largest share of the resized square's area that a random "
        "crop takes before it is brought to the crop side.",
    )
    flip: bool = Field(True, description="Mirror left and right at random.")
    color_jitter: float = Field(
        0.2,
        ge=0,
        le=1,
        title="Colour jitter",
        description="How far brightness, contrast and saturation may wander.",
    )
    erasing: float = Field(
        0.0, ge=0, le=1, description="How often a random rectangle is blanked out."
    )
    rand_augment: int = Field(
        0,
        ge=0,
        le=30,
        title="RandAugment",
        description="Strength of two random changes of shape or colour; 9 is usual, 0 is none.",
    )
    extra: dict[AugmentationName, Strength] = Field(
        default_factory=dict,
        description="Further augmentations by their names, each with its strength from 0 to 1; "
        "for greyscale and blur that is how often a picture is changed.",
    )
    mixup: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Blend pairs of photographs and their species; 0.2 is mild, 0 is none.",
    )
    cutmix: float = Field(
        0.0,
        ge=0,
        le=10,
        title="CutMix",
        description="Paste a piece of one photograph into another; 1 is usual, 0 is none.",
    )
    unmixed_epochs: int = Field(
        1, ge=0, le=10_000, description="Last epochs of a stage without Mixup and CutMix."
    )

    def strength(self, name: str) -> float:
        """How strong an augmentation is, by its name; 0 where it is off."""
        own = name in type(self).model_fields
        return float(getattr(self, name) if own else self.extra.get(name, 0))

    @field_validator("extra")
    @classmethod
    def _names_no_setting(cls, extra: dict[str, float]) -> dict[str, float]:
        for name in extra.keys() & cls.model_fields.keys():
            raise ValueError(f"{name} is a setting beside extra; set it there")
        return {name: strength for name, strength in extra.items() if strength}

    @model_validator(mode="after")
    def _crop_fits(self) -> "TrainAugmentation":
        if self.crop > self.resize:
            raise ValueError(f"crop ({self.crop}) must not be larger than resize ({self.resize})")
        low, high = self.scale
        if not 0 < low <= high <= 1:
            raise ValueError(
                f"scale ({low:g}, {high:g}) must be two shares, 0 < smallest <= largest <= 1"
            )
        return self


class ValAugmentation(Settings):
    resize: int = Field(
        448, ge=16, le=4096, description="Side the cropped square is resized to, in pixels."
    )
    center_crop: int = Field(
        384,
        ge=16,
        le=2048,
        title="Centre crop",
        description="Side of the central square taken from it, in pixels.",
    )

    @model_validator(mode="after")
    def _crop_fits(self) -> "ValAugmentation":
        if self.center_crop > self.resize:
            raise ValueError(
                f"center_crop ({self.center_crop}) must not be larger than resize ({self.resize})"
            )
        return self


class AugmentationSettings(Settings):
    train: TrainAugmentation = Field(default_factory=TrainAugmentation, description="For training.")
    val: ValAugmentation = Field(
        default_factory=ValAugmentation, description="For validation and use."
    )
