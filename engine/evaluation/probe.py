"""Measures whether a crop helps: a linear probe per crop on the same photographs and folds."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.augment.transforms import ValTransform
from engine.catalogue.record import Photograph
from engine.catalogue.sampling import fetch_at_offsets, sample_equal_shares
from engine.catalogue.store import Catalogue, Filter
from engine.crop.learned import installed_weights
from engine.crop.presets import CENTRE
from engine.crop.verdict import Verdict, keep_verdict
from engine.errors import BadInput
from engine.evaluation.folds import corrected_interval, stratified_folds
from engine.evaluation.linear import probe_accuracy
from engine.home import Home
from engine.language.message import message, plural_message
from engine.progress import Report, silent
from engine.settings.augmentation import ValAugmentation
from engine.settings.crop import CropPreset
from engine.settings.model import ModelSettings
from engine.settings.optimisation import TrainingSettings
from engine.settings.probe import USUAL_NETWORK, ProbeSettings
from engine.split.classes import ClassMap
from engine.split.folder import SplitLine
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.device.device import Device, choose_device
from engine.training.inference import predict_batches
from engine.training.model.network import build_model, start_model
from engine.training.optim.step import to_device

# With fewer photographs per species, a fold has one of them or none.
_FEWEST = 10
_BATCH = 32
_CACHED = Filter(state="cached")


def probe_crops(
    home: Home,
    catalogue: Catalogue,
    presets: Sequence[CropPreset],
    settings: ProbeSettings,
    report: Report = silent,
) -> list[Verdict]:
    """Compare each preset with the centre crop, and store the results.

    Raises:
        BadInput: fewer than two species have enough photographs, or the network is not available.
    """
    photographs = labelled(catalogue, settings)
    classes = ClassMap(tuple(sorted({item.species for item in photographs})))
    lines = [_line(item, classes) for item in photographs]
    device = choose_device(TrainingSettings())
    network = _backbone(settings, classes, device)
    steps = (len(presets) + 1) * len(lines)
    features: list[Tensor] = []
    for number, preset in enumerate((CENTRE, *presets)):

        def tell(done: int, before: int = number * len(lines), name: str = preset.name) -> None:
            report(before + done, steps, message("Measuring the crop {preset}", preset=name))

        features.append(_features(home, lines, preset, network, device, settings, tell))
    return _judged(home, lines, classes, presets, features, settings)


def labelled(catalogue: Catalogue, settings: ProbeSettings) -> list[Photograph]:
    """Return the photographs to compare: equally many per species, for a suitable number of
    species.

    Raises:
        BadInput: fewer than two species have enough photographs.
    """
    least = max(_FEWEST, 2 * settings.folds)
    eligible = [item for item in catalogue.species(_CACHED) if item.images >= least]
    if len(eligible) < 2:
        raise BadInput(
            plural_message(
                "Measuring a crop needs two species with {least} photographs each; there is {n}.",
                "Measuring a crop needs two species with {least} photographs each; there are {n}.",
                len(eligible),
                least=least,
            )
        )
    chance = np.random.default_rng(settings.seed)
    most = max(2, settings.photographs // least)
    chosen = [eligible[i] for i in chance.permutation(len(eligible))[:most]]
    return fetch_at_offsets(
        catalogue, _CACHED, sample_equal_shares(chosen, settings.photographs, chance)
    )


def _line(item: Photograph, classes: ClassMap) -> SplitLine:
    return SplitLine(
        image_id=item.image_id,
        path=item.path,
        url=item.url,
        species=item.species,
        label=classes.labels[item.species],
        source=item.source,
        observation_id=item.observation_id,
        sha256=item.sha256,
    )


def _backbone(settings: ProbeSettings, classes: ClassMap, device: Device) -> nn.Module:
    """Return the network without its classifier; its output is the features."""
    # The weights of the default network are installed with the studio.
    weights = settings.weights
    if settings.network == USUAL_NETWORK and not weights:
        weights = str(installed_weights())
    model = ModelSettings(name=settings.network, weights=weights)
    # First without weights, so that an unknown name has its own error.
    build_model(model, len(classes), settings.image_size)
    try:
        network = start_model(model, classes, settings.image_size)
    except BadInput as error:
        if weights:
            raise
        raise BadInput(
            "The published weights of {network} could not be downloaded. Connect to the internet, "
            "or choose a local weights file of that network.",
            network=settings.network,
        ) from error
    network.reset_classifier(0)  # type: ignore[operator]
    return to_device(network, device)


def _features(
    home: Home,
    lines: Sequence[SplitLine],
    preset: CropPreset,
    network: nn.Module,
    device: Device,
    settings: ProbeSettings,
    tell: Callable[[int], None],
) -> Tensor:
    """Return features (n, width) float32; NaN for a photograph that cannot be read."""
    side = settings.image_size
    dataset = PhotoDataset(
        home, lines, preset, ValTransform(ValAugmentation(resize=side, center_crop=side))
    )
    found: Tensor | None = None
    seen = 0
    for batch, given in predict_batches(network, dataset, Loader(workers=1), device, _BATCH):
        if len(given):
            if found is None:
                found = torch.full((len(lines), given.shape[1]), torch.nan)
            found[batch.indices] = given.cpu()
        seen += len(batch.indices) + len(batch.unreadable)
        tell(seen)
    if found is None:
        raise BadInput("None of the photographs can be read.")
    return found


def _judged(
    home: Home,
    lines: Sequence[SplitLine],
    classes: ClassMap,
    presets: Sequence[CropPreset],
    features: Sequence[Tensor],
    settings: ProbeSettings,
) -> list[Verdict]:
    readable = torch.stack([found.isfinite().all(1) for found in features]).all(0)
    kept = [line for line, fine in zip(lines, readable.tolist(), strict=True) if fine]
    centre, *others = _accuracies([found[readable] for found in features], kept, settings)
    verdicts = []
    for preset, accuracies in zip(presets, others, strict=True):
        verdict = Verdict(
            preset=preset.name,
            centre=corrected_interval(centre, settings.folds),
            crop=corrected_interval(accuracies, settings.folds),
            difference=corrected_interval(accuracies - centre, settings.folds),
            photographs=len(kept),
            species=len(classes),
            network=settings.network,
            made=time.time(),
        )
        keep_verdict(home, preset, verdict)
        verdicts.append(verdict)
    return verdicts


def _accuracies(
    features: Sequence[Tensor], lines: Sequence[SplitLine], settings: ProbeSettings
) -> NDArray[np.float64]:
    """Return accuracies (crops, repeats * folds); every crop uses the same folds."""
    labels = [line.label for line in lines]
    groups = [line.observation_id for line in lines]
    rows = []
    # For problems this small, several threads are slower than one.
    torch.set_num_threads(1)
    for repeat in range(settings.repeats):
        chance = np.random.default_rng([settings.seed, repeat])
        fold = stratified_folds(labels, groups, settings.folds, chance)
        for number in range(settings.folds):
            tested = torch.from_numpy(fold == number)
            rows.append([probe_accuracy(each, torch.tensor(labels), tested) for each in features])
    return np.array(rows).T
