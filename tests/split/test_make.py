"""A split is written to disk completely or not at all."""

import json
import multiprocessing
import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput, WorkFailed
from engine.files import sha256_of
from engine.home import Home, open_home
from engine.settings.split import SplitSettings
from engine.split import make as make_module
from engine.split.about import origin_of, tiers_text, where_text
from engine.split.classes import read_classes
from engine.split.compare import compare_splits
from engine.split.folder import (
    PARTS,
    SplitFolder,
    SplitLine,
    read_part,
    split_folder,
    split_names,
)
from engine.split.make import make_split
from engine.split.table import read_table
from tests.split.written import SETTINGS, complaints


def test_the_parts_contain_each_photograph_once_under_its_label(
    split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    parts = [read_part(split.part(part)) for part in PARTS]
    assert [len(lines) for lines in parts] == [8, 2, 2]
    ids = sorted(line.image_id for lines in parts for line in lines)
    assert ids == sorted(photograph.image_id for photograph in small_catalogue.all())
    labels = read_classes(split.classes).labels
    assert all(labels[line.species] == line.label for lines in parts for line in lines)
    assert all(
        lines == sorted(lines, key=lambda line: (line.species, line.image_id)) for lines in parts
    )


def test_every_line_refers_to_an_existing_photograph(home: Home, split: SplitFolder) -> None:
    for part in PARTS:
        for line in read_part(split.part(part)):
            assert sha256_of(home.resolve(line.path)) == line.sha256


def test_a_line_has_the_keys_that_other_programs_need(split: SplitFolder) -> None:
    line = json.loads(split.part("train").read_text().splitlines()[0])
    keys = {"image_id", "path", "species", "label", "source", "observation_id", "sha256"}
    assert keys <= line.keys()


def test_the_manifest_records_how_the_split_was_made(split: SplitFolder) -> None:
    manifest = json.loads(split.manifest.read_text())
    assert (manifest["name"], manifest["seed"], manifest["min_images"]) == ("first", 7, 1)
    assert manifest["parts"]["val"] == {"images": 2, "species": 2}
    assert manifest["group"] == ["observation", "bytes", "near-duplicate"]
    assert manifest["near_features"]
    assert manifest["class_map"] == read_classes(split.classes).fingerprint
    files = {*(f"{part}.jsonl" for part in PARTS), "classes.json", "notes.json"}
    assert manifest["files"].keys() == files
    assert manifest["straddling_groups"] == 0
    assert "val = max(1, 10 %), test = max(1, 10 %)" in manifest["rule"]


def test_the_notes_list_the_species_that_are_not_evaluated_and_why(split: SplitFolder) -> None:
    notes = json.loads(split.notes.read_text())
    one, group = "one_image", "one_group"
    assert notes["without"]["val"] == {group: ["Bellis perennis"], one: ["Acer campestre"]}
    assert notes["without"]["test"][one] == ["Acer campestre"]
    assert notes["moved"] == notes["groups_with_several_labels"] == []


def test_the_same_seed_writes_the_same_files(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    make_split(home, small_catalogue, SETTINGS.model_copy(update={"name": "second"}))
    for part in PARTS:
        second = split_folder(home, "second").part(part)
        assert second.read_bytes() == split.part(part).read_bytes()


def test_photographs_without_local_bytes_are_not_assigned(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.add([Photograph("far", "Zea mays", source="web", url="https://example.org/a")])
    (plan,) = make_split(home, small_catalogue, SETTINGS)
    assert "Zea mays" not in plan.classes.species
    every = SETTINGS.model_copy(update={"name": "all", "photographs": "all"})
    (plan,) = make_split(home, small_catalogue, every)
    assert "Zea mays" in plan.classes.species


def test_an_existing_name_is_rejected_and_its_split_is_kept(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    before = {file.name: file.read_bytes() for file in split.root.iterdir()}
    with pytest.raises(BadInput, match=r"The split first exists already\. Choose another name"):
        make_split(home, small_catalogue, SETTINGS)
    assert {file.name: file.read_bytes() for file in split.root.iterdir()} == before


def test_a_single_species_is_rejected_and_nothing_is_written(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    catalogue.add([Photograph(f"{n}", "Zea mays", path="p", state="cached") for n in range(5)])
    with pytest.raises(BadInput, match="at least two species"):
        make_split(home, catalogue, SETTINGS)
    assert not home.splits.exists()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interrupted_split_leaves_no_files(
    home: Home,
    small_catalogue: SqliteCatalogue,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
) -> None:
    def cut_off(path: Path, value: object) -> None:
        raise interruption

    monkeypatch.setattr(make_module, "write_json", cut_off)
    with pytest.raises((KeyboardInterrupt, WorkFailed)):
        make_split(home, small_catalogue, SETTINGS)
    assert list(home.splits.iterdir()) == []
    assert split_names(home) == []


def make_and_stop_half_way(folder: str, stopped: str) -> None:
    """In a separate process: write a part, then wait to be killed."""

    def wait(path: Path, value: object) -> None:
        Path(stopped).touch()
        time.sleep(60)

    make_module.write_json = wait
    home = open_home(folder)
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        make_split(home, catalogue, SETTINGS)


def test_the_next_split_removes_the_draft_of_a_killed_process(
    home: Home, small_catalogue: SqliteCatalogue, tmp_path: Path
) -> None:
    killed = multiprocessing.get_context("spawn").Process(
        target=make_and_stop_half_way, args=(str(home.root), str(tmp_path / "stopped"))
    )
    killed.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "stopped").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    killed.kill()
    killed.join()
    (draft,) = home.splits.iterdir()
    assert (draft.name, split_names(home)) == (f".first.{killed.pid}", [])
    # Another process may still write to such a recent draft.
    make_split(home, small_catalogue, SETTINGS)
    assert draft.exists()
    for path in (draft, *draft.iterdir()):
        os.utime(path, (1e9, 1e9))
    make_split(home, small_catalogue, SETTINGS.model_copy(update={"name": "second"}))
    assert {path.name for path in home.splits.iterdir()} == {"first", "second"}


def test_splits_are_listed_newest_first_without_drafts(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    make_split(home, small_catalogue, SETTINGS.model_copy(update={"name": "second"}))
    os.utime(split.manifest, (0, 0))
    draft = home.splits / ".third.123"
    draft.mkdir()
    (draft / "manifest.json").write_text("{}")
    (home.splits / "unfinished").mkdir()
    assert split_names(home) == ["second", "first"]


@pytest.mark.parametrize("name", ["gone", "", ".", "..", "../splits/first", ".third.123"])
def test_a_missing_split_is_rejected_with_the_existing_ones(
    home: Home, split: SplitFolder, name: str
) -> None:
    with pytest.raises(BadInput, match=r"^There is no split .*\. Choose one of: first\.$"):
        split_folder(home, name)


def test_without_any_split_the_message_names_the_next_step(home: Home) -> None:
    with pytest.raises(BadInput, match=r"^There is no split first\. Make one first\.$"):
        split_folder(home, "first")


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "{}", '{"species": "a"}', '{"species": "a", "label": "0"}', '{"label": 0}'],
)
def test_an_invalid_line_is_rejected_with_its_number(split: SplitFolder, line: str) -> None:
    good = split.part("test").read_text()
    split.part("test").write_text(f"{good}{line}\n")
    with pytest.raises(
        BadInput, match=r"^Line 3 of .*test\.jsonl cannot be used \(.+\)\. Make the split again\.$"
    ):
        read_part(split.part("test"))


def test_a_line_with_additional_keys_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"path": "a.jpg", "species": "a", "label": 0, "mood": "?"}\n'
    )
    assert read_part(tmp_path / "a.jsonl") == [SplitLine("", "a.jpg", "", "a", 0, "", "", "")]


def test_folds_are_separate_splits_with_one_class_map(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    plans = make_split(home, small_catalogue, SplitSettings(name="cv", folds=3))
    assert sorted(split_names(home)) == ["cv-1", "cv-2", "cv-3"]
    folders = [split_folder(home, name) for name in ("cv-1", "cv-2", "cv-3")]
    assert len({read_classes(folder.classes).fingerprint for folder in folders}) == 1
    assert len({folder.part("test").read_bytes() for folder in folders}) == 1
    assert all(complaints(folder) == [] for folder in folders)
    assert sum(plan.counts["val"].images for plan in plans) == 7
    with pytest.raises(BadInput, match="The split cv-1 exists already"):
        make_split(home, small_catalogue, SplitSettings(name="cv", folds=3))


def test_an_earlier_split_is_carried_over_and_moves_are_listed(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    again = SplitSettings(name="again", seed=99, earlier="first")
    make_split(home, small_catalogue, again)
    for part in PARTS:
        file = split_folder(home, "again").part(part)
        assert file.read_bytes() == split.part(part).read_bytes()
    gone = read_part(split.part("val"))[0]
    small_catalogue.update([{"image_id": gone.image_id, "excluded": True}])
    make_split(home, small_catalogue, again.model_copy(update={"name": "third"}))
    notes = json.loads(split_folder(home, "third").notes.read_text())
    moved = [(before, after) for _, before, after in notes["moved"]]
    assert moved == [("train", "val")]
    manifest = json.loads(split_folder(home, "third").manifest.read_text())
    assert (manifest["moved"], manifest["earlier"]) == (1, "first")


def test_a_fixed_test_part_equals_the_earlier_one(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.add(
        Photograph(f"new-{n}", "Dahlia pinnata", path="p", state="cached") for n in range(50)
    )
    settings = SplitSettings(name="more", earlier="first", carry="test")
    make_split(home, small_catalogue, settings)
    old, new = (
        {line.image_id for line in read_part(folder.part("test"))}
        for folder in (split, split_folder(home, "more"))
    )
    assert old == new
    assert complaints(split_folder(home, "more")) == []


def test_a_missing_earlier_split_is_rejected(home: Home, small_catalogue: SqliteCatalogue) -> None:
    with pytest.raises(BadInput, match="There is no split gone"):
        make_split(home, small_catalogue, SplitSettings(earlier="gone"))


def test_excluded_photographs_are_not_assigned(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.update([{"image_id": "cornus-0", "excluded": True}])
    (plan,) = make_split(home, small_catalogue, SETTINGS)
    assert sum(count.images for count in plan.counts.values()) == 11


def test_one_name_for_two_species_is_noted_and_used_for_training_only(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    # As after a person separated two records of one photograph.
    small_catalogue.take_listings([], ["twin-Dahlia pinnata"])
    small_catalogue.add(
        Photograph(f"twin-{name}", name, path="p", sha256="ab", state="cached")
        for name in ("Cornus mas", "Dahlia pinnata")
    )
    make_split(home, small_catalogue, SETTINGS)
    split = split_folder(home, "first")
    notes = json.loads(split.notes.read_text())
    assert notes["groups_with_several_labels"] == [
        {
            "species": ["Cornus mas", "Dahlia pinnata"],
            "image_ids": ["twin-Cornus mas", "twin-Dahlia pinnata"],
        }
    ]
    trained = {line.image_id for line in read_part(split.part("train"))}
    assert {"twin-Cornus mas", "twin-Dahlia pinnata"} <= trained


def test_two_splits_are_compared_by_their_files(
    home: Home, split: SplitFolder, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.add(
        Photograph(f"new-{n}", "Zea mays", path="p", state="cached") for n in range(3)
    )
    make_split(home, small_catalogue, SplitSettings(name="second", seed=7))
    found = compare_splits(split, split_folder(home, "second"))
    assert found.photographs[:3, :3].tolist() == [[8, 0, 0], [0, 2, 0], [0, 0, 2]]
    assert found.photographs[3].tolist() == [1, 1, 1, 0]
    assert (found.gained, found.lost, found.same_classes) == (("Zea mays",), (), False)
    assert (found.moved, found.trained_then_tested, found.tested_then_trained) == (0, 0, 0)


def test_lines_written_by_a_user_are_read_into_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"path": "a.jpg", "species": "a", "label": 0, "observation_id": 7}\n')
    table = read_table(file)
    assert table["observation_id"].to_pylist() == ["7"]
    assert table["image_id"].to_pylist() == [""]
    file.write_text('{"path": "a.jpg", "species": "a", "label": 0}\n{"species": "b"}\n')
    with pytest.raises(BadInput, match="Line 2"):
        read_table(file)


def test_conditions_choose_photographs_and_are_recorded(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    ids = [one.image_id for one in small_catalogue.all()]
    small_catalogue.update(
        {
            "image_id": image_id,
            "extra": f'{{"region": "EU_{"SN"[place % 2]}W"}}',
            "license": licence,
        }
        for place, (image_id, licence) in enumerate(
            zip(ids, ["CC0", "CC BY-NC", "CC BY"] * 4, strict=True)
        )
    )
    where = ("region=EU_SW", "license~permissive")
    settings = SplitSettings(name="south", where=where)
    (plan,) = make_split(home, small_catalogue, settings)
    expected = [one for place, one in enumerate(ids) if place % 2 == 0 and place % 3 != 1]
    folder = split_folder(home, "south")
    assert sorted(line.image_id for part in PARTS for line in read_part(folder.part(part))) == (
        sorted(expected)
    )
    manifest = json.loads(folder.manifest.read_text())
    assert manifest["where"] == list(where)
    assert manifest["tiers"] == plan.tiers == {"production": 4}
    origin = origin_of(folder)
    assert where_text(origin.where) == "only region=EU_SW; license~permissive"
    assert tiers_text(origin.tiers) == "Production 100%"


def test_a_condition_on_an_unknown_field_is_refused(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    with pytest.raises(BadInput, match=r"has a field licens\. Use one such as: license"):
        make_split(home, small_catalogue, SplitSettings(where=("licens=CC0",)))
    assert split_names(home) == []


def test_the_tiers_of_a_split_are_those_of_its_photographs(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.update([{"image_id": "dahlia-0", "license": "CC BY-NC"}])
    (plan,) = make_split(home, small_catalogue, SplitSettings())
    assert plan.tiers == {"research": 1, "unknown": 11}
    assert tiers_text(plan.tiers) == "Research 8% · Unknown licence 92%"
