"""import PATH: the format is recognised."""

import json
import sys
from pathlib import Path

import pytest

from engine import cli
from tests.catalogue.readers.test_coco import ANGELICA
from tests.catalogue.readers.test_recognition import coco, plantnet


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """run("import", path) returns the exit status, and what was printed on each stream."""
    monkeypatch.setattr(sys, "argv", ["engine"])

    def call(*words: str | Path) -> tuple[int, str, str]:
        status, _ = cli._run([*map(str, words), "--home", str(tmp_path / "home")])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def test_a_path_is_imported_by_the_importer_that_recognises_it(
    run, tmp_path: Path, make_image
) -> None:
    folder = tmp_path / "inat"
    make_image(folder / "val" / ANGELICA / "a.jpg")
    status, out, err = run("import", folder, "--source", "iNat")
    assert status == 0
    assert "1 added" in out
    assert "Recognised: COCO, iNaturalist 2021 (coco)" in err
    status, out, _ = run("import", "auto", folder, "--source=iNat", "--json")
    assert json.loads(out.splitlines()[-1])["known"] == 1
    status, out, _ = run("import", "coco", folder, "--source=iNat", "--json")
    assert json.loads(out.splitlines()[-1])["known"] == 1


def test_an_ambiguous_path_names_the_choices(run, tmp_path: Path) -> None:
    plantnet(tmp_path)
    coco(tmp_path)
    status, _, err = run("import", tmp_path)
    assert status == 2
    assert "Choose one of plantnet (Pl@ntNet-300K), coco (COCO, iNaturalist 2021)." in err


def test_a_misspelt_format_is_no_path(run, tmp_path: Path) -> None:
    status, _, err = run("import", "plantnt", tmp_path)
    assert status == 2
    assert "plantnet" in err
