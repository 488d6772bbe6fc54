"""Starts imports in the background, from user input or an upload."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.catalogue.checking import require_plain, source_of
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import Origin
from engine.catalogue.mongo_server import address_of
from engine.catalogue.table_rows import KINDS, require_kind
from engine.errors import BadInput
from engine.files import is_regular, typed_path, write_atomic
from engine.home import Home
from engine.images.store import Placing
from engine.inaturalist.search import Search
from engine.jobs.job import Job, start_job, start_job_with_secrets
from engine.language.message import deferred, message
from engine.settings.files import save

JOBS = {"demo": deferred("Drawing the demo garden"), "import": deferred("Importing photographs")}
"""The imports that run as jobs, each with its title."""
_ADDRESS = "STUDIO_IMPORT_ADDRESS"
_NO_FOLDER = deferred("The folder {path} does not exist on the computer that runs the studio.")
_NO_FILE = deferred("The file {path} does not exist on the computer that runs the studio.")
_MISSING = {
    "folder": _NO_FOLDER,
    "file": _NO_FILE,
    "path": deferred("{path} does not exist on the computer that runs the studio."),
}
TABLE_TYPES = (*(kind[1:] for kind in KINDS), "gz")


def is_busy(jobs: Mapping[str, Job]) -> bool:
    """Whether an import is running; only one runs at a time."""
    return any(job.state == "running" for job in jobs.values())


def draw_demo_garden(home: Home) -> Job:
    """Start a job that draws the demo garden and imports it."""
    return start_job(home, "demo", ["demo"])


def start_folder_import(home: Home, typed: str, source: str = "", layout: str = "") -> Job:
    """Start to import a folder of this machine; its layout is recognised where none is given.

    Raises:
        BadInput: the input is empty, or the folder does not exist.
    """
    folder = typed_path(typed)
    if not folder.is_dir():
        raise BadInput(_NO_FOLDER, path=str(folder))
    return _start(home, "folder", folder, source, [f"--layout={layout}"] if layout else [])


def start_table_import(
    home: Home, typed: str, source: str = "", mapping: MappingSettings | None = None
) -> Job:
    """Start to import a table of this machine; its mapping is guessed where none is given.

    Raises:
        BadInput: the input is empty, the file does not exist, or its format is unsupported.
    """
    table = typed_path(typed)
    if not is_regular(table):
        raise BadInput(_NO_FILE, path=str(table))
    require_kind(table.name)
    return _start(home, "table", table, source, _mapped(home, table, mapping))


def start_path_import(home: Home, name: str, typed: str, source: str = "") -> Job:
    """Start the importer of this name on a file or folder of this machine.

    Raises:
        BadInput: the input is empty, or the file or folder does not exist.
    """
    reads = IMPORTERS[name].reads
    path = typed_path(typed)
    if not (is_regular(path) and reads != "folder") and not (path.is_dir() and reads != "file"):
        raise BadInput(_MISSING[reads], path=str(path))
    return _start(home, name, path, source)


def start_cache_import(home: Home, typed: str, placing: Placing) -> Job:
    """Start to give photographs their files from a cache folder of this machine.

    Raises:
        BadInput: the input is empty, or the folder does not exist.
    """
    folder = typed_path(typed)
    if not folder.is_dir():
        raise BadInput(_NO_FOLDER, path=str(folder))
    return start_job(home, "import", ["import", "cache", str(folder), f"--mode={placing}"])


def start_upload_import(
    home: Home,
    name: str,
    content: bytes,
    source: str = "",
    mapping: MappingSettings | None = None,
) -> Job:
    """Start to import an uploaded table; it is kept under data/uploads.

    Raises:
        BadInput: its format is unsupported.
    """
    name = Path(name).name
    require_kind(name)
    table = home.data / "uploads" / name
    write_atomic(table, content)
    return _start(home, "table", table, source, _mapped(home, table, mapping))


def start_inaturalist_import(home: Home, search: Search, limit: int) -> Job:
    """Start to import the results of an iNaturalist search, at most `limit` photographs."""
    place = [f"--place={search.place.number}"] if search.place else []
    command = ["import", "inaturalist", f"--taxon={search.taxon.number}", *place]
    words = [f"--quality={search.quality}", f"--license={','.join(search.licences)}"]
    return start_job(home, "import", [*command, *words, f"--limit={limit}"])


def start_mongo_import(home: Home, origin: Origin, source: str = "") -> Job:
    """Start to import a MongoDB collection with its stored mapping.

    Raises:
        BadInput: the address is invalid.
    """
    require_plain(origin.database, message("Database"))
    require_plain(origin.collection, message("Collection"))
    where = [f"--database={origin.database}", f"--collection={origin.collection}"]
    command = ["import", "mongo", f"env:{_ADDRESS}", *where, *_named(source)]
    return start_job_with_secrets(home, "import", command, {_ADDRESS: address_of(origin.address)})


def _start(home: Home, kind: str, path: Path, source: str, options: Sequence[str] = ()) -> Job:
    return start_job(home, "import", ["import", kind, str(path), *_named(source), *options])


def _mapped(home: Home, table: Path, mapping: MappingSettings | None) -> list[str]:
    """The option that names the mapping, which is kept in the home."""
    if mapping is None:
        return []
    digest = hashlib.sha256(str(table.absolute()).encode(errors="surrogatepass")).hexdigest()
    file = home.data / "mappings" / f"table-{digest[:16]}.yaml"
    save(mapping, file)
    return [f"--mapping={file}"]


def _named(source: str) -> list[str]:
    # The equals sign prevents a name with a leading dash from being parsed as an option.
    name = source_of(source, "")
    return [f"--source={name}"] if name else []
