"""How it is measured whether a crop helps a classifier."""

from pydantic import Field

from engine.settings.base import Settings

# Small, and its weights come with a package that the studio installs.
USUAL_NETWORK = "tf_efficientnet_lite0"


class ProbeSettings(Settings):
    network: str = Field(
        USUAL_NETWORK,
        min_length=1,
        description="The network whose features are compared, by its name in timm; small is fast.",
    )
    weights: str | None = Field(
        None,
        description="A local weights file (.safetensors, .pth, .bin) of that network; empty = "
        f"timm's published weights, downloaded on first use; those of {USUAL_NETWORK} are here.",
    )
    image_size: int = Field(
        224, ge=32, le=1024, description="Side of the square the network sees, in pixels."
    )
    photographs: int = Field(
        300, ge=40, le=5000, description="How many labelled photographs are compared, at most."
    )
    folds: int = Field(
        5, ge=2, le=10, description="Parts the photographs are dealt into; each is judged once."
    )
    repeats: int = Field(5, ge=1, le=50, description="How often they are dealt anew.")
    seed: int = Field(1, ge=0, le=9_999, description="Another number takes other photographs.")
