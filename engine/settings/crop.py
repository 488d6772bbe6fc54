"""How a photograph is cropped to its subject."""

import hashlib
import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from engine.language.message import deferred, gettext
from engine.registry import OneOf
from engine.settings.base import Settings

DetectorName = Annotated[str, OneOf("engine.crop.saliency:DETECTORS")]
PolicyName = Annotated[str, OneOf("engine.crop.policies:POLICIES")]

# Increment if a detector's results change, so that its stored crops are recomputed.
_REVISIONS: dict[str, int] = {"learned": 3}

# Detectors and settings that presets of version 0.1 may name, but that were removed.
_REMOVED_DETECTORS = ("barrier", "semantic")
_REMOVED_SETTINGS: dict[str, Any] = {"network": "", "weights": None}


class CropPreset(Settings):
    name: str = Field(
        "classic",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description=deferred("The name of the preset."),
    )
    detector: DetectorName = Field(
        "fine_grained",
        description=deferred(
            "The method that finds the subject. Try the small network first; none keeps the centre."
        ),
    )
    working_side: int | None = Field(
        None,
        ge=64,
        le=4096,
        description=deferred(
            "The longest side of the picture that saliency is computed from, in pixels. Larger "
            "finds more detail and is slower. Empty: the detector's own size."
        ),
    )
    policy: PolicyName = Field(
        "largest_contour",
        description=deferred(
            "How the square is chosen from the saliency: the largest outline above the threshold, "
            "the part with the most saliency, or the smallest square with a share of all saliency."
        ),
    )
    threshold: float = Field(
        0.5,
        ge=0,
        le=0.95,
        description=deferred(
            "The saliency from which a pixel belongs to the subject. Higher gives a smaller crop; "
            "too high cuts into the plant."
        ),
    )
    mass: float = Field(
        0.95,
        gt=0,
        le=1,
        description=deferred(
            "The share of all saliency inside the square. Higher gives a larger, safer crop."
        ),
    )
    padding: float = Field(
        0.2,
        ge=0,
        le=1,
        description=deferred(
            "Extra space around the subject, as a share of its box. More is safer but shows the "
            "plant smaller."
        ),
    )
    minimum_side: float = Field(
        0.0,
        ge=0,
        le=1,
        description=deferred(
            "The smallest side of the square, as a share of the photograph's shorter side. Raise "
            "it if crops are too tight."
        ),
    )
    aspect: Literal["whole", "mean"] = Field(
        "whole",
        description=deferred(
            "The square around a long subject: all of it (whole), or the geometric mean of its "
            "sides (mean), which shows it larger and cuts its ends."
        ),
    )
    tight_confidence: float = Field(
        0.0,
        ge=0,
        le=1,
        description=deferred(
            "The lowest confidence for the square around the subject. Raise it if the crop often "
            "misses the plant."
        ),
    )
    wide_confidence: float = Field(
        0.0,
        ge=0,
        le=1,
        description=deferred(
            "The lowest confidence for the largest square that holds the subject. Below it, the "
            "centre is kept."
        ),
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
        """A notice for the user if the preset named a removed detector; else empty."""
        if not self._removed_detector:
            return ""
        return gettext(
            "The preset {name} used the detector {removed}, which was removed. It now uses "
            "{detector}; crops may differ from earlier ones.",
            name=self.name,
            removed=self._removed_detector,
            detector=self.detector,
        )

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change exactly when the crops may change."""
        # Includes the removed settings, so that crops stored by version 0.1 remain valid.
        values = self.model_dump(exclude={"name"}) | _REMOVED_SETTINGS
        if self.detector in _REVISIONS:
            values["revision"] = _REVISIONS[self.detector]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
