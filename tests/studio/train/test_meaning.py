from typing import Any

import pytest

from engine.runs.jobs import Job
from engine.settings.configs import run_configs
from studio.train.meaning import Compared, figures, in_words


def estimate(**changes: Any) -> dict[str, Any]:
    values = {
        "tokens": 577,
        "parameters": 86_097_187,
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


def test_each_figure_says_how_it_stands_to_the_other_configuration(
    large: Compared, small: Compared
) -> None:
    shown = {metric.label: (metric.value, metric.note) for metric in figures(large, small)}
    assert shown == {
        "The network sees": ("384 × 384", "2.9× the other"),
        "Tokens": ("577", "2.9× the other"),
        "Parameters": ("86.1 million", "1× the other"),
        "Memory": ("9.4 GB", "2× the other"),
        "GFLOP a photo": ("166", "3.2× the other"),
    }
    assert "Expect 3.2× the time teacher\\_global\\_224 takes" in in_words(large, small)


def test_what_is_not_known_yet_is_a_dash(small: Compared) -> None:
    unknown = compared("teacher_global", None)
    values = [metric.value for metric in figures(unknown, small)]
    assert values == ["384 × 384", "–", "–", "–", "–"]
    assert "Expect" not in in_words(unknown, small)


def test_without_another_configuration_nothing_is_compared(large: Compared) -> None:
    assert [metric.note for metric in figures(large, None)] == [None] * 5
