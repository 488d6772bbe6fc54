"""How the benefit of a crop for a classifier is measured."""

from pydantic import Field

from engine.language.message import deferred
from engine.settings.base import Settings

# A small network; its weights come with a package that the studio installs.
USUAL_NETWORK = "tf_efficientnet_lite0"


class ProbeSettings(Settings):
    network: str = Field(
        USUAL_NETWORK,
        min_length=1,
        title=deferred("Network"),
        description=deferred(
            "The timm name of the network that computes the features. A small one is faster."
        ),
    )
    weights: str | None = Field(
        None,
        title=deferred("Weights"),
        description=deferred(
            "A weights file of that network (.safetensors, .pth, .bin). Empty: timm's published "
            "weights, downloaded once; those of tf_efficientnet_lite0 are installed."
        ),
    )
    image_size: int = Field(
        224,
        ge=32,
        le=1024,
        title=deferred("Image size (px)"),
        description=deferred(
            "The side of the network's input, in pixels. Larger shows more detail and is slower."
        ),
    )
    photographs: int = Field(
        300,
        ge=40,
        le=5000,
        title=deferred("Photographs"),
        description=deferred(
            "The most labelled photographs to compare. More gives a clearer answer and is slower."
        ),
    )
    folds: int = Field(
        5,
        ge=2,
        le=10,
        title=deferred("Folds"),
        description=deferred(
            "The number of groups the photographs are divided into; each is tested once."
        ),
    )
    repeats: int = Field(
        5,
        ge=1,
        le=50,
        title=deferred("Repeats"),
        description=deferred(
            "How often the groups are drawn again. More gives a clearer answer and is slower."
        ),
    )
    seed: int = Field(
        1,
        ge=0,
        le=9_999,
        title=deferred("Seed"),
        description=deferred("Another seed takes other photographs."),
    )
