import pytest

from engine.errors import BadInput
from engine.home import Home
from engine.runs.run import list_runs
from engine.runs.trash import delete_run, empty_trash, restore_run, trash

from .written_run import written_run


def names(home: Home) -> set[str]:
    return {run.run_id for run in list_runs(home)}


def test_a_deleted_run_is_restored_completely(home: Home) -> None:
    written_run(home, "one").best.parent.mkdir()
    (home.runs / "one" / "checkpoints" / "best.safetensors").write_bytes(b"weights")
    delete_run(home, "one")
    assert names(home) == set()
    assert [discarded.run_id for discarded in trash(home)] == ["one"]
    assert restore_run(home, "one") == "one"
    assert (home.runs / "one" / "checkpoints" / "best.safetensors").read_bytes() == b"weights"
    assert trash(home) == []


def test_the_run_deleted_last_is_restored_beside_one_of_the_same_name(
    home: Home,
) -> None:
    for reason in ("first", "second"):
        written_run(home, "one", reason=reason)
        delete_run(home, "one")
    written_run(home, "one", reason="third")
    name = restore_run(home, "one")
    assert name.startswith("one-restored-")
    assert {run.reason for run in list_runs(home)} == {"second", "third"}


def test_a_missing_run_is_neither_deleted_nor_restored(home: Home) -> None:
    with pytest.raises(BadInput, match="There is no run"):
        delete_run(home, "one")
    with pytest.raises(BadInput, match="no run 'one' in the trash"):
        restore_run(home, "one")


def test_emptying_the_trash_is_permanent(home: Home) -> None:
    for run_id in ("one", "two"):
        written_run(home, run_id)
        delete_run(home, run_id)
    assert empty_trash(home) == 2
    assert trash(home) == []
    with pytest.raises(BadInput):
        restore_run(home, "one")


def test_foreign_folders_in_the_trash_are_not_modified(home: Home) -> None:
    (home.runs / ".trash" / "yesterday~one").mkdir(parents=True)
    assert trash(home) == []
    assert empty_trash(home) == 0
