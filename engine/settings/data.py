"""Which photographs are trained on, and how they are cropped."""

from engine.settings.base import Settings
from engine.settings.fields import setting, when_is


class DataSettings(Settings):
    split: str | None = setting(
        None,
        title="Split",
        help="The split to train on, by name. A training file and a validation file take "
        "precedence over it.",
        level="common",
        group="Photographs",
    )
    train_jsonl: str | None = setting(
        None,
        title="Training file",
        help="The training part as a JSON-lines file, in place of the split. "
        "It needs a validation file.",
        level="expert",
        group="Photographs",
    )
    val_jsonl: str | None = setting(
        None,
        title="Validation file",
        help="The validation part as a JSON-lines file, in place of the split. "
        "It needs a training file.",
        level="expert",
        group="Photographs",
    )
    image_size: int = setting(
        384,
        ge=16,
        le=2048,
        title="Image size",
        help="Side of the square the network sees. Twice the side shows finer detail and costs "
        "four times the time. Try the size in the network's name.",
        level="common",
        group="Photographs",
        unit="px",
        step=32,
    )
    smart_crop: bool = setting(
        True,
        title="Smart crop",
        help="Crop each photograph to its subject first. Off means the centre square.",
        level="common",
        group="Photographs",
    )
    crop_preset: str = setting(
        "fast",
        min_length=1,
        title="Crop preset",
        help="The preset that smart crop uses, by name. "
        "Measure presets in the Crop lab; try fast first.",
        level="more",
        group="Photographs",
        used_when=(when_is("data.smart_crop", True),),
    )
    shrink_once: bool = setting(
        False,
        title="Small copies",
        help="Read small copies of the photographs, made once for all runs. Try it where reading "
        "photographs is slower than training.",
        level="more",
        group="Photographs",
    )
    shrink_side: int = setting(
        512,
        ge=64,
        le=4096,
        title="Side of small copies",
        help="Short side of the small copies. A crop of a third of the photograph keeps a third "
        "of it. Try a larger side for tight crops.",
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
        help="Processes that read photographs during training. Too few make a GPU wait; each "
        "takes memory. Try 4 beside a GPU.",
        level="more",
        group="Machine",
    )
