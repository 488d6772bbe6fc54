"""Several processes that train one network."""

import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

from engine.errors import BadInput
from engine.evaluation.evaluate import evaluate_run
from engine.files import read_json, read_json_lines
from engine.home import Home, open_home
from engine.split.folder import read_part
from engine.training.data.dataset import Batch
from engine.training.device.launcher import LOOPBACK, first_failed_rank, prepare_distributed
from engine.training.device.process_group import join_ranks, leave_ranks
from engine.training.loop import train, train_locked
from engine.training.memory.fit import merge_positions
from engine.training.optim.step import Learner
from engine.training.state.checkpoint import TrainingPosition, open_checkpoint
from engine.training.state.run_folder import RunFolder, run_folder
from tests.training.conftest import Prepare, Settings
from tests.training.killing import CHANGES
from tests.training.small import draw_split

# Parts that cannot be divided evenly between two processes or into batches.
UNEVEN = {"train": 7, "val": 3, "test": 2}
NOT_MEASURED = (
    "split",
    "t",
    "attempt",
    "images_per_second",
    "waiting",
    "seconds",
    "cpu",
    "memory_bytes",
)


def _member(rank: int, count: int, port: int, root: Path, run_id: str) -> None:
    torch.set_num_threads(1)
    # Loaders are forked, as from a trainer that was started by itself.
    multiprocessing.set_start_method("fork", force=True)
    position = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "MASTER_PORT": port}
    os.environ |= {key: str(value) for key, value in position.items()}
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["GLOO_SOCKET_IFNAME"] = LOOPBACK
    home = open_home(root)
    train_locked(home, run_folder(home, run_id), join_ranks())
    leave_ranks()


def _short_member(rank: int, *arguments: Any) -> None:
    """The memory of the second process is enough for only two photographs."""
    _limited_member(2, rank, *arguments)


def _helpless_member(rank: int, *arguments: Any) -> None:
    """The memory of the second process is not enough for a single photograph."""
    _limited_member(0, rank, *arguments)


def _limited_member(photographs: int, rank: int, *arguments: Any) -> None:
    step = Learner.step

    def limited(self: Learner, batches: Iterable[Batch], *others: Any) -> None:
        arrived = list(batches)
        if rank == 1 and max(len(batch.labels) for batch in arrived) > photographs:
            raise torch.OutOfMemoryError
        step(self, arrived, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "step", limited)
        _member(rank, *arguments)


def _train_together(
    home: Home, folder: RunFolder, count: int, member: Callable[..., None] = _member
) -> None:
    # Forked from a process that has loaded torch: this saves seconds of import time.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["engine.training.loop"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    members = [
        context.Process(target=member, args=(rank, count, port, home.root, folder.run_id))
        for rank in range(count)
    ]
    for member in members:
        member.start()
    for member in members:
        member.join(120)
    waiting = [member for member in members if member.is_alive()]
    for member in waiting:
        member.kill()
    assert not waiting, "the processes wait for each other"


def _points(folder: RunFolder) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (line["split"], line["step"]): {k: v for k, v in line.items() if k not in NOT_MEASURED}
        for line in read_json_lines(folder.metrics)
    }


@contextlib.contextmanager
def _under_torchrun() -> Iterator[None]:
    before = dict(os.environ)
    os.environ["TORCHELASTIC_RUN_ID"] = "test"
    yield
    os.environ.clear()
    os.environ.update(before)


def test_two_processes_measure_the_same_as_one_and_evaluate_no_photograph_twice(
    home: Home, new_run: Prepare
) -> None:
    draw_split(home, "uneven", UNEVEN)
    changes = {"data__split": "uneven", "model__drop_rate": 0.0, "data__workers": 1}
    alone = new_run("alone", **changes, training__batch_size=6)
    together = new_run("together", **changes, training__batch_size=3)
    train(home, alone)
    _train_together(home, together, 2)
    assert together.read_status().state == "finished", together.log.read_text()
    expected, found = _points(alone), _points(together)
    assert expected.keys() == found.keys()
    for key, point in expected.items():
        assert found[key] == pytest.approx(point, abs=1e-6, rel=1e-5), key
    val = [point for (part, _), point in found.items() if part == "val"]
    assert {point["images"] for point in val} == {9}


