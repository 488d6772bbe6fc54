"""The complete configuration of a training run."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from engine.settings.augmentation import AugmentationSettings
from engine.settings.base import SettingError, Settings
from engine.settings.data import DataSettings
from engine.settings.fields import setting
from engine.settings.model import ModelSettings
from engine.settings.optimisation import StageSettings, TrainingSettings


def _joined(name: object) -> object:
    """Join words by hyphens, because a run's name starts the name of its folder."""
    return "-".join(name.split()) if isinstance(name, str) else name


class RunSettings(Settings):
    """One validated configuration file; the trainer reads it from the run folder."""

    name: Annotated[str, BeforeValidator(_joined)] = setting(
        "run",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        title="Name",
        help="Name of the run: letters, digits, - and _. Its folder starts with it.",
        level="common",
        group="Run",
    )
    description: str = setting(
        "",
        max_length=500,
        title="Description",
        help="What the run is for, in a sentence. It does not affect training.",
        level="more",
        group="Run",
    )
    model: ModelSettings = Field(default_factory=ModelSettings, description="The network.")
    data: DataSettings = Field(default_factory=DataSettings, description="The photographs.")
    augmentation: AugmentationSettings = Field(
        default_factory=AugmentationSettings,
        description="Random changes of training pictures, and the crop for validation.",
    )
    training: TrainingSettings = Field(
        default_factory=TrainingSettings, description="How the network is trained."
    )

    @property
    def total_epochs(self) -> int:
        """The total number of epochs of all stages."""
        return sum(stage.training.epochs for stage in self.stages)

    @property
    def stages(self) -> list["RunSettings"]:
        """The configuration of each stage, as a whole configuration without stages."""
        return [self._in_stage(stage) for stage in self.training.stages] or [self]

    def at_size(self, size: int | None) -> "RunSettings":
        """Return the settings with another input size; transforms scale in proportion.

        None changes nothing.
        """
        whole = self.data.image_size
        if size is None or size == whole:
            return self
        values = self.model_dump()
        views = values["augmentation"]
        for part, cut in (("train", "crop"), ("val", "center_crop")):
            views[part] |= {"resize": round(views[part]["resize"] * size / whole), cut: size}
        values["data"]["image_size"] = size
        return RunSettings.model_validate(values)

    def _in_stage(self, stage: StageSettings) -> "RunSettings":
        values = self.model_dump()
        values["training"] |= stage.own() | {"stages": ()}
        return RunSettings.model_validate(values).at_size(stage.image_size)

    @model_validator(mode="after")
    def _adapters_are_there(self) -> "RunSettings":
        whole = self.training
        methods = [stage.own().get("method", whole.method) for stage in whole.stages]
        if "adapters" in (methods or [whole.method]) and self.model.adapter == "none":
            raise SettingError(
                "{setting_method} is adapters, which needs {setting_adapter}. Choose lora or "
                "adaptformer.",
                setting_method="training.method",
                setting_adapter="model.adapter",
            )
        return self

    @model_validator(mode="after")
    def _sizes_agree(self) -> "RunSettings":
        size = self.data.image_size
        for key, side in (
            ("augmentation.train.crop", self.augmentation.train.crop),
            ("augmentation.val.center_crop", self.augmentation.val.center_crop),
        ):
            if side != size:
                raise SettingError(
                    "{setting_crop} ({crop}) must equal {setting_size} ({size}).",
                    setting_crop=key,
                    crop=str(side),
                    setting_size="data.image_size",
                    size=str(size),
                )
        if bool(self.data.train_jsonl) != bool(self.data.val_jsonl):
            raise SettingError(
                "Give {setting_train} and {setting_val} together.",
                setting_train="data.train_jsonl",
                setting_val="data.val_jsonl",
            )
        return self
