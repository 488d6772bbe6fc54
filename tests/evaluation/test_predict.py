"""Prediction of the species on a photograph."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import UnreadableImage
from engine.evaluation.evaluate import evaluate_run
from engine.evaluation.predict import Predictor
from engine.home import Home
from engine.images.decode import read_rgb
from engine.training.state.run_folder import RunFolder

Trained = tuple[Home, RunFolder]


@pytest.fixture(scope="module")
def predictor(trained: Trained) -> Predictor:
    return Predictor(*trained)


def _photograph(trained: Trained) -> tuple[Path, str]:
    home, folder = trained
    line = folder.read_part(home, "train")[0]
    return home.resolve(line.path), line.species


def test_species_are_sorted_by_descending_probability(
    trained: Trained, predictor: Predictor
) -> None:
    path, species = _photograph(trained)
    named = predictor.predict(path)
    shares = [item.probability for item in named.predictions]
    assert named.predictions[0].species == species
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert named.crop.square.as_list() == [6, 0, 48, 48]
    assert named.view.shape == (32, 32, 3)


def test_a_file_its_bytes_and_its_pixels_give_the_same_prediction(
    trained: Trained, predictor: Predictor
) -> None:
    path, _ = _photograph(trained)
    first = predictor.predict(path)
    for photo in (path.read_bytes(), read_rgb(path)):
        again = predictor.predict(photo)
        assert again.predictions == first.predictions
        assert again.crop.square == first.crop.square


def test_probabilities_equal_those_of_the_evaluation(
    trained: Trained, predictor: Predictor
) -> None:
    home, folder = trained
    evaluate_run(home, folder, "train")
    path, _ = _photograph(trained)
    with np.load(folder.evaluation / "train.npz") as arrays:
        expected = arrays["probability"][0]
    shares = [item.probability for item in predictor.predict(path).predictions]
    assert shares == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_number_of_species_is_limited_by_the_request_and_the_classes(
    trained: Trained, predictor: Predictor
) -> None:
    path, _ = _photograph(trained)
    assert len(predictor.predict(path, k=2).predictions) == 2
    assert len(predictor.predict(path, k=50).predictions) == 3


def test_photographs_of_several_species_get_different_predictions(
    trained: Trained, predictor: Predictor
) -> None:
    home, folder = trained
    paths = [home.resolve(line.path) for line in folder.read_part(home, "test")]
    named = [predictor.predict(path, k=1).predictions for path in paths]
    assert all(len(predictions) == 1 for predictions in named)
    assert len({predictions[0].species for predictions in named}) > 1


def test_a_file_that_is_not_a_photograph_is_refused_with_a_sentence(
    predictor: Predictor, tmp_path: Path
) -> None:
    (tmp_path / "note.jpg").write_text("no photograph")
    with pytest.raises(UnreadableImage, match=r"note\.jpg"):
        predictor.predict(tmp_path / "note.jpg")


def test_a_tiny_photograph_gets_a_prediction_too(predictor: Predictor, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((1, 1, 3), np.uint8)).save(tmp_path / "dot.png")
    assert predictor.predict(tmp_path / "dot.png").crop.square.as_list() == [0, 0, 1, 1]
