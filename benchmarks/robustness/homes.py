"""A small home for failure tests, the commands that work on it, and its expected content."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

PROJECT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = 60
_SPECIES = ("Acer campestre", "Bellis perennis", "Cornus mas", "Dahlia pinnata")


@dataclass(frozen=True)
class Command:
    """A command to interrupt: the `arguments` of the engine, in a home in which the commands of
    `before` were run.
    """

    name: str
    arguments: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()


def commands(material: Path, port: int) -> list[Command]:
    """All commands that write much, for the photographs and tables of `material`."""
    imported = ("import", "folder", str(material / "photographs"))
    known = (imported, ("split", "make", "--name", "first"))
    fetch = ("download", "--allow-private-hosts", "--contact", "benchmark@localhost")
    return [
        Command("import folder", imported),
        Command("import table", ("import", "table", str(material / "table.jsonl"))),
        Command("crop fill", ("crop", "fill", "--processes", "1"), (imported,)),
        Command("quality scan", ("quality", "scan"), (imported,)),
        Command("export", ("export", "--output-dir", "exported"), (imported,)),
        Command("download", fetch, (("import", "table", str(material / f"urls-{port}.jsonl")),)),
        Command("split make", known[1], (imported,)),
        Command("curate exclude", ("curate", "exclude", "--where", "species=Cornus mas"), known),
        Command("shrink", ("shrink", "--side", "128", "--processes", "1"), (imported,)),
        Command("doctor", ("doctor",), known),
        Command("catalogue backup", ("catalogue", "backup"), (imported,)),
    ]


def draw_material(folder: Path, port: int) -> None:
    """Photographs of four species, a table that names them, and one of addresses on `port`."""
    table, addresses = [], []
    (folder / "served").mkdir(parents=True)
    for number in range(PHOTOGRAPHS):
        species = _SPECIES[number % len(_SPECIES)]
        file = folder / "photographs" / species / f"{number:03}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_picture(number)).save(file, quality=90)
        shutil.copy(file, folder / "served" / file.name)
        row = {"species": species, "source": "drawn", "observation_id": f"plant-{number // 2}"}
        table.append({**row, "path": str(file)})
        addresses.append({**row, "url": f"http://127.0.0.1:{port}/{file.name}"})
    for name, rows in ((f"urls-{port}", addresses), ("table", table)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def engine(home: Path, arguments: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a command of the engine in a home, in a session of its own.

    The arguments may name another home.
    """
    where = () if "--home" in arguments else ("--home", str(home))
    return subprocess.Popen(
        [sys.executable, "-m", "engine", *arguments, *where],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(home: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run a command to its end; return its exit status and its standard error."""
    process = engine(home, arguments)
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors


def prepared(folder: Path, command: Command) -> Path:
    """A home in which a command can be run."""
    home = folder / command.name.replace(" ", "-")
    home.mkdir(parents=True)
    for earlier in command.before:
        status, errors = finished(home, earlier)
        if status:
            raise RuntimeError(f"{' '.join(earlier)}: {errors}")
    return home


def contents(home: Path) -> dict[str, object]:
    """The content of a home, without times and temporary names: equal for equal results."""
    found: dict[str, object] = {}
    for folder in ("data/images", "data/shrunk", "data/splits", "exported"):
        files = [path for path in (home / folder).rglob("*.*") if path.is_file()]
        for path in files:
            inside = path.relative_to(home)
            # A killed process leaves unfinished files; `doctor` lists them.
            is_unfinished = any(part.startswith(".") for part in inside.parts)
            if not is_unfinished and path.suffix in _COMPARED:
                found[inside.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    for database, query in _TABLES.items():
        path = home / "data" / database
        if path.exists():
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                found[database] = sorted(connection.execute(query).fetchall())
    return found


_COMPARED = (".jpg", ".jsonl", ".csv")
_TABLES = {
    "catalogue.sqlite": "SELECT image_id, species, source, path, sha256, state, excluded "
    "FROM photograph JOIN facet USING (facet)",
    "crops.sqlite": "SELECT * FROM crop",
    "quality.sqlite": "SELECT sha256 FROM measure",
}


def faults(home: Path) -> list[str]:
    """Damage in a home: databases by their own check, photographs by their names."""
    wrong = []
    for path in (home / "data").rglob("*.sqlite"):
        with sqlite3.connect(path) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            wrong.append(f"{path.name}: {said}")
    for path in (home / "data" / "images").glob("[0-9a-f][0-9a-f]/*"):
        if (
            not path.name.startswith(".")
            and hashlib.sha256(path.read_bytes()).hexdigest() != path.stem
        ):
            wrong.append(f"{path.name} is not what its name says")
    return wrong


def is_a_sentence(errors: str) -> bool:
    """Whether the output of a failed command is for people: no traceback."""
    return bool(errors.strip()) and "Traceback" not in errors


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """Serve the files of a folder on 127.0.0.1."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.image_server", str(folder), str(port)], cwd=PROJECT
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _picture(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    ground = random.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    picture = cv2.resize(ground, (640, 480), interpolation=cv2.INTER_CUBIC)
    centre = (int(random.integers(160, 480)), int(random.integers(120, 360)))
    cv2.circle(picture, centre, 90, random.integers(0, 256, 3).tolist(), -1)
    return picture
