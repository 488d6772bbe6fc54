"""The measured effect of a preset, stored and described."""

import pytest

from engine.crop.presets import CLASSIC, FAST
from engine.crop.verdict import Measured, Verdict, keep_verdict, read_verdict
from engine.home import Home
from engine.language.current import language_set


def verdict(difference: float, margin: float) -> Verdict:
    return Verdict(
        preset="classic",
        centre=Measured(0.902, 0.02),
        crop=Measured(0.902 + difference, 0.025),
        difference=Measured(difference, margin),
        photographs=300,
        species=5,
        network="tf_efficientnet_lite0",
        made=1.0,
    )


@pytest.mark.parametrize(
    ("difference", "answer", "sentence"),
    [
        (
            -0.1,
            "harms",
            "classic loses 10.0 ± 2.1 points against the centre crop. Do not use it.",
        ),
        (0.03, "helps", "classic gains 3.0 ± 2.1 points over the centre crop. Use it."),
        (
            -0.004,
            "unclear",
            "classic: inconclusive with 300 photographs (-0.4 ± 2.1 points). Measure more "
            "photographs.",
        ),
    ],
)
def test_the_verdict_is_a_plain_sentence(difference: float, answer: str, sentence: str) -> None:
    said = verdict(difference, 0.021)
    assert said.answer == answer
    assert said.sentence == sentence


def test_the_verdict_is_in_the_language_of_the_reader() -> None:
    with language_set("es"):
        assert verdict(0.03, 0.021).sentence == (
            "classic gana 3,0 ± 2,1 puntos frente al recorte central. Úsalo."
        )
        assert "no concluyente con 300 fotografías (+0,4 ± 2,1" in verdict(0.004, 0.021).sentence


def test_a_verdict_is_found_by_the_settings_regardless_of_their_name(home: Home) -> None:
    keep_verdict(home, CLASSIC, verdict(-0.1, 0.02))
    assert read_verdict(home, CLASSIC) == verdict(-0.1, 0.02)
    renamed = read_verdict(home, CLASSIC.model_copy(update={"name": "mine"}))
    assert renamed is not None
    assert renamed.sentence.startswith("mine loses")
    assert read_verdict(home, CLASSIC.model_copy(update={"padding": 0.4})) is None
    assert read_verdict(home, FAST) is None


@pytest.mark.parametrize("content", ["", "[]", '{"preset": "classic"}'])
def test_a_damaged_verdict_is_none(home: Home, content: str) -> None:
    home.verdicts.mkdir(parents=True)
    (home.verdicts / f"{CLASSIC.fingerprint}.json").write_text(content)
    assert read_verdict(home, CLASSIC) is None
