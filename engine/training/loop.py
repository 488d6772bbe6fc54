"""Training a run from its folder, from the start or from its last checkpoint."""

import logging
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.errors import BadInput, StudioError, WorkFailed
from engine.home import Home
from engine.language.message import Message, message
from engine.settings.run import RunSettings
from engine.training.calibration import calibrate
from engine.training.context import RunContext, open_context
from engine.training.device.process_group import ALONE, Ranks
from engine.training.memory.fit import fit_memory, merge_positions
from engine.training.memory.out_of_memory import OutOfMemoryState
from engine.training.model.classifier import clear_classifier
from engine.training.model.network import build_model, start_model, use_gradient_checkpointing
from engine.training.model.start_weights import carry_weights
from engine.training.model.trainable import select_trainable
from engine.training.optim.step import select, to_device
from engine.training.readiness import require_disk_space
from engine.training.report.log_file import write_run_log
from engine.training.report.metrics import TOP
from engine.training.stage import Stage
from engine.training.stage_inputs import (
    StageInputs,
    initialise_head,
    planned_steps,
    read_small_copies,
    stage_inputs,
)
from engine.training.state.checkpoint import (
    Checkpoint,
    TrainingPosition,
    newest_checkpoint,
    open_checkpoint,
)
from engine.training.state.run_folder import RunFolder
from engine.training.state.run_lock import hold_run_lock
from engine.training.state.status import Status, StatusFile
from engine.training.state.stop_signal import Stopped, StopSignal
from engine.training.threads import Trial

log = logging.getLogger(__name__)

INTERRUPTED = 130
_TOO_LITTLE_MEMORY = message(
    "Not enough memory. Halve training.batch_size and double training.accumulation, or set "
    "training.gradient_checkpointing to true."
)
Weights = dict[str, Tensor]


def train(home: Home, folder: RunFolder) -> Status:
    """Train a prepared run, or resume one that was stopped, killed or failed.

    Returns its final status: "finished", "stopped" (on request; resumable), or "failed" with a
    reason. All other results are in the folder.

    Raises:
        BadInput: the run is running in another process, or is already finished.
    """
    with hold_run_lock(folder.lock):
        return train_locked(home, folder, ALONE)


def train_locked(home: Home, folder: RunFolder, ranks: Ranks) -> Status:
    """As `train`, as one of several processes; the caller already holds the run's lock.

    Raises:
        Exception: with several processes, any unexpected error, usually the death of another
            process.
    """
    require_unfinished(folder)
    status = StatusFile(folder.status, folder.read_status(), writes=ranks.is_first)
    # No process writes until all have read.
    ranks.wait()
    status.begin(ranks.leader)
    with write_run_log(folder.log, verbose=ranks.is_first), StopSignal(folder.stop) as stop:
        try:
            finished = Attempt(open_context(home, folder, status, stop, ranks)).run()
        except StudioError as error:
            log.error("%s", error)
            status.end("failed", error.exit_status, error.message)
        except KeyboardInterrupt:
            reason = message("Interrupted twice, so nothing was saved.")
            status.end("stopped", INTERRUPTED, reason)
        except Exception as error:
            log.exception("The training broke off.")
            if ranks.count > 1:
                # The leader finds out which process failed first.
                raise
            status.end("failed", 1, _reason(error))
        else:
            if finished:
                status.end("finished", 0)
            else:
                status.end("stopped", INTERRUPTED, message("Stopped on request, after saving."))
                if ranks.is_first:
                    stop.answered()
            log.info("The run is %s.", status.status.state)
    return status.status


def require_unfinished(folder: RunFolder) -> None:
    """Refuse to train a finished run.

    Raises:
        BadInput: the run is finished.
    """
    if folder.read_status().state == "finished":
        raise BadInput(
            "The run {run} is finished. Start a new one to train more.", run=folder.run_id
        )


