"""Which network is trained."""

from typing import Literal

from engine.settings.base import Settings
from engine.settings.fields import setting, when_is, when_not

Head = Literal["linear", "cosine", "unit_linear"]

# The classifier's own methods run the network as it is used, without dropping anything.
_NETWORK_LEARNS = when_not("training.method", "head", "features")


class ModelSettings(Settings):
    name: str = setting(
        "vit_base_patch16_384",
        min_length=1,
        title="Network",
        help="The network, by its name in timm. Larger ones know more and take more time and "
        "memory. Try vit_small_patch16_384 first on a small GPU.",
        level="common",
        group="Network",
    )
    pretrained: bool = setting(
        True,
        title="Published weights",
        help="Start from timm's published weights, downloaded on first use. Off means random "
        "weights, which need far more photographs.",
        level="more",
        group="Network",
        used_when=(when_is("model.weights", None),),
    )
    weights: str | None = setting(
        None,
        title="Weights file",
        help="A local weights file (.safetensors, .pth, .bin) to start from instead. Try a run's "
        "best checkpoint to continue from it.",
        level="more",
        group="Network",
    )
    drop_rate: float = setting(
        0.0,
        ge=0,
        lt=1,
        title="Dropout",
        help="Share of features dropped before the classifier. More slows overfitting. "
        "Try stochastic depth first.",
        level="expert",
        group="Regularisation",
        step=0.05,
        used_when=(_NETWORK_LEARNS,),
    )
    drop_path_rate: float = setting(
        0.0,
        ge=0,
        lt=1,
        title="Stochastic depth",
        help="Share of residual branches dropped. More slows overfitting of a large network. "
        "Try 0.1 for a ViT-B.",
        level="more",
        group="Regularisation",
        step=0.05,
        used_when=(_NETWORK_LEARNS,),
    )
    head: Head = setting(
        "linear",
        title="Classifier",
        help="cosine compares directions only, so frequent species gain nothing from long weight "
        "vectors. unit_linear suits the discriminant start. Try linear first.",
        level="more",
        group="Network",
    )
    adapter: Literal["none", "lora", "adaptformer"] = setting(
        "none",
        title="Adapter",
        help="Small layers that learn in place of the network. lora stands beside attention or "
        "1 × 1 convolutions, adaptformer beside each MLP. Try adaptformer for a ViT.",
        level="more",
        group="What learns",
        used_when=(when_is("training.method", "adapters"), when_not("model.adapter", "none")),
    )
    adapter_rank: int = setting(
        16,
        ge=1,
        le=1024,
        title="Adapter rank",
        help="Width of the adapters. Wider ones learn more and overfit sooner. Try 16.",
        level="more",
        group="What learns",
        used_when=(when_not("model.adapter", "none"),),
    )
    options: dict[str, int | float | str | bool] = setting(
        dict,
        title="Constructor arguments",
        help="Further arguments for the network's constructor, such as depth or embed_dim. "
        "Published weights fit only the network's own. Try none.",
        level="expert",
        group="Network",
    )
