"""The independent check detects every kind of tampering."""

import dataclasses
import json
from collections.abc import Callable

import pyarrow as pa
import pytest

from engine.catalogue.sqlite import SqliteCatalogue
from engine.embeddings.near_duplicates import NearDuplicates
from engine.files import sha256_of, write_json
from engine.home import Home
from engine.language.current import language_set
from engine.language.message import message
from engine.records import as_record
from engine.settings.split import SplitSettings
from engine.split.check import check_split
from engine.split.classes import read_classes
from engine.split.finding import Finding
from engine.split.folder import PARTS, SplitFolder, SplitLine, read_part, split_folder, write_part
from engine.split.make import make_split
from tests.split.written import complaints


def rewrite(split: SplitFolder, part: str, change: Callable[[list[SplitLine]], None]) -> None:
    """Change a part and its entry in the manifest, as a program that knows both would do."""
    lines = read_part(split.part(part))
    change(lines)
    write_part(split.part(part), lines)
    manifest = json.loads(split.manifest.read_text())
    manifest["files"][f"{part}.jsonl"] = sha256_of(split.part(part))
    species = len({line.species for line in lines})
    manifest["parts"][part] = {"images": len(lines), "species": species}
    write_json(split.manifest, manifest)


def pairs_of(compared: list[str], *pairs: tuple[str, str]) -> NearDuplicates:
    columns = ([pair[end] for pair in pairs] for end in (0, 1))
    return NearDuplicates(*(pa.array(each, pa.string()) for each in (*columns, compared)))


def by_features(split: SplitFolder, near: NearDuplicates | None) -> tuple[bool | None, str]:
    name = "No pair of near-duplicates by features is in two parts"
    (found,) = [each for each in check_split(split, near) if str(each.check) == name]
    return found.ok, str(found.detail).split(";")[0]


def test_a_new_split_passes_every_check(split: SplitFolder) -> None:
    findings = check_split(split)
    assert len(findings) == 11
    assert all(finding.detail for finding in findings)
    assert [finding.ok for finding in findings].count(True) == 10


def test_near_duplicates_by_features_are_not_known_until_all_photographs_were_compared(
    split: SplitFolder,
) -> None:
    hashes = [line.sha256 for part in PARTS for line in read_part(split.part(part))]
    assert by_features(split, None) == (None, f"{len(hashes)} photographs were not compared")
    assert by_features(split, pairs_of(hashes[1:])) == (None, "1 photograph was not compared")
    assert by_features(split, pairs_of(hashes)) == (True, "0 pairs")


def test_near_duplicates_by_features_in_two_parts_are_found(split: SplitFolder) -> None:
    one, other = (read_part(split.part(part))[0] for part in ("train", "test"))
    found = pairs_of([one.sha256, other.sha256], (one.sha256, other.sha256))
    ok, detail = by_features(split, found)
    assert ok is False
    assert one.image_id in detail or other.image_id in detail


def test_a_split_that_was_made_before_features_is_checked_as_it_was_made(
    split: SplitFolder,
) -> None:
    manifest = json.loads(split.manifest.read_text())
    del manifest["near_features"]
    write_json(split.manifest, manifest)
    one, other = (read_part(split.part(part))[0].sha256 for part in ("train", "test"))
    near = pairs_of([one, other], (one, other))
    assert all(finding.ok for finding in check_split(split, near, asked_only=True))
    assert by_features(split, near)[0] is False


def test_an_edited_line_is_detected(split: SplitFolder) -> None:
    file = split.part("train")
    file.write_text(file.read_text().replace('"source":"test"', '"source":"else"', 1))
    assert complaints(split) == ["The files are unchanged since the split was made"]


def test_a_lost_line_is_detected(split: SplitFolder) -> None:
    file = split.part("train")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    assert "The counts match the manifest" in complaints(split)


def test_a_species_only_in_val_is_detected(split: SplitFolder) -> None:
    rewrite(
        split,
        "train",
        lambda lines: lines.__setitem__(
            slice(None), [line for line in lines if line.species != "Cornus mas"]
        ),
    )
    assert complaints(split) == ["Every species in validation and test is in train"]
    details = [str(finding.detail) for finding in check_split(split) if finding.ok is False]
    assert details == ["1 is not, such as Cornus mas"]


def test_a_photograph_in_two_parts_is_detected(split: SplitFolder) -> None:
    stray = read_part(split.part("train"))[0]
    rewrite(split, "test", lambda lines: lines.append(stray))
    assert complaints(split) == [
        "No photograph is listed twice",
        "No file is in two parts",
    ]


