"""How a photograph is cropped to its subject."""

import hashlib
import json
from typing import Literal

from pydantic import Field

from engine.settings.base import Settings


class CropPreset(Settings):
    name: str = Field(
        "classic",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="What the preset is called.",
    )
    detector: Literal["fine_grained", "spectral_residual", "none"] = Field(
        "fine_grained",
        description="What finds the subject; none means the centre square.",
    )
    threshold: float = Field(
        0.5, ge=0.05, le=0.95, description="Saliency that counts as subject, as a share of 1."
    )
    padding: float = Field(
        0.2, ge=0, le=1, description="Room left around the subject, as a share of its box."
    )
    working_side: int | None = Field(
        None,
        ge=64,
        le=4096,
        description="Longest side the saliency is computed at; empty = the photograph's own size, "
        "as published.",
    )

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when, and only when, the crops may change."""
        values = self.model_dump(exclude={"name"})
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
