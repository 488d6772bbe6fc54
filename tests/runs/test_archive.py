import csv
import io
import zipfile
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home, open_home
from engine.runs.archive import CREDITS, archive_run, import_archive
from engine.runs.control import resume
from engine.runs.notes import Notes, read_notes, write_notes
from engine.runs.run import find_run, list_runs
from engine.training.folder import RunFolder

from .written_run import val, written_run


@pytest.fixture
def elsewhere(tmp_path: Path) -> Home:
    return open_home(tmp_path / "elsewhere")


def whole_run(home: Home, **status: object) -> RunFolder:
    settings = {"data": {"train_jsonl": "data/splits/s/train.jsonl", "val_jsonl": "val.jsonl"}}
    folder = written_run(home, "one", settings, [val(1, top1=0.5, macro_top1=0.4)], **status)
    folder.checkpoints.mkdir()
    folder.best.write_bytes(b"best weights")
    folder.last.write_bytes(b"last weights")
    write_json(folder.evaluation / "test.json", {"top1": 0.6})
    write_notes(folder, Notes("A note", ("tag",), True))
    return folder


def test_an_archived_run_opens_elsewhere(home: Home, elsewhere: Home, tmp_path: Path) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "out" / "one.zip")
    run = import_archive(elsewhere, file)
    assert (run.run_id, run.state, run.can_predict, run.can_resume) == (
        "one", "finished", True, False,
    )  # fmt: skip
    for name in ("metrics.jsonl", "config.yaml", "classes.json", "evaluation/test.json"):
        assert (run.folder.root / name).read_bytes() == (home.runs / "one" / name).read_bytes()
    assert run.folder.best.read_bytes() == b"best weights"
    assert not run.folder.last.exists(), "only the best weights travel"
    assert read_notes(run.folder).tags == ("tag",)
    assert [path.name for path in elsewhere.runs.glob(".incoming*")] == []


def test_the_photographs_credits_travel_with_it(
    home: Home, catalogue: SqliteCatalogue, tmp_path: Path
) -> None:
    whole_run(home)
    catalogue.add([Photograph("acer-0", "Acer campestre", source="test", license="CC0")])
    train = home.splits / "s" / "train.jsonl"
    train.parent.mkdir(parents=True)
    train.write_text('{"image_id": "acer-0"}\n{"image_id": "gone", "species": "Rosa"}\n{"torn')
    file = archive_run(home, "one", tmp_path / "one.zip")
    with zipfile.ZipFile(file) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(CREDITS).decode())))
    assert [(row["image_id"], row["species"], row["license"]) for row in rows] == [
        ("acer-0", "Acer campestre", "CC0"),
        ("gone", "Rosa", ""),
    ]


def test_a_second_import_stands_beside_the_first(home: Home, tmp_path: Path) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "one.zip")
    assert import_archive(home, file).run_id == "one-2"
    assert import_archive(home, file, "mine").run_id == "mine"
    assert {run.run_id for run in list_runs(home)} == {"one", "one-2", "mine"}


def test_a_run_archived_while_it_ran_is_stopped_and_not_lost(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home, state="running", host="greenhouse", pid=1, pid_started=1.0)
    run = import_archive(elsewhere, archive_run(home, "one", tmp_path / "one.zip"))
    assert (run.state, run.reason) == ("stopped", "It was archived before its end.")
    with pytest.raises(BadInput, match="imported without a checkpoint"):
        resume(elsewhere, "one")


def test_what_is_no_archive_of_a_run_is_refused_and_leaves_nothing(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home)
    good = archive_run(home, "one", tmp_path / "one.zip").read_bytes()
    file = tmp_path / "bad.zip"
    cut = good.replace(b"best weights", b"best-weights")
    for content, words in (
        (b"no zip", "no whole zip"),
        (good[: len(good) // 2], "no whole zip"),
        (cut, "no whole zip"),
    ):
        file.write_bytes(content)
        with pytest.raises(BadInput, match=words):
            import_archive(elsewhere, file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("picture.jpg", b"")
    with pytest.raises(BadInput, match="is no archive of a run: classes"):
        import_archive(elsewhere, file)
    assert list(elsewhere.runs.iterdir()) == [] or list_runs(elsewhere) == []
    with pytest.raises(BadInput, match="cannot be the name"):
        import_archive(elsewhere, tmp_path / "one.zip", "../out")


def test_no_name_in_an_archive_leads_out_of_the_run(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "one.zip")
    with zipfile.ZipFile(file, "a") as archive:
        for name in ("../evil", "/evil", "evaluation/../../evil", "evaluation/..", "lock", "stop"):
            archive.writestr(name, b"evil")
    run = import_archive(elsewhere, file)
    assert find_run(elsewhere, "one").state == "finished"
    names = {p.relative_to(run.folder.root).as_posix() for p in run.folder.root.rglob("*")}
    assert not names & {"lock", "stop", "evil"}
    assert not list(tmp_path.rglob("evil"))
