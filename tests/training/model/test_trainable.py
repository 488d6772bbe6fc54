"""The trained parameters, their learning rates, and their adapters."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from engine.augment.mixing import Mixing
from engine.errors import BadInput
from engine.settings.augmentation import TrainAugmentation
from engine.settings.model import ModelSettings
from engine.settings.optimisation import TrainingSettings
from engine.split.classes import ClassMap
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import (
    classifier_of,
    clear_classifier,
    pre_logits,
)
from engine.training.model.head_init import start_from_discriminant, start_from_means
from engine.training.model.network import build_model, start_model
from engine.training.model.trainable import select_trainable
from engine.training.model.weight_average import WeightAverage
from engine.training.optim.criterion import Criterion
from engine.training.optim.optimiser import rate_shares

CPU = torch.device("cpu")
OPTIONS = {"embed_dim": 24, "depth": 3, "num_heads": 3}


def _model(**changes: object) -> nn.Module:
    torch.manual_seed(0)
    values = {"name": "vit_tiny_patch16_224", "options": OPTIONS, "drop_rate": 0.0, **changes}
    return build_model(ModelSettings.model_validate(values), classes=3, image_size=32)


def _learning(model: nn.Module, **settings: object) -> set[str]:
    select_trainable(model, TrainingSettings.model_validate(settings))
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_each_method_trains_the_parameters_that_it_names() -> None:
    head = {"head.weight", "head.bias"}
    model = _model(adapter="lora", adapter_rank=2)
    everything = {name for name, _ in model.named_parameters()}
    assert _learning(model, method="full") == everything
    assert _learning(model, method="head") == _learning(model, method="features") == head
    assert _learning(model, method="adapters") == head | set(filter(is_adapter, everything))
    last = _learning(model, method="last_blocks", last_blocks=1)
    assert {name.split(".")[1] for name in last if name.startswith("blocks")} == {"2"}
    assert head | {"norm.weight"} <= last


@pytest.mark.parametrize("kind", ["lora", "adaptformer"])
def test_adapters_change_nothing_at_first_and_keep_the_names_of_the_weights(kind: str) -> None:
    plain, adapted = _model().eval(), _model(adapter=kind, adapter_rank=4).eval()
    adapted.load_state_dict(plain.state_dict(), strict=False)
    images = torch.rand(2, 3, 32, 32)
    assert torch.equal(plain(images), adapted(images))
    added = adapted.state_dict().keys() - plain.state_dict().keys()
    assert added
    assert all(is_adapter(name) for name in added)
    weight = next(w for name, w in adapted.named_parameters() if name.endswith("up.weight"))
    nn.init.ones_(weight)
    assert not torch.equal(plain(images), adapted(images))


def test_lora_is_added_to_the_pointwise_convolutions_of_other_networks() -> None:
    settings = ModelSettings(name="tf_efficientnet_lite0", adapter="lora", adapter_rank=2)
    model = build_model(settings, 3, 64)
    assert sum(is_adapter(name) for name, _ in model.named_parameters()) > 40
    assert model.eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_a_network_without_a_place_for_adapters_is_rejected() -> None:
    with pytest.raises(BadInput, match="has no layers for adaptformer"):
        build_model(ModelSettings(name="resnet18", adapter="adaptformer"), 3, 32)


def test_adapters_are_restored_from_a_file_and_never_dropped_silently(tmp_path: Path) -> None:
    model = _model(adapter="lora", adapter_rank=2)
    save_file(model.state_dict(), tmp_path / "w.safetensors")
    three = ClassMap(("Acer", "Bellis", "Cornus"))
    values = {
        "name": "vit_tiny_patch16_224",
        "options": OPTIONS,
        "weights": str(tmp_path / "w.safetensors"),
    }
    same = ModelSettings.model_validate(values | {"adapter": "lora", "adapter_rank": 2})
    loaded = start_model(same, three, 32).state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in model.state_dict().items())
    with pytest.raises(BadInput, match="holds adapters"):
        start_model(ModelSettings.model_validate(values), three, 32)


def test_new_adapters_are_added_to_a_network_whose_weights_have_none(tmp_path: Path) -> None:
    torch.save(_model().state_dict(), tmp_path / "w.pth")
    settings = ModelSettings.model_validate(
        {
            "name": "vit_tiny_patch16_224",
            "options": OPTIONS,
            "adapter": "adaptformer",
            "weights": str(tmp_path / "w.pth"),
        }
    )
    model = start_model(settings, ClassMap(("Acer", "Bellis", "Cornus")), 32)
    assert torch.equal(model.get_parameter("cls_token"), _model().get_parameter("cls_token"))


def test_learning_rates_decrease_from_layer_to_layer_towards_the_input() -> None:
    settings = TrainingSettings(layer_decay=0.5, backbone_rate=0.1)
    shares = rate_shares(_model(adapter="lora"), settings)
    assert shares["head.weight"] == shares["blocks.0.attn.qkv.adapter.up.weight"] == 1
    blocks = [shares[f"blocks.{number}.attn.qkv.weight"] for number in (2, 1, 0)]
    assert blocks == pytest.approx([0.05, 0.025, 0.0125])
    assert shares["patch_embed.proj.weight"] < shares["blocks.0.norm1.weight"]


def test_a_cosine_classifier_uses_directions_only() -> None:
    model = _model(head="cosine").eval()
    layer = classifier_of(model)
    features = torch.rand(4, 24)
    assert torch.allclose(layer(features), layer(7 * features), atol=1e-4)
    assert model(torch.rand(2, 3, 32, 32)).abs().max() <= 20
    with pytest.raises(BadInput, match="exactly one classifier"):
        build_model(ModelSettings(name="levit_128s", head="cosine"), 3, 224)


def test_a_unit_linear_classifier_is_linear_in_the_direction_of_features() -> None:
    layer = classifier_of(_model(head="unit_linear"))
    features = torch.rand(4, 24)
    assert torch.allclose(layer(features), layer(7 * features), atol=1e-5)
    sized = 24**0.5 * features / features.norm(dim=1, keepdim=True)
    expected = sized @ layer.weight.T + layer.bias
    assert torch.allclose(layer(features), expected, atol=1e-5)


def test_a_discriminant_of_directions_ignores_the_length() -> None:
    model = _model(head="unit_linear")
    chance = torch.Generator().manual_seed(3)
    middles = torch.randn(3, 24, generator=chance)
    labels = torch.arange(300) % 3
    features = middles[labels] + 0.3 * torch.randn(300, 24, generator=chance)
    features *= 50 ** torch.rand(300, 1, generator=chance)
    start_from_discriminant(model, [(features[:200], labels[:200])], 3)
    assert torch.equal(classifier_of(model)(features[200:]).argmax(1), labels[200:])


@pytest.mark.parametrize("head", ["linear", "cosine", "unit_linear"])
def test_a_classifier_from_means_predicts_the_nearest_class(head: str) -> None:
    model = _model(head=head)
    chance = torch.Generator().manual_seed(3)
    middles = 3 * torch.randn(3, 24, generator=chance) + 5
    labels = torch.arange(60) % 3
    features = middles[labels] + 0.3 * torch.randn(60, 24, generator=chance)
    start_from_means(model, [(features[:30], labels[:30]), (features[30:], labels[30:])], 3)
    assert torch.equal(classifier_of(model)(features).argmax(1), labels)


def test_a_classifier_from_the_discriminant_accounts_for_variance_within_a_class() -> None:
    model = _model()
    chance = torch.Generator().manual_seed(3)
    middles = torch.randn(3, 24, generator=chance)
    loud = torch.ones(24)
    loud[:8] = 30.0
    labels = torch.arange(300) % 3
    features = 5 + middles[labels] + 0.3 * loud * torch.randn(300, 24, generator=chance)
    right = {}
    for start in (start_from_means, start_from_discriminant):
        start(model, [(features[:200], labels[:200])], 3)
        guess = classifier_of(model)(features[200:]).argmax(1)
        right[start] = float((guess == labels[200:]).float().mean())
    assert right[start_from_discriminant] > 0.95 > 0.7 > right[start_from_means]
    with pytest.raises(BadInput, match="needs a linear classifier"):
        start_from_discriminant(_model(head="cosine"), [], 3)


def test_features_are_the_input_of_the_classifier() -> None:
    model, images = _model().eval(), torch.rand(2, 3, 32, 32)
    features = pre_logits(model, images)
    assert torch.allclose(classifier_of(model)(features), model(images))
    clear_classifier(model)
    assert not model(images).any()


def test_logit_adjustment_shifts_the_boundary_by_class_frequency() -> None:
    counts = np.array([90, 9, 1])
    logits, label = torch.zeros(1, 3), torch.tensor([2])
    losses = {
        loss: float(_criterion(counts, loss=loss)(logits, label))
        for loss in ("cross_entropy", "logit_adjusted", "balanced_softmax")
    }
    assert losses["cross_entropy"] == pytest.approx(np.log(3))
    assert losses["logit_adjusted"] == losses["balanced_softmax"] == pytest.approx(np.log(100))
    none = _criterion(counts, loss="logit_adjusted", logit_tau=0)
    assert float(none(logits, label)) == pytest.approx(np.log(3))


def test_focal_loss_reduces_the_weight_of_easy_examples() -> None:
    easy, hard = torch.tensor([[4.0, 0, 0]]), torch.tensor([[0.0, 4, 0]])
    label = torch.tensor([0])
    focal, plain = _criterion(None, loss="focal"), _criterion(None)
    assert focal(easy, label) / plain(easy, label) < 0.01
    assert focal(hard, label) / plain(hard, label) > 0.9
    zero = _criterion(None, loss="focal", focal_gamma=0)
    shares = torch.tensor([[0.3, 0.7, 0.0]])
    assert torch.allclose(zero(hard, shares), plain(hard, shares))


def _criterion(counts: np.ndarray | None, **settings: object) -> Criterion:
    values = {"label_smoothing": 0.0, **settings}
    return Criterion(TrainingSettings.model_validate(values), counts, CPU)


def test_mixing_is_a_function_of_seed_and_step_and_ends_in_time() -> None:
    settings = TrainAugmentation(mixup=0.5, cutmix=1)
    images, labels = torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 2, 0])
    once, again = (
        Mixing(settings, 3, seed=1, last_step=50)(images.clone(), labels, 7, 0) for _ in range(2)
    )
    assert torch.equal(once[0], again[0])
    assert once[1].shape == (4, 3)
    assert torch.allclose(once[1].sum(1), torch.ones(4))
    assert not torch.equal(once[0], images)
    late = Mixing(settings, 3, seed=1, last_step=50)(images.clone(), labels, 50, 0)
    assert torch.equal(late[0], images)


def test_the_last_image_of_an_odd_batch_is_not_mixed() -> None:
    settings = TrainAugmentation(mixup=0.5, cutmix=1)
    images, labels = torch.rand(3, 3, 8, 8), torch.tensor([0, 1, 2])
    mixed, target = Mixing(settings, 3, seed=1)(images.clone(), labels, 7, 0)
    assert torch.equal(mixed[2], images[2])
    assert target[2].tolist() == [0, 0, 1]
    assert not torch.equal(mixed[:2], images[:2])
    alone, label = Mixing(settings, 3, seed=1)(images[:1].clone(), labels[:1], 7, 0)
    assert torch.equal(alone, images[:1])
    assert torch.equal(label, labels[:1])


def test_the_average_follows_slowly_and_is_warmed_up() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = WeightAverage(model, 0.9)
    before = copy.deepcopy(average.tensors())
    nn.init.ones_(model.weight)
    average.update(model, 1)
    assert average.network().get_parameter("weight").item() == 1
    nn.init.zeros_(model.weight)
    for step in range(2, 200):
        average.update(model, step)
    nn.init.ones_(model.weight)
    average.update(model, 200)
    assert average.network().get_parameter("weight").item() == pytest.approx(0.1, abs=1e-3)
    average.load(before)
    assert not average.network().get_parameter("weight").any()


def test_updating_the_average_never_synchronises_with_the_device() -> None:
    # Meta tensors: reading a value, or copying one to another device, would fail.
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    average = WeightAverage(model, 0.9)
    average.network().to("meta")
    for step in (1, 2, 3):
        average.update(model.to("meta"), step)
    assert average.tensors()["0.weight"].is_meta
