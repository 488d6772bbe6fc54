"""Reads configurations of another training project for timm networks.

Each key of that format becomes a setting, or has a sentence that says what happens instead.
"""

import copy
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import BadInput
from engine.language.message import Message, deferred, message
from engine.settings.files import explain, lay_over, read_yaml
from engine.settings.problems import SETTING
from engine.settings.run import RunSettings

_JITTER = "augmentation.train.color_jitter"
_JITTERED = tuple(f"{_JITTER}.{name}" for name in ("brightness", "contrast", "saturation"))
_MEAN, _STD = ("augmentation.train.normalize.mean", "augmentation.train.normalize.std")
_VAL_MEAN, _VAL_STD = ("augmentation.val.normalize.mean", "augmentation.val.normalize.std")
_FLIP, _STOPPING = "augmentation.train.horizontal_flip", "callbacks.early_stopping"
_PATIENCE, _PRECISION = "callbacks.early_stopping_patience", "device.mixed_precision"
_CLIP, _DEVICE = "training.gradient_clip", "device.type"

RENAMED: Mapping[str, str] = {
    "model.init_from": "model.weights",
    "training.optimizer": "training.optimiser",
    _CLIP: "training.clip_norm",
    "training.grad_accum_steps": "training.accumulation",
    "data.num_workers": "data.workers",
    "data.region_filter": "data.region",
    _FLIP: "augmentation.train.flip",
    f"{_JITTER}.hue": "augmentation.train.hue",
    "augmentation.train.blur": "augmentation.train.extra.blur",
    _MEAN: "model.mean",
    _STD: "model.std",
    "regularization.dropout": "model.drop_rate",
    "regularization.mixup_alpha": "augmentation.train.mixup",
    "regularization.cutmix_alpha": "augmentation.train.cutmix",
    "regularization.mixup_prob": "augmentation.train.mix_probability",
    _PATIENCE: "training.patience",
    "logging.log_every_n_steps": "training.log_every",
    "logging.tensorboard": "training.tensorboard",
    _DEVICE: "training.device",
    _PRECISION: "training.precision",
    "device.compile": "training.compile",
}
"""The setting for each key of the other format that has one."""

_JUDGED = deferred("The best epoch is the one with the highest macro top-1.")
_FOLDER = deferred("All files of a run are in its folder, runs/ID.")
_LABELS = deferred("The network learns from labels alone, without the answers of a teacher.")

INSTEAD: Mapping[str, str] = {
    "data.cache_size_gb": deferred("The page Download sets the largest size of the cache."),
    "callbacks.early_stopping_metric": deferred("Early stopping watches macro top-1."),
    "callbacks.save_checkpoint_every": deferred(
        "A run saves itself every training.checkpoint_every steps and after each epoch."
    ),
    "callbacks.save_best": deferred("The best epoch is always saved."),
    "callbacks.checkpoint_metric": _JUDGED,
    "output.checkpoint_dir": _FOLDER,
    "output.results_dir": _FOLDER,
    "output.finetune_checkpoint_dir": _FOLDER,
    "output.finetune_results_dir": _FOLDER,
    "loss.alpha": _LABELS,
    "loss.beta": _LABELS,
    "loss.temperature": _LABELS,
    "soft_labels.path": _LABELS,
    "soft_labels.class_mapping_json": deferred("Classes are those of the rows of photographs."),
    "inference.confidence_threshold": deferred("Predictions are shown without a threshold."),
    "inference.temperature": deferred("The temperature is fitted to validation after training."),
}
"""For each key of the other format without a setting: what happens instead."""

_OTHERS = (*_JITTERED, _VAL_MEAN, _VAL_STD, _STOPPING)
KEYS = frozenset({*RENAMED, *INSTEAD, *_OTHERS})
"""All keys of the other format, except those that are settings of the same name."""

GROUPS = frozenset(key.partition(".")[0] for key in KEYS) - set(RunSettings.model_fields)
"""The groups of keys that only the other format has."""

# A single key may be a mistake in a file of the studio's own format.
_FEWEST = 2
_ABSENT = object()
_USUAL_FLIP = 0.5


@dataclass(frozen=True)
class Replacement:
    """Keys of a configuration without a setting, and what happens instead."""

    keys: tuple[str, ...]
    instead: Message

    def __str__(self) -> str:
        return f"{', '.join(self.keys)}: {self.instead}"


