"""A stage of training: what it has of its own, beside what all stages share."""

from typing import Annotated, Literal

from pydantic import Field

from engine.registry import OneOf
from engine.settings.base import Settings

Method = Literal["full", "head", "features", "last_blocks", "adapters"]
LossName = Annotated[str, OneOf("engine.training.optim.losses:LOSSES")]
SamplerName = Annotated[str, OneOf("engine.training.data.samplers:SAMPLERS")]
OptimiserName = Annotated[str, OneOf("engine.training.optim.optimisers:OPTIMISERS")]
ScheduleName = Annotated[str, OneOf("engine.training.optim.schedule:SCHEDULES")]
Start = Literal["keep", "new", "class_means", "discriminant"]


class StageSettings(Settings):
    """What is empty is as in `training`; `image_size` as in `data`."""

    name: str = Field(
        "stage",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="What the stage is called.",
    )
    epochs: int | None = Field(None, ge=1, le=10_000, description="Passes over the train part.")
    method: Method | None = Field(None, description="What learns.")
    last_blocks: int | None = Field(None, ge=1, le=1000, description="For last_blocks: how many.")
    classifier_start: Start | None = Field(
        None, description="What the classifier starts from; keep is what the stage before left."
    )
    image_size: int | None = Field(
        None,
        ge=16,
        le=2048,
        description="Side of the square the network sees; the views follow in proportion.",
    )
    batch_size: int | None = Field(None, ge=1, le=4096, description="Photographs in one pass.")
    accumulation: int | None = Field(None, ge=1, le=1024, description="Passes before a step.")
    optimiser: OptimiserName | None = Field(None, description="What moves the weights.")
    learning_rate: float | None = Field(None, gt=0, le=10, description="Peak learning rate.")
    backbone_rate: float | None = Field(
        None, gt=0, le=1, description="Learning rate of all but the classifier, as a share."
    )
    layer_decay: float | None = Field(None, gt=0, le=1, description="Share from layer to layer.")
    warmup_epochs: float | None = Field(None, ge=0, description="Epochs of climbing to the peak.")
    schedule: ScheduleName | None = Field(None, description="How the learning rate falls.")
    weight_decay: float | None = Field(None, ge=0, le=1, description="Decoupled weight decay.")
    loss: LossName | None = Field(None, description="The loss.")
    sampling: SamplerName | None = Field(None, description="Which photographs an epoch draws.")
    patience: int | None = Field(None, ge=1, description="Epochs without a better macro top-1.")
    ema_decay: float | None = Field(None, ge=0, lt=1, description="Averaging of weights.")
    gradient_checkpointing: bool | None = Field(None, description="Recompute activations.")
