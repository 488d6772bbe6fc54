"""The run folder: runs/RUN_ID/, the truth about one training run."""

import time
from dataclasses import dataclass
from pathlib import Path

from engine.crop.presets import CENTRE, load_preset
from engine.errors import BadInput, ClassMapMismatch
from engine.files import read_json, sha256_of, write_json
from engine.home import Home
from engine.settings.crop import CropPreset
from engine.settings.files import load, save
from engine.settings.model import ModelSettings
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap, read_classes, require_same
from engine.split.folder import SplitLine, read_part, split_folder
from engine.training.status import Status, read_status, write_status


@dataclass(frozen=True)
class RunFolder:
    """Where the files of one run lie, and reading those that do not change."""

    root: Path

    @property
    def run_id(self) -> str:
        return self.root.name

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    @property
    def crop(self) -> Path:
        return self.root / "crop.yaml"

    @property
    def classes(self) -> Path:
        return self.root / "classes.json"

    @property
    def parts(self) -> Path:
        return self.root / "parts.json"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics.jsonl"

    @property
    def status(self) -> Path:
        return self.root / "status.json"

    @property
    def stop(self) -> Path:
        return self.root / "stop"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def log(self) -> Path:
        return self.root / "log.txt"

    @property
    def unreadable(self) -> Path:
        return self.root / "unreadable.json"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def last(self) -> Path:
        return self.checkpoints / "last.safetensors"

    @property
    def previous(self) -> Path:
        """The checkpoint before the last: what is gone on from where the last is damaged."""
        return self.checkpoints / "previous.safetensors"

    @property
    def best(self) -> Path:
        return self.checkpoints / "best.safetensors"

    @property
    def imported(self) -> Path:
        return self.root / "imported.json"

    @property
    def evaluation(self) -> Path:
        return self.root / "evaluation"

    @property
    def temperature(self) -> Path:
        return self.evaluation / "temperature.json"

    @property
    def diagnosis(self) -> Path:
        return self.root / "diagnosis.json"

    def by_class(self, step: int) -> Path:
        """What validation after `step` found of each class."""
        return self.evaluation / f"val-{step:08d}.npz"

    def read_settings(self) -> RunSettings:
        return load(RunSettings, self.config)

    def read_preset(self) -> CropPreset:
        return load(CropPreset, self.crop)

    def read_classes(self) -> ClassMap:
        return read_classes(self.classes)

    def read_status(self) -> Status:
        return read_status(self.status)

    def read_part(self, home: Home, part: str) -> list[SplitLine]:
        """The photographs of one part, as they were when the run was made.

        Raises:
            BadInput: the run has no such part, or its file is missing or was changed.
            ClassMapMismatch: its labels mean other species than the run's.
        """
        known = read_json(self.parts)
        if part not in known:
            raise BadInput(f"The split of {self.run_id} has no part {part!r}.")
        path = locate(home, known[part]["path"])
        if not path.is_file():
            raise BadInput(f"{path}, the {part} part of {self.run_id}, is missing.")
        if sha256_of(path) != known[part]["sha256"]:
            raise BadInput(
                f"{path} was changed since the run {self.run_id} was made; start a new run."
            )
        lines = read_part(path)
        require_labels(self.read_classes(), lines, path)
        return lines


def run_folder(home: Home, run_id: str) -> RunFolder:
    """The folder of a run that exists.

    Raises:
        BadInput: there is no such run.
    """
    folder = RunFolder(home.runs / run_id)
    if Path(run_id).name != run_id or not folder.config.is_file():
        raise BadInput(f"There is no run {run_id!r} in {home.runs}.")
    return folder


