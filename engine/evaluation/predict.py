"""Predicts the species on a photograph."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.augment.normalisation import normalisation_of
from engine.augment.transforms import ValTransform
from engine.crop.apply import cut, read_square
from engine.crop.finder import Crop, find_crop, find_crop_in
from engine.crop.manual import ManualSquares
from engine.crop.store import CropStore
from engine.evaluation.network import best_checkpoint, load_network, temperature_of
from engine.evaluation.transform import AS_TRAINED, EvaluationTransform
from engine.files import sha256_of
from engine.home import Home
from engine.images.decode import Pixels
from engine.training.device.device import choose_device
from engine.training.inference import logits_of
from engine.training.report.metrics import TOP
from engine.training.state.run_folder import RunFolder

Photo = Path | bytes | Pixels

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prediction:
    """A species and its probability, 0..1."""

    species: str
    probability: float


@dataclass(frozen=True)
class Named:
    """The predictions for one photograph, best first, and the crop that was used."""

    predictions: tuple[Prediction, ...]
    crop: Crop
    view: Pixels


class Predictor:
    """A run's best network, loaded once; it processes photographs exactly as evaluation does."""

    def __init__(
        self, home: Home, folder: RunFolder, transform: EvaluationTransform = AS_TRAINED
    ) -> None:
        """Load the network.

        Raises:
            BadInput: the run has no checkpoint yet, it is damaged, or the network cannot be built
                at the size of `transform`.
            ClassMapMismatch: the checkpoint was written with another class map than the run's.
        """
        checkpoint = best_checkpoint(folder)
        self.classes = checkpoint.classes
        self.preset = folder.read_preset()
        if self.preset.notice:
            log.warning(self.preset.notice)
        self._device = choose_device(checkpoint.settings.training)
        self._network = load_network(checkpoint, self._device, transform)
        self._temperature = temperature_of(folder, checkpoint)
        self._normalise = normalisation_of(self._network)
        self._crops = CropStore(home)
        self._drawn = ManualSquares(home)
        self._view = ValTransform(transform.settings(checkpoint.settings).augmentation.val)

    def predict(self, photo: Photo, k: int = TOP) -> Named:
        """Return the `k` most probable species (fewer if there are fewer) for a file, bytes or
        pixels.

        Pixels are (height, width, 3) RGB.

        Raises:
            UnreadableImage: not an image, damaged, or too large.
        """
        crop, square = self._square(photo)
        image = self._view(square)
        pixels = self._normalise(image[None].to(self._device.torch_device))
        logits = logits_of(self._network, pixels, self._device)[0]
        shares = (logits / self._temperature).softmax(0).cpu()
        best = shares.topk(max(1, min(k, len(self.classes))))
        predictions = tuple(
            Prediction(self.classes.species[label], probability)
            for label, probability in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        )
        return Named(predictions, crop, image.permute(1, 2, 0).numpy())

    def _square(self, photo: Photo) -> tuple[Crop, Pixels]:
        side = self._view.resize
        if isinstance(photo, np.ndarray):
            crop = find_crop(photo, self.preset)
            size = (photo.shape[1], photo.shape[0])
            return crop, cut(photo, crop.square, size, side)
        crop = self._crop(photo)
        return crop, read_square(photo, crop.square, side)

    def _crop(self, photo: Path | bytes) -> Crop:
        # The crop of a photograph in the catalogue may already be stored.
        looks = self.preset.detector != "none"
        if looks and isinstance(photo, Path) and photo.is_file():
            sha256 = sha256_of(photo)
            drawn = self._drawn.find(sha256)
            known = Crop(drawn) if drawn else self._crops.find(sha256, self.preset)
            if known:
                return known
        return find_crop_in(photo, self.preset)
