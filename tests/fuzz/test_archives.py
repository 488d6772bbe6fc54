"""Any content of an archive is imported and can be shown, or is rejected in a sentence."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from engine.errors import StudioError
from engine.home import Home, open_home
from engine.runs.archive import archive_run, import_archive
from engine.runs.notes import Notes, write_notes
from engine.runs.run import list_runs
from tests.fuzz.conftest import ROUNDS, examples
from tests.fuzz.test_runs import FILES, home_with_good_run, shown_with_neighbour
from tests.fuzz.values import anything, as_json, spoilt
from tests.runs.written_run import val, written_run

CLASSES = {"species": ["Acer", "Bellis"], "fingerprint": "0" * 64}
MEMBERS = {
    name: values for name, values in FILES.items() if name not in ("process.json", "stop")
} | {"classes.json": CLASSES, "crop.yaml": {"name": "fast", "threshold": 0.5}}


@pytest.fixture(scope="module")
def place() -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        yield home_with_good_run(Path(folder))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sound_archive(tmp_path_factory.mktemp("elsewhere"))


def sound_archive(place: Path) -> bytes:
    """The archive of a run with a file of nearly every kind."""
    home = open_home(place)
    folder = written_run(home, "one", metrics=[val(1, top1=0.5, macro_top1=0.4)])
    write_notes(folder, Notes("A note", ("tag",), True))
    folder.log.write_text("A line.\n" * 100)
    folder.evaluation.mkdir()
    (folder.evaluation / "test.json").write_bytes(as_json(FILES["evaluation/test.json"]))
    return archive_run(home, "one", home.root / "one.zip").read_bytes()


def take_in(home: Home, content: bytes) -> str:
    """Import an archive beside the run "good"; return the reason of a rejection, or None."""
    shutil.rmtree(home.runs / "spoilt", ignore_errors=True)
    file = home.root / "one.zip"
    file.write_bytes(content)
    try:
        import_archive(home, file, "spoilt")
    except StudioError as error:
        refusal = str(error)
        assert refusal
        assert [run.run_id for run in list_runs(home)] == ["good"]
    else:
        refusal = ""
        shown_with_neighbour(home)
    assert not list(home.runs.glob(".incoming-*"))
    return refusal


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """The archive with this content for a member."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for member in before.namelist():
            if member != name:
                after.writestr(member, before.read(member))
        after.writestr(name, content)
    return out.getvalue()


def flipped(archive: bytes, bits: list[int]) -> bytes:
    """The archive with these bits flipped."""
    content = bytearray(archive)
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    return bytes(content)


spoilt_member = st.sampled_from(sorted(MEMBERS)).flatmap(
    lambda name: st.tuples(st.just(name), spoilt(MEMBERS[name]) | anything.map(as_json))
)


def bits_of(archive: bytes) -> st.SearchStrategy[list[int]]:
    """One to four bits of an archive."""
    return st.lists(st.integers(0, 8 * len(archive) - 1), min_size=1, max_size=4)


@pytest.mark.parametrize("count", ROUNDS)
def test_a_corrupted_member_is_rejected_or_harmless(place: Home, sound: bytes, count: int) -> None:
    def check(drawn: tuple[str, bytes]) -> None:
        take_in(place, with_member(sound, *drawn))

    examples(count // 2, spoilt_member, check)


@pytest.mark.parametrize("count", ROUNDS)
def test_flipped_bits_are_rejected_or_harmless(place: Home, sound: bytes, count: int) -> None:
    def check(flips: list[int]) -> None:
        take_in(place, flipped(sound, flips))

    examples(count // 2, bits_of(sound), check)