def prepare(home: Home, settings: RunSettings, run_id: str) -> RunFolder:
    """Check what a run needs and freeze it into a new folder, queued.

    The split's files, the values of the crop preset and the class map are taken as they are
    now: later changes of a preset do not reach the run, and a changed split is refused.

    Raises:
        BadInput: the run exists, its split or preset is missing, empty or damaged, or its
            weights file is missing.
        ClassMapMismatch: the parts of the split speak of different classes.
    """
    folder = RunFolder(home.runs / run_id)
    if Path(run_id).name != run_id or run_id in ("", ".", ".."):
        raise BadInput(f"{run_id!r} cannot be the name of a run's folder.")
    if folder.config.exists():
        raise BadInput(f"There is a run {run_id!r} already; choose another name or resume it.")
    paths = _part_files(home, settings)
    classes = _shared_classes(paths)
    for part, path in paths.items():
        lines = read_part(path)
        require_labels(classes, lines, path)
        if not lines and part in ("train", "val"):
            raise BadInput(f"{path} holds no photograph; a run needs some to train and to judge.")
    preset = load_preset(home, settings.data.crop_preset) if settings.data.smart_crop else CENTRE

    model = _with_weights_found(home, settings.model)
    written = {part: portable(home, path) for part, path in paths.items()}
    data = settings.data.model_copy(
        update={"train_jsonl": written["train"], "val_jsonl": written["val"]}
    )
    save(preset, folder.crop)
    classes.write(folder.classes)
    digests = {p: {"path": written[p], "sha256": sha256_of(paths[p])} for p in paths}
    write_json(folder.parts, digests)
    status = Status(run_id=run_id, epochs=settings.total_epochs, updated=time.time())
    write_status(folder.status, status)
    # Last, for a folder with a configuration is a run.
    save(settings.model_copy(update={"data": data, "model": model}), folder.config)
    return folder


def require_labels(classes: ClassMap, lines: list[SplitLine], path: Path) -> None:
    """Refuse lines whose label is not their species' place in the class map.

    Raises:
        ClassMapMismatch: one differs.
    """
    for number, line in enumerate(lines, 1):
        if classes.labels.get(line.species) != line.label:
            raise ClassMapMismatch(
                f"Line {number} of {path} gives {line.species!r} the label {line.label}, but the "
                f"class map says {classes.labels.get(line.species, 'nothing of it')}; "
                "make the split again."
            )


def locate(home: Home, path: str) -> Path:
    """The file that a configuration names: absolute, or relative to the home or to here."""
    if Path(path).is_absolute():
        return Path(path)
    inside = (home.root / path).resolve()
    return Path(path).resolve() if not inside.is_file() and Path(path).is_file() else inside


def portable(home: Home, path: Path) -> str:
    """How a run's configuration names a file: relative to the home where it lies inside."""
    inside = path.resolve().is_relative_to(home.root)
    return home.relative(path) if inside else str(path.resolve())


def _with_weights_found(home: Home, model: ModelSettings) -> ModelSettings:
    """The weights file by its whole path, for a run in the background starts elsewhere."""
    if not model.weights:
        return model
    weights = locate(home, str(Path(model.weights).expanduser()))
    if not weights.is_file():
        raise BadInput(f"model.weights: the file {weights} does not exist.")
    return model.model_copy(update={"weights": str(weights)})


def _part_files(home: Home, settings: RunSettings) -> dict[str, Path]:
    data = settings.data
    if data.train_jsonl and data.val_jsonl:
        paths = {"train": locate(home, data.train_jsonl), "val": locate(home, data.val_jsonl)}
        paths["test"] = paths["train"].with_name("test.jsonl")
    elif data.split:
        split = split_folder(home, data.split)
        paths = {part: split.part(part) for part in ("train", "val", "test")}
    else:
        raise BadInput("The run needs a split: set data.split to its name.")
    for part in ("train", "val"):
        if not paths[part].is_file():
            raise BadInput(f"{paths[part]} does not exist; make the split first.")
    return {part: path for part, path in paths.items() if path.is_file()}


def _shared_classes(paths: dict[str, Path]) -> ClassMap:
    """The one class map beside the parts of the split."""
    files = {path.with_name("classes.json") for path in paths.values()}
    first, *others = sorted(files)
    classes = read_classes(first)
    for other in others:
        require_same(classes, read_classes(other), str(other))
    if len(classes) < 2:
        raise BadInput(
            f"{first} holds {len(classes)} species; to tell species apart there must be two."
        )
    return classes
