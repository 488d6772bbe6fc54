from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogue.store import Counts
from engine.runs.run import Run
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import State, Status
from studio.overview import Facts, flow, metrics
from tests.studio.conftest import OpenPage

NOTHING = Facts(Counts(0, 0, {}, {}))
GARDEN = Facts(Counts(600, 14, {"demo garden": 600}, {"cached": 600}))


def run(state: State, step: int = 0) -> Run:
    status = Status("demo-1", state, step=step, steps_total=200)
    return Run(RunFolder(Path("/home/runs/demo-1")), status, state)


def states(facts: Facts) -> list[str]:
    return [step.state for step in flow(facts)]


def next_step(facts: Facts) -> str | None:
    following = (step.title for step in flow(facts) if step.state in ("ready", "going"))
    return next(following, None)


def test_the_flow_has_six_steps_in_their_order() -> None:
    titles = [step.title for step in flow(NOTHING)]
    assert titles == ["Catalogue", "Images", "Crop", "Split", "Train", "Evaluate"]


def test_in_an_empty_home_everything_waits_for_photographs() -> None:
    assert states(NOTHING) == ["ready", *["waiting"] * 5]


@pytest.mark.parametrize(
    ("facts", "following"),
    [
        (GARDEN, "Crop"),
        (replace(GARDEN, presets=("petals",)), "Split"),
        (replace(GARDEN, splits=("first",)), "Train"),
        (replace(GARDEN, splits=("first",), runs=(run("running", 50),)), "Train"),
        (replace(GARDEN, splits=("first",), runs=(run("finished", 200),)), "Evaluate"),
    ],
)
def test_the_next_step_is_the_first_that_is_not_done(facts: Facts, following: str) -> None:
    assert next_step(facts) == following


def test_a_running_step_is_not_called_the_next_one() -> None:
    training = replace(GARDEN, splits=("first",), runs=(run("running", 50),))
    assert states(training)[4] == "going"
    assert flow(NOTHING, importing=True)[0].state == "going"


def test_the_best_evaluated_run_is_shown() -> None:
    judged = (("newest", 0.25), ("best", 0.39))
    facts = replace(GARDEN, splits=("first",), runs=(run("finished"),), judged=judged)
    assert flow(facts)[-1].detail.startswith("best: 39.0%")


def test_when_all_is_done_there_is_no_next_step() -> None:
    facts = replace(GARDEN, splits=("first",), runs=(run("finished"),), judged=(("demo-1", 0.71),))
    assert states(facts) == ["done"] * 6
    assert "71.0% macro top-1" in flow(facts)[-1].detail


def test_photographs_known_by_address_only_cannot_be_split() -> None:
    facts = Facts(Counts(9, 3, {"iNaturalist": 9}, {"remote": 9}))
    assert states(facts) == ["done", "ready", "waiting", "waiting", "waiting", "waiting"]
    mixed = Facts(Counts(9, 3, {"iNaturalist": 9}, {"remote": 4, "cached": 5}))
    assert flow(mixed)[1].detail.startswith("5 of 9 are on this computer. The other 4 can")


def test_a_single_species_cannot_be_split() -> None:
    one = replace(GARDEN, counts=Counts(5, 1, {"garden": 5}, {"cached": 5}), presets=("petals",))
    split = flow(one)[3]
    assert split.state == "waiting"
    assert "two species" in split.detail


def test_an_active_run_shows_its_progress() -> None:
    facts = replace(GARDEN, splits=("first",), runs=(run("running", 50),))
    assert flow(facts)[4].detail == "demo-1: Running, 25% done."
    assert metrics(facts)[3].note == "1 running"


def test_the_best_run_is_the_one_with_the_best_score() -> None:
    facts = replace(GARDEN, judged=(("new", 0.5), ("old", 0.8)))
    best = metrics(facts)[-1]
    assert (best.value, best.note) == ("80.0%", "old")


def test_an_empty_studio_offers_five_import_methods(open_page: OpenPage) -> None:
    app = open_page("overview")
    assert [button.label for button in app.button] == [
        "Draw the demo garden",
        "Import a folder",
        "Import a table",
        "Connect to MongoDB",
        "Import from iNaturalist",
    ]


@pytest.mark.usefixtures("small_catalogue")
def test_with_photographs_it_shows_their_number_and_one_next_step(open_page: OpenPage) -> None:
    app = open_page("overview")
    assert [metric.value for metric in app.metric][:2] == ["12", "4"]
    assert sum("[Next]" in line.value for line in app.markdown) == 1
