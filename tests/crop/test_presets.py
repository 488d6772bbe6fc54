"""Presets: the built-in ones, and the user's own as YAML below the home."""

import pytest

from engine.crop.presets import (
    CENTRE,
    CLASSIC,
    FAST,
    load_preset,
    preset_names,
    save_preset,
)
from engine.errors import BadInput
from engine.home import Home
from engine.settings.crop import CropPreset


def test_classic_has_the_published_values() -> None:
    assert CLASSIC.detector == "fine_grained"
    assert (CLASSIC.threshold, CLASSIC.padding, CLASSIC.working_side) == (0.5, 0.2, None)


def test_a_preset_is_found_under_its_name(home: Home) -> None:
    mine = CropPreset(name="mine", threshold=0.31, padding=0.05, working_side=320)
    save_preset(home, mine)
    assert load_preset(home, "mine") == mine
    assert preset_names(home) == ["fast", "classic", "centre", "mine"]


def test_a_preset_can_be_changed(home: Home) -> None:
    save_preset(home, CropPreset(name="mine", threshold=0.3))
    save_preset(home, CropPreset(name="mine", threshold=0.6))
    assert load_preset(home, "mine").threshold == 0.6


@pytest.mark.parametrize("preset", [FAST, CLASSIC, CENTRE], ids=lambda preset: preset.name)
def test_built_in_presets_cannot_be_changed(home: Home, preset: CropPreset) -> None:
    with pytest.raises(BadInput, match="comes with the studio and cannot be changed"):
        save_preset(home, preset.model_copy(update={"threshold": 0.9}))
    (home.presets).mkdir()
    (home.presets / f"{preset.name}.yaml").write_text("threshold: 0.9\n")
    assert load_preset(home, preset.name) == preset
    assert preset_names(home) == ["fast", "classic", "centre"]


@pytest.mark.parametrize("name", ["gone", "", "../studio", "/etc/passwd", ".", "a/b"])
def test_a_missing_preset_is_rejected_with_the_existing_ones(home: Home, name: str) -> None:
    save_preset(home, CropPreset(name="mine"))
    with pytest.raises(
        BadInput,
        match=r"There is no crop preset .*\. Choose one of: fast, classic, centre, mine\.",
    ):
        load_preset(home, name)


def test_the_name_of_a_preset_is_its_file_name(home: Home) -> None:
    home.presets.mkdir()
    (home.presets / "copied.yaml").write_text("threshold: 0.4\n")
    assert load_preset(home, "copied") == CropPreset(name="copied", threshold=0.4)


@pytest.mark.parametrize("text", ["threshold: 7\n", "thresold: 0.5\n", "- a\n", "a: [\n"])
def test_a_damaged_preset_is_rejected_with_its_file(home: Home, text: str) -> None:
    home.presets.mkdir()
    (home.presets / "mine.yaml").write_text(text)
    with pytest.raises(BadInput, match=r"mine\.yaml"):
        load_preset(home, "mine")


@pytest.mark.parametrize("detector", ["barrier", "semantic"])
def test_a_preset_of_version_0_1_with_a_removed_detector_opens_with_a_notice(
    home: Home, detector: str
) -> None:
    home.presets.mkdir()
    (home.presets / "old.yaml").write_text(
        f"name: old\ndetector: {detector}\nnetwork: test_vit\nweights: null\nmass: 0.9\n"
    )
    preset = load_preset(home, "old")
    assert (preset.detector, preset.mass) == ("learned", 0.9)
    assert preset.notice == (
        f"The preset old used the detector {detector}, which was removed. "
        "It now uses learned; crops may differ from earlier ones."
    )
    save_preset(home, preset)
    assert load_preset(home, "old").notice == ""


def test_settings_with_the_removed_preset_semantic_use_fast_with_a_notice(home: Home) -> None:
    preset = load_preset(home, "semantic")
    assert preset.fingerprint == FAST.fingerprint
    assert "used the detector semantic, which was removed" in preset.notice
    save_preset(home, CropPreset(name="semantic", threshold=0.4))
    assert load_preset(home, "semantic") == CropPreset(name="semantic", threshold=0.4)


def test_the_boxes_of_version_0_1_stay_known() -> None:
    assert FAST.fingerprint == "2c084d6a305ec23b"
    assert CLASSIC.fingerprint == "aa4f9cde6148a655"