@dataclass(frozen=True)
class Notice:
    """The message about the keys of a configuration that have no setting."""

    file: str
    replacements: tuple[Replacement, ...]

    @property
    def heading(self) -> Message:
        return message(
            "{file} is in the format of another project. What differs here:",
            file=self.file,
        )

    def text(self, put: Callable[[Message], str] = str) -> str:
        """Return the message; `put` chooses the language."""
        lines = [f"{', '.join(each.keys)}: {put(each.instead)}" for each in self.replacements]
        return "\n".join([put(self.heading), *(f"  {line}" for line in lines)])


@dataclass(frozen=True)
class Configuration:
    """A training configuration; `notice` is None for the studio's own format."""

    settings: RunSettings
    notice: Notice | None = None


def load_configuration(path: Path, changes: Sequence[str] = ()) -> Configuration:
    """Read a training configuration in the studio's own or the other format.

    `changes` are `key=value`, with keys of either format.

    Raises:
        BadInput: the file is missing or not a YAML mapping; a key belongs to neither format; a
            value is invalid.
    """
    values = read_yaml(path)
    foreign = is_foreign(values)
    theirs = [change for change in changes if foreign and change.partition("=")[0].strip() in KEYS]
    for change in theirs:
        lay_over(values, change)
    translation = _Translation(values, path) if foreign else None
    if translation is not None:
        values = translation.translated()
    for change in changes:
        if change not in theirs:
            lay_over(values, change)
    names = translation.names if translation is not None else {}
    settings = _validated(values, str(path), names)
    notice = None if translation is None else Notice(path.name, translation.replacements())
    return Configuration(settings, notice)


def is_foreign(values: Mapping[str, Any]) -> bool:
    """Whether a configuration has a group, or at least two keys, of the other format."""
    if any(isinstance(values.get(group), dict) for group in GROUPS):
        return True
    return sum(_at(values, key) is not _ABSENT for key in KEYS) >= _FEWEST


