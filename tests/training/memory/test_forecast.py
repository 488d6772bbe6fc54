"""Which plan will fit, predicted before any allocation."""

import pytest
import torch

from engine.settings.configs import CONFIGS
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.training.device.device import Device
from engine.training.memory.forecast import MemoryForecast, forecast_memory_on

GIB = 2**30
CLASSES = 5914
TINY = ("model.name=vit_tiny_patch16_224", "model.options={depth: 2}")


def _settings(config: str, *changes: str) -> RunSettings:
    return load(RunSettings, CONFIGS / f"{config}.yaml", changes)


def _on_a_gpu(gibibytes: float, settings: RunSettings) -> MemoryForecast:
    # Nothing is allocated on it: only its name has to be that of a GPU.
    gpu = Device(torch.device("cuda"), torch.bfloat16)
    return forecast_memory_on(gpu, int(gibibytes * GIB), settings, CLASSES)


@pytest.fixture(autouse=True)
def _a_name_for_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.get_device_name", lambda position: "a GPU")


def test_a_card_of_4_gb_fits_the_published_network_at_an_effective_batch_of_8_and_32() -> None:
    found = _on_a_gpu(3.6, _settings("teacher_global"))
    assert (found.pass_size, found.recomputed, found.fits) == (8, False, True)
    assert found.needed / GIB == pytest.approx(3.47, rel=0.01)
    tight = _on_a_gpu(2.6, _settings("teacher_global", "training.batch_size=32"))
    assert (tight.pass_size, tight.recomputed, tight.fits) == (32, True, True)


@pytest.mark.slow
def test_the_configuration_for_a_laptop_fits_4_gb_in_all_its_stages() -> None:
    found = _on_a_gpu(3.5, _settings("laptop_4gb"))
    assert (found.pass_size, found.fits) == (8, True)


def test_a_configuration_that_fits_nowhere_is_reported_with_its_minimum_memory() -> None:
    found = _on_a_gpu(0.5, _settings("teacher_global_224", *TINY))
    assert (found.pass_size, found.recomputed, found.fits) == (1, True, False)
    assert found.needed > found.free


def test_the_stage_with_the_largest_memory_decides() -> None:
    stages = "training.stages=[{name: probe, method: head, epochs: 1}, {name: all}]"
    staged = _on_a_gpu(3.6, _settings("teacher_global_224", *TINY, stages))
    assert staged == _on_a_gpu(3.6, _settings("teacher_global_224", *TINY))


def test_the_pass_that_computes_features_must_fit_too() -> None:
    features = _settings("teacher_global_224", "training.method=features")
    head = _settings("teacher_global_224", "training.method=head")
    cost, without = (_on_a_gpu(3.6, settings).needed for settings in (features, head))
    assert cost - without > 100 * 2**20
    assert not _on_a_gpu((cost - 1) / GIB, features).fits


def test_a_cpu_runs_a_step_as_configured_in_32_bit() -> None:
    settings = _settings("teacher_global_224", *TINY)
    cpu = Device(torch.device("cpu"), None)
    found = forecast_memory_on(cpu, 8 * GIB, settings, 20)
    assert (found.device, found.pass_size, found.fits) == ("CPU, fp32", 16, True)
    assert not forecast_memory_on(cpu, GIB // 100, settings, 20).fits
