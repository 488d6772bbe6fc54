"""How a photograph is cropped to its subject."""

import hashlib
import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from engine.registry import OneOf
from engine.settings.base import Settings

DetectorName = Annotated[str, OneOf("engine.crop.saliency:DETECTORS")]
PolicyName = Annotated[str, OneOf("engine.crop.policies:POLICIES")]

# To raise where a detector finds something else than before: what was kept of it is found anew.
_REVISIONS: dict[str, int] = {"learned": 3}

# What presets of version 0.1 may name: detectors that were removed, and two settings of theirs.
_REMOVED_DETECTORS = ("barrier", "semantic")
_REMOVED_SETTINGS: dict[str, Any] = {"network": "", "weights": None}


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

    _removed_detector: str = PrivateAttr("")

    @model_validator(mode="wrap")
    @classmethod
    def _read_version_0_1(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(values, dict):
            return handler(values)
        values = {key: value for key, value in values.items() if key not in _REMOVED_SETTINGS}
        removed = values.get("detector")
        if removed not in _REMOVED_DETECTORS:
            return handler(values)
        preset = handler(values | {"detector": "learned"})
        preset._removed_detector = removed
        return preset

    @property
    def notice(self) -> str:
        """What to say where the preset named a detector that was removed; else empty."""
        if not self._removed_detector:
            return ""
        return (
            f"The preset {self.name} used the detector {self._removed_detector}, which was "
            f"removed. It now uses {self.detector}; crops may differ from earlier ones."
        )

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when, and only when, the crops may change."""
        # With the removed settings, so that the boxes of version 0.1 stay known.
        values = self.model_dump(exclude={"name"}) | _REMOVED_SETTINGS
        if self.detector in _REVISIONS:
            values["revision"] = _REVISIONS[self.detector]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
