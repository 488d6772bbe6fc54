"""Settings that name an entry of a registry."""

from pathlib import Path

import pytest

from engine.augment.augmentations import AUGMENTATIONS, Augmentation
from engine.errors import BadInput
from engine.language.current import language_set
from engine.settings.augmentation import TrainAugmentation
from engine.settings.files import load, overlaid, save, validate
from engine.settings.optimisation import TrainingSettings
from engine.settings.run import RunSettings
from engine.training.optim.losses import LOSSES, Loss


def test_a_sampler_under_its_former_name_is_read(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text("training:\n  sampling: square root\n  stages:\n    - sampling: square root\n")
    settings = load(RunSettings, file)
    assert settings.training.sampling == settings.stages[0].training.sampling == "square_root"
    save(settings, file)
    assert "square root" not in file.read_text()


def test_a_misspelt_name_is_reported_in_a_sentence_with_the_nearest_one() -> None:
    with pytest.raises(BadInput) as refused:
        overlaid(RunSettings(), ["training.loss=fokal"], "The settings")
    *others, last = LOSSES
    assert str(refused.value) == (
        f"The settings: training.loss must be {', '.join(others)}, or {last}, not 'fokal'. "
        "Did you mean focal?"
    )


def test_a_new_loss_can_be_set_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mine", Loss("Mine", "A loss.", LOSSES["focal"].compute))
    settings = overlaid(RunSettings(), ["training.loss=mine"], "The settings")
    assert settings.training.loss == "mine"


def test_a_new_augmentation_can_be_set_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    change = "augmentation.train.extra.mine=0.25"
    with pytest.raises(BadInput, match=r"extra\.mine must be .*, not 'mine'\."):
        overlaid(RunSettings(), [change], "The settings")
    monkeypatch.setitem(AUGMENTATIONS, "mine", Augmentation("Mine", "A change.", lambda p, *_: p))
    settings = overlaid(RunSettings(), [change], "The settings").augmentation.train
    assert (settings.strength("mine"), settings.strength("blur")) == (0.25, 0)


def test_the_strength_of_an_augmentation_is_its_own_setting_or_one_of_extra() -> None:
    settings = TrainAugmentation(color_jitter=0.3, flip=False, rand_augment=9, extra={"blur": 0.5})
    strengths = {name: settings.strength(name) for name in AUGMENTATIONS}
    given = {"rand_augment": 9, "color_jitter": 0.3, "blur": 0.5}
    assert strengths == dict.fromkeys(AUGMENTATIONS, 0) | given
    assert TrainAugmentation(extra={"blur": 0}) == TrainAugmentation()


def test_an_augmentation_with_a_setting_of_its_own_is_not_set_twice() -> None:
    with pytest.raises(BadInput, match=r"flip has a setting of its own\. Set flip\."):
        validate(TrainAugmentation, {"extra": {"flip": 1}}, "The settings")


@pytest.mark.parametrize("strength", [-0.1, 1.1, True])
def test_a_strength_is_between_0_and_1(strength: float) -> None:
    with pytest.raises(BadInput):
        validate(TrainAugmentation, {"extra": {"blur": strength}}, "The settings")


def test_every_choice_has_a_title_and_a_description() -> None:
    entries = [*LOSSES.values(), *AUGMENTATIONS.values()]
    assert all(entry.title and entry.description.endswith(".") for entry in entries)
    assert TrainingSettings().optimiser == "adamw"


def test_a_slip_in_a_name_is_a_whole_sentence_in_spanish() -> None:
    with pytest.raises(BadInput) as refused, language_set("es"):
        overlaid(RunSettings(), ["training.loss=fokal"], "The settings")
    *others, last = LOSSES
    with language_set("es"):
        assert f"debe ser {', '.join(others)} o {last}" in str(refused.value)
