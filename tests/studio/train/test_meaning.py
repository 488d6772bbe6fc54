from typing import Any

import pytest

from engine.jobs.job import Job
from engine.settings.configs import run_configs
from studio.train.meaning import (
    Compared,
    configuration_metrics,
    configuration_text,
    on_this_machine,
)


def estimate(**changes: Any) -> dict[str, Any]:
    values = {
        "tokens": 577,
        "stage": "",
        "parameters": 86_097_187,
        "learning": 86_097_187,
        "memory": 9_400_000_000,
        "flops_per_image": 166_000_000_000,
        "precision": "16 bit",
    }
    return values | changes


def compared(name: str, result: dict[str, Any] | None) -> Compared:
    job = Job(name, "finished" if result else "running", result=result)
    return Compared(name, run_configs()[name], job)


@pytest.fixture
def large() -> Compared:
    return compared("teacher_global", estimate())


@pytest.fixture
def small() -> Compared:
    return compared(
        "teacher_global_224", estimate(tokens=197, memory=4_700_000_000, flops_per_image=52e9)
    )


def test_each_figure_is_compared_with_the_other_configuration(
    large: Compared, small: Compared
) -> None:
    shown = {
        metric.label: (metric.value, metric.note) for metric in configuration_metrics(large, small)
    }
    assert shown == {
        "Input size": ("384 × 384", "2.9× the other"),
        "Tokens": ("577", "2.9× the other"),
        "Parameters": ("86.1 M", "same as the other"),
        "Memory": ("9.4 GB", "2× the other"),
        "GFLOP per photo": ("166", "3.2× the other"),
    }
    assert configuration_text(large, small)[-1] == (
        "Each photograph takes about 3.2 times as long as with teacher_global_224."
    )


def test_a_small_share_of_the_other_is_shown_as_a_fraction(large: Compared) -> None:
    tiny = compared(
        "demo", estimate(parameters=7_000_000, memory=940_000_000, flops_per_image=83e7)
    )
    notes = {metric.label: metric.note for metric in configuration_metrics(tiny, large)}
    assert notes["Input size"] == "11% of the other"
    assert notes["Parameters"] == "1/12 of the other"
    assert notes["GFLOP per photo"] == "1/200 of the other"
    assert configuration_text(tiny, large)[-1] == (
        "Each photograph is about 200 times as fast as with teacher_global."
    )


def test_an_unknown_value_is_a_dash(small: Compared) -> None:
    unknown = compared("teacher_global", None)
    values = [metric.value for metric in configuration_metrics(unknown, small)]
    assert values == ["384 × 384", "–", "–", "–", "–"]
    assert "Each photograph" not in " ".join(configuration_text(unknown, small))
    assert on_this_machine(unknown) == []


def test_without_another_configuration_nothing_is_compared(large: Compared) -> None:
    assert [metric.note for metric in configuration_metrics(large, None)] == [None] * 5
    assert configuration_text(large, None) == []


def test_for_stages_the_largest_one_and_the_trained_share_are_shown() -> None:
    staged = compared("teacher_global", estimate(stage="adapters", learning=4_900_000))
    assert configuration_text(staged, None) == [
        "4.9 M of the parameters are trained.",
        "These figures are for stage adapters, the largest.",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Fits here (a GPU, bf16): a pass of 4 photographs needs 3.4 GB of 3.6 GB free."),
        (
            {"recomputed": True, "pass_size": 1},
            "Fits here (a GPU, bf16) with recomputed activations: a pass of 1 photograph needs "
            "3.4 GB of 3.6 GB free.",
        ),
        (
            {"fits": False, "needed": 4_000_000_000},
            "Does not fit here (a GPU, bf16): needs 4.0 GB, but 3.6 GB are free.",
        ),
    ],
)
def test_whether_a_step_fits_this_machine_is_shown(changes: dict[str, Any], said: str) -> None:
    here = {
        "device": "a GPU, bf16",
        "free": 3_600_000_000,
        "needed": 3_400_000_000,
        "pass_size": 4,
        "recomputed": False,
        "fits": True,
    }
    assert on_this_machine(compared("demo", estimate(here=here | changes))) == [said]
