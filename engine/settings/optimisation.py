"""How the network is trained."""

from typing import Literal

from pydantic import Field

from engine.settings.base import Settings


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
    learning_rate: float = Field(5e-5, gt=0, le=10, description="Peak learning rate of AdamW.")
    backbone_rate: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Learning rate of everything but the classifier, as a share of it: trained "
        "weights bear smaller steps than a new classifier.",
    )
    min_learning_rate: float = Field(
        1e-6, ge=0, le=10, description="Learning rate at the end of the cosine."
    )
    warmup_epochs: float = Field(
        1.0, ge=0, description="Epochs in which the learning rate climbs to its peak."
    )
    weight_decay: float = Field(0.05, ge=0, le=1, description="Decoupled weight decay.")
    label_smoothing: float = Field(
        0.1, ge=0, lt=1, description="Probability shared out over the other species."
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
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Seed of everything random.")
    log_every: int = Field(
        10, ge=1, le=100_000, description="Steps between two points of the training curves."
    )
    checkpoint_every: int = Field(
        500, ge=1, description="Steps between two checkpoints inside an epoch."
    )
    stop_after_steps: int | None = Field(
        None, ge=1, description="Stop, finished, after this many steps; empty = all epochs."
    )
