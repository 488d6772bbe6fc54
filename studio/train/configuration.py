"""Which configuration is on the page, with what was changed of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.crop.presets import CENTRE
from engine.settings.run import RunSettings
from studio import text
from studio.forms import with_changes
from studio.links import from_address, to_address
from studio.split.made import Made

FIELDS = (
    "name",
    "training.epochs",
    "training.batch_size",
    "training.accumulation",
    "training.learning_rate",
    "training.warmup_epochs",
    "training.seed",
)
MORE = (
    "model.name",
    "model.weights",
    "model.drop_rate",
    "model.drop_path_rate",
    "model.pretrained",
    "data.image_size",
    "data.workers",
    "data.shrink_once",
    "data.shrink_side",
    "augmentation.train.resize",
    "augmentation.train.crop",
    "augmentation.train.scale",
    "augmentation.train.color_jitter",
    "augmentation.train.erasing",
    "augmentation.train.extra",
    "augmentation.train.flip",
    "augmentation.val.resize",
    "augmentation.val.center_crop",
    "training.optimiser",
    "training.schedule",
    "training.loss",
    "training.sampling",
    "training.min_learning_rate",
    "training.weight_decay",
    "training.label_smoothing",
    "training.clip_norm",
    "training.precision",
    "training.device",
    "training.processes",
    "training.threads",
    "training.log_every",
    "training.checkpoint_every",
    "training.stop_after_steps",
    "training.gradient_checkpointing",
)

# What each is most worth seeing beside: the published comparison, before and after.
_COUNTERPARTS = {
    "teacher_global_224": "teacher_global",
    "teacher_global": "teacher_global_224",
}


def choose_configuration(configs: Mapping[str, RunSettings]) -> str:
    """Ask for a configuration, and say what it is for."""
    names = list(configs)
    from_address("train.config", "config", names)
    # Not as the widget's default: the address may have set it, and it cannot be set twice.
    if st.session_state.get("train.config") not in names:
        st.session_state["train.config"] = "demo" if "demo" in names else names[0]
    name = st.segmented_control(
        "Configuration",
        names,
        required=True,
        key="train.config",
    )
    to_address("train.config", "config", name)
    chosen = str(name or names[0])
    settings = configs[chosen]
    said = [settings.description or settings.model.name, *stages_line(settings)]
    st.caption(text.plain("  \n".join(said)))
    return chosen


def stages_line(settings: RunSettings) -> list[str]:
    """What is to be said of a configuration's stages; nothing where it has one alone."""
    stages = zip(settings.training.stages, settings.stages, strict=False)
    named = [f"{own.name} ({text.count(whole.training.epochs, 'epoch')})" for own, whole in stages]
    if not named:
        return []
    return [
        f"Stages: {' → '.join(named)}. What a stage has of its own, such as its epochs and "
        "learning rate, comes before what is set below."
    ]


def choose_split(splits: Sequence[Made]) -> Made:
    """Ask for a split, the newest first."""
    by_name = {split.name: split for split in splits}
    from_address("train.split", "split", by_name)
    name = st.selectbox("Split", list(by_name), key="train.split")
    to_address("train.split", "split", name)
    return by_name.get(str(name), splits[0])


def choose_reference(configs: Mapping[str, RunSettings], chosen: str) -> str | None:
    """Ask for the configuration that the chosen one is compared with; None for nothing."""
    others = ["", *(name for name in configs if name != chosen)]
    usual = _COUNTERPARTS.get(chosen, "")
    name = st.selectbox(
        "Compared with",
        others,
        index=others.index(usual) if usual in others else 0,
        format_func=lambda name: name or "nothing",
        key=f"train.reference.{chosen}",
    )
    return name or None


def settings_of(
    configs: Mapping[str, RunSettings], name: str, split: Made, crop: str
) -> RunSettings:
    """The configuration on this split and crop preset, with what was changed on the page."""
    base = with_changes(
        configs[name],
        {
            "data.split": split.name,
            "data.train_jsonl": None,
            "data.val_jsonl": None,
            "data.crop_preset": crop,
            "data.smart_crop": crop != CENTRE.name,
        },
    )
    return with_changes(base, _edits(name))


def keep_changes(name: str, changes: Mapping[str, Any]) -> None:
    """Remember what was changed of a configuration for as long as the tab is open."""
    _edits(name).update(changes)


def _edits(name: str) -> dict[str, Any]:
    edits: dict[str, Any] = st.session_state.setdefault(f"train.edits.{name}", {})
    return edits
