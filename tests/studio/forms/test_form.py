from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from streamlit.testing.v1 import AppTest

from engine.settings.base import SettingError
from studio.forms.leaves import with_changes


class Optimiser(BaseModel):
    model_config = ConfigDict(frozen=True)
    learning_rate: float = Field(5e-5, gt=0, le=1, description="Peak learning rate.")
    clip: Annotated[float, Field(gt=0)] | None = 1.0


class Plan(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str = Field("run", min_length=1, description="What it is called.")
    resize: int = Field(448, ge=16, lt=4097)
    crop: int = Field(384, ge=16)
    flip: bool = True
    device: Literal["auto", "cpu"] = "auto"
    part: Literal["val", "test"] | None = None
    scale: tuple[float, float] = (0.7, 1.0)
    weights: str | None = None
    options: dict[str, int] = Field(default_factory=dict)
    optimiser: Optimiser = Field(default_factory=Optimiser)

    @model_validator(mode="after")
    def _crop_fits(self) -> "Plan":
        if self.crop > self.resize:
            raise SettingError(
                "{setting_crop} must not be larger than {setting_resize}.",
                setting_crop="crop",
                setting_resize="resize",
            )
        return self


def page() -> None:
    import streamlit as st

    from studio.forms.form import settings_form
    from tests.studio.forms.test_form import Plan

    sent = settings_form(Plan(), "plan")
    st.session_state["changes"] = sent.changes if sent else None


def opened() -> AppTest:
    return AppTest.from_function(page).run()


def sent(app: AppTest) -> object:
    app.button[0].click().run()
    assert not app.exception
    return app.session_state["changes"]


def test_every_field_has_its_widget_with_its_description_and_bounds() -> None:
    app = opened()
    resize = app.number_input(key="plan.resize")
    assert (resize.value, resize.step) == (448, 1)
    assert resize.help == "Allowed: at least 16 and less than 4,097."
    assert app.text_input(key="plan.name").help == "What it is called."
    assert app.toggle(key="plan.flip").value is True
    assert app.selectbox(key="plan.part").options == ["val", "test", "Not set"]
    assert app.number_input(key="plan.optimiser.learning_rate").label == "Learning rate"
    assert app.session_state["changes"] is None


def test_a_form_submitted_unchanged_gives_no_changes() -> None:
    assert sent(opened()) == {}


def test_changes_are_returned_by_key_with_their_type() -> None:
    app = opened()
    app.number_input(key="plan.crop").set_value(224)
    app.number_input(key="plan.optimiser.learning_rate").set_value(0.001)
    app.selectbox(key="plan.part").select("test")
    app.text_input(key="plan.scale").set_value("0.5, 0.9")
    app.text_input(key="plan.optimiser.clip").set_value("")
    app.text_input(key="plan.weights").set_value("a.pth")
    app.toggle(key="plan.flip").set_value(False)
    assert sent(app) == {
        "crop": 224,
        "flip": False,
        "part": "test",
        "scale": (0.5, 0.9),
        "weights": "a.pth",
        "optimiser.learning_rate": 0.001,
        "optimiser.clip": None,
    }


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("plan.name", "", "Name must not be empty."),
        ("plan.scale", "0.5, much", "Scale must be a number, not 'much'."),
        ("plan.optimiser.clip", "-1", "Clip must be more than 0, not -1."),
    ],
)
def test_an_invalid_value_is_explained_in_one_sentence(key: str, value: str, sentence: str) -> None:
    app = opened()
    app.text_input(key=key).set_value(value)
    assert sent(app) is None
    assert app.error[0].value.startswith(sentence)


def test_a_number_out_of_its_range_is_submitted_and_rejected_by_its_label() -> None:
    app = opened()
    app.number_input(key="plan.resize").set_value(999_999_999)
    assert sent(app) is None
    assert app.error[0].value == (
        "Resize must be at least 16 and less than 4,097, not 999,999,999."
    )


def test_an_invalid_combination_is_explained_in_one_sentence() -> None:
    app = opened()
    app.number_input(key="plan.resize").set_value(200)
    assert sent(app) is None
    assert app.error[0].value == "Crop must not be larger than Resize."


def test_a_form_can_show_selected_fields_in_a_given_order() -> None:
    def chosen() -> None:
        from studio.forms.form import settings_form
        from tests.studio.forms.test_form import Plan

        settings_form(Plan(), "few", fields=["optimiser.learning_rate", "crop"])

    app = AppTest.from_function(chosen).run()
    assert [widget.label for widget in app.number_input] == ["Learning rate", "Crop"]
    assert not app.text_input


def test_fields_that_are_not_named_come_before_the_collapsed_ones() -> None:
    def folded() -> None:
        from studio.forms.form import settings_form
        from tests.studio.forms.test_form import Optimiser, Plan

        settings_form(Optimiser(), "all", more=["learning_rate", "clip"], more_label="Limits")
        settings_form(Plan(), "some", more=["name", "weights", "scale", "resize"])

    app = AppTest.from_function(folded).run()
    assert not app.exception
    limits, more = app.expander
    assert (limits.label, more.label) == ("Limits", "More settings")
    assert [widget.label for widget in limits.number_input] == ["Learning rate"]
    assert [widget.label for widget in more.number_input] == ["Resize"]
    assert [widget.label for widget in app.number_input] == [
        "Learning rate", "Crop", "Learning rate", "Resize"
    ]  # fmt: skip


def test_fields_can_be_collapsed_and_have_buttons_of_their_own() -> None:
    def chosen() -> None:
        import streamlit as st

        from studio.forms.form import Submit, settings_form
        from tests.studio.forms.test_form import Plan

        sent = settings_form(
            Plan(),
            "plan",
            fields=["name"],
            more=["crop"],
            submits=[Submit("Launch", "go"), Submit("Estimate", "look")],
        )
        st.session_state["sent"] = sent and (sent.button.label, sent.changes)

    app = AppTest.from_function(chosen).run()
    assert app.expander[0].label == "More settings"
    app.text_input(key="plan.name").set_value("walk")
    app.number_input(key="plan.crop").set_value(224)
    app.button(key="look").click().run()
    assert app.session_state["sent"] == ("Estimate", {"name": "walk", "crop": 224})
    app.button(key="go").click().run()
    assert app.session_state["sent"][0] == "Launch"


def test_changes_override_settings_and_are_validated_as_a_whole() -> None:
    assert with_changes(Plan(), {"optimiser.learning_rate": 0.1}).optimiser.learning_rate == 0.1
    with pytest.raises(ValidationError):
        with_changes(Plan(), {"resize": 100})
