"""The network that is trained."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.settings.base import SettingError, Settings
from engine.settings.fields import setting, when_is, when_not

Head = Literal["linear", "cosine", "unit_linear"]

# The methods "head" and "features" run the network in evaluation mode, without dropout.
_NETWORK_LEARNS = when_not("training.method", "head", "features")


Mean = Annotated[float, Field(ge=0, le=1)]
Deviation = Annotated[float, Field(gt=0, le=1)]


class ModelSettings(Settings):
    name: str = setting(
        "vit_base_patch16_384",
        min_length=1,
        title="Network",
        help="The network, by its name in timm. Larger ones are more accurate but need more time "
        "and memory. Try vit_small_patch16_384 first on a small GPU.",
        level="common",
        group="Network",
    )
    pretrained: bool = setting(
        True,
        title="Published weights",
        help="Start from timm's published weights, downloaded on first use. Off starts from random "
        "weights, which need far more photographs.",
        level="more",
        group="Network",
        used_when=(when_is("model.weights", None),),
    )
    weights: str | None = setting(
        None,
        title="Weights file",
        help="Start from a local weights file (.safetensors, .pth, .bin) instead. Try the best "
        "checkpoint of a run.",
        level="more",
        group="Network",
    )
    drop_rate: float = setting(
        0.0,
        ge=0,
        lt=1,
        title="Dropout",
        help="Share of features dropped before the classifier. More reduces overfitting. "
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
        help="Share of residual branches dropped. More reduces overfitting of large networks. "
        "Try 0.1 for a ViT-B.",
        level="more",
        group="Regularisation",
        step=0.05,
        used_when=(_NETWORK_LEARNS,),
    )
    head: Head = setting(
        "linear",
        title="Classifier",
        help="cosine ignores the length of weight vectors, which helps rare species. "
        "unit_linear suits the discriminant start. Try linear first.",
        level="more",
        group="Network",
    )
    adapter: Literal["none", "lora", "adaptformer"] = setting(
        "none",
        title="Adapter",
        help="Small layers trained instead of the network. lora sits beside attention or "
        "1 × 1 convolutions, adaptformer beside each MLP. Try adaptformer for a ViT.",
        level="more",
        group="What is trained",
        used_when=(when_is("training.method", "adapters"), when_not("model.adapter", "none")),
    )
    adapter_rank: int = setting(
        16,
        ge=1,
        le=1024,
        title="Adapter rank",
        help="Width of the adapters. Wider ones fit better and overfit sooner. Try 16.",
        level="more",
        group="What is trained",
        used_when=(when_not("model.adapter", "none"),),
    )
    options: dict[str, int | float | str | bool] = setting(
        dict,
        title="Constructor arguments",
        help="Extra arguments of the network's constructor, such as depth or embed_dim. "
        "Published weights fit only the defaults. Try none first.",
        level="expert",
        group="Network",
    )
    mean: tuple[Mean, Mean, Mean] | None = setting(
        None,
        title="Mean of the pixels",
        help="Mean of red, green and blue, 0 to 1, that is subtracted from pixels. Empty takes "
        "the network's own. Set it for weights trained with another.",
        level="expert",
        group="Network",
    )
    std: tuple[Deviation, Deviation, Deviation] | None = setting(
        None,
        title="Deviation of the pixels",
        help="Standard deviation of red, green and blue that pixels are divided by. Empty takes "
        "the network's own. It needs a mean.",
        level="expert",
        group="Network",
    )

    @model_validator(mode="after")
    def _mean_and_deviation(self) -> "ModelSettings":
        if (self.mean is None) != (self.std is None):
            raise SettingError(
                "Give {setting_mean} and {setting_std} together.",
                setting_mean="mean",
                setting_std="std",
            )
        return self
