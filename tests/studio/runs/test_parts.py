"""Compare, alerts, queue and notes on the page Runs."""

import time
from dataclasses import replace

from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.verdict import Measured, Verdict, keep_verdict
from engine.files import sha256_of, write_json
from engine.home import Home
from engine.jobs.queue import edit_queue, new_ticket, read_queue
from engine.language.message import message
from engine.runs.alerts import Alert, append_alerts
from engine.runs.comparison import Final
from engine.runs.notes import Notes, read_notes, write_notes
from engine.runs.run import find_run
from engine.settings.crop import CropPreset
from engine.settings.files import save
from engine.split.folder import split_folder
from engine.training.state.status import StatusFile, read_status, stage_fields
from studio.runs.compare import against, describe_crop, describe_setting
from tests.studio.conftest import OpenPage, words
from tests.studio.runs.drawn_run import ended_run, new_run


def test_a_link_compares_several_runs_but_not_a_single_one(open_page: OpenPage, home: Home) -> None:
    for run_id in ("a", "b", "c", "d"):
        ended_run(home, run_id)
    app = open_page("runs", **{"runs.view": "compare", "compare": "a"})
    assert "Choose at least two runs." in words(app)
    app.multiselect(key="runs.compare.chosen").set_value(["a", "b"]).run()
    assert not app.exception
    assert list(app.dataframe[0].value["Run"]) == ["a", "b"]
    assert "The configurations are identical." in words(app)
    app.selectbox(key="runs.baseline").set_value("a").run()
    assert next(iter(app.dataframe[0].value["Difference from baseline"])) == "baseline"


def test_settings_are_shown_in_short_notation() -> None:
    assert describe_setting(3.0000000000000004e-05) == "3e-05"
    assert describe_setting("cosine") == "cosine"
    assert describe_setting(True) == "True"


def test_the_most_recent_alerts_are_listed_newest_first(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "one")
    home.queue.mkdir(parents=True)
    append_alerts(
        home,
        [
            Alert("one", 1, "overfitting", "It overfits.", time.time() - 60),
            Alert("one", 1, "finished", "It finished.", time.time()),
        ],
    )
    app = open_page("runs")
    said = words(app)
    assert said.index("It finished") < said.index("It overfits")
    assert "/runs?run=one" in said


def test_a_waiting_run_is_held_and_removed_on_the_page(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "one", "stopped")
    with edit_queue(home) as tickets:
        ticket = new_ticket(home, "run:one", "cpu")
        tickets.append(type(ticket)(**{**vars(ticket), "held": True}))
    app = open_page("runs", run="one")
    assert "On hold until you release it." in words(app)
    app.button(key="runs.queue.run:one.remove").click().run()
    assert not app.exception
    assert read_queue(home) == ()
    assert find_run(home, "one").state == "stopped"


def test_star_and_note_are_stored(open_page: OpenPage, home: Home) -> None:
    folder = ended_run(home, "one")
    write_notes(folder, Notes("By hand.", ("sedges",), False))
    app = open_page("runs")
    app.button(key="runs.favourite").click().run()
    assert read_notes(folder) == Notes("By hand.", ("sedges",), True)
    assert app.button(key="runs.favourite").label == "Favourite"


def test_a_difference_within_the_noise_is_marked_as_not_significant() -> None:
    base = Final("a", 1, 1.0, 0.5, 0.4, 0.6, 0.8, 0.5, 0.5, "s", "h", "no crop")
    assert against(base, base) == "baseline"
    near = replace(base, run_id="b", macro_top1=0.55)
    assert against(near, base) == "+5.0 points (not significant)"
    far = replace(near, low=0.7, high=0.8)
    assert against(far, base) == "+5.0 points"


def test_the_measured_effect_of_its_crop_is_shown_beside_a_run(home: Home) -> None:
    folder = ended_run(home, "one")
    final = Final("one", 1, 1.0, 0.5, 0.4, 0.6, 0.8, 0.5, 0.5, "s", "h", "fast")
    assert describe_crop(home, find_run(home, "one"), final) == "fast"
    preset = CropPreset(name="fast")
    save(preset, folder.crop)
    half, more = Measured(0.5, 0.01), Measured(0.031, 0.01)
    keep_verdict(home, preset, Verdict("fast", half, half, more, 100, 4, "small", 0.0))
    assert describe_crop(home, find_run(home, "one"), final) == "fast: helps, +3.1 points"


def test_a_run_whose_name_has_two_underscores_shows_its_curves(
    open_page: OpenPage, home: Home
) -> None:
    ended_run(home, "my__run")
    app = open_page("runs", run="my__run")
    assert app.radio[0].value == "my__run"
    assert app.metric[0].label == "Epoch"


def test_a_run_that_prepares_says_what_it_does(open_page: OpenPage, home: Home) -> None:
    folder = new_run(home, "one")
    status = StatusFile(folder.status, read_status(folder.status))
    status.begin()
    told = message("Computing features, {done} of {total}", done=3, total=10)
    status.write(state="running", **stage_fields(told))
    assert "Computing features, 3 of 10" in words(open_page("runs", run="one"))


def test_an_evaluation_names_the_photographs_that_it_could_not_read(
    open_page: OpenPage, home: Home
) -> None:
    folder = ended_run(home, "one")
    why = message("{file} is empty.", file="a.jpg")
    photograph = {"path": "data/images/a.jpg", "reason": str(why), "message": why.record()}
    write_json(folder.evaluation / "test.json", {"top1": 0.5, "unreadable": [photograph]})
    app = open_page("runs", run="one")
    assert not app.exception
    tables = [table.value for table in app.dataframe if "Reason" in table.value]
    assert [list(table["Reason"]) for table in tables] == [["a.jpg is empty."]]


def test_a_run_shows_what_its_split_was_made_of(
    open_page: OpenPage, split_home: Home, small_catalogue: SqliteCatalogue
) -> None:
    folder = ended_run(split_home, "one")
    split = split_folder(split_home, "default")
    digest = {"path": "data/splits/default/train.jsonl", "sha256": sha256_of(split.part("train"))}
    write_json(folder.parts, {"train": digest})
    assert "Split default · Unknown licence 100%" in words(open_page("runs", run="one"))
    # Another split has taken its name.
    write_json(folder.parts, {"train": digest | {"sha256": "0" * 64}})
    assert "Split default" not in words(open_page("runs", run="one"))
