"""One optimiser step."""

import pytest
import torch
from torch import Tensor, nn

from engine.augment.mixing import Mixing
from engine.settings.augmentation import TrainAugmentation
from engine.settings.model import ModelSettings
from engine.settings.optimisation import TrainingSettings
from engine.training.data.dataset import Batch
from engine.training.device.device import Device
from engine.training.model.network import build_model
from engine.training.optim.optimiser import make_optimiser, set_rate
from engine.training.optim.optimisers import OPTIMISERS
from engine.training.optim.schedule import Schedule
from engine.training.optim.step import Learner
from engine.training.report.metrics import MetricAccumulator

CPU = Device(torch.device("cpu"), None)
SETTINGS = TrainingSettings(label_smoothing=0.1, clip_norm=None, weight_decay=0)
MODEL = ModelSettings(
    name="vit_tiny_patch16_224",
    drop_rate=0.0,
    options={"embed_dim": 24, "depth": 1, "num_heads": 3},
)


def _learner(
    settings: TrainingSettings = SETTINGS, rate: float = 1e-3, device: Device = CPU
) -> Learner:
    torch.manual_seed(0)
    model = build_model(MODEL, classes=3, image_size=32)
    return Learner(model, settings, device, Schedule(rate, 0, 0, 10))


@pytest.mark.parametrize("mixup", [0.0, 0.2])
def test_a_step_never_waits_to_read_a_value_of_the_device(mixup: float) -> None:
    # The meta device has tensors without values: reading one would fail.
    blind = Device(torch.device("meta"), None)
    model = build_model(MODEL, classes=3, image_size=32)
    mixing = Mixing(TrainAugmentation(mixup=mixup), classes=3, seed=0) if mixup else None
    learner = Learner(model, SETTINGS, blind, Schedule(1e-3, 0, 0, 10), mixing=mixing)
    accumulator = MetricAccumulator(3, blind.torch_device)
    for step in range(2):
        learner.step([_batch(0, 4), _batch(4, 6)], 6, step, accumulator)
    with pytest.raises((NotImplementedError, RuntimeError)):
        learner.nonfinite_step()


def _batch(start: int, stop: int) -> Batch:
    images = torch.randint(0, 256, (7, 3, 32, 32), generator=torch.manual_seed(4)).byte()
    labels = torch.arange(7) % 3
    return Batch(images[start:stop], labels[start:stop], torch.arange(start, stop))


def _weights(learner: Learner) -> Tensor:
    return torch.cat([weight.detach().flatten() for weight in learner.model.parameters()])


