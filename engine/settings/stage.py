"""A training stage: the settings that differ from those of the run."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from engine.registry import OneOf
from engine.settings.base import Settings

Method = Literal["full", "head", "features", "last_blocks", "adapters"]
LossName = Annotated[str, OneOf("engine.training.optim.losses:LOSSES")]
SamplerName = Annotated[str, OneOf("engine.training.data.samplers:SAMPLERS")]
OptimiserName = Annotated[str, OneOf("engine.training.optim.optimisers:OPTIMISERS")]
ScheduleName = Annotated[str, OneOf("engine.training.optim.schedule:SCHEDULES")]
Start = Literal["keep", "new", "class_means", "discriminant"]

OF_A_STAGE = (
    "epochs",
    "method",
    "last_blocks",
    "classifier_start",
    "batch_size",
    "accumulation",
    "optimiser",
    "learning_rate",
    "backbone_rate",
    "layer_decay",
    "warmup_epochs",
    "schedule",
    "weight_decay",
    "loss",
    "sampling",
    "patience",
    "ema_decay",
    "gradient_checkpointing",
)
"""The settings of `training` that a stage may override."""


class BaseStageSettings(Settings):
    """The settings of a stage; empty ones are as in `training`, `image_size` as in `data`.

    With the classifier start "keep", the classifier keeps the weights of the previous stage. See
    `stage_of`.
    """

    name: str = Field(
        "stage",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="Name of the stage.",
    )
    image_size: int | None = Field(
        None,
        ge=16,
        le=2048,
        description="Side of the square the network gets. Resize and crop sizes change in "
        "proportion.",
    )

    def own(self) -> dict[str, Any]:
        """Return the settings of `training` that this stage overrides."""
        return self.model_dump(include=set(OF_A_STAGE), exclude_none=True)


def stage_of(training: type[BaseModel]) -> type[BaseStageSettings]:
    """Create the settings class of a stage: those of `OF_A_STAGE`, each optional."""
    fields: dict[str, Any] = {}
    for name in OF_A_STAGE:
        info = training.model_fields[name]
        kind: Any = info.annotation | None  # type: ignore[operator]
        for rule in info.metadata:
            kind = Annotated[kind, rule]
        fields[name] = (kind, Field(None, title=info.title, description=info.description))
    return create_model(
        "StageSettings",
        __base__=BaseStageSettings,
        __module__=training.__module__,
        __doc__=BaseStageSettings.__doc__,
        **fields,
    )
