"""Storage of photographs: the unmodified bytes, stored once, and a thumbnail of each."""

import hashlib
import io
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import UnreadableImage, WorkFailed
from engine.home import Home
from engine.images import store as store_module
from engine.images.decode import read_header
from engine.images.store import THUMBNAIL_SIDE, ImageStore


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def opened(thumbnail: bytes) -> Image.Image:
    return Image.open(io.BytesIO(thumbnail))


def test_the_bytes_are_stored_unmodified_under_their_hash(
    home: Home, store: ImageStore, make_image
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a rose"
    file = make_image("a.jpg", width=70, height=50, exif=exif)
    kept = store.keep(file)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert kept.sha256 == sha256
    assert kept.path == f"data/images/{sha256[:2]}/{sha256}.jpg"
    assert (kept.width, kept.height) == (70, 50)
    assert home.resolve(kept.path).read_bytes() == file.read_bytes()
    assert file.exists()


@pytest.mark.parametrize(
    ("ending", "kept_as"), [("jpeg", "jpg"), ("tiff", "tif"), ("png", "png"), ("webp", "webp")]
)
def test_the_file_ending_matches_the_format_of_the_bytes(
    store: ImageStore, make_image, ending: str, kept_as: str
) -> None:
    disguised = make_image(f"a.{ending}").rename(make_image("x.jpg").with_name("b.JPG"))
    assert store.keep(disguised).path.endswith(f".{kept_as}")


def test_the_same_bytes_are_stored_once(home: Home, store: ImageStore, make_image) -> None:
    first = make_image("a.jpg")
    second = Path(shutil.copy(first, first.with_name("b.jpg")))
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(store.keep, [first, second] * 20))
    assert len(kept) == 1
    assert len(files_below(home.images)) == 1
    assert len(files_below(home.thumbnails)) == 1


def test_a_sideways_photograph_has_its_upright_size(store: ImageStore, make_image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = store.keep(make_image("a.jpg", width=70, height=50, exif=exif))
    assert (kept.width, kept.height) == (50, 70)
    thumbnail = opened(store.thumbnail(kept.path, kept.sha256))
    assert thumbnail.height > thumbnail.width


def broken(folder: Path) -> dict[str, Path]:
    """Files that are not photographs, by the expected message."""
    whole = io.BytesIO()
    Image.new("RGB", (200, 200)).save(whole, "PNG")
    contents = {
        "is empty": b"",
        "is not a photograph in a known format": b"just words",
        "is damaged": whole.getvalue()[:-80],
    }
    for number, content in enumerate(contents.values()):
        (folder / f"broken-{number}.jpg").write_bytes(content)
    return {what: folder / f"broken-{number}.jpg" for number, what in enumerate(contents)}


def test_a_file_that_is_not_a_photograph_is_rejected_by_name_and_leaves_nothing(
    home: Home, store: ImageStore, tmp_path: Path
) -> None:
    for what, file in broken(tmp_path).items():
        with pytest.raises(UnreadableImage, match=rf"^{file.name} {what}"):
            store.keep(file)
    assert not files_below(home.data)


def test_a_path_that_is_not_a_file_is_rejected_by_name(store: ImageStore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "link.jpg").symlink_to(tmp_path / "gone.jpg")
    for name in ("pipe.jpg", "folder.jpg", "link.jpg", "gone.jpg", "nul\0.jpg"):
        with pytest.raises(UnreadableImage, match=r"\.jpg'? (is not a file|cannot be read)"):
            store.keep(tmp_path / name)


def test_a_file_too_large_for_a_photograph_is_not_read(store: ImageStore, tmp_path: Path) -> None:
    with (tmp_path / "film.jpg").open("wb") as stream:
        stream.truncate(10 * 10**9)
    with pytest.raises(UnreadableImage, match=r"^film\.jpg is larger than 500 MB\.$"):
        store.keep(tmp_path / "film.jpg")


def test_a_nearly_full_disk_is_reported_before_it_is_full(
    home: Home, store: ImageStore, make_image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_SPARE_BYTES", 10**18)
    with pytest.raises(WorkFailed, match=r"has only .* left\. Make room and start again"):
        store.keep(make_image("a.jpg"))
    assert not files_below(home.images)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (213, 160)),
        ((480, 640), (160, 213)),
        ((64, 48), (213, 160)),
        ((1, 1), (160, 160)),
        ((2000, 100), (480, 160)),
        ((3, 4000), (160, 480)),
    ],
)
def test_a_thumbnail_has_a_fixed_short_side_and_a_limited_long_side(
    store: ImageStore, make_image, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    kept = store.keep(make_image("a.png", *size))
    thumbnail = opened(store.thumbnail(kept.path, kept.sha256))
    assert thumbnail.size == expected
    assert thumbnail.format == "JPEG"
    assert min(thumbnail.size) == THUMBNAIL_SIDE


def test_the_thumbnail_of_a_panorama_shows_its_undistorted_centre(
    store: ImageStore, tmp_path: Path
) -> None:
    rows, columns = np.mgrid[:100, :2000]
    disc = (columns - 1000) ** 2 + (rows - 50) ** 2 < 40**2
    Image.fromarray(np.where(disc, 255, 0).astype(np.uint8)).save(tmp_path / "a.png")
    kept = store.keep(tmp_path / "a.png")
    bright = np.asarray(opened(store.thumbnail(kept.path, kept.sha256)).convert("L")) > 127
    height, width = np.ptp(np.argwhere(bright), axis=0)
    assert width == pytest.approx(height, abs=3)


def test_a_missing_thumbnail_is_created_again(home: Home, store: ImageStore, make_image) -> None:
    kept = store.keep(make_image("a.jpg", width=900, height=700))
    first = store.thumbnail(kept.path, kept.sha256)
    shutil.rmtree(home.thumbnails)
    again = store.thumbnail(kept.path, kept.sha256)
    assert store.thumbnail_file(kept.sha256).read_bytes() == again
    difference = np.asarray(opened(first), int) - np.asarray(opened(again), int)
    assert np.abs(difference).mean() < 4


def test_the_thumbnail_of_a_missing_photograph_is_refused(
    home: Home, store: ImageStore, make_image
) -> None:
    kept = store.keep(make_image("a.jpg"))
    shutil.rmtree(home.images)
    shutil.rmtree(home.thumbnails)
    with pytest.raises(UnreadableImage, match="does not exist"):
        store.thumbnail(kept.path, kept.sha256)


def test_of_many_concurrent_imports_of_the_same_bytes_one_reports_them_as_new(
    home: Home, make_image
) -> None:
    content = make_image("a.jpg").read_bytes()
    header = read_header(content)
    store = ImageStore(home)

    def adopt(temporary: Path) -> bool:
        return store.adopt(temporary, sha256, header).is_new

    with ThreadPoolExecutor(4) as threads:
        # A different folder each time, which does not exist yet.
        for attempt in range(64):
            sha256 = f"{attempt:02x}{'0' * 62}"
            temporaries = [home.root / f"{attempt}-{n}" for n in range(4)]
            for temporary in temporaries:
                temporary.write_bytes(content)
            assert sum(threads.map(adopt, temporaries)) == 1
