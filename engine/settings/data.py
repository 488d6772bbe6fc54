"""Which photographs are trained on, and how they are cropped."""

from pydantic import Field

from engine.settings.base import Settings


class DataSettings(Settings):
    split: str | None = Field(
        None,
        description="The split to train on, by name. Files given below come before it.",
    )
    train_jsonl: str | None = Field(None, description="The training part, as a JSON-lines file.")
    val_jsonl: str | None = Field(None, description="The validation part, as a JSON-lines file.")
    image_size: int = Field(
        384, ge=16, le=2048, description="Side of the square the network sees, in pixels."
    )
    smart_crop: bool = Field(
        True,
        description="Crop each photograph to its subject before anything else; "
        "off means the centre square.",
    )
    crop_preset: str = Field(
        "fast", min_length=1, description="The crop preset that smart crop uses, by name."
    )
    shrink_once: bool = Field(
        False,
        description="Read small copies of the photographs, so that no epoch decodes a large one. "
        "What is missing is made first, once for all runs.",
    )
    shrink_side: int = Field(
        512,
        ge=64,
        le=4096,
        description="Short side of those copies, in pixels. Of a crop that keeps a third of the "
        "photograph's short side a third is left: take more for small crops.",
    )
    workers: int = Field(
        2, ge=0, le=64, description="Processes that read photographs beside the training."
    )
