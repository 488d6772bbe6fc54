"""Starting an import in the background, from what was typed or uploaded."""

from collections.abc import Mapping
from pathlib import Path

from engine.catalogue.checking import require_plain, source_of
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.mongo_import import Origin
from engine.catalogue.mongo_server import address_of
from engine.errors import BadInput
from engine.files import is_regular, typed_path, write_atomic
from engine.home import Home
from engine.inaturalist.search import Search
from engine.jobs.job import Job, start_job, start_job_with_secrets
from engine.language.message import deferred, message

JOBS = {"demo": deferred("Drawing the demo garden"), "import": deferred("Importing photographs")}
"""The imports that run as jobs, each with its title."""
_ADDRESS = "STUDIO_IMPORT_ADDRESS"
_NO_FOLDER = deferred("The folder {path} does not exist on the computer that runs the studio.")
_NO_FILE = deferred("The file {path} does not exist on the computer that runs the studio.")
TABLE_TYPES = ("jsonl", "csv", "parquet")


def is_busy(jobs: Mapping[str, Job]) -> bool:
    """Whether one of the imports is at work: they take turns."""
    return any(job.state == "running" for job in jobs.values())


def plant(home: Home) -> Job:
    """Start to draw the demo garden and put it in the catalogue."""
    return start_job(home, "demo", ["demo"])


def take_folder(home: Home, typed: str, source: str = "") -> Job:
    """Start to import a folder of this machine.

    Raises:
        BadInput: nothing was typed, or there is no such folder.
    """
    folder = typed_path(typed)
    if not folder.is_dir():
        raise BadInput(_NO_FOLDER, path=str(folder))
    return _start(home, "folder", folder, source)


def take_table(home: Home, typed: str, source: str = "") -> Job:
    """Start to import a table of this machine.

    Raises:
        BadInput: nothing was typed, there is no such file, or it is of another kind.
    """
    table = typed_path(typed)
    if not is_regular(table):
        raise BadInput(_NO_FILE, path=str(table))
    _require_type(table.name)
    return _start(home, "table", table, source)


def take_path(home: Home, name: str, typed: str, source: str = "") -> Job:
    """Start the importer of this name on a file or folder of this machine.

    Raises:
        BadInput: nothing was typed, or there is no such file or folder.
    """
    reads = IMPORTERS[name].reads
    path = typed_path(typed)
    if not (path.is_dir() if reads == "folder" else is_regular(path)):
        raise BadInput(_NO_FOLDER if reads == "folder" else _NO_FILE, path=str(path))
    return _start(home, name, path, source)


def take_upload(home: Home, name: str, content: bytes, source: str = "") -> Job:
    """Start to import an uploaded table; it is kept under data/uploads.

    Raises:
        BadInput: it is of another kind.
    """
    name = Path(name).name
    _require_type(name)
    table = home.data / "uploads" / name
    write_atomic(table, content)
    return _start(home, "table", table, source)


def take_observations(home: Home, search: Search, limit: int) -> Job:
    """Start to import what a search at iNaturalist finds, at most `limit` photographs."""
    place = [f"--place={search.place.number}"] if search.place else []
    command = ["import", "inaturalist", f"--taxon={search.taxon.number}", *place]
    words = [f"--quality={search.quality}", f"--license={','.join(search.licences)}"]
    return start_job(home, "import", [*command, *words, f"--limit={limit}"])


def take_collection(home: Home, origin: Origin, source: str = "") -> Job:
    """Start to import a MongoDB collection by the mapping that is kept for it.

    Raises:
        BadInput: its address is none.
    """
    require_plain(origin.database, message("Database"))
    require_plain(origin.collection, message("Collection"))
    where = [f"--database={origin.database}", f"--collection={origin.collection}"]
    command = ["import", "mongo", f"env:{_ADDRESS}", *where, *_named(source)]
    return start_job_with_secrets(home, "import", command, {_ADDRESS: address_of(origin.address)})


def _start(home: Home, kind: str, path: Path, source: str) -> Job:
    return start_job(home, "import", ["import", kind, str(path), *_named(source)])


def _named(source: str) -> list[str]:
    # The equals sign keeps a name that begins with a dash from being taken for an option.
    name = source_of(source, "")
    return [f"--source={name}"] if name else []


def _require_type(name: str) -> None:
    if Path(name).suffix.lower().lstrip(".") not in TABLE_TYPES:
        raise BadInput("{file} is not a .jsonl, .csv or .parquet file.", file=name)
