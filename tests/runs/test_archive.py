import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home, open_home
from engine.runs.archive import CREDITS, archive_run, import_archive
from engine.runs.control import resume_run
from engine.runs.members import LIMITS
from engine.runs.notes import Notes, read_notes, write_notes
from engine.runs.run import find_run, list_runs
from engine.training.state.run_folder import RunFolder
from tests.mongod import running

from .bad_members import DAMAGED, STRAYING, TOO_LARGE
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


def test_an_archived_run_opens_in_another_home(home: Home, elsewhere: Home, tmp_path: Path) -> None:
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


def test_the_credits_of_the_photographs_are_archived(
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


def test_a_second_import_is_kept_beside_the_first(home: Home, tmp_path: Path) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "one.zip")
    assert import_archive(home, file).run_id == "one-2"
    assert import_archive(home, file, "mine").run_id == "mine"
    assert {run.run_id for run in list_runs(home)} == {"one", "one-2", "mine"}


def test_a_run_archived_while_running_is_stopped_and_not_lost(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home, state="running", host="greenhouse", pid=1, pid_started=1.0)
    run = import_archive(elsewhere, archive_run(home, "one", tmp_path / "one.zip"))
    assert (run.state, run.reason) == ("stopped", "It was archived before it ended.")
    with pytest.raises(BadInput, match="imported without a checkpoint"):
        resume_run(elsewhere, "one")


def test_a_file_that_is_not_an_archive_is_refused_and_leaves_nothing(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home)
    good = archive_run(home, "one", tmp_path / "one.zip").read_bytes()
    file = tmp_path / "bad.zip"
    cut = good.replace(b"best weights", b"best-weights")
    for content, words in (
        (b"no zip", "not a complete zip"),
        (good[: len(good) // 2], "not a complete zip"),
        (cut, "not a complete zip"),
    ):
        file.write_bytes(content)
        with pytest.raises(BadInput, match=words):
            import_archive(elsewhere, file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("picture.jpg", b"")
    with pytest.raises(BadInput, match="is not the archive of a run: classes"):
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
        for name in STRAYING:
            archive.writestr(name, b"evil")
    run = import_archive(elsewhere, file)
    assert find_run(elsewhere, "one").state == "finished"
    names = {p.relative_to(run.folder.root).as_posix() for p in run.folder.root.rglob("*")}
    assert not names & {"lock", "stop", "evil"}
    assert not list(tmp_path.rglob("evil"))


def rewritten(file: Path, **members: bytes) -> Path:
    """The archive with other contents for some members."""
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()} | members
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return file


def refusal(home: Home, file: Path) -> str:
    with pytest.raises(BadInput) as refused:
        import_archive(home, file)
    assert not list(home.runs.iterdir()) or list_runs(home) == []
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    TOO_LARGE,
)
def test_a_member_that_is_too_large_is_refused_before_it_is_read(
    home: Home, elsewhere: Home, tmp_path: Path, name: str, size: int, words: str
) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "one.zip")
    file = rewritten(file, **{name: bytes(size)})
    # The header of the member is destroyed, so reading it would give a different error.
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        begin = archive.getinfo(name).header_offset
    content[begin : begin + 4] = b"gone"
    file.write_bytes(content)
    assert words in refusal(elsewhere, file)


def test_an_archive_of_too_many_files_is_refused(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole_run(home)
    file = archive_run(home, "one", tmp_path / "one.zip")
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"evaluation/val-{number:08d}.json", b"{}")
    assert "more than 10,000 evaluation files" in refusal(elsewhere, file)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(10_000):
            archive.writestr(f"other-{number}", b"")
    assert "has at most 20,000" in refusal(elsewhere, file)


@pytest.mark.parametrize("bit", [1, 3, 6])
def test_a_flipped_bit_in_a_compressed_member_is_one_sentence(
    home: Home, elsewhere: Home, tmp_path: Path, bit: int
) -> None:
    folder = whole_run(home)
    folder.log.write_text("".join(f"{number * 7919} said something\n" for number in range(2_000)))
    file = archive_run(home, "one", tmp_path / "one.zip")
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("log.txt")
    content = bytearray(file.read_bytes())
    # The third bit after a member's header specifies the compression.
    content[entry.header_offset + 30 + len("log.txt") + (bit > 3) * 900] ^= 1 << bit % 8
    file.write_bytes(content)
    assert refusal(elsewhere, file) == "one.zip is not a complete zip file. Archive the run again."


@pytest.mark.parametrize(
    ("name", "content", "words"),
    DAMAGED,
)
def test_an_archive_with_a_damaged_member_is_refused_by_its_name(
    home: Home, elsewhere: Home, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    whole_run(home)
    file = rewritten(archive_run(home, "one", tmp_path / "one.zip"), **{name: content})
    said = refusal(elsewhere, file)
    assert words in said
    assert str(elsewhere.root) not in said


def test_arrays_of_objects_are_refused_and_those_of_numbers_are_accepted(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    folder = whole_run(home)
    np.savez_compressed(folder.by_class(10), hits=np.arange(3), names=np.array(["a", "é"]))
    import_archive(elsewhere, archive_run(home, "one", tmp_path / "one.zip"))
    np.savez(folder.by_class(20), hits=np.array([json.dumps], dtype=object))
    file = archive_run(home, "one", tmp_path / "two.zip")
    with pytest.raises(BadInput, match=r"val-00000020\.npz is damaged"):
        import_archive(elsewhere, file)


def test_the_end_of_a_long_log_is_archived(
    home: Home, elsewhere: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = whole_run(home)
    monkeypatch.setitem(LIMITS, "log.txt", 1_000)
    folder.log.write_text("begin" + "." * 2_000 + "end")
    run = import_archive(elsewhere, archive_run(home, "one", tmp_path / "one.zip"))
    assert run.folder.log.read_text() == "." * 997 + "end"


@pytest.mark.mongo
def test_credits_come_from_the_store_of_the_home(home: Home, tmp_path: Path) -> None:
    whole_run(home)
    train = home.splits / "s" / "train.jsonl"
    train.parent.mkdir(parents=True)
    train.write_text('{"image_id": "acer-0"}\n')
    (tmp_path / "db").mkdir()
    with running(tmp_path / "db") as server:
        settings = f"store: mongodb\naddress: {server.address}\ndatabase: credits\n"
        (home.data / "catalogue.yaml").write_text(settings)
        with open_catalogue(home) as catalogue:
            catalogue.add([Photograph("acer-0", "Acer", license="CC0", attribution="(c) Ada")])
        file = archive_run(home, "one", tmp_path / "one.zip")
    with zipfile.ZipFile(file) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read(CREDITS).decode()))
    assert (row["license"], row["attribution"]) == ("CC0", "(c) Ada")
