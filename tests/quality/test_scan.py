"""The quality scan: its findings, what it does not modify, and how it resumes."""

import contextlib
import sqlite3
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.catalogue.curation import exclude
from engine.catalogue.folder_import import import_folder
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.embeddings.store import FeatureStore
from engine.home import Home
from engine.images.store import ImageStore
from engine.language.current import language_set
from engine.progress import silent
from engine.quality.alike import alike
from engine.quality.measures import Measures
from engine.quality.measuring import measure_all
from engine.quality.scan import scan_quality
from engine.quality.store import MeasureStore
from engine.settings.quality import QualitySettings
from tests.quality.test_measures import meadow

USUAL = QualitySettings()


def save(folder: Path, species: str, name: str, pixels: np.ndarray, quality: int = 92) -> None:
    (folder / species).mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / species / name), bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])


@pytest.fixture
def scanned(home: Home, catalogue: SqliteCatalogue, tmp_path: Path) -> Catalogue:
    """A scanned catalogue. Rosa canina: a good photograph, the same at a smaller size, and one of
    each fault. Rosa gallica: a good photograph, and a byte-identical copy of one of Rosa canina.
    """
    folder = tmp_path / "photographs"
    good = meadow(1)
    pictures = {
        "good": good,
        "smaller": cv2.resize(good, (230, 187), interpolation=cv2.INTER_AREA),
        "tiny": meadow(2, 160, 100),
        "wide": meadow(3, 900, 200),
        "blurry": cv2.GaussianBlur(meadow(4), (0, 0), 4),
        "dark": meadow(5) // 5,
        "bright": 255 - (255 - meadow(6)) // 5,
        "plain": np.full((300, 300, 3), 120, np.uint8),
        "damaged": meadow(7),
        "twice": meadow(8),
    }
    for name, pixels in pictures.items():
        save(folder, "Rosa canina", f"{name}.jpg", pixels)
    save(folder, "Rosa gallica", "good.jpg", meadow(9))
    import_folder(catalogue, folder, ImageStore(home).keep, "garden")
    # As after a person separated two records of one photograph.
    twice = ImageStore(home).keep(folder / "Rosa canina" / "twice.jpg")
    catalogue.take_listings([], ["copy"])
    copy = Photograph("copy", "Rosa gallica", path=twice.path, sha256=twice.sha256, state="cached")
    catalogue.add([copy])
    return catalogue


def flagged(catalogue: Catalogue, flag: str) -> int:
    return catalogue.counts(Filter(flag=flag)).images


def damage(home: Home, catalogue: Catalogue) -> Photograph:
    """Truncate the file of a good photograph."""
    one = catalogue.page(Filter(species="Rosa gallica"), None, 1).photographs[0]
    file = home.resolve(one.path)
    file.write_bytes(file.read_bytes()[:900])
    return one


def test_every_fault_is_found_and_can_be_filtered(home: Home, scanned: Catalogue) -> None:
    found = scan_quality(home, scanned, USUAL)
    assert (found.images, found.measured) == (12, 11)
    assert found.by_flag == {
        "unreadable": 0,
        "tiny": 1,
        "extreme-aspect": 1,
        "blurry": 1,
        "dark": 1,
        "bright": 1,
        "low-information": 1,
        "duplicate-bytes": 2,
        "near-duplicate": 2,
        "bytes-of-two-species": 2,
        "observation-of-two-species": 0,
    }
    for flag, images in found.by_flag.items():
        assert flagged(scanned, flag) == images
    assert scanned.count_by("species", Filter(flag="bytes-of-two-species")) == {
        "Rosa canina": 1,
        "Rosa gallica": 1,
    }


def test_a_second_scan_reads_no_file_and_changes_nothing(home: Home, scanned: Catalogue) -> None:
    scan_quality(home, scanned, USUAL)
    again = scan_quality(home, scanned, USUAL)
    assert (again.measured, again.changed) == (0, 0)


def test_new_limits_are_applied_without_reading_the_photographs(
    home: Home, scanned: Catalogue
) -> None:
    scan_quality(home, scanned, USUAL)
    found = scan_quality(home, scanned, QualitySettings(tiny_side=50, blurry_sharpness=0))
    assert (found.measured, found.by_flag["tiny"], found.by_flag["blurry"]) == (0, 0, 0)
    assert flagged(scanned, "tiny") == 0


def test_a_damaged_or_missing_file_is_unreadable_until_it_is_repaired(
    home: Home, scanned: Catalogue
) -> None:
    one = damage(home, scanned)
    whole = scan_quality(home, scanned, USUAL)
    assert whole.by_flag["unreadable"] == 1
    assert scanned.get(one.image_id).flags == ("unreadable",)  # type: ignore[union-attr]
    assert scan_quality(home, scanned, USUAL).measured == 1
    save(home.resolve(one.path).parent, ".", Path(one.path).name, meadow(9))
    assert scan_quality(home, scanned, USUAL).by_flag["unreadable"] == 0


