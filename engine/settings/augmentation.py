"""The transforms between the cropped photograph and the network."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from engine.registry import OneOf
from engine.settings.base import SettingError, Settings
from engine.settings.fields import setting, when_not

# The method "features" reads each photograph once, with the validation transform.
_SEES_PHOTOGRAPHS = (when_not("training.method", "features"),)

AugmentationName = Annotated[str, OneOf("engine.augment.augmentations:AUGMENTATIONS")]
Strength = Annotated[float, Field(ge=0, le=1, strict=True)]


class TrainAugmentation(Settings):
    resize: int = setting(
        448,
        ge=16,
        le=4096,
        title="Resize for training",
        help="Side the photograph is resized to before the random crop. A larger one gives more "
        "variety. Try 8/7 of the image size.",
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
        help="Side of the random crop. It must equal the image size.",
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
        help="Mirror photographs left to right at random. A mirrored plant is the same species, so "
        "leave it on.",
        level="more",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    vertical_flip: float = setting(
        0.0,
        ge=0,
        le=1,
        title="Vertical mirror",
        help="How often photographs are turned upside down. Try 0.2 for plants seen from above; "
        "0 is off.",
        level="more",
        group="Augmentation",
        step=0.05,
        used_when=_SEES_PHOTOGRAPHS,
    )
    rotation: float = setting(
        0.0,
        ge=0,
        le=180,
        title="Rotation",
        help="Largest angle by which photographs are rotated at random. Corners are filled by "
        "reflection. Try 15; 0 is off.",
        level="more",
        group="Augmentation",
        unit="degrees",
        step=5,
        used_when=_SEES_PHOTOGRAPHS,
    )
    color_jitter: float = setting(
        0.2,
        ge=0,
        le=1,
        title="Colour jitter",
        help="How much brightness, contrast and saturation vary. More helps with different light. "
        "Try 0.2; 0 is off.",
        level="more",
        group="Augmentation",
        step=0.05,
        used_when=_SEES_PHOTOGRAPHS,
    )
    hue: float = setting(
        0.0,
        ge=0,
        le=0.5,
        title="Hue jitter",
        help="How far hues vary, as a share of the colour circle. The colour of a flower tells "
        "species, so try 0.02; 0 is off.",
        level="more",
        group="Augmentation",
        step=0.01,
        used_when=_SEES_PHOTOGRAPHS,
    )
    erasing: float = setting(
        0.0,
        ge=0,
        le=1,
        title="Random erasing",
        help="How often a random rectangle is blanked out. More reduces overfitting but may hide "
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
        help="Strength of two random changes of shape or colour. More reduces overfitting of large "
        "networks. 9 is usual, 0 is off.",
        level="more",
        group="Augmentation",
        used_when=_SEES_PHOTOGRAPHS,
    )
    extra: dict[AugmentationName, Strength] = setting(
        dict,
        title="Further augmentations",
        help="More augmentations, each with its strength from 0 to 1. For greyscale and blur, "
        "strength is how often a photograph is changed.",
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
        "extreme. 0.2 is mild, 0 is off.",
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
        help="Paste part of one photograph into another. More reduces overfitting. "
        "1 is usual, 0 is off.",
        level="more",
        group="Augmentation",
        step=0.1,
        used_when=_SEES_PHOTOGRAPHS,
    )
    mix_probability: float = setting(
        1.0,
        ge=0,
        le=1,
        title="Share of mixed batches",
        help="How often a batch is mixed by Mixup or CutMix. Less shows more photographs as they "
        "are. Try 1.",
        level="more",
        group="Augmentation",
        step=0.1,
        used_when=(
            when_not("augmentation.train.mixup", 0.0),
            when_not("augmentation.train.cutmix", 0.0),
        ),
    )
    unmixed_epochs: int = setting(
        1,
        ge=0,
        le=10_000,
        title="Last epochs without mixing",
        help="Final epochs of a stage without Mixup and CutMix, so that the network adapts to "
        "real photographs. Try 1 to 3.",
        level="more",
        group="Augmentation",
        used_when=(
            when_not("augmentation.train.mixup", 0.0),
            when_not("augmentation.train.cutmix", 0.0),
        ),
    )

    def strength(self, name: str) -> float:
        """Return the strength of an augmentation by name; 0 if it is off."""
        own = name in type(self).model_fields
        return float(getattr(self, name) if own else self.extra.get(name, 0))

    @field_validator("extra")
    @classmethod
    def _names_no_setting(cls, extra: dict[str, float]) -> dict[str, float]:
        for name in extra.keys() & cls.model_fields.keys():
            raise SettingError(
                "{name} has a setting of its own. Set {setting_own}.", name=name, setting_own=name
            )
        return {name: strength for name, strength in extra.items() if strength}

    @model_validator(mode="after")
    def _crop_fits(self) -> "TrainAugmentation":
        if self.crop > self.resize:
            raise SettingError(
                "{setting_crop} ({crop}) must not be larger than {setting_resize} ({resize}).",
                setting_crop="crop",
                crop=str(self.crop),
                setting_resize="resize",
                resize=str(self.resize),
            )
        low, high = self.scale
        if not 0 < low <= high <= 1:
            raise SettingError(
                "{setting_scale} must be two shares from 0 to 1, the smaller first, not {given}.",
                setting_scale="scale",
                given=f"{low:g}, {high:g}",
            )
        return self


class ValAugmentation(Settings):
    resize: int = setting(
        448,
        ge=16,
        le=4096,
        title="Resize for validation",
        help="Side the photograph is resized to before the centre crop. At the image size nothing "
        "is cut away. Try the value used for training.",
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
        help="Side of the centre crop. It must equal the image size.",
        level="expert",
        group="Validation",
        unit="px",
        step=32,
    )

    @model_validator(mode="after")
    def _crop_fits(self) -> "ValAugmentation":
        if self.center_crop > self.resize:
            raise SettingError(
                "{setting_crop} ({crop}) must not be larger than {setting_resize} ({resize}).",
                setting_crop="center_crop",
                crop=str(self.center_crop),
                setting_resize="resize",
                resize=str(self.resize),
            )
        return self


class AugmentationSettings(Settings):
    train: TrainAugmentation = Field(
        default_factory=TrainAugmentation, description="Random changes of training pictures."
    )
    val: ValAugmentation = Field(
        default_factory=ValAugmentation,
        description="Resize and crop for validation and predictions.",
    )
