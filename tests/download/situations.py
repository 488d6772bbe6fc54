"""Situations in which a download could delete photographs without a request.

The tests and `benchmarks.robustness` run the same situations. Each gets a home made by `filled`,
the server of its photographs and an empty folder beside it, and asserts that no file is lost.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.queue import Queue
from engine.download.reconcile import STRAY_SECONDS, reconcile
from engine.download.run import Consent, download
from engine.download.store import open_download_store
from engine.download.trash import days
from engine.home import Home, open_home
from tests.conftest import PROJECT, flower
from tests.download.conftest import QUICK
from tests.download.server import Server, body, jpeg
from tests.mongod import running

IMPORTED, FETCHED = 25, 30


def engine(home: Home, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run a real command; return its exit status, its JSON and its messages."""
    ended = subprocess.run(
        [sys.executable, "-m", "engine", *words, "--home", str(home.root), "--json"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = ended.stdout.splitlines()
    return ended.returncode, json.loads(lines[-1]) if lines else {}, ended.stderr.strip()


def fetch(home: Home, *words: str) -> tuple[int, dict[str, Any], str]:
    return engine(home, "download", "--allow-private-hosts", "--contact=me@example.org", *words)


def add_address(home: Home, url: str) -> None:
    table = home.root / "one.jsonl"
    table.write_text(json.dumps({"species": "Viola alba", "url": url}) + "\n")
    assert engine(home, "import", "table", str(table))[0] == 0


def files(home: Home) -> set[str]:
    """Names of the photographs' files, without the trash."""
    return {path.name for path in home.images.glob("[!.]*/*") if path.is_file()}


def age(home: Home) -> None:
    """Make every file old enough to count as a stray."""
    past = time.time() - STRAY_SECONDS - 60
    for path in home.images.glob("[!.]*/*"):
        os.utime(path, (past, past))


def serving_photographs() -> Server:
    """A server of one photograph more than the full home has from it."""
    started = Server()
    for number in range(FETCHED + 1):
        started.put(f"/{number}.jpg", body(jpeg(seed=1_000 + number)))
    return started


def filled(folder: Path, host: Server) -> Home:
    """A home with 25 imported and 30 downloaded photographs, all of them old."""
    (folder / "pictures" / "Rosa canina").mkdir(parents=True)
    for number in range(IMPORTED):
        picture = Image.fromarray(flower(64, 48, seed=number))
        picture.save(folder / "pictures" / "Rosa canina" / f"{number}.png")
    table = folder / "table.jsonl"
    rows = [
        {"species": "Acer campestre", "url": host.url(f"/{number}.jpg")}
        for number in range(FETCHED)
    ]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    home = open_home(folder / "home")
    assert engine(home, "import", "folder", str(folder / "pictures"))[0] == 0
    assert engine(home, "import", "table", str(table))[0] == 0
    status, told, _ = fetch(home)
    assert (status, told["successful"], told["removed"], told["trash"]) == (0, FETCHED, 0, "")
    age(home)
    return home


def imported(home: Home) -> set[str]:
    return {name for name in files(home) if name.endswith(".png")}


def drawn(folder: Path, name: str, seed: int) -> Path:
    """Draw an image into folder/pictures."""
    path = folder / "pictures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(flower(64, 48, seed)).save(path)
    return path


def lost_catalogue(home: Home, host: Server, folder: Path) -> None:
    """The catalogue is lost, an empty one replaces it, then it is restored."""
    before = files(home)
    home.catalogue.rename(home.root / "catalogue.sqlite")
    with closing(SqliteCatalogue(home.root / "empty.sqlite")) as empty:
        with open_download_store(home) as downloads:
            Queue(downloads).fill(empty, "original")
            found = reconcile(home, downloads, empty)
        assert (found.removed, len(found.waiting.paths)) == (0, FETCHED)
        assert files(home) == before
        summary = download(home, empty, QUICK)
        assert (summary.removed, summary.strays) == (0, FETCHED)
        download(home, empty, QUICK, consent=Consent(remove_strays=True))
    assert files(home) == imported(home) and len(files(home)) == IMPORTED
    # With the restored catalogue all files are known again, and nothing is fetched again.
    (home.root / "catalogue.sqlite").rename(home.catalogue)
    asked = len(host.requests)
    status, told, _ = fetch(home)
    assert (status, told["cache_after"], told["trash"]) == (0, IMPORTED + FETCHED, "")
    assert files(home) == before and not days(home)
    assert len(host.requests) == asked


def change_of_store(home: Home, host: Server, folder: Path) -> None:
    """The store is changed to MongoDB by hand, with a split pinned. Needs a real mongod."""
    before = files(home)
    assert engine(home, "split", "make", "--name=first")[0] == 0
    assert engine(home, "split", "pin", "first")[0] == 0
    (folder / "mongod").mkdir()
    with running(folder / "mongod") as server:
        settings = f"store: mongodb\naddress: {server.address}\n"
        (home.data / "catalogue.yaml").write_text(settings)
        add_address(home, host.url(f"/{FETCHED}.jpg"))
        status, told, _ = fetch(home)
        assert (status, told["successful"], told["removed"]) == (0, 1, 0)
        assert files(home) >= before
        # The pin refers to photographs that this catalogue does not contain.
        status, told, _ = fetch(home, "--remove-strays")
        assert (status, told["removed"], told["strays"]) == (0, 0, 0)
    assert files(home) >= before


def unmounted_disk(home: Home, host: Server, folder: Path) -> None:
    """The disk of the photographs is not mounted for a while, and one more is imported."""
    before = files(home)
    home.images.rename(home.root / "disk")
    new = drawn(folder, "Viola alba/new.png", seed=99)
    assert engine(home, "import", "folder", str(new.parents[1]))[0] == 0
    many = IMPORTED + FETCHED
    status, _, words = fetch(home)
    assert status == 1
    assert f"{many} photographs are missing from {home.images}. Is the disk mounted?" in words
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        assert catalogue.counts().by_state == {"cached": many + 1}
    shutil.copytree(home.images, home.root / "disk", dirs_exist_ok=True)
    shutil.rmtree(home.images)
    (home.root / "disk").rename(home.images)
    age(home)
    status, told, _ = fetch(home)
    assert (status, told["cache_after"], told["removed"]) == (0, many + 1, 0)
    assert files(home) >= before


def shared_folder(home: Home, host: Server, folder: Path) -> None:
    """Two homes share one folder of photographs."""
    before = files(home)
    second = open_home(folder / "second")
    second.images.symlink_to(home.images)
    # There are photographs and no catalogue: an empty one is started only on request.
    assert engine(second, "catalogue", "new")[0] == 0
    add_address(second, host.url(f"/{FETCHED}.jpg"))
    status, _, words = fetch(second)
    assert status == 1
    assert f"The folder {second.images} belongs to another home." in words
    # Even after the second home takes over the folder, it removes only its own downloads.
    assert engine(second, "home", "claim")[0] == 0
    age(home)
    status, told, _ = fetch(second, "--remove-strays")
    assert (status, told["successful"], told["removed"]) == (0, 1, 0)
    assert files(home) >= before
    assert "belongs to another home" in fetch(home)[2]


def catalogue_of_yesterday(home: Home, host: Server, folder: Path) -> None:
    """The catalogue is reset to the state before the last import."""
    shutil.copy(home.catalogue, folder / "yesterday.sqlite")
    for number in range(25):
        drawn(folder, f"Viola alba/{number}.png", seed=200 + number)
    assert engine(home, "import", "folder", str(folder / "pictures"))[0] == 0
    age(home)
    before = files(home)
    for left in home.data.glob("catalogue.sqlite*"):
        left.unlink()
    shutil.copy(folder / "yesterday.sqlite", home.catalogue)
    status, told, _ = fetch(home, "--remove-strays")
    assert (status, told["removed"]) == (0, 0)
    assert files(home) == before
    assert len(imported(home)) == IMPORTED + 25


Situation = Callable[[Home, Server, Path], None]
SITUATIONS: dict[str, Situation] = {
    "catalogue lost": lost_catalogue,
    "store changed by hand": change_of_store,
    "disk not mounted": unmounted_disk,
    "folder shared by two homes": shared_folder,
    "catalogue of yesterday": catalogue_of_yesterday,
}
