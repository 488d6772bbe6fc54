"""Import of a folder: each sub-folder is one species; other files are ignored."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from engine.catalogue import importing
from engine.catalogue.folder_import import import_folder
from engine.catalogue.importing import ImportReport
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import SpeciesCount
from engine.errors import BadInput
from engine.home import Home
from engine.images.store import ImageStore, StoredImage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my garden"
    made.mkdir()
    return made


@pytest.fixture
def take(catalogue: SqliteCatalogue, store: ImageStore, folder: Path):
    def run(source: str = "") -> ImportReport:
        return import_folder(catalogue, folder, store.keep, source)

    return run


@pytest.fixture
def plant(folder: Path, make_image):
    """Write a photograph to the folder; each has different pixels."""
    planted: list[str] = []

    def run(name: str) -> Path:
        planted.append(name)
        return make_image(folder / name, seed=len(planted))

    return run


def told(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.known, report.refused


def test_each_sub_folder_is_a_species(home: Home, catalogue, plant, take) -> None:
    files = [
        plant(name) for name in ("Bellis perennis/1.jpg", "Bellis perennis/2.png", "Acer/1.webp")
    ]
    assert told(take()) == (3, 0, 0)
    assert catalogue.species() == [SpeciesCount("Bellis perennis", 2), SpeciesCount("Acer", 1)]
    first = next(one for one in catalogue.all() if one.path.endswith(".png"))
    assert home.resolve(first.path).read_bytes() == files[1].read_bytes()
    assert first.sha256 == hashlib.sha256(files[1].read_bytes()).hexdigest()
    assert (first.genus, first.source, first.state) == ("Bellis", "my garden", "cached")
    assert (first.width, first.height) == (64, 48)


def test_the_source_can_be_named(catalogue, plant, take) -> None:
    plant("Acer/1.jpg")
    take(" herbarium ")
    assert catalogue.counts().by_source == {"herbarium": 1}


def test_importing_the_same_folder_twice_changes_nothing(catalogue, plant, take) -> None:
    for number in range(3):
        plant(f"Acer/{number}.jpg")
    take()
    before = list(catalogue.all())
    assert told(take()) == (0, 3, 0)
    assert list(catalogue.all()) == before


def test_a_second_import_adds_only_new_photographs(plant, take) -> None:
    plant("Acer/1.jpg")
    take()
    plant("Acer/2.jpg")
    assert told(take()) == (1, 1, 0)


def test_photographs_in_nested_folders_belong_to_the_outermost(catalogue, plant, take) -> None:
    plant("Acer/2024/spring/1.jpg")
    plant("Acer/2025/1.jpg")
    assert told(take()) == (2, 0, 0)
    assert catalogue.species() == [SpeciesCount("Acer", 2)]


def test_hidden_files_hidden_folders_and_other_files_are_skipped(folder, plant, take) -> None:
    plant("Acer/1.jpg")
    for name in ("Acer/._1.jpg", ".hidden/1.jpg", "Acer/.thumbnails/1.jpg"):
        plant(name)
    (folder / "Acer" / "notes.txt").write_text("a maple")
    (folder / "Acer" / "Thumbs.db").write_bytes(b"\0")
    assert told(take()) == (1, 0, 0)


def test_file_endings_are_case_insensitive(plant, take, folder) -> None:
    plant("Acer/1.jpg").rename(folder / "Acer" / "1.JPG")
    assert told(take()) == (1, 0, 0)


def test_names_that_differ_only_in_case_are_one_species(catalogue, plant, take) -> None:
    plant("Rosa Canina/1.jpg")
    plant("Rosa canina/1.jpg")
    plant("rosa_canina/1.jpg")
    assert told(take()) == (3, 0, 0)
    assert catalogue.species() == [SpeciesCount("Rosa Canina", 3)]


def test_the_first_spelling_of_a_species_is_kept(
    catalogue, store, plant, take, folder, make_image
) -> None:
    plant("Rosa canina/1.jpg")
    take()
    shutil.rmtree(folder / "Rosa canina")
    plant("ROSA CANINA/2.jpg")
    take()
    assert catalogue.species() == [SpeciesCount("Rosa canina", 2)]


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("Common_Chickweed", "Common Chickweed"),
        ("  Two   spaces ", "Two spaces"),
        ("Rosa ha\u0308rdii", "Rosa härdii"),
        ("Шиповник", "Шиповник"),
        ('O\'Brien "x" & <b>', 'O\'Brien "x" & <b>'),
        ("%2e%2e", "%2e%2e"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_species_can_have_any_name(catalogue, plant, take, name: str, species: str) -> None:
    plant(f"{name}/1.jpg")
    assert told(take()) == (1, 0, 0)
    assert catalogue.species() == [SpeciesCount(species, 1)]


def test_a_name_of_201_characters_is_rejected_and_the_others_are_imported(plant, take) -> None:
    plant(f"{'x' * 201}/1.jpg")
    plant("Acer/1.jpg")
    report = take()
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].reason == "Its species name is longer than 200 characters."
    assert report.refusals[0].origin == f"{'x' * 201}/1.jpg"


def test_files_that_are_no_photographs_are_rejected_by_name(folder, plant, take) -> None:
    whole = plant("Acer/whole.jpg").read_bytes()
    (folder / "Acer" / "text.jpg").write_text("A rose is a rose")
    (folder / "Acer" / "empty.jpg").touch()
    (folder / "Acer" / "torn.jpg").write_bytes(whole[: len(whole) * 9 // 10])
    (folder / "Acer" / "link.jpg").symlink_to(folder / "gone.jpg")
    os.mkfifo(folder / "Acer" / "pipe.jpg")
    report = take()
    assert told(report) == (1, 0, 5)
    reasons = {refusal.origin: refusal.reason for refusal in report.refusals}
    assert reasons["Acer/text.jpg"] == "text.jpg is not a photograph in a known format."
    assert reasons["Acer/empty.jpg"] == "empty.jpg is empty."
    assert reasons["Acer/torn.jpg"].startswith("torn.jpg is damaged: ")
    assert reasons["Acer/link.jpg"] == "link.jpg cannot be read (No such file or directory)."
    assert reasons["Acer/pipe.jpg"] == "pipe.jpg is not a file."


def test_a_folder_name_that_is_not_text_rejects_only_that_folder(folder, plant, take) -> None:
    picture = plant("Acer/1.jpg")
    strange = os.fsencode(folder) + b"/caf\xe9"
    try:
        os.mkdir(strange)  # noqa: PTH102
    except OSError:
        pytest.skip("this file system takes only names that are text")
    shutil.copy(picture, os.fsdecode(strange) + "/1.jpg")
    shutil.copy(picture, os.fsdecode(os.fsencode(folder) + b"/Acer/\xe9.jpg"))
    report = take()
    assert told(report) == (1, 0, 1)
    assert report.listed == 1
    assert report.refusals[0].origin == "caf?/1.jpg"
    report.refusals[0].origin.encode()


def test_an_interrupted_import_continues_where_it_stopped(
    catalogue, store, plant, folder, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 4)
    for number in range(10):
        plant(f"Acer/{number}.jpg")
    kept: list[str] = []

    def cut_off(file: Path) -> StoredImage:
        if file.name == "6.jpg":
            raise KeyboardInterrupt
        kept.append(file.name)
        return store.keep(file)

    with pytest.raises(KeyboardInterrupt):
        import_folder(catalogue, folder, cut_off)
    assert catalogue.counts().images == 4
    assert told(take()) == (6, 4, 0)


def test_progress_is_reported_up_to_the_end(catalogue, store, plant, folder) -> None:
    for number in range(3):
        plant(f"Acer/{number}.jpg")
    heard: list[tuple[int, int]] = []
    import_folder(
        catalogue, folder, store.keep, report=lambda done, total, note: heard.append((done, total))
    )
    assert heard[-1] == (3, 3)


def test_all_rejections_are_counted_and_the_first_thousand_are_shown(folder, take, plant) -> None:
    plant("Acer/good.jpg")
    for number in range(1010):
        (folder / "Acer" / f"{number}.jpg").touch()
    report = take()
    assert report.refused == 1010
    assert len(report.refusals) == 1000


def test_the_same_bytes_under_two_names_are_one_photograph_listed_twice(
    home, plant, folder, take
) -> None:
    shutil.copy(plant("Acer/1.jpg"), folder / "Acer" / "2.jpg")
    for added, known in ((1, 0), (0, 1)):
        report = take()
        assert told(report) == (added, known, 0)
        assert (report.photographs, report.listed) == (1, 1)
    assert len([file for file in home.images.rglob("*") if file.is_file()]) == 1


def test_a_missing_folder_is_rejected(folder, take) -> None:
    folder.rmdir()
    with pytest.raises(BadInput, match=r"^The folder .*my garden does not exist\."):
        take()


def test_a_file_instead_of_a_folder_is_rejected(catalogue, store, make_image) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        import_folder(catalogue, make_image("a.jpg"), store.keep)


def test_an_empty_folder_is_rejected_with_the_expected_layout(folder, take) -> None:
    sentence = r"my garden has no photographs\. It needs one subfolder per species\.$"
    with pytest.raises(BadInput, match=sentence):
        take()
    (folder / "Acer").mkdir()
    (folder / "notes.txt").touch()
    with pytest.raises(BadInput, match=sentence):
        take()


def test_photographs_without_sub_folders_are_rejected_with_advice(plant, take) -> None:
    plant("1.jpg")
    with pytest.raises(
        BadInput, match=r"no subfolders\. Put the photographs of each species into a"
    ):
        take()


def test_real_photographs_with_a_long_tail_are_imported(
    photos: Path, catalogue: SqliteCatalogue, store: ImageStore
) -> None:
    report = import_folder(catalogue, photos / "seedlings", store.keep)
    assert report.refused == 0
    assert [item.images for item in catalogue.species()] == [
        60,
        40,
        25,
        15,
        10,
        7,
        5,
        4,
        3,
        2,
        1,
        1,
    ]
    assert "Common Chickweed" in {item.species for item in catalogue.species()}
