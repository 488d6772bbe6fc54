"""How a photograph is cropped to its subject."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field

from engine.registry import OneOf
from engine.settings.base import Settings

DetectorName = Annotated[str, OneOf("engine.crop.saliency:DETECTORS")]
PolicyName = Annotated[str, OneOf("engine.crop.policies:POLICIES")]

# Small, and its weights come with a package that the studio installs.
USUAL_NETWORK = "tf_efficientnet_lite0"

# To raise where a detector finds something else than before: what was kept of it is found anew.
_REVISIONS: dict[str, int] = {"learned": 3, "semantic": 3}


class CropPreset(Settings):
    name: str = Field(
        "classic",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="What the preset is called.",
    )
    detector: DetectorName = Field(
        "fine_grained",
        description="What finds the subject; none means the centre square.",
    )
    network: str = Field(
        "",
        description="For semantic: the network whose features are looked at, by its name in timm; "
        f"empty = the one that is trained, and elsewhere {USUAL_NETWORK}.",
    )
    weights: str | None = Field(
        None,
        description="For semantic: a local weights file of that network; empty = the published.",
    )
    working_side: int | None = Field(
        None,
        ge=64,
        le=4096,
        description="Longest side the saliency is computed at; empty = the detector's own, which "
        "for fine-grained and spectral residual is the photograph's own size, as published.",
    )
    policy: PolicyName = Field(
        "largest_contour",
        description="How a square is drawn around what was found: the largest outline above the "
        "threshold, the part above it that weighs most, or the smallest square that holds a "
        "share of all saliency.",
    )
    threshold: float = Field(
        0.5,
        ge=0,
        le=0.95,
        description="Saliency that counts as subject, as a share of 1; what lies below counts "
        "for nothing.",
    )
    mass: float = Field(
        0.95,
        gt=0,
        le=1,
        description="Share of all saliency that the smallest square must hold.",
    )
    padding: float = Field(
        0.2, ge=0, le=1, description="Room left around the subject, as a share of its box."
    )
    minimum_side: float = Field(
        0.0,
        ge=0,
        le=1,
        description="The square's least side, as a share of the photograph's shorter side.",
    )
    aspect: Literal["whole", "mean"] = Field(
        "whole",
        description="The side of the square around an elongated subject: whole = its longer "
        "side, so that all of it is kept; mean = the geometric mean of both sides.",
    )
    tight_confidence: float = Field(
        0.0,
        ge=0,
        le=1,
        description="From this confidence on the tight square is kept.",
    )
    wide_confidence: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Below the tight one and from this confidence on the largest square is kept, "
        "moved to where the subject is; below it the centre.",
    )

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when, and only when, the crops may change."""
        values = self.model_dump(exclude={"name"})
        if self.detector in _REVISIONS:
            values["revision"] = _REVISIONS[self.detector]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]

    def looking_through(self, network: str, weights: str | None) -> "CropPreset":
        """The preset with a network to look through, where it looks through one and names none."""
        usual = network == USUAL_NETWORK and not weights
        if self.detector != "semantic" or self.network or not network or usual:
            return self
        return self.model_copy(update={"network": network, "weights": self.weights or weights})