def test_the_step_does_not_depend_on_how_its_photographs_are_batched() -> None:
    together, apart = _learner(), _learner()
    together.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    # The last batch is smaller: each photograph must still have the same weight.
    apart.step(
        [_batch(0, 3), _batch(3, 6), _batch(6, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device)
    )
    assert torch.allclose(together.gradient_norm, apart.gradient_norm, rtol=1e-5)
    assert torch.allclose(_weights(together), _weights(apart), atol=2e-5)


def test_the_gradient_is_clipped() -> None:
    learner = _learner(SETTINGS.model_copy(update={"clip_norm": 1e-3}))
    learner.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    gradients = [w.grad.flatten() for w in learner.model.parameters() if w.grad is not None]
    assert torch.cat(gradients).norm() == pytest.approx(1e-3, rel=1e-2)


def test_an_unreadable_photograph_does_not_affect_the_others() -> None:
    learner = _learner()
    before = _weights(learner)
    accumulator = MetricAccumulator(3, CPU.torch_device)
    learner.step([_batch(0, 0), _batch(0, 3)], 4, 0, accumulator)
    assert accumulator.read().images == 3
    assert not torch.equal(before, _weights(learner))
    assert learner.nonfinite_step() is None


def test_a_window_without_readable_photographs_changes_nothing() -> None:
    learner = _learner()
    before = _weights(learner)
    learner.step([_batch(0, 0), _batch(0, 0)], 4, 0, MetricAccumulator(3, CPU.torch_device))
    assert torch.equal(before, _weights(learner))
    assert learner.nonfinite_step() is None


def test_a_scaler_that_skipped_too_many_steps_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    # fp16 as on a GPU, as far as a CPU supports it: its scaler is the same.
    learner = _learner(device=Device(torch.device("cpu"), torch.float16))
    learner.step([_batch(0, 0)], 4, 0, MetricAccumulator(3, CPU.torch_device))
    learner.step([_batch(0, 7)], 7, 1, MetricAccumulator(3, CPU.torch_device))
    assert learner.nonfinite_step() is None
    learner.model.get_parameter("head.weight").register_hook(lambda gradient: gradient / 0)
    for step in range(2, 20):
        learner.step([_batch(0, 7)], 7, step, MetricAccumulator(3, CPU.torch_device))
    assert learner.nonfinite_step() == 19


def test_a_loss_that_is_nan_is_reported_with_its_step() -> None:
    learner = _learner()
    learner.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    assert learner.nonfinite_step() is None
    with torch.no_grad():
        learner.model.get_parameter("head.weight").fill_(float("nan"))
    learner.step([_batch(0, 7)], 7, 1, MetricAccumulator(3, CPU.torch_device))
    learner.step([_batch(0, 7)], 7, 2, MetricAccumulator(3, CPU.torch_device))
    assert learner.nonfinite_step() == 1


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_optimiser_state_is_allocated_before_the_first_step(name: str) -> None:
    learner = _learner(SETTINGS.model_copy(update={"optimiser": name}))
    before = {name: value.shape for name, value in learner.tensors().items()}
    learner.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    assert {name: value.shape for name, value in learner.tensors().items()} == before
    memories = {f"optimiser.head.weight/{memory}" for memory in OPTIMISERS[name].memories}
    assert memories <= before.keys()


def test_adamw_has_a_state_of_two_tensors_per_weight_and_sgd_of_one() -> None:
    assert {name: len(kind.memories) for name, kind in OPTIMISERS.items()} == {"adamw": 2, "sgd": 1}


def test_the_first_step_of_sgd_is_the_same_as_without_a_preallocated_state() -> None:
    learner = _learner(SETTINGS.model_copy(update={"optimiser": "sgd"}), rate=0.1)
    before = _weights(learner)
    learner.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    gradient = torch.cat([weight.grad.flatten() for weight in learner.model.parameters()])
    # Nesterov momentum in the first step: the gradient plus 0.9 of it.
    assert torch.allclose(_weights(learner), before - 0.1 * 1.9 * gradient, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_loaded_state_continues_exactly(name: str) -> None:
    settings = SETTINGS.model_copy(update={"optimiser": name})
    through, broken = _learner(settings), _learner(settings)
    for step in range(2):
        through.step([_batch(0, 7)], 7, step, MetricAccumulator(3, CPU.torch_device))
        broken.step([_batch(0, 7)], 7, step, MetricAccumulator(3, CPU.torch_device))
    fresh = _learner(settings)
    fresh.load({k: v.clone() for k, v in broken.tensors().items()}, broken.scaler())
    through.step([_batch(0, 7)], 7, 2, MetricAccumulator(3, CPU.torch_device))
    fresh.step([_batch(0, 7)], 7, 2, MetricAccumulator(3, CPU.torch_device))
    assert torch.equal(_weights(through), _weights(fresh))


def test_bf16_runs_on_a_cpu() -> None:
    torch.manual_seed(0)
    model: nn.Module = build_model(MODEL, classes=3, image_size=32)
    device = Device(torch.device("cpu"), torch.bfloat16)
    learner = Learner(model, SETTINGS, device, Schedule(1e-3, 0, 0, 10))
    learner.step([_batch(0, 7)], 7, 0, MetricAccumulator(3, CPU.torch_device))
    assert learner.nonfinite_step() is None
    assert all(weight.dtype is torch.float32 for weight in learner.model.parameters())


def test_norms_biases_and_position_embeddings_have_no_weight_decay() -> None:
    model = build_model(MODEL, classes=3, image_size=32)
    decay = _by_name(model, TrainingSettings(), "weight_decay")
    for name in ("pos_embed", "cls_token", "norm.weight", "head.bias"):
        assert decay[name] == 0
    assert decay["head.weight"] == decay["blocks.0.attn.qkv.weight"] == 0.05


def test_the_classifier_can_have_a_higher_learning_rate() -> None:
    model = build_model(MODEL, classes=3, image_size=32)
    settings = TrainingSettings(learning_rate=1e-3, backbone_rate=0.1)
    optimiser = make_optimiser(model, settings)
    set_rate(optimiser, 1e-2)
    rates = {id(w): group["lr"] for group in optimiser.param_groups for w in group["params"]}
    named = dict(model.named_parameters())
    assert rates[id(named["head.weight"])] == pytest.approx(1e-2)
    assert rates[id(named["norm.weight"])] == pytest.approx(1e-3)
    assert len(rates) == len(named)


def _by_name(model: nn.Module, settings: TrainingSettings, key: str) -> dict[str, float]:
    groups = make_optimiser(model, settings).param_groups
    found = {id(weight): group[key] for group in groups for weight in group["params"]}
    return {name: found[id(weight)] for name, weight in model.named_parameters()}
