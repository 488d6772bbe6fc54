"""Training a run from its folder, from wherever it was left."""

import logging
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.errors import BadInput, StudioError, WorkFailed
from engine.home import Home
from engine.settings.run import RunSettings
from engine.training.calibration import calibrate
from engine.training.checkpoint import Checkpoint, Place, newest_checkpoint, open_checkpoint
from engine.training.classifier import clear_classifier
from engine.training.fit import fit_memory, suits_all
from engine.training.folder import RunFolder
from engine.training.learner import select, to_device
from engine.training.lock import held
from engine.training.methods import choose_learning
from engine.training.metrics import TOP
from engine.training.model import build_model, start_model, use_gradient_checkpointing
from engine.training.ranks import ALONE, Ranks
from engine.training.readiness import require_room
from engine.training.runlog import run_log
from engine.training.scene import Scene, open_scene
from engine.training.seen import Seen, planned_steps, read_small_copies, seen_by, start_classifier
from engine.training.shortage import Shortage
from engine.training.stage import Stage
from engine.training.status import Status, StatusFile
from engine.training.stop import Stopped, StopRequest
from engine.training.threads import Trial
from engine.training.weights import carry_weights

log = logging.getLogger(__name__)

INTERRUPTED = 130
_TOO_LITTLE_MEMORY = (
    "The memory did not suffice; halve training.batch_size and double training.accumulation, or "
    "set training.gradient_checkpointing to true."
)
Weights = dict[str, Tensor]


def train(home: Home, folder: RunFolder) -> Status:
    """Train a prepared run, or go on with one that was stopped, killed or failed.

    Returns its final status: "finished", "stopped" (asked to; resumable), or "failed" with a
    sentence as its reason. Everything else is in the folder.

    Raises:
        BadInput: the run is running in another process, or is finished already.
    """
    with held(folder.lock):
        return train_held(home, folder, ALONE)


def train_held(home: Home, folder: RunFolder, ranks: Ranks) -> Status:
    """As `train`, of a run whose lock is held already, as one of several processes.

    Raises:
        Exception: in one of several processes, whatever was not foreseen: another's death, mostly.
    """
    require_unfinished(folder)
    status = StatusFile(folder.status, folder.read_status(), writes=ranks.is_first)
    # Nobody writes before all have read.
    ranks.wait()
    status.begin(ranks.leader)
    with run_log(folder.log, speaks=ranks.is_first), StopRequest(folder.stop) as stop:
        try:
            finished = Attempt(open_scene(home, folder, status, stop, ranks)).run()
        except StudioError as error:
            log.error("%s", error)
            status.end("failed", error.exit_status, str(error))
        except KeyboardInterrupt:
            status.end("stopped", INTERRUPTED, "It was interrupted twice and did not save.")
        except Exception as error:
            log.exception("The training broke off.")
            if ranks.count > 1:
                # Whoever leads the processes sees which was the first to fall.
                raise
            status.end("failed", 1, _sentence(error))
        else:
            if finished:
                status.end("finished", 0)
            else:
                status.end("stopped", INTERRUPTED, "It was asked to stop, and saved first.")
                if ranks.is_first:
                    stop.answered()
            log.info("The run is %s.", status.status.state)
    return status.status


def require_unfinished(folder: RunFolder) -> None:
    """Refuse to train what is trained.

    Raises:
        BadInput: the run is finished.
    """
    if folder.read_status().state == "finished":
        raise BadInput(f"The run {folder.run_id} is finished; start a new one to train more.")