class _Translation:
    """The translation of one file into settings."""

    def __init__(self, values: Mapping[str, Any], path: Path) -> None:
        self._values: dict[str, Any] = copy.deepcopy(dict(values))
        self._path = path
        self._said: list[tuple[str, Message]] = []
        # The key in the file for each setting.
        self.names: dict[str, str] = {}

    def translated(self) -> dict[str, Any]:
        """Return the values by the studio's keys.

        Raises:
            BadInput: a key inside a group of the other format is unknown.
        """
        given = {key: found for key in sorted(KEYS) if (found := self._take(key)) is not _ABSENT}
        self._refuse_unknown()
        for key, text in INSTEAD.items():
            if key in given:
                self._say(key, message(text))
        for key, name in RENAMED.items():
            if given.get(key) is not None:
                self._set(name, self._converted(key, given[key]), key)
        if given.get(_STOPPING) is False:
            self._set("training.patience", None, _STOPPING)
        self._normalise(given)
        self._jitter(given)
        self._defaults()
        return self._values

    def replacements(self) -> tuple[Replacement, ...]:
        """Return the keys without a setting, grouped by sentence."""
        together: dict[tuple[str, str], list[str]] = {}
        sentences: dict[tuple[str, str], Message] = {}
        for key, sentence in self._said:
            same = (sentence.text, repr(sorted(sentence.fields.items())))
            together.setdefault(same, []).append(key)
            sentences[same] = sentence
        return tuple(Replacement(tuple(keys), sentences[same]) for same, keys in together.items())

    def _converted(self, key: str, value: Any) -> Any:
        if key == _FLIP and isinstance(value, int | float):
            if value not in (0, _USUAL_FLIP):
                self._say(key, message("Photographs are mirrored with the probability 0.5."))
            return bool(value)
        if key == _PRECISION and isinstance(value, bool):
            return "auto" if value else "fp32"
        if key == _CLIP and value == 0:
            return None
        if key == _DEVICE and isinstance(value, str):
            return self._device(value)
        return value

    def _device(self, value: str) -> str:
        kind = value.partition(":")[0].lower()
        if kind in ("auto", "cpu"):
            return kind
        self._say(_DEVICE, message("The device is a CUDA GPU if there is one, else the CPU."))
        return "auto"

    def _normalise(self, given: Mapping[str, Any]) -> None:
        for key, val_key in ((_MEAN, _VAL_MEAN), (_STD, _VAL_STD)):
            train, val = given.get(key), given.get(val_key)
            if train is None and val is not None:
                self._set(RENAMED[key], val, val_key)
            elif val is not None and val != train:
                self._say(val_key, message("Validation is normalised as training."))

    def _jitter(self, given: Mapping[str, Any]) -> None:
        reaches = [given[key] for key in _JITTERED if key in given]
        if not reaches:
            return
        numbers = [reach for reach in reaches if isinstance(reach, int | float)]
        if len(numbers) < len(reaches):
            wrong = next(reach for reach in reaches if reach not in numbers)
            self._set(_JITTER, wrong, _JITTERED[0])
            return
        # A missing value means no variation.
        mean = round(sum(numbers) / len(_JITTERED), 4)
        self._set(_JITTER, mean, _JITTERED[0])
        if len(numbers) < len(_JITTERED) or len(set(numbers)) > 1:
            self._say(
                _JITTER,
                message(
                    "Brightness, contrast and saturation vary alike, by their mean of {mean}.",
                    mean=f"{mean:g}",
                ),
            )

    def _defaults(self) -> None:
        """Set the settings whose defaults differ in the other format."""
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", self._path.stem).strip("-_")[:64]
        self._set_if_absent("name", name or "run")
        if _at(self._values, "data.smart_crop") in (_ABSENT, None):
            self._set("data.smart_crop", False)
            self._say(
                "data.smart_crop",
                message(
                    "It is absent, which means off there: photographs are cropped to the centre."
                ),
            )
        if isinstance(_at(self._values, "augmentation.train"), dict):
            self._set_if_absent("augmentation.train.flip", False)
            self._set_if_absent(_JITTER, 0)
        self._set_if_absent("augmentation.train.unmixed_epochs", 0)

    def _set_if_absent(self, setting: str, value: Any) -> None:
        if _at(self._values, setting) is _ABSENT:
            self._set(setting, value)

    def _say(self, key: str, sentence: Message) -> None:
        self._said.append((key, sentence))

    def _set(self, setting: str, value: Any, key: str = "") -> None:
        *groups, name = setting.split(".")
        inner = self._values
        for group in groups:
            if not isinstance(inner.get(group), dict):
                inner[group] = {}
            inner = inner[group]
        inner[name] = value
        if key:
            self.names[setting] = key

    def _take(self, key: str) -> Any:
        """Remove a value and the groups that become empty. Return the value."""
        *groups, name = key.split(".")
        holders: list[tuple[dict[str, Any], str]] = []
        inner: Any = self._values
        for group in groups:
            if not isinstance(inner, dict) or group not in inner:
                return _ABSENT
            holders.append((inner, group))
            inner = inner[group]
        if not isinstance(inner, dict) or name not in inner:
            return _ABSENT
        value = inner.pop(name)
        for holder, group in reversed(holders):
            if holder[group] == {}:
                del holder[group]
        return value

    def _refuse_unknown(self) -> None:
        """Refuse unknown keys in groups that only the other format has."""
        nested = {_JITTER, *(key.rpartition(".")[0] for key in (_MEAN, _VAL_MEAN))}
        for group in (*sorted(GROUPS), *sorted(nested)):
            left = _at(self._values, group)
            if left is None or left == {}:
                self._take(group)
            elif isinstance(left, dict):
                raise _unknown(str(self._path), f"{group}.{next(iter(left))}")
            elif left is not _ABSENT and group in GROUPS:
                raise _unknown(str(self._path), group)


def _unknown(where: str, key: str) -> BadInput:
    near = difflib.get_close_matches(key, KEYS, n=1)
    if near:
        problem = message(
            "{setting} is not a setting. Did you mean {setting_meant}?",
            setting=key,
            setting_meant=near[0],
        )
    else:
        problem = message("{setting} is not a setting.", setting=key)
    return BadInput("{where}: {problem}", where=where, problem=problem)


def _validated(values: Mapping[str, Any], where: str, names: Mapping[str, str]) -> RunSettings:
    """Validate values; an error names the key of the file."""
    try:
        return RunSettings.model_validate(dict(values))
    except ValidationError as error:
        problem = explain(RunSettings, error)
        fields = {
            field: names.get(str(value), value) if field.startswith(SETTING) else value
            for field, value in problem.fields.items()
        }
        named = Message(problem.text, fields, problem.plural)
        raise BadInput("{where}: {problem}", where=where, problem=named) from error


def _at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _ABSENT
        found = found[part]
    return found