def test_an_observation_with_two_labels_is_found_within_its_source(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    catalogue.add(
        [
            Photograph("1", "Acer campestre", source="web", observation_id="7"),
            Photograph("2", "Acer platanoides", source="web", observation_id="7"),
            Photograph("3", "Acer platanoides", source="other", observation_id="7"),
            Photograph("4", "Acer campestre", source="web", observation_id="8"),
            Photograph("5", "Acer campestre", source="web", observation_id="8"),
            Photograph("6", "Acer campestre", source="web"),
            Photograph("7", "Acer platanoides", source="web", flags=("doubtful-name",)),
        ]
    )
    found = scan_quality(home, catalogue, USUAL)
    assert found.by_flag["observation-of-two-species"] == 2
    chosen = Filter(flag="observation-of-two-species")
    assert [one.image_id for one in catalogue.all(chosen)] == ["1", "2"]
    seventh = catalogue.get("7")
    assert seventh is not None and seventh.flags == ("doubtful-name",)


def test_excluding_one_of_two_resolves_the_finding(home: Home, scanned: Catalogue) -> None:
    scan_quality(home, scanned, USUAL)
    exclude(scanned, Filter(species="Rosa gallica", flag="duplicate-bytes"))
    found = scan_quality(home, scanned, USUAL)
    assert (found.by_flag["duplicate-bytes"], found.by_flag["bytes-of-two-species"]) == (0, 0)


def test_the_other_photographs_of_a_finding_start_with_identical_bytes(
    home: Home, scanned: Catalogue
) -> None:
    scan_quality(home, scanned, USUAL)
    good, smaller = scanned.all(Filter(flag="near-duplicate"))
    assert alike(home, scanned, good, 9) == [smaller]
    one, other = scanned.all(Filter(flag="duplicate-bytes"))
    assert alike(home, scanned, one, 9) == [other]
    assert alike(home, scanned, one, 0) == []
    lone = next(one for one in scanned.all() if "blurry" in one.flags)
    assert alike(home, scanned, lone, 9) == []


def test_a_mirrored_copy_is_a_near_duplicate_and_shown_beside_its_original(
    home: Home, scanned: Catalogue, tmp_path: Path
) -> None:
    save(tmp_path / "more", "Rosa canina", "mirrored.jpg", meadow(9)[:, ::-1])
    import_folder(scanned, tmp_path / "more", ImageStore(home).keep, "garden")
    found = scan_quality(home, scanned, USUAL)
    assert found.by_flag["near-duplicate"] == 4
    (mirrored,) = [
        one
        for one in scanned.all(Filter(flag="near-duplicate", species="Rosa canina"))
        if one.width == 320 and alike(home, scanned, one, 9)[0].species == "Rosa gallica"
    ]
    (original,) = scanned.all(Filter(flag="near-duplicate", species="Rosa gallica"))
    assert alike(home, scanned, mirrored, 9) == [original]
    assert alike(home, scanned, original, 9) == [mirrored]


def test_photographs_that_were_measured_before_there_were_features_are_read_again(
    home: Home, scanned: Catalogue
) -> None:
    first = scan_quality(home, scanned, USUAL)
    home.features.unlink()
    home.features.with_name("features.sqlite-wal").unlink(missing_ok=True)
    assert scan_quality(home, scanned, USUAL).measured == first.measured
    assert scan_quality(home, scanned, USUAL).measured == 0


def test_the_perceptual_hash_is_stored_in_the_catalogue(home: Home, scanned: Catalogue) -> None:
    scan_quality(home, scanned, USUAL)
    looks = [one.phash for one in scanned.all()]
    assert sum(len(look) == 16 for look in looks) == 11
    assert looks.count("") == 1


def test_an_interrupted_scan_continues_where_it_stopped(home: Home, scanned: Catalogue) -> None:
    class CutOff(Exception):
        pass

    def cut(done: int, total: int, note: object) -> None:
        if done:
            raise CutOff

    files = [(one.sha256, one.path) for one in scanned.all()]
    store, features = MeasureStore(home), FeatureStore(home)
    with pytest.raises(CutOff):
        measure_all(home, store, features, files[:4], cut)
    assert measure_all(home, store, features, files, silent) == 7
    store.close()
    features.close()


def test_the_scan_of_an_empty_catalogue_ends_at_once(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    found = scan_quality(home, catalogue, USUAL)
    assert (found.images, found.changed, sum(found.by_flag.values())) == (0, 0, 0)


def test_photographs_emptied_altered_or_removed_after_a_scan_are_found(
    home: Home, scanned: Catalogue
) -> None:
    scan_quality(home, scanned, USUAL)
    emptied, altered, removed = scanned.page(Filter(species="Rosa canina"), None, 3).photographs
    home.resolve(emptied.path).write_bytes(b"")
    other = cv2.imencode(".jpg", meadow(99))[1].tobytes()
    home.resolve(altered.path).write_bytes(other)
    home.resolve(removed.path).unlink()
    found = scan_quality(home, scanned, USUAL)
    assert (found.measured, found.changed, found.by_flag["unreadable"]) == (3, 3, 3)


def test_why_a_photograph_cannot_be_measured_is_kept_in_no_language(home: Home) -> None:
    with (
        contextlib.closing(MeasureStore(home)) as store,
        contextlib.closing(FeatureStore(home)) as features,
    ):
        measure_all(home, store, features, [("ab", "data/images/gone.jpg")], silent)
    with contextlib.closing(MeasureStore(home)) as store, language_set("es"):
        assert str(store.all()["ab"].trouble) == "gone.jpg no existe."
        assert store.sound() == set()


def test_what_an_earlier_version_wrote_in_english_is_read(home: Home) -> None:
    with contextlib.closing(MeasureStore(home)) as store:
        store.keep({"ab": Measures(), "cd": Measures(width=3)})
    with contextlib.closing(sqlite3.connect(home.quality)) as connection, connection:
        connection.execute("UPDATE measure SET trouble = 'It is damaged.' WHERE sha256 = 'ab'")
    with contextlib.closing(MeasureStore(home)) as store:
        found = store.all()
        assert str(found["ab"].trouble) == "It is damaged."
        assert found["cd"] == Measures(width=3)
