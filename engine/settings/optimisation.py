"""How the network is trained."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from engine.settings.base import Settings
from engine.settings.stage import (
    BaseStageSettings,
    LossName,
    Method,
    OptimiserName,
    SamplerName,
    ScheduleName,
    Start,
    stage_of,
)


class TrainingSettings(Settings):
    epochs: int = Field(20, ge=1, le=10_000, description="Passes over the training part.")
    batch_size: int = Field(
        8, ge=1, le=4096, description="Photographs in one forward and backward pass."
    )
    accumulation: int = Field(
        1,
        ge=1,
        le=1024,
        description="Passes gathered before the weights move: the effective batch is "
        "batch size times this.",
    )
    method: Method = Field(
        "full",
        description="What learns: everything (full); the classifier alone on photographs (head) "
        "or on features computed once (features, seconds an epoch); the last blocks; or the "
        "adapters of model.adapter beside the classifier.",
    )
    last_blocks: int = Field(
        4, ge=1, le=1000, description="How many blocks the method last_blocks trains."
    )
    classifier_start: Start = Field(
        "keep",
        description="What the classifier starts from: what the weights file brought or zeros "
        "(keep), zeros (new), the mean features of each species (class_means), or those weighed "
        "by how features vary within a species (discriminant).",
    )
    stages: tuple["StageSettings", ...] = Field(
        (),
        description="Stages trained one after the other, each with what it has of its own; "
        "empty = one stage.",
    )
    optimiser: OptimiserName = Field("adamw", description="What moves the weights.")
    learning_rate: float = Field(5e-5, gt=0, le=10, description="Peak learning rate.")
    backbone_rate: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Learning rate of everything but the classifier, as a share of it: trained "
        "weights bear smaller steps than a new classifier.",
    )
    schedule: ScheduleName = Field(
        "cosine", description="How the learning rate falls after the warm-up."
    )
    min_learning_rate: float = Field(
        1e-6, ge=0, le=10, description="Learning rate at the end of the schedule."
    )
    warmup_epochs: float = Field(
        1.0, ge=0, description="Epochs in which the learning rate climbs to its peak."
    )
    layer_decay: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Learning rate of each layer as a share of the one above it: early layers "
        "know edges and colours already. 1 = the same for all.",
    )
    ema_decay: float = Field(
        0.0,
        ge=0,
        lt=1,
        title="Averaging of weights",
        description="Judge and keep a moving average of the weights with this decay, such as "
        "0.999; it is warmed up. 0 = none.",
    )
    weight_decay: float = Field(0.05, ge=0, le=1, description="Decoupled weight decay.")
    label_smoothing: float = Field(
        0.1, ge=0, lt=1, description="Probability shared out over the other species."
    )
    loss: LossName = Field("cross_entropy", description="What training minimises.")
    logit_tau: float = Field(
        1.0, ge=0, le=5, description="How much the loss logit_adjusted favours rare species."
    )
    focal_gamma: float = Field(
        2.0, ge=0, le=10, description="How much the loss focal plays down what is easy."
    )
    sampling: SamplerName = Field(
        "uniform", description="How often an epoch shows each photograph."
    )
    patience: int | None = Field(
        None,
        ge=1,
        description="End a stage after so many epochs without a better macro top-1; empty = never.",
    )
    temperature_scaling: bool = Field(
        True,
        description="Find, at the end and on val, the one number that makes probabilities honest.",
    )
    clip_norm: float | None = Field(
        1.0, gt=0, description="Largest gradient norm let through; empty = no limit."
    )
    frozen_statistics: bool = Field(
        False,
        description="Keep the means and variances that trained batch normalisation came with, "
        "instead of measuring them in every small batch. Nothing to a vision transformer.",
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto", description="Arithmetic: auto takes bf16 or fp16 where the device has it."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where to train: auto takes a GPU if there is one."
    )
    gradient_checkpointing: bool = Field(
        False, description="Recompute activations to save memory, about a third slower."
    )
    fit_memory: bool = Field(
        True,
        description="Take a real step first and, where a GPU's memory does not suffice, cut the "
        "batch into smaller passes and recompute activations; the effective batch stays.",
    )
    compile: bool = Field(
        False,
        description="Let torch.compile fuse the network: minutes at the start, faster after. "
        "It needs a C++ compiler.",
    )
    processes: int = Field(
        1, ge=1, le=256, description="Training processes on this machine, one a GPU."
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        title="CPU threads",
        description="Threads of a training on a CPU, in each of its processes. Empty = a trial of "
        "a second chooses, again when the speed changes. Runs repeat exactly with the same number.",
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Seed of everything random.")
    log_every: int = Field(
        10, ge=1, le=100_000, description="Steps between two points of the training curves."
    )
    checkpoint_every: int = Field(
        500, ge=1, description="Steps between two checkpoints inside an epoch."
    )
    tensorboard: bool = Field(
        False,
        description="Write the curves as TensorBoard event files too, in the run's folder "
        "tensorboard.",
    )
    stop_after_steps: int | None = Field(
        None, ge=1, description="Stop, finished, after this many steps; empty = all epochs."
    )


if TYPE_CHECKING:
    StageSettings = BaseStageSettings
else:
    StageSettings = stage_of(TrainingSettings)
    TrainingSettings.model_rebuild()