class Attempt:
    """One attempt at a run: from its start or its last checkpoint to its end or a stop."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.stages = scene.settings.stages
        self.steps = planned_steps(scene, self.stages)

    def run(self) -> bool:
        """Train to the end; False if it was stopped before."""
        try:
            self._introduce()
            read_small_copies(self.scene)
            checkpoint = self._checkpoint()
            place, left = (checkpoint.place, checkpoint) if checkpoint else (Place(), None)
            weights: Weights | None = None
            while place.stage < len(self.stages) and not self._is_enough(place):
                stage = self._begin(place, left, weights)
                if not stage.run():
                    return False
                weights, left, place = self._outcome(stage), None, stage.place.next_stage()
            self._conclude()
            self.scene.journal.finished(place)
        except Stopped:
            self.scene.journal.stopping()
            return False
        finally:
            self.scene.journal.close()
        return True

    def _begin(self, place: Place, left: Checkpoint | None, weights: Weights | None) -> Stage:
        """A stage as the last checkpoint `left` it, or from the `weights` of the one before."""
        settings = self.stages[place.stage]
        torch.manual_seed(settings.training.seed)
        tensors = left.tensors() if left else None
        if tensors is not None:
            log.info("Going on from step %s.", f"{place.step:,}")
            weights = select(tensors, "model.")
        self.scene.threads.use_default(settings.training.threads)
        model = self._network(settings, weights)
        choose_learning(model, settings.training)
        place, seen = self._prepared(model, settings, place, is_new=left is None)
        trial = Trial(model, settings.training, self.scene.device, seen.blank, place.pass_size)
        place = replace(place, **self.scene.threads.begin(settings.training.threads, place, trial))
        last_step = self._last_step(place)
        stage = Stage(self.scene, settings, place, last_step, model, seen, tensors)
        self._announce(stage)
        if left is None and place.stage:
            # From here on a stage stands by itself: resuming never looks at the one before.
            stage.save()
        return stage

    def _prepared(
        self, model: nn.Module, settings: RunSettings, place: Place, is_new: bool
    ) -> tuple[Place, Seen]:
        """What comes before a stage's steps. Processes do it each at its own pace, so that they
        agree at its end whether they were asked to stop, and on how a step is taken.
        """
        try:
            if is_new:
                place = self._first_moves(model, settings, place)
            seen: Seen | None = seen_by(self.scene, settings, model)
        except Stopped:
            seen = None
        places = self.scene.ranks.gather(place if seen else None)
        if seen is None or None in places:
            raise Stopped
        place = self._heeding_shortage(suits_all(places), settings.training.batch_size)
        if settings.training.gradient_checkpointing or place.recomputed:
            use_gradient_checkpointing(model)
        return place, seen

    def _heeding_shortage(self, place: Place, batch_size: int) -> Place:
        shortage, ranks = Shortage(self.scene.folder.shortage), self.scene.ranks
        heeding = shortage.heed(place, batch_size)
        # Nobody forgets before all have read.
        ranks.wait()
        if heeding.pass_size == 0:
            if ranks.is_first:
                shortage.forget()
            raise WorkFailed(_TOO_LITTLE_MEMORY)
        if heeding != place and ranks.is_first:
            log.warning(
                "The memory of a process did not suffice; passes take %d photographs from now on, "
                "and as many more of them make a step.",
                heeding.pass_size,
            )
        return heeding

    def _network(self, settings: RunSettings, weights: Weights | None) -> nn.Module:
        classes, size = self.scene.classes, settings.data.image_size
        if weights is None:
            model = start_model(settings.model, classes, size)
        else:
            model = build_model(settings.model, len(classes), size)
            carry_weights(model, weights)
        return to_device(model, self.scene.device)

    def _first_moves(self, model: nn.Module, settings: RunSettings, place: Place) -> Place:
        """What a stage does once, before its first step."""
        require_room(self.scene.folder.root, model, settings)
        start = settings.training.classifier_start
        if start == "new":
            clear_classifier(model)
        elif start != "keep":
            start_classifier(self.scene, settings, model)
        plan = fit_memory(model, settings, self.scene.device, self.scene.ranks.count)
        return place if plan is None else replace(place, **plan)

    def _outcome(self, stage: Stage) -> Weights:
        """The stage's best weights, where one of its epochs is the best so far; else its last."""
        best = stage.place.best
        if best is not None and best.get("stage") == stage.place.stage:
            return select(open_checkpoint(self.scene.folder.best).tensors("model."), "model.")
        weights = stage.learner.judged().state_dict()
        return {name: value.detach().clone() for name, value in weights.items()}

    def _checkpoint(self) -> Checkpoint | None:
        folder = self.scene.folder
        if not folder.last.exists() and not folder.previous.exists():
            return None
        return newest_checkpoint(folder.last, folder.previous, self.scene.classes)

    def _last_step(self, place: Place) -> int:
        """The step that the run ends at, as far as it can be told in this stage."""
        planned = place.stage_step + sum(self.steps[place.stage :])
        return min(planned, self.scene.settings.training.stop_after_steps or planned)

    def _is_enough(self, place: Place) -> bool:
        """Whether a stage would begin behind the step that the run is to stop after."""
        most = self.scene.settings.training.stop_after_steps
        return most is not None and place.stage > 0 and place.step >= most

    def _introduce(self) -> None:
        scene = self.scene
        log.info(
            "%s: %s species, %s photographs to train and %s to validate on, %s.",
            scene.settings.model.name,
            f"{len(scene.classes):,}",
            f"{len(scene.train):,}",
            f"{len(scene.val):,}",
            scene.device.name,
        )
        k = scene.new_tally().k
        if k < TOP:
            log.info("top5 counts hits among the best %d, for there are no more.", k)

    def _announce(self, stage: Stage) -> None:
        names = [item.name for item in self.scene.settings.training.stages]
        name = names[stage.place.stage] if names else ""
        weights = list(stage.learner.model.parameters())
        learning = sum(weight.numel() for weight in weights if weight.requires_grad)
        log.info(
            "%s%s of %s weights learn.",
            f"Stage {name}: " if name else "",
            f"{learning:,}",
            f"{sum(weight.numel() for weight in weights):,}",
        )
        self.scene.journal.begin(
            stage.place, self.scene.device, stage.steps_per_epoch, stage.last_step, name
        )

    def _conclude(self) -> None:
        """Temperature scaling of the best network."""
        scene = self.scene
        if scene.settings.training.temperature_scaling and scene.ranks.is_first:
            calibrate(scene)


def _sentence(error: Exception) -> str:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return _TOO_LITTLE_MEMORY
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return f"The training broke off ({type(error).__name__}: {first}); the log tells where."
