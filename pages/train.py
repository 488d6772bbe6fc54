"""Choose a configuration, see its consequences, and start a run."""

import streamlit as st

from engine.language.message import gettext
from engine.settings.configs import configurations
from studio import current
from studio.forms.draft import form_draft
from studio.split.made import splits_made
from studio.train import configuration
from studio.train.cropping import choose_crop, crop_verdict
from studio.train.duration import time_here
from studio.train.editing import train_editor
from studio.train.launching import form
from studio.train.meaning import meaning
from studio.train.shrinking import small_copies
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Train"), gettext("Choose a configuration, check what it needs, and launch a run."))
with problems_shown():
    home = current.home()
    files = configurations()
    configs = {name: file.settings for name, file in files.items()}
    splits = [split for split in splits_made(home) if not split.problem]
    if not splits:
        empty_state(
            gettext("No split to train on"),
            gettext(
                "A run trains on the train part of a split and is measured on its validation "
                "part. Make a split first."
            ),
            [Action(gettext("Make a split"), "../pages/split.py", ":material/call_split:")],
            icon=":material/model_training:",
            key="train.empty",
        )
    else:
        name = configuration.choose_configuration(configs)
        configuration.show_notice(files[name])
        with st.grid(3, min_column_width=220):
            split = configuration.choose_split(splits)
            crop = choose_crop(home, name, configs[name].data)
            other = configuration.choose_reference(configs, name)
        base = configuration.settings_of(configs[name], split, crop)
        settings = form_draft(base, train_editor(name, base).key).settings
        crop_verdict(home, crop)
        reference = (other, configs[other]) if other else None
        meaning(home, (name, settings), reference, split.species)
        time_here(home, settings, split)
        small_copies(home, settings.data)
        form(home, name, base)
