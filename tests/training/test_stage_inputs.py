"""The files from which a run reads its photographs."""

from typing import Any

from engine.home import Home
from engine.split.folder import SplitFolder, read_part
from engine.training.loop import train
from tests.training.conftest import Prepare
from tests.training.small import draw_split

COPIES: dict[str, Any] = {"data__shrink_once": True, "data__shrink_side": 64}


def test_small_copies_are_made_first_and_read_from_then_on(home: Home, new_run: Prepare) -> None:
    large = draw_split(home, "large", size=(160, 200))
    first = new_run("first", data__split="large", **COPIES)
    assert train(home, first).state == "finished"
    assert len(list(home.shrunk.glob("64/*/*.jpg"))) == 30

    for part in ("train", "val"):
        for line in read_part(large.part(part)):
            home.resolve(line.path).write_bytes(b"")
    second = new_run("second", data__split="large", **COPIES)
    assert train(home, second).state == "finished"
    assert not second.unreadable.exists()


def test_photographs_that_are_already_small_are_read_directly(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    assert train(home, new_run(**COPIES)).state == "finished"
    assert not list(home.shrunk.glob("*/*/*.jpg"))


def test_a_run_can_be_stopped_while_small_copies_are_made(home: Home, new_run: Prepare) -> None:
    folder = new_run("stopped", data__shrink_once=True)
    folder.stop.touch()
    assert train(home, folder).state == "stopped"
    assert train(home, folder).state == "finished"
