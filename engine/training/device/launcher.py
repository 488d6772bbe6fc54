"""Starts a run in as many processes as it requests: one, several on this machine, or torchrun's.

For several processes on this machine, the run's own process is the leader. It holds the lock,
provides the process id, and has torchrun's agent start and watch the others. If the user started
torchrun, on one machine or several, each process joins by itself.
"""

import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs
from torch.distributed.elastic.multiprocessing.errors import (
    ChildFailedError,
    ProcessFailure,
    record,
)
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.language.message import Message, message
from engine.settings.optimisation import TrainingSettings
from engine.settings.run import RunSettings
from engine.training.device.device import choose_device
from engine.training.device.process_group import join_ranks, leave_ranks
from engine.training.loop import require_unfinished, train, train_locked
from engine.training.report.log_file import write_run_log
from engine.training.state.run_folder import RunFolder, prepare, run_folder
from engine.training.state.run_lock import RANK_RUN_VARIABLE, hold_run_lock
from engine.training.state.status import ENDED, Status, StatusFile
from engine.training.state.stop_signal import StopSignal
from engine.training.thread_choice import divided_threads

log = logging.getLogger(__name__)

# How many times in a row a process may die without a new checkpoint.
_DEATHS = 3
# The loopback network interface.
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def is_distributed_member() -> bool:
    """Whether torchrun or the run's leader started this process as one of several."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def launch_training(home: Home, folder: RunFolder) -> Status:
    """Train a prepared run, or resume it, in its processes; see `loop.train`."""
    if is_distributed_member():
        return record(_take_part)(home, folder) or folder.read_status()
    if folder.read_settings().training.processes > 1:
        return _lead(home, folder)
    return train(home, folder)


def prepare_distributed(home: Home, settings: RunSettings, run_id: str) -> RunFolder:
    """Prepare a run in the first of torchrun's processes; an existing run is resumed.

    Raises:
        BadInput: it has no name; or as `prepare`.
    """
    if not run_id:
        raise BadInput("torchrun needs a run name that all processes share. Add --run-id NAME.")
    ranks = join_ranks()
    if ranks.is_first and not (home.runs / run_id / "config.yaml").is_file():
        prepare(home, settings, run_id)
    ranks.wait()
    return run_folder(home, run_id)


def _take_part(home: Home, folder: RunFolder) -> Status:
    """Train as one of several processes."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    before = folder.read_status()
    if before.state == "failed" and int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")):
        raise WorkFailed(before.reason)
    ranks = join_ranks()
    holds = ranks.is_first and RANK_RUN_VARIABLE not in os.environ
    with hold_run_lock(folder.lock) if holds else contextlib.nullcontext():
        status = train_locked(home, folder, ranks)
    leave_ranks()
    return status


def _end_with(leader: int) -> None:
    # Without its leader, this process would train at the same time as the next attempt.
    while os.getppid() == leader:
        time.sleep(0.2)
    os._exit(1)


def _lead(home: Home, folder: RunFolder) -> Status:
    """Start the run's processes; restart them after a death while the run makes progress."""
    with hold_run_lock(folder.lock), StopSignal(folder.stop, creates_file=True):
        require_unfinished(folder)
        training = folder.read_settings().training
        _require_devices(training)
        deaths = 0
        while True:
            attempt, reached = folder.read_status().attempt, _reached(folder)
            failure = _attempt(home, folder, training)
            status = folder.read_status()
            if status.attempt > attempt and status.state in ENDED:
                return status
            deaths = 1 if _reached(folder) != reached else deaths + 1
            failure = failure or message("The processes ended unexpectedly.")
            with write_run_log(folder.log):
                if deaths < _DEATHS:
                    log.warning("%s All start again at the last checkpoint.", failure)
                    continue
                file = StatusFile(folder.status, status)
                reason = message(
                    "{failure} This happened {deaths} times without a checkpoint in between. "
                    "See the log.",
                    failure=failure,
                    deaths=deaths,
                )
                file.end("failed", 1, reason)
                log.error("%s", file.status.reason)
                return file.status


def _attempt(home: Home, folder: RunFolder, training: TrainingSettings) -> Message | None:
    """Run the processes until they end; return how the first of them failed, or None."""
    out_of_memory = _written(folder.out_of_memory)
    with tempfile.TemporaryDirectory() as failure_text, _environment(folder, training):
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=training.processes,
            run_id=folder.run_id,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",
            local_addr="localhost",
            max_restarts=0,
            # The leader handles SIGINT and SIGTERM; the others see the stop request between steps.
            signals_to_handle="SIGHUP",
            logs_specs=DefaultLogsSpecs(log_dir=failure_text),
        )
        arguments = ("-m", "engine", "train", "--folder", folder.run_id, "--home", str(home.root))
        try:
            elastic_launch(config, sys.executable)(*arguments)
        except ChildFailedError as error:
            if _written(folder.out_of_memory) != out_of_memory:
                return message("A process ran out of memory.")
            rank, first = first_failed_rank(error.failures)
            return _describe_failure(first, rank + 1, training.processes)
    return None


@contextlib.contextmanager
def _environment(folder: RunFolder, training: TrainingSettings) -> Iterator[None]:
    """Set the environment variables that the processes inherit."""
    before = dict(os.environ)
    os.environ[RANK_RUN_VARIABLE] = str(folder.root.resolve())
    os.environ.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK)
    os.environ.setdefault("OMP_NUM_THREADS", str(divided_threads(training.processes)))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _require_devices(training: TrainingSettings) -> None:
    if not choose_device(training).is_gpu:
        return
    gpus = torch.cuda.device_count()
    if training.processes > gpus:
        raise BadInput(
            "{processes} processes need {processes} GPUs, but this computer has {gpus}. Lower "
            "training.processes.",
            processes=training.processes,
            gpus=gpus,
        )


def _reached(folder: RunFolder) -> tuple[int, int]:
    """Return a measure of progress: when the last checkpoint and the out-of-memory file were
    written.
    """
    return _written(folder.last), _written(folder.out_of_memory)


def _written(file: Path) -> int:
    """Return a file's modification time in ns, or 0 if it does not exist."""
    return file.stat().st_mtime_ns if file.exists() else 0


def first_failed_rank(failures: dict[int, ProcessFailure]) -> tuple[int, ProcessFailure]:
    """Return the rank and failure of the process that failed first and took down the others.

    A process that loses a peer exits by itself or, in the communication library's threads, by
    SIGABRT; torchrun's agent ends the rest by SIGTERM. Timestamps are whole seconds, so a process
    that the agent ended can be stamped a second before the one that caused it.
    """

    def order(item: tuple[int, ProcessFailure]) -> tuple[bool, bool, int]:
        status = item[1].exitcode
        ended = status in (-signal.SIGABRT, -signal.SIGTERM)
        return ended, status >= 0, item[1].timestamp

    return min(failures.items(), key=order)


def _describe_failure(failure: ProcessFailure, number: int, processes: int) -> Message:
    if failure.exitcode < 0:
        return message(
            "Process {number} of {processes} was ended by {signal}.",
            number=number,
            processes=processes,
            signal=failure.signal_name(),
        )
    if isinstance(failure.message, dict):
        return message(
            "Process {number} of {processes} stopped ({reason}).",
            number=number,
            processes=processes,
            reason=str(failure.message.get("message", "")) or message("no reason given"),
        )
    return message(
        "Process {number} of {processes} ended with status {status}.",
        number=number,
        processes=processes,
        status=str(failure.exitcode),
    )
