from typing import get_args

from streamlit.testing.v1 import AppTest

from studio.views.chip import State, chip_text


def test_an_empty_state_gives_the_reason_and_offers_the_next_step() -> None:
    def page() -> None:
        import streamlit as st

        from studio.views.action import Action
        from studio.views.empty import empty_state

        pressed = empty_state(
            "No photographs yet", "Bring some in.", [Action("Plant"), Action("Import")]
        )
        st.text(pressed.label if pressed else "nothing pressed")

    app = AppTest.from_function(page).run()
    assert app.subheader[0].value == "No photographs yet"
    assert app.text[0].value == "nothing pressed"
    app.button(key="empty_1").click().run()
    assert app.text[0].value == "Import"


def test_only_the_first_step_that_is_ready_is_the_next_one() -> None:
    def page() -> None:
        import streamlit as st

        from studio.views.action import Action
        from studio.views.steps import Step, steps

        pressed = steps(
            [
                Step("Catalogue", "done", "600 photographs."),
                Step("Crop", "ready", "No preset.", Action("Open")),
                Step("Split", "ready", "No split.", Action("Make")),
                Step("Train", "waiting", "Needs a split."),
            ]
        )
        st.text(pressed.title if pressed else "")

    app = AppTest.from_function(page).run()
    written = [line.value for line in app.markdown]
    assert sum("[Next]" in line for line in written) == 1
    assert any("Crop" in line and "[Next]" in line for line in written)
    assert any("Split" in line and "[Ready]" in line for line in written)
    app.button(key="steps_2").click().run()
    assert app.text[0].value == "Split"


def test_an_expected_error_is_shown_as_its_sentence_and_the_page_continues() -> None:
    def page() -> None:
        import streamlit as st

        from engine.errors import BadInput
        from studio.views.problem import problems_shown

        with problems_shown():
            raise BadInput("The folder is empty: choose another one.")
        st.text("below")

    app = AppTest.from_function(page).run()
    assert app.error[0].value == "The folder is empty: choose another one."
    assert app.text[0].value == "below"


def test_a_running_job_shows_its_progress_and_can_be_stopped() -> None:
    def page() -> None:
        import streamlit as st

        from studio.views.job import job

        stop = job("Drawing", "running", done=1_312, total=6_000, note="a leaf", seconds_left=80)
        st.text("stop" if stop else "")
        job("Drawn", "finished", done=9, total=9, seconds_left=3, key="other")

    app = AppTest.from_function(page).run()
    assert app.caption[0].value == "1,312 of 6,000 · a leaf · 1 min 20 s left"
    assert app.caption[1].value == "9 of 9"
    assert len(app.button) == 1
    app.button(key="job_stop").click().run()
    assert app.text[0].value == "stop"


def test_every_state_has_its_own_chip() -> None:
    assert len({chip_text(state) for state in get_args(State)}) == len(get_args(State)) == 9


def test_figures_are_in_a_row_with_their_notes() -> None:
    def page() -> None:
        from studio.views.metrics import Metric, metric_row

        metric_row([Metric("Photographs", "741,533"), Metric("Once", "12", note="1% of species")])

    app = AppTest.from_function(page).run()
    assert [metric.value for metric in app.metric] == ["741,533", "12"]
    assert app.metric[1].delta == "1% of species"


def test_the_pager_returns_the_indices_of_one_page() -> None:
    def page() -> None:
        import streamlit as st

        from studio.views.grid import pager

        total = st.number_input("total", value=130)
        st.text(f"{pager(total, 'pages')}, {pager(0, 'none')}")

    app = AppTest.from_function(page).run()
    assert app.caption[0].value == "1–60 of 130 photographs"
    assert app.caption[1].value == "0 photographs"
    assert app.text[0].value == "range(0, 60), range(0, 0)"
    app.session_state["pages"] = 3
    app.run()
    assert app.caption[0].value == "121–130 of 130 photographs"
    app.number_input[0].set_value(61).run()
    assert app.caption[0].value == "61–61 of 61 photographs"


def test_a_job_that_did_not_finish_says_how_it_ended() -> None:
    def page() -> None:
        from engine.jobs.job import Job
        from studio.views.ended import broke_off

        broke_off(Job("scan", "stopped"), "Quality scan")
        broke_off(Job("scan", "lost"), "Quality scan", resumes=False)
        broke_off(Job("scan", "failed", reason="The disk is full."), "Quality scan")
        broke_off(Job("scan", "failed"), "Quality scan")
        broke_off(Job("scan", "finished"), "Quality scan")

    app = AppTest.from_function(page).run()
    assert app.info[0].value == "Quality scan: stopped. Start it again to resume."
    assert [error.value for error in app.error] == [
        "Quality scan: stopped unexpectedly (a power cut, for example). Start it again.",
        "The disk is full.",
        "Quality scan: failed. Its log has the reason.",
    ]


def test_a_verdict_ends_with_one_full_stop() -> None:
    def page() -> None:
        from studio.views.verdict import verdict_line
        from tests.crop.test_verdict import verdict

        verdict_line(verdict(0.03, 0.021))

    app = AppTest.from_function(page).run()
    assert app.success[0].value.endswith("over the centre crop. Use it.")
