"""The configuration on the page, and its changes."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.crop.presets import CENTRE
from engine.language.message import gettext, message, ngettext
from engine.settings.foreign import Configuration, Replacement
from engine.settings.run import RunSettings
from studio import text
from studio.address import OPENING, Parameter, one_of
from studio.forms.leaves import with_changes
from studio.split.made import Made

# The most useful comparison for each: the published reference, before and after.
_COUNTERPARTS = {
    "teacher_global_224": "teacher_global",
    "teacher_global": "teacher_global_224",
}


def choose_configuration(configs: Mapping[str, RunSettings]) -> str:
    """Choose a configuration, and show its purpose."""
    names = list(configs)
    name = st.segmented_control(
        gettext("Configuration"),
        names,
        default="demo" if "demo" in names else names[0],
        required=True,
        key="config",
        bind="query-params",
    )
    chosen = str(name)
    settings = configs[chosen]
    description = settings.description
    said = [gettext(description) if description else settings.model.name, *stages_line(settings)]
    st.caption(text.plain("  \n".join(said)))
    return chosen


def show_notice(configuration: Configuration) -> None:
    """Show what was done with the keys of a file in the format of another project."""
    notice = configuration.notice
    if notice is None:
        return
    replaced = list(notice.replacements)
    if configuration.settings.data.train_jsonl:
        keys = ("data.train_jsonl", "data.val_jsonl")
        replaced.append(Replacement(keys, message("The split chosen below is used.")))
    listed = "\n".join(f"- {text.plain(str(each))}" for each in replaced)
    st.info(f"{text.plain(str(notice.heading))}\n\n{listed}", icon=":material/translate:")


def stages_line(settings: RunSettings) -> list[str]:
    """Describe the stages of a configuration; nothing if it has only one."""
    stages = zip(settings.training.stages, settings.stages, strict=False)
    named = [
        ngettext(
            "{stage} ({n} epoch)", "{stage} ({n} epochs)", whole.training.epochs, stage=own.name
        )
        for own, whole in stages
    ]
    if not named:
        return []
    return [
        gettext(
            "Stages: {stages}. The settings of a stage, such as its epochs, override those below.",
            stages=" → ".join(named),
        )
    ]


def choose_split(splits: Sequence[Made]) -> Made:
    """Choose a split, newest first."""
    by_name = {split.name: split for split in splits}
    parameter = Parameter("split", "train.split", one_of(by_name), default=OPENING)
    parameter.read_address()
    name = st.selectbox(gettext("Split"), list(by_name), key=parameter.key)
    parameter.write_address(name)
    return by_name.get(str(name), splits[0])


def choose_reference(configs: Mapping[str, RunSettings], chosen: str) -> str | None:
    """Choose the configuration to compare with; None for no comparison."""
    others = ["", *(name for name in configs if name != chosen)]
    usual = _COUNTERPARTS.get(chosen, "")
    name = st.selectbox(
        gettext("Compare with"),
        others,
        index=others.index(usual) if usual in others else 0,
        format_func=lambda name: name or gettext("Nothing"),
        key=f"train.reference.{chosen}",
    )
    return name or None


def settings_of(settings: RunSettings, split: Made, crop: str) -> RunSettings:
    """A configuration with this split and crop preset."""
    return with_changes(
        settings,
        {
            "data.split": split.name,
            "data.train_jsonl": None,
            "data.val_jsonl": None,
            "data.crop_preset": crop,
            "data.smart_crop": crop != CENTRE.name,
        },
    )
