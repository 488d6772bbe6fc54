"""The id that says which home something belongs to."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.cache import Cache, nothing_protected
from engine.download.reconcile import reconcile
from engine.download.store import open_download_store
from engine.errors import WorkFailed
from engine.home import Home, open_home
from engine.home_id import (
    OtherHome,
    claim_home,
    home_id,
    mark_run,
    require_own,
    require_own_images,
    require_own_run,
)
from engine.settings.download import DownloadSettings
from tests.conftest import PROJECT, Mount, freeze


def in_use(root: Path) -> Home:
    """A home whose images, catalogue and download store carry its id."""
    home = open_home(root)
    home.images.mkdir(parents=True)
    with open_catalogue(home) as catalogue, open_download_store(home) as journal:
        require_own(home, catalogue, journal)
    return home


def test_a_home_gets_an_id_once_and_writes_it_to_all_its_parts(tmp_path: Path) -> None:
    home = in_use(tmp_path / "home")
    own = home_id(home)
    assert len(own) == 32 and home_id(home) == own
    assert json.loads((home.data / "home.json").read_text()) == {"home": own}
    assert (home.images / ".home").read_text().strip() == own
    with open_catalogue(home) as catalogue, open_download_store(home) as journal:
        assert (catalogue.home_id(), journal.home_id()) == (own, own)


def test_a_home_of_an_older_version_is_marked_when_it_is_used(home: Home) -> None:
    home.images.mkdir()
    with closing(SqliteCatalogue(home.catalogue)) as old:
        old.add([Photograph("1", "Acer")])
        assert old.home_id() == ""
    with open_catalogue(home) as catalogue:
        assert catalogue.home_id() == home_id(home)
        assert catalogue.counts().images == 1


def test_two_concurrent_processes_get_the_same_id(home: Home) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom engine.home import Home\n"
        "from engine.home_id import home_id\nprint(home_id(Home(Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", script, str(home.root)]
    asked = [
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({one.communicate()[0] for one in asked}) == 1


def test_a_catalogue_of_another_home_is_not_opened(tmp_path: Path) -> None:
    one, other = in_use(tmp_path / "one"), in_use(tmp_path / "other")
    shutil.copy(one.catalogue, other.catalogue)
    with pytest.raises(OtherHome, match="belongs to another home"), open_catalogue(other):
        pass


def test_images_of_another_home_are_neither_reconciled_nor_evicted(tmp_path: Path) -> None:
    one, other = in_use(tmp_path / "one"), open_home(tmp_path / "other")
    other.images.symlink_to(one.images)
    with open_catalogue(other) as catalogue, open_download_store(other) as journal:
        with pytest.raises(OtherHome, match=f"^The folder {other.images} belongs"):
            reconcile(other, journal, catalogue)
        cache = Cache(other, DownloadSettings(), journal)
        with pytest.raises(OtherHome):
            cache.make_room(catalogue, nothing_protected)


def test_a_download_store_of_another_home_is_refused(tmp_path: Path) -> None:
    one, other = in_use(tmp_path / "one"), in_use(tmp_path / "other")
    shutil.copy(one.downloads / "downloads.sqlite", other.downloads / "downloads.sqlite")
    with (
        open_catalogue(other) as catalogue,
        open_download_store(other) as journal,
        pytest.raises(OtherHome, match="download history"),
    ):
        reconcile(other, journal, catalogue)


def test_a_home_can_take_over_the_parts_of_another_home(tmp_path: Path) -> None:
    one, other = in_use(tmp_path / "one"), in_use(tmp_path / "other")
    shutil.copytree(one.data, other.data, dirs_exist_ok=True)
    (other.data / "home.json").write_text('{"home": "0123"}')
    with (
        closing(SqliteCatalogue(other.catalogue)) as catalogue,
        open_download_store(other) as journal,
    ):
        with pytest.raises(OtherHome):
            require_own(other, catalogue, journal)
        assert claim_home(other, catalogue, journal) == "0123"
        require_own(other, catalogue, journal)


def test_a_run_copied_from_another_home_is_refused_until_it_is_claimed(
    tmp_path: Path,
) -> None:
    first, second = open_home(tmp_path / "first"), open_home(tmp_path / "second")
    (first.runs / "one").mkdir()
    mark_run(first, first.runs / "one")
    shutil.copytree(first.runs / "one", second.runs / "one")
    require_own_run(first, first.runs / "one")
    with pytest.raises(OtherHome, match="The run one belongs to another home"):
        require_own_run(second, second.runs / "one")
    claim_home(second)
    require_own_run(second, second.runs / "one")


def test_a_run_of_an_older_version_is_accepted(home: Home) -> None:
    (home.runs / "old").mkdir()
    require_own_run(home, home.runs / "old")


def test_a_copy_of_a_whole_home_works(tmp_path: Path) -> None:
    home = in_use(tmp_path / "home")
    shutil.copytree(home.root, tmp_path / "elsewhere")
    copy = open_home(tmp_path / "elsewhere")
    with open_catalogue(copy) as catalogue, open_download_store(copy) as journal:
        reconcile(copy, journal, catalogue)
    assert home_id(copy) == home_id(home)


def test_a_damaged_id_is_reported_and_not_replaced(tmp_path: Path) -> None:
    home = in_use(tmp_path / "home")
    for damage in ("", "[]", '{"home"', "{}"):
        (home.data / "home.json").write_text(damage)
        with pytest.raises(WorkFailed, match="is damaged"):
            home_id(home)
        assert (home.data / "home.json").read_text() == damage


def test_a_home_on_a_read_only_disk_has_no_id_and_can_be_read(
    tmp_path: Path, mounted: Mount
) -> None:
    home = open_home(tmp_path / "home")
    home.images.mkdir()
    SqliteCatalogue(home.catalogue).close()
    freeze(mounted, home.root)
    assert home_id(home) == ""
    require_own_images(home)
    with open_catalogue(home) as catalogue:
        assert catalogue.counts().images == 0
