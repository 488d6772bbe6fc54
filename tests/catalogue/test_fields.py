"""The record declares each field of a photograph once; all other code derives from it."""

import ast
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest

from engine.catalogue.facets import TOTALS, Facet
from engine.catalogue.fields import EMPTY, FACETS, FIELDS, IMPORTED, KINDS, PLAIN
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Field, Filter
from tests.conftest import PROJECT
from tests.mongod import Mongod

DECLARATION = "engine/catalogue/record.py"
# Files that list several fields for a reason of their own.
BY_HAND = {
    "engine/catalogue/schema.py": "the tables of former versions never change",
    "engine/catalogue/facets.py": "the type of a combination; compared with the record below",
    "engine/catalogue/store.py": "the type of a filter; compared with the record below",
    "engine/catalogue/garden_import.py": "what is known of a drawn plant",
    "engine/doctor/records.py": "ledgers hold digests of these, in their order",
    "engine/download/store.py": "the tables of downloads, which hold a few of them",
    "engine/evaluation/probe.py": "a photograph as a line of a split",
    "engine/garden/plan.py": "a drawn plant",
    "engine/inaturalist/observations.py": "what iNaturalist says of a photograph",
    "engine/runs/archive.py": "what an archive needs to give credit",
    "engine/split/folder.py": "a line of a split's file, which is a format of its own",
    "engine/split/outside.py": "the lines of other projects' files",
    "engine/catalogue/readers/plantnet.py": "what Pl@ntNet-300K says of a photograph",
    "engine/catalogue/readers/darwin_core.py": "the terms of Darwin Core",
    "engine/catalogue/readers/coco.py": "what COCO's JSON says of a photograph",
    "engine/catalogue/readers/inaturalist_tables.py": "the columns of the open-data tables",
}
MANY = 5

NEXT_VERSION = len(MIGRATIONS) + 1
NEW_FIELD = f"""    locality: Annotated[
        str, PhotoField("Locality", "Where it grew.", columns=("locality",), aliases=("place",),
                        longest=400, since={NEXT_VERSION})
    ] = ""
    altitude: Annotated[
        int, PhotoField("Altitude", "Metres above the sea.", since={NEXT_VERSION})
    ] = 0
"""
# Import, change and export with a declaration that has two additional fields.
PROGRAM = """
import json, sys
from contextlib import closing
from pathlib import Path
from engine.catalogue.documents import document_photographs
from engine.catalogue.export import export_catalogue
from engine.catalogue.fields import FIELDS
from engine.catalogue.guessing import guess_mapping
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.schema import MIGRATIONS
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table

folder, address = Path(sys.argv[1]), sys.argv[2]

def no_file(path):
    raise AssertionError(path)

found = {"label": FIELDS["locality"].label}
document = {"_id": 1, "species": "Acer", "url": "http://a.test/1", "place": "Ulm"}
mapping = guess_mapping([document])
found["document"] = next(document_photographs(document, mapping))[1]["locality"]
stores = {"sqlite": lambda: SqliteCatalogue(folder / "c.sqlite")}
if address:
    stores["mongodb"] = lambda: MongoCatalogue(address, "added")
for name, opened in stores.items():
    with closing(opened()) as catalogue:
        old = catalogue.get("old")
        for table in (folder / "new.jsonl", folder / "new.csv"):
            import_table(catalogue, table, no_file)
        catalogue.update([{"image_id": "csv", "altitude": 7}])
        columns = catalogue.columns(("image_id", "locality", "altitude")).to_pylist()
        for kind in ("jsonl", "csv", "parquet"):
            export_catalogue(catalogue, folder / name, kind=kind)
        exported = (folder / name / "catalogue.jsonl").read_text().splitlines()
        found[name] = {
            "old": old and (old.species, old.locality),
            "read": [(p.image_id, p.locality, p.altitude) for p in catalogue.all()],
            "columns": [tuple(row.values()) for row in columns],
            "exported": [json.loads(line)["locality"] for line in exported],
            "csv": "locality" in (folder / name / "catalogue.csv").read_text().splitlines()[0],
        }
print(json.dumps(found))
"""


@pytest.fixture
def with_more_fields(tmp_path: Path) -> Path:
    """The engine as it would be with two more fields in the declaration."""
    copy = tmp_path / "copy"
    shutil.copytree(
        PROJECT / "engine", copy / "engine", ignore=shutil.ignore_patterns("__pycache__")
    )
    declaration = copy / DECLARATION
    text = declaration.read_text(encoding="utf-8")
    end = "\n\ndef image_id_of("
    assert text.count(end) == 1
    declaration.write_text(text.replace(end, f"{NEW_FIELD}\n{end}"), encoding="utf-8")
    return copy


