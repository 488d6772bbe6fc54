"""Architecture rules: checked in the syntax tree, and by importing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]

# Each package may import those before it in this list, and none after it.
FLOORS = ["engine", "studio", "pages"]
ROOMS = [
    "language",
    "reasons",
    "errors",
    "registry",
    "files",
    "records",
    "spreadsheet",
    "database",
    "home",
    "preferences",
    "home_id",
    "progress",
    "locks",
    "backups",
    "workers",
    "openmp",
    "settings",
    "garden",
    "catalogue",
    "images",
    "download",
    "cache_folders",
    "inaturalist",
    "taxonomy",
    "weights",
    "crop",
    "augment",
    "embeddings",
    "split",
    "quality",
    "training",
    "jobs",
    "runs",
    "evaluation",
    "doctor",
    "commands",
    "cli",
    "__main__",
]
HEAVY = {"torch", "torchvision", "timm"}
MAY_BE_HEAVY = (
    "engine.weights",
    "engine.augment.mixing",
    "engine.augment.normalisation",
    "engine.augment.transforms",
    "engine.training",
    "engine.evaluation",
)
LIGHT_ROOMS = [
    "language",
    "records",
    "registry",
    "settings",
    "garden",
    "catalogue",
    "images",
    "download",
    "cache_folders",
    "inaturalist",
    "taxonomy",
    "crop",
    "augment",
    "embeddings",
    "split",
    "quality",
    "jobs",
    "runs",
    "backups",
    "doctor",
    "cli",
]
LONGEST_FILE = 500


def sources(*floors: str) -> list[Path]:
    return sorted(path for floor in floors for path in (PROJECT / floor).rglob("*.py"))


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(file: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    package = file.relative_to(PROJECT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def room_of(module: str) -> str:
    """The package of an engine module; empty for the engine package itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "engine" and len(parts) > 1 else ""


def test_every_package_of_the_engine_is_in_the_order() -> None:
    rooms = {room_of(module_of(file)) for file in sources("engine")} - {""}
    assert rooms <= set(ROOMS), f"{sorted(rooms - set(ROOMS))} have no place in ROOMS"


def test_inside_the_engine_imports_run_one_way() -> None:
    wrong = [
        f"{module_of(file)} imports {imported}"
        for file in sources("engine")
        for imported in imports_of(file)
        if room_of(imported) in ROOMS
        and room_of(module_of(file))
        and ROOMS.index(room_of(imported)) > ROOMS.index(room_of(module_of(file)))
    ]
    assert not wrong


def test_imports_run_from_pages_to_studio_to_engine_and_never_back() -> None:
    wrong = [
        f"{module_of(file)} imports {imported}"
        for file in sources(*FLOORS)
        for imported in imports_of(file)
        if imported.split(".")[0] in FLOORS
        and FLOORS.index(imported.split(".")[0]) > FLOORS.index(file.relative_to(PROJECT).parts[0])
    ]
    assert not wrong


def test_the_engine_imports_neither_streamlit_nor_plotly() -> None:
    wrong = [
        f"{module_of(file)} imports {imported}"
        for file in sources("engine")
        for imported in imports_of(file)
        if imported.split(".")[0] in {"streamlit", "plotly"}
    ]
    assert not wrong


def test_only_few_packages_import_torch() -> None:
    wrong = [
        f"{module_of(file)} imports {imported}"
        for file in sources(*FLOORS)
        for imported in imports_of(file)
        if imported.split(".")[0] in HEAVY and not module_of(file).startswith(MAY_BE_HEAVY)
    ]
    assert not wrong


def test_the_supervisor_uses_processes_only_through_a_launcher() -> None:
    forbidden = ("psutil", "subprocess", "engine.jobs.processes", "engine.jobs.local_launcher")
    for name in ("supervisor", "work", "launcher"):
        imported = set(imports_of(PROJECT / "engine" / "jobs" / f"{name}.py"))
        assert {one for one in imported if one.startswith(forbidden)} == set(), name


# Calls that only one file of the engine makes; the others call that file.
DONE_ONCE = {
    "disk_usage": "engine.files",
    "mkstemp": "engine.files",
    "flock": "engine.locks",
}


def test_free_disk_space_temporary_files_and_locks_have_one_file_each() -> None:
    for name, home in DONE_ONCE.items():
        users = {
            module_of(file)
            for file in sources(*FLOORS)
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr == name
        }
        assert users == {home}, name


def test_an_init_file_contains_only_a_docstring() -> None:
    for file in sources("engine"):
        if file.name == "__init__.py":
            body = ast.parse(file.read_text(encoding="utf-8")).body
            assert all(
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body
            ), module_of(file)


@pytest.mark.parametrize("room", LIGHT_ROOMS)
def test_a_package_without_predictions_loads_no_torch(room: str) -> None:
    modules = [
        name
        for name in map(module_of, sources("engine"))
        if room_of(name) == room and not name.startswith(MAY_BE_HEAVY)
    ]
    if not modules:
        pytest.skip(f"engine/{room} is not there")
    script = (
        "import importlib, sys\n"
        f"for name in {modules}: importlib.import_module(name)\n"
        f"print(*sorted({HEAVY | {'streamlit', 'plotly'}} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == ""


def test_no_file_exceeds_the_line_limit() -> None:
    lengths = {
        str(file.relative_to(PROJECT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in sources(*FLOORS)
    }
    assert {name: lines for name, lines in lengths.items() if lines >= LONGEST_FILE} == {}


# Names that each file of a kind defines once; callers qualify them with the module.
REPEATED = {
    "add_to": "every room of commands adds its own to the command line",
    "main": "every program begins with one",
}


def test_a_public_name_is_defined_in_one_place() -> None:
    places: dict[str, list[str]] = {}
    for file in sources("engine", "studio"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module_of(file))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in REPEATED} == {}


LONGEST_FUNCTION = 60


def test_no_function_exceeds_the_line_limit() -> None:
    lengths = {
        f"{module_of(file)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in sources(*FLOORS)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
