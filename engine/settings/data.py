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
        description="Read small copies of the photographs (short side 512), made once in the "
        "background, so that no epoch decodes a large one.",
    )
    workers: int = Field(
        2, ge=0, le=64, description="Processes that read photographs beside the training."
    )
