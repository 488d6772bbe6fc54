"""Loads the trained network of a run for inference."""

from torch import nn

from engine.errors import BadInput
from engine.evaluation.transform import AS_TRAINED, EvaluationTransform, Mirrored
from engine.training.calibration import read_calibration
from engine.training.device.device import Device
from engine.training.model.network import build_model
from engine.training.model.start_weights import carry_weights
from engine.training.optim.step import select, to_device
from engine.training.state.checkpoint import Checkpoint, open_checkpoint
from engine.training.state.run_folder import RunFolder


def best_checkpoint(folder: RunFolder) -> Checkpoint:
    """Return the best checkpoint of a run, or the last if no epoch was validated yet.

    Raises:
        BadInput: there is no checkpoint yet, or it is damaged.
        ClassMapMismatch: it was written with another class map than the run's.
    """
    path = folder.best_or_last
    if not path.is_file():
        raise BadInput(
            "The run {run} has no checkpoint yet. Let it train an epoch first.", run=folder.run_id
        )
    return open_checkpoint(path, folder.read_classes())


def temperature_of(folder: RunFolder, checkpoint: Checkpoint) -> float:
    """Return the temperature for the logits of a run's checkpoint; 1 if it was not calibrated."""
    found = read_calibration(folder) if checkpoint.path == folder.best else None
    return found.temperature if found else 1.0


def load_network(
    checkpoint: Checkpoint, device: Device, transform: EvaluationTransform = AS_TRAINED
) -> nn.Module:
    """Build the network on a device and load the weights of a checkpoint.

    Raises:
        BadInput: it cannot be built at the size of `transform`.
    """
    settings = transform.settings(checkpoint.settings)
    model = build_model(settings.model, len(checkpoint.classes), settings.data.image_size)
    carry_weights(model, select(checkpoint.tensors("model."), "model."))
    network = to_device(model, device).eval()
    return Mirrored(network) if transform.mirrored else network