@pytest.mark.mongo
def test_a_field_added_to_the_declaration_is_imported_and_exported(
    with_more_fields: Path, tmp_path: Path, mongod: Mongod
) -> None:
    with closing(SqliteCatalogue(tmp_path / "c.sqlite")) as before:
        before.add([Photograph("old", "Bellis perennis", url="http://a.test/old")])
    rows = {"species": "Acer", "url": "http://a.test/2", "image_id": "jsonl", "locality": "Bonn"}
    (tmp_path / "new.jsonl").write_text(json.dumps(rows) + "\n")
    (tmp_path / "new.csv").write_text(
        "image_id,species,url,Locality\ncsv,Acer,http://a.test/3,Trier\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), mongod.address],
        cwd=with_more_fields,
        env={**os.environ, "PYTHONPATH": str(with_more_fields)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    assert (found["label"], found["document"]) == ("Locality", "Ulm")
    new = [["csv", "Trier", 7], ["jsonl", "Bonn", 0]]
    assert found["sqlite"]["old"] == ["Bellis perennis", ""]
    assert found["sqlite"]["read"] == [*new, ["old", "", 0]]
    assert found["mongodb"]["read"] == new
    for store in ("sqlite", "mongodb"):
        assert sorted(found[store]["columns"]) == found[store]["read"]
        assert found[store]["exported"] == [row[1] for row in found[store]["read"]]
        assert found[store]["csv"]


def test_a_catalogue_with_unknown_fields_is_rejected(
    with_more_fields: Path, tmp_path: Path
) -> None:
    program = (
        "from pathlib import Path; from engine.catalogue.sqlite import SqliteCatalogue; "
        f"SqliteCatalogue(Path({str(tmp_path / 'c.sqlite')!r})).close()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=with_more_fields, check=True)
    with pytest.raises(Exception, match="from a newer version of Plant Studio"):
        SqliteCatalogue(tmp_path / "c.sqlite")


def test_facets_and_filters_match_the_declaration() -> None:
    assert set(Facet._fields) == set(FACETS)
    assert {*TOTALS, "tier", "flag"} == set(get_args(Field))
    filtered = {field.name for field in dataclasses.fields(Filter)}
    assert filtered == {*TOTALS, "tier", "flag", "text", "excluded", "conditions"}


def test_the_sqlite_tables_have_a_column_for_each_field(tmp_path: Path) -> None:
    with closing(SqliteCatalogue(tmp_path / "c.sqlite")) as catalogue:
        for table, names in (("photograph", PLAIN), ("facet", FACETS)):
            columns = catalogue._rows(f"SELECT name FROM pragma_table_info('{table}')")
            assert set(names) <= {name for (name,) in columns}


def test_imported_values_are_text_of_limited_length() -> None:
    for name in IMPORTED:
        assert KINDS[name] is str
        # A path is resolved on this disk, and is not stored.
        assert FIELDS[name].longest or name == "path"


def test_every_field_has_a_label_and_a_description() -> None:
    for name, field in FIELDS.items():
        assert field.label[0].isupper(), name
        assert field.help.endswith("."), name
    assert len({field.label for field in FIELDS.values()}) == len(FIELDS)
    assert tuple(EMPTY) == Photograph._fields


def test_a_mapping_has_a_path_for_each_imported_field() -> None:
    paths = [name for name in MappingSettings.model_fields if name in FIELDS]
    assert paths == list(IMPORTED)
    assert MappingSettings().path_of("image_id") == "_id"
    for name, field in MappingSettings.model_fields.items():
        assert field.description and field.description.endswith("."), name


def _together(tree: ast.AST) -> Iterator[set[str]]:
    """Names of fields that occur in the same literal, call, class body or text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield {_named(item) for item in node.elts}
        elif isinstance(node, ast.Dict):
            yield {_named(key) for key in node.keys if key}
        elif isinstance(node, ast.Call):
            yield {keyword.arg or "" for keyword in node.keywords}
        elif isinstance(node, ast.ClassDef):
            yield {_named(line.target) for line in node.body if isinstance(line, ast.AnnAssign)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield set(node.value.replace(",", " ").split()) if "," in node.value else set()


def _named(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_no_other_file_lists_the_fields() -> None:
    listing = {
        file.relative_to(PROJECT).as_posix()
        for room in ("engine", "studio", "pages")
        for file in (PROJECT / room).rglob("*.py")
        if any(
            len(names.intersection(IMPORTED)) >= MANY
            for names in _together(ast.parse(file.read_text(encoding="utf-8")))
        )
    }
    assert DECLARATION in listing
    assert listing - {DECLARATION} <= BY_HAND.keys()
    assert BY_HAND.keys() <= listing, "a reason that no file needs any more"