def test_a_photograph_twice_in_one_part_is_detected(split: SplitFolder) -> None:
    rewrite(split, "train", lambda lines: lines.append(lines[0]))
    assert complaints(split) == ["No photograph is listed twice"]


def test_a_wrong_label_is_detected(split: SplitFolder) -> None:
    def mislabel(lines: list[SplitLine]) -> None:
        lines[0] = dataclasses.replace(lines[0], label=lines[0].label + 1)

    rewrite(split, "train", mislabel)
    assert complaints(split) == ["Every label matches the class map"]


def test_a_changed_class_map_is_detected(split: SplitFolder) -> None:
    file = split.classes
    file.write_text(file.read_text().replace("Acer campestre", "Acer platanoides"))
    assert complaints(split) == ["The files can be read and agree"]


def test_a_replaced_class_map_is_detected(split: SplitFolder) -> None:
    classes = read_classes(split.classes)
    type(classes)((*classes.species, "Zea mays")).write(split.classes)
    assert complaints(split) == ["The files can be read and agree"]


@pytest.mark.parametrize(
    "name", ["train.jsonl", "val.jsonl", "test.jsonl", "classes.json", "manifest.json"]
)
def test_a_missing_file_is_reported_by_name(split: SplitFolder, name: str) -> None:
    (split.root / name).unlink()
    findings = check_split(split)
    assert [finding.ok for finding in findings] == [False]
    assert f"{name} does not exist" in str(findings[0].detail)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"class_map": 3}', '{"files": []}'])
def test_a_damaged_manifest_is_detected(split: SplitFolder, text: str) -> None:
    split.manifest.write_text(text)
    findings = check_split(split)
    assert [finding.ok for finding in findings] == [False]
    assert "manifest.json" in str(findings[0].detail)


@pytest.mark.parametrize("key", ["files", "parts"])
def test_a_manifest_without_a_file_or_a_count_is_detected(split: SplitFolder, key: str) -> None:
    manifest = json.loads(split.manifest.read_text())
    write_json(split.manifest, {**manifest, key: {}})
    assert len(complaints(split)) == 1


@pytest.mark.parametrize(
    ("link", "shared", "check"),
    [
        ("observation", {"observation_id": "o"}, "No observation is in two parts"),
        ("observer", {"observer": "ada"}, "Each observer's photographs of a species are in one"),
        ("bytes", {"sha256": "ab" * 32}, "No file is in two parts"),
        ("url", {"url": "https://example.org/1"}, "No address is in two parts"),
        ("near-duplicate", {"phash": "00000000000000ff"}, "No pair of near-duplicates is in two"),
    ],
)
def test_a_group_in_two_parts_is_detected(
    home: Home, small_catalogue: SqliteCatalogue, link: str, shared: dict[str, str], check: str
) -> None:
    unlink_observations(small_catalogue)
    make_split(home, small_catalogue, SplitSettings(name="x", group=(link,)))
    split = split_folder(home, "x")
    assert complaints(split) == []
    for part in ("train", "test"):
        rewrite(
            split,
            part,
            lambda lines: lines.__setitem__(
                slice(None),
                [
                    dataclasses.replace(line, **shared) if line.species == "Cornus mas" else line
                    for line in lines
                ],
            ),
        )
    (found,) = complaints(split)
    assert found.startswith(check)


def test_a_leak_is_detected_even_if_the_split_was_not_asked_to_avoid_it(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    unlink_observations(small_catalogue)
    make_split(home, small_catalogue, SplitSettings(name="x", group=()))
    split = split_folder(home, "x")
    addresses = {
        "train": "https://inaturalist-open-data.s3.amazonaws.com/photos/7/original.jpg",
        "test": "http://static.inaturalist.org/photos/7/medium.jpeg?1",
    }
    for part, url in addresses.items():
        rewrite(
            split,
            part,
            lambda lines, url=url: lines.__setitem__(0, dataclasses.replace(lines[0], url=url)),
        )
    assert complaints(split) == ["No address is in two parts"]
    assert all(finding.ok for finding in check_split(split, asked_only=True))


def unlink_observations(catalogue: SqliteCatalogue) -> None:
    catalogue.update({"image_id": one.image_id, "observation_id": ""} for one in catalogue.all())


def test_a_finding_is_shown_in_the_language_of_the_reader(split: SplitFolder) -> None:
    finding = check_split(split)[2]
    with language_set("es"):
        assert str(finding.check).startswith("Todas las especies de validación y test")
    assert str(finding.check) == "Every species in validation and test is in train"


def test_stored_findings_of_this_and_an_older_version_are_read() -> None:
    check = message("No group is in two parts")
    stored = {"check": check.record(), "ok": True, "detail": "none"}
    assert as_record(Finding, stored, "job.json") == Finding(check, True, "none")
