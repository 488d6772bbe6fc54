import base64
import re

import cv2
import numpy as np

from studio.views.photo import Mark, Pixels, Rectangle, heat, jpeg, photo_html


def decoded(encoded: bytes) -> Pixels:
    read = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    return cv2.cvtColor(read, cv2.COLOR_BGR2RGB).astype(np.uint8)


def red(height: int, width: int) -> Pixels:
    return np.full((height, width, 3), (220, 30, 30), np.uint8)


def test_a_large_photograph_is_reduced_and_keeps_its_colours() -> None:
    shown = decoded(jpeg(red(1_200, 2_400), longest=600))
    assert shown.shape == (300, 600, 3)
    assert np.allclose(shown.mean(axis=(0, 1)), (220, 30, 30), atol=6)


def test_a_small_photograph_and_a_single_pixel_are_unchanged() -> None:
    assert decoded(jpeg(red(40, 60))).shape == (40, 60, 3)
    assert decoded(jpeg(red(1, 1))).shape == (1, 1, 3)
    assert decoded(jpeg(red(1, 5_000), longest=100)).shape == (1, 100, 3)


def test_heat_increases_with_saliency_and_tolerates_nan() -> None:
    pixels = heat(np.array([[0.0, 0.5, 1.0, np.nan, 7.0]])).astype(int)
    brightness = pixels.sum(axis=2)[0]
    assert brightness[0] < brightness[1] < brightness[2]
    assert brightness[3] == brightness[0]
    assert brightness[4] == brightness[2]


def test_the_text_alternative_names_each_box_and_is_escaped() -> None:
    boxes: dict[Mark, Rectangle] = {"subject": (10, 20, 100.4, 50), "smart": (0, 0, 9, 9)}
    html = photo_html(b"x", (640, 480), 'a "daisy" <wild>', boxes)
    assert "a &quot;daisy&quot; &lt;wild&gt;; Subject: 100 by 50 pixels at 10, 20;" in html
    assert ">Subject</span>" in html
    assert ">Smart square</span>" in html
    assert "Centre square" not in html


def test_the_boxes_are_drawn_in_pixels_of_the_original_photograph() -> None:
    html = photo_html(b"x", (640, 480), "", {"centre": (80, 0, 480, 480)})
    drawing = base64.b64decode(re.findall(r"svg\+xml;base64,([^\"]+)", html)[0]).decode()
    assert 'viewBox="0 0 640 480"' in drawing
    assert 'x="80" y="0" width="480" height="480"' in drawing


def test_without_boxes_there_is_neither_drawing_nor_legend() -> None:
    assert "svg" not in photo_html(b"x", (4, 3), "a leaf")
    assert "figcaption" not in photo_html(b"x", (4, 3), "a leaf")