class Attempt:
    """One attempt at a run: from its start or last checkpoint until it ends or is stopped."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.stages = context.settings.stages
        self.steps = planned_steps(context, self.stages)

    def run(self) -> bool:
        """Train to the end; return False if stopped before."""
        try:
            self._introduce()
            read_small_copies(self.context)
            checkpoint = self._checkpoint()
            position, left = (
                (checkpoint.position, checkpoint) if checkpoint else (TrainingPosition(), None)
            )
            weights: Weights | None = None
            while position.stage < len(self.stages) and not self._is_enough(position):
                stage = self._begin(position, left, weights)
                if not stage.run():
                    return False
                weights, left, position = self._outcome(stage), None, stage.position.next_stage()
            self._conclude()
            self.context.logger.finished(position)
        except Stopped:
            self.context.logger.stopping()
            return False
        finally:
            self.context.logger.close()
        return True

    def _begin(
        self, position: TrainingPosition, left: Checkpoint | None, weights: Weights | None
    ) -> Stage:
        """Create a stage from the checkpoint `left`, or from the `weights` of the stage before."""
        settings = self.stages[position.stage]
        torch.manual_seed(settings.training.seed)
        tensors = left.tensors() if left else None
        if tensors is not None:
            log.info("Going on from step %s.", f"{position.step:,}")
            weights = select(tensors, "model.")
        self.context.threads.use_default(settings.training.threads)
        model = self._network(settings, weights)
        select_trainable(model, settings.training)
        position, inputs = self._prepared(model, settings, position, is_new=left is None)
        trial = Trial(
            model, settings.training, self.context.device, inputs.blank, position.pass_size
        )
        position = replace(
            position, **self.context.threads.begin(settings.training.threads, position, trial)
        )
        last_step = self._last_step(position)
        stage = Stage(self.context, settings, position, last_step, model, inputs, tensors)
        self._announce(stage)
        if left is None and position.stage:
            # From here on the stage does not depend on the one before: resuming reads this
            # checkpoint only.
            stage.save()
        return stage

    def _prepared(
        self, model: nn.Module, settings: RunSettings, position: TrainingPosition, is_new: bool
    ) -> tuple[TrainingPosition, StageInputs]:
        """Do what precedes a stage's steps: head initialisation, memory fit and stage inputs.

        Processes do this independently. At its end they agree on whether a stop was requested and
        on how a step is taken.
        """
        try:
            if is_new:
                position = self._first_moves(model, settings, position)
            inputs: StageInputs | None = stage_inputs(self.context, settings, model)
        except Stopped:
            inputs = None
        positions = self.context.ranks.gather(position if inputs else None)
        if inputs is None or None in positions:
            raise Stopped
        position = self._after_out_of_memory(
            merge_positions(positions), settings.training.batch_size
        )
        if settings.training.gradient_checkpointing or position.recomputed:
            use_gradient_checkpointing(model)
        return position, inputs

    def _after_out_of_memory(self, position: TrainingPosition, batch_size: int) -> TrainingPosition:
        out_of_memory, ranks = (
            OutOfMemoryState(self.context.folder.out_of_memory),
            self.context.ranks,
        )
        applied = out_of_memory.apply(position, batch_size)
        # No process deletes the file until all have read it.
        ranks.wait()
        if applied.pass_size == 0:
            if ranks.is_first:
                out_of_memory.clear()
            raise WorkFailed(_TOO_LITTLE_MEMORY)
        if applied != position and ranks.is_first:
            log.warning(
                "The memory of a process did not suffice; passes take %d photographs from now on, "
                "and as many more of them make a step.",
                applied.pass_size,
            )
        return applied

    def _network(self, settings: RunSettings, weights: Weights | None) -> nn.Module:
        classes, size = self.context.classes, settings.data.image_size
        if weights is None:
            model = start_model(settings.model, classes, size)
        else:
            model = build_model(settings.model, len(classes), size)
            carry_weights(model, weights)
        return to_device(model, self.context.device)

    def _first_moves(
        self, model: nn.Module, settings: RunSettings, position: TrainingPosition
    ) -> TrainingPosition:
        """Do what a stage does once, before its first step."""
        require_disk_space(self.context.folder.root, model, settings)
        start = settings.training.classifier_start
        if start == "new":
            clear_classifier(model)
        elif start != "keep":
            initialise_head(self.context, settings, model)
        plan = fit_memory(model, settings, self.context.device, self.context.ranks.count)
        return position if plan is None else replace(position, **plan)

    def _outcome(self, stage: Stage) -> Weights:
        """Return the stage's best weights if the best epoch is in it, else its last weights."""
        best = stage.position.best
        if best is not None and best.get("stage") == stage.position.stage:
            return select(open_checkpoint(self.context.folder.best).tensors("model."), "model.")
        weights = stage.learner.evaluated_network().state_dict()
        return {name: value.detach().clone() for name, value in weights.items()}

    def _checkpoint(self) -> Checkpoint | None:
        folder = self.context.folder
        if not folder.last.exists() and not folder.previous.exists():
            return None
        return newest_checkpoint(folder.last, folder.previous, self.context.classes)

    def _last_step(self, position: TrainingPosition) -> int:
        """Return the last step of the run, as far as this stage can tell."""
        planned = position.stage_step + sum(self.steps[position.stage :])
        return min(planned, self.context.settings.training.stop_after_steps or planned)

    def _is_enough(self, position: TrainingPosition) -> bool:
        """Whether a stage would begin after `stop_after_steps`."""
        most = self.context.settings.training.stop_after_steps
        return most is not None and position.stage > 0 and position.step >= most

    def _introduce(self) -> None:
        context = self.context
        log.info(
            "%s: %s species, %s photographs to train and %s to validate on, %s.",
            context.settings.model.name,
            f"{len(context.classes):,}",
            f"{len(context.train):,}",
            f"{len(context.val):,}",
            context.device.name,
        )
        k = context.new_accumulator().k
        if k < TOP:
            log.info("top5 counts hits among the best %d, for there are no more.", k)

    def _announce(self, stage: Stage) -> None:
        names = [item.name for item in self.context.settings.training.stages]
        name = names[stage.position.stage] if names else ""
        weights = list(stage.learner.model.parameters())
        learning = sum(weight.numel() for weight in weights if weight.requires_grad)
        log.info(
            "%s%s of %s weights learn.",
            f"Stage {name}: " if name else "",
            f"{learning:,}",
            f"{sum(weight.numel() for weight in weights):,}",
        )
        self.context.logger.begin(
            stage.position, self.context.device, stage.steps_per_epoch, stage.last_step, name
        )

    def _conclude(self) -> None:
        """Calibrate the best network by temperature scaling."""
        context = self.context
        if context.settings.training.temperature_scaling and context.ranks.is_first:
            calibrate(context)


def _reason(error: Exception) -> Message:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return _TOO_LITTLE_MEMORY
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return message(
        "Training failed ({name}: {error}). The log shows where.",
        name=type(error).__name__,
        error=first,
    )
