"""The run folder runs/RUN_ID/, which holds everything about one training run."""

import reprlib
import time
from dataclasses import dataclass
from pathlib import Path

from engine.crop.presets import CENTRE, load_preset
from engine.errors import BadInput
from engine.files import printable, sha256_of, write_json
from engine.home import Home
from engine.home_id import mark_run
from engine.language.message import Message
from engine.records import FilePath, Name, StoredMessage, Text
from engine.settings.crop import CropPreset
from engine.settings.files import load, save
from engine.settings.model import ModelSettings
from engine.settings.run import RunSettings
from engine.split.adopting import adopt
from engine.split.classes import ClassMap, read_classes
from engine.split.folder import SplitLine, read_part
from engine.training.data.parts import locate, portable, read_digests, read_parts, require_labels
from engine.training.preflight import data_findings, require_no_findings
from engine.training.state.status import Status, read_status, write_status

UNREADABLE_BYTES = 16_000_000


@dataclass(frozen=True, kw_only=True)
class UnreadablePhotograph:
    """A photograph that could not be read: its path in the home, and why, in English and not."""

    path: FilePath
    reason: Text
    message: StoredMessage | None = None

    @property
    def why(self) -> Message:
        """The reason in any language; a version before wrote it in English only."""
        return self.message or Message(self.reason)


@dataclass(frozen=True, kw_only=True)
class UnreadableEntry(UnreadablePhotograph):
    """One of a run's unreadable.json."""

    part: Name


@dataclass(frozen=True)
class RunFolder:
    """The paths of a run's files, and readers for those that do not change."""

    root: Path

    @property
    def run_id(self) -> str:
        """The folder's name; characters that cannot be displayed are escaped."""
        return printable(self.root.name)

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
    def out_of_memory(self) -> Path:
        return self.root / "shortage.json"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def last(self) -> Path:
        return self.checkpoints / "last.safetensors"

    @property
    def previous(self) -> Path:
        """The checkpoint before the last; a run resumes from it if the last is damaged."""
        return self.checkpoints / "previous.safetensors"

    @property
    def best(self) -> Path:
        return self.checkpoints / "best.safetensors"

    @property
    def best_or_last(self) -> Path:
        """The checkpoint to evaluate: the best, or the last if no epoch was validated yet."""
        return self.best if self.best.is_file() else self.last

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

    @property
    def events(self) -> Path:
        """The folder of the TensorBoard event files."""
        return self.root / "tensorboard"

    def by_class(self, step: int) -> Path:
        """Return the file with the per-class counts of the validation after `step`."""
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
        """Read the photographs of one part and check that they are those of the run's creation.

        Raises:
            BadInput: the run has no such part, or its file is missing or was changed.
            ClassMapMismatch: its labels denote other species than the run's.
        """
        known = read_digests(self.parts)
        if part not in known:
            raise BadInput(
                "The split of {run} has no part {part}.", run=self.run_id, part=repr(part)
            )
        path = locate(home, known[part].path)
        if not path.is_file():
            raise BadInput(
                "{file} is missing. The run {run} needs it. Make the split again.",
                file=path,
                run=self.run_id,
            )
        if sha256_of(path) != known[part].sha256:
            raise BadInput(
                "{file} was changed since the run {run} was made. Start a new run.",
                file=path,
                run=self.run_id,
            )
        lines = read_part(path)
        require_labels(self.read_classes(), lines, path)
        return lines


def run_folder(home: Home, run_id: str) -> RunFolder:
    """Return the folder of an existing run.

    Raises:
        BadInput: there is no such run.
    """
    folder = RunFolder(home.runs / run_id)
    if Path(run_id).name == run_id and _is_run(folder):
        return folder
    escaped = [path for path in home.runs.glob("*") if path.name != run_id == printable(path.name)]
    if escaped and _is_run(RunFolder(escaped[0])):
        return RunFolder(escaped[0])
    raise BadInput("There is no run {run} in {folder}.", run=reprlib.repr(run_id), folder=home.runs)


def _is_run(folder: RunFolder) -> bool:
    try:
        return folder.config.exists()
    except OSError:
        # The name is too long for a file system.
        return False


def prepare(home: Home, settings: RunSettings, run_id: str) -> RunFolder:
    """Check what a run needs and create its folder, in state "queued".

    The folder stores digests of the split's files and copies of the crop preset and the class map.
    Later changes of the preset do not affect the run, and a changed split is refused. Files of
    another project become a split first.

    Raises:
        BadInput: the run exists; its split or preset is missing, empty or damaged; the split fails
            its check; or photographs or the weights file are missing.
        ClassMapMismatch: the parts of the split have different class maps.
    """
    folder = RunFolder(home.runs / run_id)
    if Path(run_id).name != run_id or run_id in ("", ".", ".."):
        raise BadInput("{name} cannot be the name of a run's folder.", name=repr(run_id))
    if folder.config.exists():
        raise BadInput(
            "The run {run} already exists. Choose another name, or resume it.", run=run_id
        )
    parts = read_parts(home, settings)
    preset = preset_of(home, settings)
    model = with_weights_found(home, settings.model)
    require_no_findings(data_findings(home, parts))
    split_name = settings.data.split
    if parts.outside is not None:
        split_name = adopt(home, parts.outside).name
        named = {"split": split_name, "train_jsonl": None, "val_jsonl": None}
        data = settings.data.model_copy(update=named)
        parts = read_parts(home, settings.model_copy(update={"data": data}))
    written = {part: portable(home, path) for part, path in parts.paths.items()}
    data = settings.data.model_copy(
        update={
            "split": split_name,
            "train_jsonl": written["train"],
            "val_jsonl": written["val"],
        }
    )
    save(preset, folder.crop)
    parts.classes.write(folder.classes)
    digests = {p: {"path": written[p], "sha256": sha256_of(parts.paths[p])} for p in written}
    write_json(folder.parts, digests)
    status = Status(run_id=run_id, epochs=settings.total_epochs, updated=time.time())
    write_status(folder.status, status)
    mark_run(home, folder.root)
    # Last, because a folder with a configuration counts as a run.
    save(settings.model_copy(update={"data": data, "model": model}), folder.config)
    return folder


def preset_of(home: Home, settings: RunSettings) -> CropPreset:
    """Return the crop preset of a run with these settings.

    Raises:
        BadInput: there is no preset of that name.
    """
    return load_preset(home, settings.data.crop_preset) if settings.data.smart_crop else CENTRE


def with_weights_found(home: Home, model: ModelSettings) -> ModelSettings:
    """Return the settings with the absolute path of the weights file.

    A background run starts in another working directory.

    Raises:
        BadInput: the file does not exist.
    """
    if not model.weights:
        return model
    weights = locate(home, str(Path(model.weights).expanduser()))
    if not weights.is_file():
        raise BadInput("The weights file {file} does not exist. Check model.weights.", file=weights)
    return model.model_copy(update={"weights": str(weights)})
