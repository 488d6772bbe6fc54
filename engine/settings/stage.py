"""A stage of training: what it has of its own, beside what all stages share."""

from typing import Literal

from pydantic import Field

from engine.settings.base import Settings

Method = Literal["full", "head", "features", "last_blocks", "adapters"]
Loss = Literal["cross_entropy", "logit_adjusted", "balanced_softmax", "focal"]
Sampling = Literal["uniform", "square_root", "balanced"]
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
    learning_rate: float | None = Field(None, gt=0, le=10, description="Peak learning rate.")
    backbone_rate: float | None = Field(
        None, gt=0, le=1, description="Learning rate of all but the classifier, as a share."
    )
    layer_decay: float | None = Field(None, gt=0, le=1, description="Share from layer to layer.")
    warmup_epochs: float | None = Field(None, ge=0, description="Epochs of climbing to the peak.")
    weight_decay: float | None = Field(None, ge=0, le=1, description="Decoupled weight decay.")
    loss: Loss | None = Field(None, description="The loss.")
    sampling: Sampling | None = Field(None, description="Which photographs an epoch draws.")
    patience: int | None = Field(None, ge=1, description="Epochs without a better macro top-1.")
    ema_decay: float | None = Field(None, ge=0, lt=1, description="Averaging of weights.")
    gradient_checkpointing: bool | None = Field(None, description="Recompute activations.")
