"""The command line as other programs use it: real processes, JSON on the last line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = {"Rosa canina": 12, "Bellis perennis": 3, "Tulipa sylvestris": 2, "Viola alba": 1}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    for label, (species, count) in enumerate(PHOTOGRAPHS.items()):
        (folder / species).mkdir()
        for number in range(count):
            pixels = np.full((120, 160, 3), 40 + number, np.uint8)
            cv2.circle(pixels, (60 + 5 * number, 50), 22, (20, 60 * label, 230), -1)
            cv2.imwrite(str(folder / species / f"{number}.png"), pixels)
    (folder / "Rosa canina" / "notes.jpg").write_text("no photograph")
    return folder


@pytest.fixture(scope="module")
def home(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    answer = engine(home, "import", "folder", str(photographs), "--source", "meadow")
    assert answer.values["added"] == 18
    return home


class Answer:
    """The result of one command: its exit status, its JSON, its messages."""

    def __init__(self, ended: "subprocess.CompletedProcess[str]") -> None:
        self.status = ended.returncode
        self.out = ended.stdout.splitlines()
        self.words = ended.stderr.strip()
        self.values = json.loads(self.out[-1]) if self.out and self.out[-1][0] in "{[" else None


def engine(home: Path, *arguments: str, as_json: bool = True) -> Answer:
    environment = {**os.environ, "STUDIO_HOME": str(home)}
    options = ["--json"] if as_json else []
    command = [sys.executable, "-m", "engine", *arguments, *options]
    return Answer(
        subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120
        )
    )


def test_importing_twice_changes_nothing_and_lists_the_rejections(
    home: Path, photographs: Path
) -> None:
    answer = engine(home, "import", "folder", str(photographs), "--source", "meadow")
    assert answer.status == 0
    assert [answer.values[key] for key in ("added", "known", "refused")] == [0, 18, 1]
    assert answer.values["refusals"][0]["origin"] == "Rosa canina/notes.jpg"


def test_a_folder_that_is_unclear_is_refused_with_the_layouts_that_decide(
    tmp_path: Path, photographs: Path
) -> None:
    folder = tmp_path / "unclear"
    (folder / "Rosa" / "red").mkdir(parents=True)
    for number, place in enumerate(("Rosa", "Rosa/red")):
        picture = photographs / "Rosa canina" / f"{number}.png"
        shutil.copy(picture, folder / place / "0.png")
    answer = engine(tmp_path / "home", "import", "folder", str(folder))
    assert answer.status == 2
    assert answer.words.endswith("Or say what they mean with --layout: flat, nested.")
    plan = engine(tmp_path / "home", "import", "folder", str(folder), "--layout=flat", "--plan")
    assert (plan.values["species"], plan.values["photographs"]) == (["Rosa"], 2)
    told = engine(tmp_path / "home", "import", "folder", str(folder), "--layout=nested",
                  as_json=False)  # fmt: skip
    assert told.words.splitlines()[:2] == [
        "Layout nested: The innermost folder of a photograph is its species.",
        "2 photographs of 2 species: Rosa, red",
    ]
    assert told.out[0] == "2 added, 0 already known, 0 refused"


def test_a_tables_guessed_mapping_can_be_written_corrected_and_given(
    tmp_path: Path, photographs: Path
) -> None:
    picture = photographs / "Viola alba" / "0.png"
    table = tmp_path / "t.csv"
    table.write_text(f"class_name,other,image\nViola alba,Viola odorata,{picture}\n")
    plan = engine(tmp_path / "home", "import", "table", str(table), "--plan", as_json=False)
    assert {"species: class_name", "path: image"} <= set(plan.out)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("\n".join(plan.out).replace("class_name", "other"))
    given = ["import", "table", str(table), "--mapping", str(mapping)]
    answer = engine(tmp_path / "home", *given)
    assert answer.values["added"] == 1
    assert "Viola odorata" in engine(tmp_path / "home", "counts").values["by_species"]


def test_a_plan_warns_of_a_guess_that_looks_wrong(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("".join(["species,url\n", *(f"Rosa,https://e.org/{n}.jpg\n" for n in "ab")]))
    plan = engine(tmp_path / "home", "import", "table", str(table), "--plan", as_json=False)
    warning = "Warning: Most names of species have one word only, such as Rosa."
    assert plan.words.startswith(warning)
    assert not any("Warning" in line for line in plan.out)
    taken = engine(tmp_path / "home", "import", "table", str(table), as_json=False)
    assert warning in taken.words


def test_counts_by_species_source_and_state(home: Path) -> None:
    values = engine(home, "counts").values
    assert (values["images"], values["species"]) == (18, 4)
    assert values["by_source"] == {"meadow": 18}
    assert values["by_state"] == {"cached": 18}
    assert values["by_species"] == PHOTOGRAPHS


def test_counts_as_text(home: Path) -> None:
    answer = engine(home, "counts", as_json=False)
    assert answer.out[0] == "18 photographs of 4 species"


def test_export_writes_the_same_bytes_every_time(home: Path, tmp_path: Path) -> None:
    first = engine(home, "export", "--output-dir", str(tmp_path / "a"), "--min-images", "2")
    engine(home, "export", "--output-dir", str(tmp_path / "b"), "--min-images", "2")
    assert (first.values["images"], first.values["species"]) == (17, 3)
    assert (
        Path(first.values["file"]).read_bytes() == (tmp_path / "b" / "catalogue.jsonl").read_bytes()
    )


def test_an_export_can_be_imported_as_a_table(home: Path, tmp_path: Path) -> None:
    engine(home, "export", "--output-dir", str(tmp_path / "out"))
    rows = (tmp_path / "out" / "catalogue.jsonl").read_text().splitlines()
    # Its paths are relative to the home, and therefore to a table in the home.
    table = home / "exported.jsonl"
    table.write_text("\n".join(rows))
    answer = engine(tmp_path / "second", "import", "table", str(table))
    assert [answer.values[key] for key in ("added", "refused")] == [18, 0]
    assert engine(tmp_path / "second", "counts").values["by_source"] == {"meadow": 18}


def test_a_split_is_made_and_passes_its_check(home: Path) -> None:
    made = engine(home, "split", "make", "--name", "first", "--seed", "3").values
    assert made["parts"] == {
        "train": {"images": 13, "species": 4},
        "val": {"images": 3, "species": 3},
        "test": {"images": 2, "species": 2},
    }
    assert (made["val_only_species"], made["straddling_groups"]) == (0, 0)
    check = engine(home, "split", "check", "first")
    assert check.status == 0
    assert check.values["ok"] is True


def test_a_split_is_made_of_the_named_sources(home: Path) -> None:
    make = ("split", "make", "--source", "meadow", "--seed", "3", "--name")
    assert engine(home, *make, "some").values["sources"] == ["meadow"]
    assert "  source meadow" in engine(home, *make, "others", as_json=False).out
    unknown = engine(home, *make, "none", "--source", "moon")
    assert unknown.status == 2
    assert unknown.words.startswith("No photograph is from the source moon.")
    compare = ("split", "compare", "some", "others")
    assert engine(home, *compare).values["sources"] == {"some": ["meadow"], "others": ["meadow"]}
    assert "some: source meadow" in engine(home, *compare, as_json=False).out


def test_a_split_is_pinned_until_it_is_unpinned(home: Path) -> None:
    engine(home, "split", "make", "--name", "kept")
    assert engine(home, "split", "pin", "kept").values == {"pinned": ["kept"]}
    assert engine(home, "split", "pin", "none").words.startswith("There is no split none")
    assert engine(home, "split", "unpin", "kept").values == {"pinned": []}


def test_a_tampered_split_fails_its_check(home: Path) -> None:
    engine(home, "split", "make", "--name", "tampered")
    part = home / "data" / "splits" / "tampered" / "val.jsonl"
    part.write_text(part.read_text().replace("Rosa canina", "Rosa rugosa"))
    check = engine(home, "split", "check", "tampered")
    assert check.status == 1
    assert not check.values["ok"]


def test_boxes_are_squares_inside_the_photograph(
    home: Path, photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "boxes.json"
    answer = engine(home, "crop", "boxes", str(photographs / "Rosa canina"), "--out", str(out))
    assert [answer.values[key] for key in ("images", "failed")] == [12, 1]
    for x, y, width, height in json.loads(out.read_text()).values():
        assert width == height
        assert 0 <= x <= 160 - width
        assert 0 <= y <= 120 - height


def test_the_comparison_is_an_image_with_three_columns(
    home: Path, photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "compare.png"
    folder = str(photographs / "Bellis perennis")
    engine(home, "crop", "compare", folder, "--samples", "3", "--out", str(out))
    height, width, _ = cv2.imread(str(out)).shape
    assert width > 3 * 200
    assert height > 3 * 200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "folder", "/nowhere"], "The folder /nowhere does not exist. Check its path."),
        (["split", "check", "none"], "There is no split none."),
        (["crop", "boxes", "/nowhere", "--out", "/tmp/x.json"], "There is no folder /nowhere."),
        (["runs", "show", "none"], "There is no run 'none'"),
        (["train", "--config", "/nowhere.yaml"], "The settings file /nowhere.yaml does not exist."),
        (["split", "make", "--name", "a b"], "name is 'a b'"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    home: Path, arguments: list[str], sentence: str
) -> None:
    answer = engine(home, *arguments)
    assert answer.status == 2
    assert sentence in answer.words
    assert len(answer.words.splitlines()) == 1


def test_wrong_usage_is_status_2(home: Path) -> None:
    assert engine(home, "count").status == 2
    assert engine(home, "split", "make").status == 2


def test_a_home_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = engine(tmp_path / "file" / "home", "counts")
    assert answer.status == 1
    assert "cannot be made" in answer.words


def test_a_split_of_some_photographs_can_be_shown(home: Path) -> None:
    make = ("split", "make", "--name", "two", "--where", "species!=Viola alba", "--where")
    refused = engine(home, *make, "tear=production")
    assert (refused.status, refused.words.splitlines()[-1]) == (
        2,
        "No photograph has a field tear. Use one such as: tier.",
    )
    made = engine(home, *make, "tier=unknown").values
    assert made["parts"]["train"]["species"] == 3
    shown = engine(home, "split", "show", "two").values
    assert shown["where"] == ["species!=Viola alba", "tier=unknown"]
    assert shown["tiers"] == {"unknown": 17}
