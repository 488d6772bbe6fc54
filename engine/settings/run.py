"""Everything one training run needs to know."""

from pydantic import Field, model_validator

from engine.settings.augmentation import AugmentationSettings
from engine.settings.base import Settings
from engine.settings.data import DataSettings
from engine.settings.model import ModelSettings
from engine.settings.optimisation import TrainingSettings


class RunSettings(Settings):
    """One configuration file, validated: what travels to the trainer and into its run folder."""

    name: str = Field(
        "run", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="What the run is called."
    )
    description: str = Field("", max_length=500, description="What it is for, in a sentence.")
    model: ModelSettings = Field(default_factory=ModelSettings, description="The network.")
    data: DataSettings = Field(default_factory=DataSettings, description="The photographs.")
    augmentation: AugmentationSettings = Field(
        default_factory=AugmentationSettings, description="Augmentation."
    )
    training: TrainingSettings = Field(
        default_factory=TrainingSettings, description="The training."
    )

    @model_validator(mode="after")
    def _sizes_agree(self) -> "RunSettings":
        size = self.data.image_size
        for key, side in (
            ("augmentation.train.crop", self.augmentation.train.crop),
            ("augmentation.val.center_crop", self.augmentation.val.center_crop),
        ):
            if side != size:
                raise ValueError(f"{key} is {side}, but data.image_size is {size}: make them equal")
        if bool(self.data.train_jsonl) != bool(self.data.val_jsonl):
            raise ValueError("data.train_jsonl and data.val_jsonl must be given together")
        return self
