"""Which photographs a run trains on, and how they are cropped."""

from engine.settings.base import Settings
from engine.settings.fields import setting, when_is, when_not


class DataSettings(Settings):
    split: str | None = setting(
        None,
        title="Split",
        help="The split to train on. A training file and a validation file replace it.",
        level="common",
        group="Photographs",
    )
    train_jsonl: str | None = setting(
        None,
        title="Training file",
        help="The training part as a JSON Lines file, instead of a split. "
        "It needs a validation file.",
        level="expert",
        group="Photographs",
    )
    val_jsonl: str | None = setting(
        None,
        title="Validation file",
        help="The validation part as a JSON Lines file, instead of a split. "
        "It needs a training file.",
        level="expert",
        group="Photographs",
    )
    region: str | None = setting(
        None,
        min_length=1,
        title="Region",
        help="Of a training and a validation file, use only rows with this region. Empty uses all.",
        level="expert",
        group="Photographs",
        used_when=(when_not("data.train_jsonl", None),),
    )
    image_size: int = setting(
        384,
        ge=16,
        le=2048,
        title="Image size",
        help="Side of the square the network gets. Doubling it shows finer detail and takes "
        "four times as long. Try the size in the network's name.",
        level="common",
        group="Photographs",
        unit="px",
        step=32,
    )
    smart_crop: bool = setting(
        True,
        title="Smart crop",
        help="Crop each photograph to its subject first. Off uses the centre square.",
        level="common",
        group="Photographs",
    )
    crop_preset: str = setting(
        "fast",
        min_length=1,
        title="Crop preset",
        help="The preset that smart crop uses. Compare presets in the Crop lab; try fast first.",
        level="more",
        group="Photographs",
        used_when=(when_is("data.smart_crop", True),),
    )
    shrink_once: bool = setting(
        False,
        title="Small copies",
        help="Read small copies of the photographs, made once for all runs. Try it if reading "
        "photographs slows training down.",
        level="more",
        group="Photographs",
    )
    shrink_side: int = setting(
        512,
        ge=64,
        le=4096,
        title="Side of small copies",
        help="Short side of the small copies. Tight crops keep only part of it, so try a larger "
        "side for them.",
        level="more",
        group="Photographs",
        unit="px",
        step=64,
        used_when=(when_is("data.shrink_once", True),),
    )
    workers: int = setting(
        2,
        ge=0,
        le=64,
        title="Reading processes",
        help="Processes that read photographs during training. With too few, the GPU waits; each "
        "takes memory. Try 4 with a GPU.",
        level="more",
        group="Hardware",
    )
