"""What happens between the cropped photograph and the network."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from engine.registry import OneOf
from engine.settings.base import Settings
from engine.settings.fields import setting, when_not

# The method features sees every photograph once, as in validation.
_SEES_PHOTOGRAPHS = (when_not("training.method", "features"),)

AugmentationName = Annotated[str, OneOf("engine.augment.augmentations:AUGMENTATIONS")]
Strength = Annotated[float, Field(ge=0, le=1, strict=True)]


class TrainAugmentation(Settings):
    resize: int = setting(
        448,
        ge=16,
        le=4096,
        title="Resize for training",
        help="Side the cropped square is resized to. A larger margin around the random crop gives "
        "more variety. Try 8/7 of the image size.",
        level="expert",
        group="Augmentation",
        unit="px",
        step=16,
        used_when=_SEES_PHOTOGRAPHS,
    )
    crop: int = setting(
        384,
        ge=16,
        le=2048,
        title="Crop",
        help="Side of the random crop from the resized square. It must equal the image size.",
        level="expert",
        group="Augmentation",
        unit="px",
        step=32,
    )
    scale: tuple[float, float] = setting(
        (0.7, 1.0),
        title="Crop area",
        help="Smallest and largest share of the square that a random crop covers. A lower "
        "minimum gives more variety. Try 0.4, 1 with few photographs.",
        level="more",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    flip: bool = setting(
        True,
        title="Mirror",
        help="Mirror left and right at random. A mirrored plant is the same species; leave it on.",
        level="more",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    color_jitter: float = setting(
        0.2,
        ge=0,
        le=1,
        title="Colour jitter",
        help="How far brightness, contrast and saturation vary. More helps with other light. "
        "Try 0.2; 0 is none.",
        level="more",
        group="Augmentation",
        step=0.05,
        used_when=_SEES_PHOTOGRAPHS,
    )
    erasing: float = setting(
        0.0,
        ge=0,
        le=1,
        title="Random erasing",
        help="How often a random rectangle is blanked out. More slows overfitting and may hide "
        "the plant. Try 0.1.",
        level="more",
        group="Augmentation",
        step=0.05,
        used_when=_SEES_PHOTOGRAPHS,
    )
    rand_augment: int = setting(
        0,
        ge=0,
        le=30,
        title="RandAugment",
        help="Strength of two random changes of shape or colour. More slows overfitting of large "
        "networks. 9 is usual, 0 is none.",
        level="more",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    extra: dict[AugmentationName, Strength] = setting(
        dict,
        title="Further augmentations",
        help="Further augmentations by their names, each with its strength from 0 to 1. For "
        "greyscale and blur that is how often a picture is changed.",
        level="expert",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    mixup: float = setting(
        0.0,
        ge=0,
        le=10,
        title="Mixup",
        help="Blend pairs of photographs and their species. More makes probabilities less "
        "extreme. 0.2 is mild, 0 is none.",
        level="more",
        group="Augmentation",
        step=0.1,
        used_when=_SEES_PHOTOGRAPHS,
    )
    cutmix: float = setting(
        0.0,
        ge=0,
        le=10,
        title="CutMix",
        help="Paste a piece of one photograph into another. More slows overfitting. "
        "1 is usual, 0 is none.",
        level="more",
        group="Augmentation",
        step=0.1,
        used_when=_SEES_PHOTOGRAPHS,
    )
    unmixed_epochs: int = setting(
        1,
        ge=0,
        le=10_000,
        title="Last epochs without mixing",
        help="Last epochs of a stage without Mixup and CutMix. They adapt the network to "
        "unmixed photographs. Try 1 to 3.",
        level="more",
        group="Augmentation",
        used_when=(
            when_not("augmentation.train.mixup", 0.0),
            when_not("augmentation.train.cutmix", 0.0),
        ),
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
    resize: int = setting(
        448,
        ge=16,
        le=4096,
        title="Resize for validation",
        help="Side the cropped square is resized to. Equal to the image size, nothing is cut "
        "away. Try the training resize.",
        level="expert",
        group="Validation",
        unit="px",
        step=16,
    )
    center_crop: int = setting(
        384,
        ge=16,
        le=2048,
        title="Centre crop",
        help="Side of the central square of the resized one. It must equal the image size.",
        level="expert",
        group="Validation",
        unit="px",
        step=32,
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
