"""Identify the plants on photographs with the best network of a run.

python examples/predict_with_run.py RUN photo.jpg other.jpg --home home
"""

import argparse
from pathlib import Path

from engine.evaluation.predict import Predictor
from engine.home import open_home
from engine.training.state.run_folder import run_folder


def predict_with_run(root: Path, run_id: str, photos: list[Path]) -> dict[Path, list[str]]:
    """The most probable species of each photograph, in descending order."""
    home = open_home(root)
    predictor = Predictor(home, run_folder(home, run_id))
    found = {}
    for photo in photos:
        named = predictor.predict(photo)
        words = [f"{item.species} {item.probability:.1%}" for item in named.predictions]
        print(f"{photo.name}: {', '.join(words)}")
        found[photo] = [item.species for item in named.predictions]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--home", type=Path, default=Path("home"))
    options = parser.parse_args()
    predict_with_run(options.home, options.run, options.photos)
