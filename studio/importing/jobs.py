"""Start an import in the background, from user input or an upload."""

from collections.abc import Mapping
from pathlib import Path

from engine.catalogue.checking import require_plain, source_of
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.mongo_import import Origin
from engine.catalogue.mongo_server import address_of
from engine.errors import BadInput
from engine.files import is_regular, typed_path, write_atomic
from engine.home import Home
from engine.images.store import Placing
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
    """Whether an import is running; only one runs at a time."""
    return any(job.state == "running" for job in jobs.values())


def plant(home: Home) -> Job:
    """Start a job that draws the demo garden and imports it."""
    return start_job(home, "demo", ["demo"])


def take_folder(home: Home, typed: str, source: str = "") -> Job:
    """Start to import a folder of this machine.

    Raises:
        BadInput: the input is empty, or the folder does not exist.
    """
    folder = typed_path(typed, "folder")
    if not folder.is_dir():
        raise BadInput(_NO_FOLDER, path=str(folder))
    return _start(home, "folder", folder, source)


def take_table(home: Home, typed: str, source: str = "") -> Job:
    """Start to import a table of this machine.

    Raises:
        BadInput: the input is empty, the file does not exist, or its format is unsupported.
    """
    table = typed_path(typed, "table")
    if not is_regular(table):
        raise BadInput(_NO_FILE, path=str(table))
    _require_type(table.name)
    return _start(home, "table", table, source)


def take_path(home: Home, name: str, typed: str, source: str = "") -> Job:
    """Start the importer of this name on a file or folder of this machine.

    Raises:
        BadInput: the input is empty, or the file or folder does not exist.
    """
    reads = IMPORTERS[name].reads
    path = typed_path(typed, reads)
    if not (path.is_dir() if reads == "folder" else is_regular(path)):
        raise BadInput(_NO_FOLDER if reads == "folder" else _NO_FILE, path=str(path))
    return _start(home, name, path, source)


def take_cache(home: Home, typed: str, placing: Placing) -> Job:
    """Start to give photographs their files from a cache folder of this machine.

    Raises:
        BadInput: the input is empty, or the folder does not exist.
    """
    folder = typed_path(typed, "folder")
    if not folder.is_dir():
        raise BadInput(_NO_FOLDER, path=str(folder))
    return start_job(home, "import", ["import", "cache", str(folder), f"--mode={placing}"])


def take_upload(home: Home, name: str, content: bytes, source: str = "") -> Job:
    """Start to import an uploaded table, which is stored under data/uploads.

    Raises:
        BadInput: its format is unsupported.
    """
    name = Path(name).name
    _require_type(name)
    table = home.data / "uploads" / name
    write_atomic(table, content)
    return _start(home, "table", table, source)


def take_observations(home: Home, search: Search, limit: int) -> Job:
    """Start to import the results of an iNaturalist search, at most `limit` photographs."""
    place = [f"--place={search.place.number}"] if search.place else []
    command = ["import", "inaturalist", f"--taxon={search.taxon.number}", *place]
    words = [f"--quality={search.quality}", f"--license={','.join(search.licences)}"]
    return start_job(home, "import", [*command, *words, f"--limit={limit}"])


def take_collection(home: Home, origin: Origin, source: str = "") -> Job:
    """Start to import a MongoDB collection with its stored mapping.

    Raises:
        BadInput: the address is invalid.
    """
    require_plain(origin.database, message("Database"))
    require_plain(origin.collection, message("Collection"))
    where = [f"--database={origin.database}", f"--collection={origin.collection}"]
    command = ["import", "mongo", f"env:{_ADDRESS}", *where, *_named(source)]
    return start_job_with_secrets(home, "import", command, {_ADDRESS: address_of(origin.address)})


def _start(home: Home, kind: str, path: Path, source: str) -> Job:
    return start_job(home, "import", ["import", kind, str(path), *_named(source)])


def _named(source: str) -> list[str]:
    # The equals sign prevents a name with a leading dash from being parsed as an option.
    name = source_of(source, "")
    return [f"--source={name}"] if name else []


def _require_type(name: str) -> None:
    if Path(name).suffix.lower().lstrip(".") not in TABLE_TYPES:
        raise BadInput("{file} is not a .jsonl, .csv or .parquet file.", file=name)
