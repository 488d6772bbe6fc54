"""Which network is trained."""

from typing import Literal

from pydantic import Field

from engine.settings.base import Settings

Head = Literal["linear", "cosine", "unit_linear"]


class ModelSettings(Settings):
    name: str = Field(
        "vit_base_patch16_384",
        min_length=1,
        title="Network",
        description="The network, by its name in timm.",
    )
    pretrained: bool = Field(
        True,
        description="Start from timm's published weights (downloads them on first use). "
        "Ignored where a weights file is given.",
    )
    weights: str | None = Field(
        None,
        description="A local weights file (.safetensors, .pth, .bin) to start from instead.",
    )
    drop_rate: float = Field(
        0.0, ge=0, lt=1, description="Share of features dropped before the classifier."
    )
    drop_path_rate: float = Field(
        0.0, ge=0, lt=1, description="Share of residual branches dropped (stochastic depth)."
    )
    head: Head = Field(
        "linear",
        title="Classifier",
        description="cosine compares directions alone, so that no species has an advantage by "
        "the length of its weights; unit_linear is linear and sees only the features' direction, "
        "which suits classifier_start discriminant.",
    )
    adapter: Literal["none", "lora", "adaptformer"] = Field(
        "none",
        description="Small layers beside the trained ones, for training.method adapters: lora "
        "beside the attention's (or 1 × 1 convolutions), adaptformer beside each block's MLP.",
    )
    adapter_rank: int = Field(16, ge=1, le=1024, description="Width of the adapters.")
    options: dict[str, int | float | str | bool] = Field(
        default_factory=dict,
        description="Further arguments for the network's constructor, such as depth or embed_dim.",
    )