def test_all_processes_evaluate_with_the_saved_batch_statistics(
    home: Home, new_run: Prepare
) -> None:
    network = {"model__name": "test_efficientnet", "model__options": {}}
    folder = new_run(**network, training__batch_size=2)
    _train_together(home, folder, 2)
    kept = evaluate_run(home, folder, "val")
    val = _points(folder)["val", kept["step"]]
    assert kept["images"] == val["images"] == 6
    assert kept["loss"] == pytest.approx(val["loss"], rel=1e-5)


def test_stages_of_every_kind_stay_synchronised(home: Home, new_run: Prepare) -> None:
    network = {"model__name": "test_efficientnet", "model__options": {}}
    stages = [*CHANGES["training__stages"][:2], *CHANGES["training__stages"][3:]]
    folder = new_run(**CHANGES | network | {"training__stages": stages})
    _train_together(home, folder, 2)
    status = folder.read_status()
    assert (status.state, status.epoch) == ("finished", 9), folder.log.read_text()


def test_out_of_memory_in_one_process_halves_the_passes_of_all(
    home: Home, new_run: Prepare
) -> None:
    alone = new_run("alone", model__drop_rate=0.0, training__batch_size=8)
    train(home, alone)
    together = new_run("together", model__drop_rate=0.0, training__batch_size=4)
    _train_together(home, together, 2, _short_member)
    assert together.read_status().state == "running", "it is to be begun again"
    _train_together(home, together, 2, _short_member)
    assert together.read_status().state == "finished", together.log.read_text()
    assert "passes take 2 photographs from now on" in together.log.read_text()
    assert open_checkpoint(together.last).position.pass_size == 2
    expected, found = _points(alone), _points(together)
    assert expected.keys() == found.keys()
    for key, point in expected.items():
        assert found[key] == pytest.approx(point, abs=1e-6, rel=1e-5), key


def test_memory_for_less_than_one_photograph_fails_with_a_sentence(
    home: Home, new_run: Prepare
) -> None:
    folder = new_run(training__batch_size=1)
    for _ in range(2):
        _train_together(home, folder, 2, _helpless_member)
    status = folder.read_status()
    assert status.state == "failed"
    assert status.reason.startswith("Not enough memory. Halve training.batch_size")
    assert not folder.out_of_memory.exists(), "another start tries again"


def test_unreadable_photographs_of_all_processes_count_together(
    home: Home, new_run: Prepare
) -> None:
    folder = new_run()
    for line in read_part(home.splits / "small" / "train.jsonl")[:5]:
        home.resolve(line.path).write_bytes(b"")
    _train_together(home, folder, 2)
    status = folder.read_status()
    assert status.state == "failed"
    assert "5 of 24 train photographs cannot be read" in status.reason
    assert len(read_json(folder.unreadable)) == 5


def test_under_torchrun_a_run_needs_a_name_and_is_prepared_once(
    home: Home, settings: Settings
) -> None:
    with _under_torchrun():
        with pytest.raises(BadInput, match="--run-id"):
            prepare_distributed(home, settings(), "")
        first = prepare_distributed(home, settings(), "run")
        assert prepare_distributed(home, settings(), "run") == first


@pytest.mark.parametrize("cause", [-signal.SIGKILL, 1], ids=["killed", "raised"])
@pytest.mark.parametrize(
    "consequence", [-signal.SIGTERM, -signal.SIGABRT], ids=["ended", "aborted"]
)
def test_a_process_that_died_because_another_died_is_not_the_cause(
    consequence: int, cause: int
) -> None:
    assert _to_blame(consequence, cause) == 1


def test_a_process_that_stopped_because_another_was_killed_is_not_the_cause() -> None:
    assert _to_blame(1, -signal.SIGKILL) == 1


def _to_blame(*statuses: int) -> int:
    """The processes that caused the end, if they ended like this, the first a second earlier."""
    failures = {
        rank: ProcessFailure(rank, pid=100 + rank, exitcode=status, error_file="")
        for rank, status in enumerate(statuses)
    }
    failures[0].timestamp = failures[1].timestamp - 1
    return first_failed_rank(failures)[0]


def test_the_plan_of_the_smallest_device_suits_all() -> None:
    positions = [
        TrainingPosition(pass_size=8, recomputed=False),
        TrainingPosition(pass_size=4, recomputed=True),
    ]
    assert merge_positions(positions) == TrainingPosition(pass_size=4, recomputed=True)
    assert merge_positions([TrainingPosition(step=3)] * 2) == TrainingPosition(step=3)
