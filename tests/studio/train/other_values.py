"""A second value for every setting of a run, in the form that its widget takes."""

from typing import Any

from streamlit.testing.v1 import AppTest

from studio.forms.leaves import SettingLeaf

STAGES = "- name: one\n  method: last_blocks\n  loss: focal\n- name: two\n  method: adapters\n"
_WRITTEN = {
    "name": "other",
    "description": "Another one.",
    "model.name": "test_vit",
    "model.weights": "other.safetensors",
    "model.options": "depth: 3\n",
    "model.mean": "0.4, 0.4, 0.4",
    "model.std": "0.2, 0.2, 0.2",
    "data.region": "EU_SW",
    "data.split": "another",
    "data.train_jsonl": "data/splits/default/train.jsonl",
    "data.val_jsonl": "data/splits/default/val.jsonl",
    "data.crop_preset": "classic",
    "augmentation.train.scale": "0.3, 0.9",
    "training.stages": STAGES,
    "training.patience": "3",
    "training.clip_norm": "2.0",
    "training.threads": "1",
    "training.stop_after_steps": "1",
}
_NUMBERS = {
    "data.image_size": 64,
    "augmentation.train.mix_probability": 0.5,
    "training.backbone_rate": 0.5,
    "training.layer_decay": 0.75,
    "training.learning_rate": 0.001,
    "training.min_learning_rate": 0.0001,
}


def other_value(leaf: SettingLeaf) -> Any:
    """The new value for the widget."""
    match leaf.kind:
        case "choice":
            return leaf.options[(leaf.options.index(leaf.value) + 1) % len(leaf.options)]
        case "switch":
            return not leaf.value
        case "number":
            step = leaf.form.step or 1
            return _NUMBERS.get(leaf.key, leaf.type[0](leaf.value + step))
    return _WRITTEN[leaf.key]


def widget_of(app: AppTest, form: str, leaf: SettingLeaf) -> Any:
    """The widget of a field.

    Raises:
        KeyError: it is not drawn.
    """
    of_kind: dict[str, Any] = {
        "choice": app.selectbox,
        "switch": app.toggle,
        "number": app.number_input,
        "yaml": app.text_area,
    }
    return of_kind.get(leaf.kind, app.text_input)(key=f"{form}.{leaf.key}")
