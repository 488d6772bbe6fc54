import io

import cv2
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.bombs import BOMBS
from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.apply import central, read_square
from engine.crop.box import Box
from engine.crop.finder import find_crop
from engine.crop.presets import CENTRE, CLASSIC, FAST, load_preset, save_preset
from engine.crop.saliency import saliency_map
from engine.home import Home
from engine.images.decode import read_rgb
from engine.settings.augmentation import ValAugmentation
from engine.settings.crop import CropPreset
from studio.crop_lab.pictures import network_input, pair
from studio.crop_lab.subject import find_subject_crop, of_photograph, of_upload, square_of
from studio.picture_cache import LARGE_MAPS_BYTES, large_maps, pictures
from tests.conftest import MakeImage, flower
from tests.studio.conftest import OpenPage


def encoded(width: int = 320, height: int = 240, kind: str = "JPEG", seed: int = 0) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(flower(width, height, seed)).save(stream, kind)
    return stream.getvalue()


def uploading(app: AppTest, name: str, content: bytes) -> AppTest:
    app.segmented_control(key="lab_way").set_value("uploads").run()
    app.file_uploader(key="lab_upload").upload(name, content).run()
    assert not app.exception
    return app


def figures(app: AppTest) -> str:
    return " ".join(html.value for html in app.html)


@pytest.mark.parametrize("preset", [CLASSIC, CENTRE, CLASSIC.model_copy(update={"threshold": 0.3})])
def test_the_crop_equals_the_one_in_training(preset: CropPreset) -> None:
    content = encoded()
    assert find_subject_crop(of_upload("a.jpg", content), preset).crop == find_crop(
        read_rgb(content), preset
    )


def test_an_image_too_small_for_saliency_falls_back_as_in_training() -> None:
    content = encoded(12, 9, "PNG")
    subject = of_upload("small.png", content)
    found = find_subject_crop(subject, CLASSIC)
    assert found.crop == find_crop(read_rgb(content), CLASSIC)
    assert found.crop.is_fallback
    assert found.saliency is None


@pytest.mark.parametrize("side", [64, 24])
def test_the_smart_crop_is_the_input_of_the_network(side: int) -> None:
    content, square = encoded(), Box(40, 30, 120, 120)
    view = ValAugmentation(resize=side, center_crop=side - 8)
    jpeg = network_input(of_upload("a.jpg", content), square, view)
    shown = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB
    )
    exact = central(read_square(content, square, view.resize), view.center_crop)
    assert shown.shape == exact.shape == (side - 8, side - 8, 3)
    assert np.abs(shown.astype(int) - exact).mean() < 8


def test_a_camera_sized_photograph_is_cropped_as_in_training() -> None:
    content, square = encoded(1600, 1200), Box(300, 100, 900, 900)
    cut = square_of(of_upload("large.jpg", content), square, 200)
    assert np.abs(cut.astype(int) - read_square(content, square, 200)).mean() < 2


def test_a_photograph_of_the_catalogue_is_shown_with_its_species(
    small_catalogue: SqliteCatalogue, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(home.root))
    photograph = small_catalogue.get("acer-0")
    assert photograph is not None
    subject = of_photograph(photograph)
    assert (subject.name, subject.size) == ("Acer campestre", (64, 48))


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        ("png header of 2,500 megapixels", "has more than 150.0 megapixels"),
        ("jpeg of a million segments", "has more than 100,000 parts in its header"),
        ("gif of 2,000 frames", "has more than 1,000 pictures"),
    ],
)
def test_an_uploaded_bomb_is_reported_in_one_sentence(
    open_page: OpenPage, bomb: str, reason: str
) -> None:
    app = uploading(open_page("crop_lab"), "bomb.jpg", BOMBS[bomb]())
    assert len(app.error) == 1
    assert app.error[0].value.startswith(f"bomb.jpg {reason}")


def test_uploads_of_camera_sized_photographs_keep_only_small_images_in_memory() -> None:
    before = pictures().bytes
    for seed in range(8):
        subject = of_upload(f"{seed}.png", encoded(1600, 1200, "PNG", seed))
        pair(subject, Box(300, 100, 900, 900), None)
    assert pictures().bytes - before < 8 * 1600 * 1200


def test_maps_of_large_uploads_stay_within_a_small_cache_and_give_the_same_crop() -> None:
    before, found = pictures().bytes, []
    for seed in range(12):
        subject = of_upload(f"{seed}.jpg", encoded(3000, 2000, seed=seed))
        found.append((subject, find_subject_crop(subject, CLASSIC)))
    assert large_maps().bytes <= LARGE_MAPS_BYTES
    assert pictures().bytes - before < 12 * 1_000
    # The first map was evicted and is computed again, the last one is unpacked.
    for subject, each in (found[0], found[-1]):
        assert isinstance(subject.source, bytes)
        image = read_rgb(subject.source)
        assert each.saliency is not None
        assert np.array_equal(each.saliency, saliency_map(image, CLASSIC))
        assert each.crop == find_crop(image, CLASSIC)


def test_without_photographs_an_upload_is_still_possible(open_page: OpenPage) -> None:
    app = open_page("crop_lab")
    assert app.subheader[0].value == "No photographs to crop"
    uploading(app, "mine.jpg", encoded())
    assert "Smart crop: mine.jpg" in figures(app)
    assert [metric.label for metric in app.metric] == [
        "Saliency",
        "Area kept",
        "Zoom",
        "Confidence",
        "Duration",
    ]


@pytest.mark.usefixtures("small_catalogue")
def test_the_address_names_the_photograph(open_page: OpenPage) -> None:
    app = open_page("crop_lab", photo="cornus-2")
    assert "Smart crop: Cornus mas" in figures(app)
    assert app.query_params["photo"] == "cornus-2"


@pytest.mark.usefixtures("small_catalogue")
def test_an_address_with_an_unknown_photograph_is_reported_in_a_sentence(
    open_page: OpenPage,
) -> None:
    app = open_page("crop_lab", photo="nowhere")
    assert app.error[0].value.startswith("The catalogue has no photograph nowhere.")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"these are words", "is not a photograph"),
        ("cut.jpg", encoded()[:900], "is damaged: it is cut short"),
    ],
)
def test_an_upload_that_is_not_a_photograph_is_reported_in_one_sentence(
    name: str, content: bytes, said: str, open_page: OpenPage
) -> None:
    app = uploading(open_page("crop_lab"), name, content)
    assert len(app.error) == 1
    assert app.error[0].value.startswith(f"{name} {said}")
    assert app.error[0].value.endswith(".")


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "I;16", "RGBA"])
def test_photographs_of_every_kind_are_shown(mode: str, open_page: OpenPage) -> None:
    stream = io.BytesIO()
    picture = Image.fromarray(flower(48, 40))
    if mode == "I;16":
        picture = Image.fromarray(flower(48, 40)[..., 0].astype(np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    picture.save(stream, "TIFF")
    app = uploading(open_page("crop_lab"), "odd.tif", stream.getvalue())
    assert not app.error
    assert "Smart crop: odd.tif" in figures(app)


def test_a_single_pixel_falls_back_with_a_reason(open_page: OpenPage) -> None:
    app = uploading(open_page("crop_lab"), "dot.png", encoded(1, 1, "PNG"))
    assert app.info[0].value == "Centre square kept: the photograph is smaller than 16 pixels"


@pytest.mark.usefixtures("small_catalogue")
def test_a_preset_loads_its_values(home: Home, open_page: OpenPage) -> None:
    own = CropPreset(name="petals", threshold=0.3, padding=0.35, working_side=192)
    save_preset(home, own)
    app = open_page("crop_lab")
    assert app.slider(key="lab_threshold").value == FAST.threshold
    assert app.slider(key="lab_threshold").format == app.slider(key="lab_mass").format == "percent"
    app.selectbox(key="lab_preset").set_value("petals").run()
    assert app.slider(key="lab_threshold").value == 0.3
    assert app.slider(key="lab_padding").value == 0.35
    assert app.selectbox(key="lab_working_side").value == 192
    app.selectbox(key="lab_preset").set_value("centre").run()
    assert app.slider(key="lab_threshold").disabled


@pytest.mark.usefixtures("small_catalogue")
def test_settings_are_saved_as_a_preset_that_training_can_load(
    home: Home, open_page: OpenPage
) -> None:
    app = open_page("crop_lab")
    app.slider(key="lab_threshold").set_value(0.25).run()
    app.slider(key="lab_padding").set_value(0.4).run()
    app.text_input(key="lab_name").set_value("wide").run()
    app.button(key="lab_save").click().run()
    assert app.toast[0].value == "Saved as wide."
    changes = {"name": "wide", "threshold": 0.25, "padding": 0.4}
    assert load_preset(home, "wide") == FAST.model_copy(update=changes)
    assert app.selectbox(key="lab_preset").value == "wide"


@pytest.mark.usefixtures("small_catalogue")
def test_a_preset_is_replaced_only_after_confirmation(home: Home, open_page: OpenPage) -> None:
    save_preset(home, CropPreset(name="wide", padding=0.6))
    app = open_page("crop_lab")
    app.text_input(key="lab_name").set_value("wide").run()
    assert app.button(key="lab_save").disabled
    app.checkbox(key="lab_replace").check().run()
    app.button(key="lab_save").click().run()
    assert load_preset(home, "wide").padding == FAST.padding


@pytest.mark.parametrize(("name", "said"), [("classic", "comes with"), ("a/b", "letters, digits")])
@pytest.mark.usefixtures("small_catalogue")
def test_an_invalid_name_is_refused(name: str, said: str, home: Home, open_page: OpenPage) -> None:
    app = open_page("crop_lab")
    app.text_input(key="lab_name").set_value(name).run()
    app.button(key="lab_save").click().run()
    assert said in app.error[0].value
    assert not list(home.presets.glob("*"))


@pytest.mark.usefixtures("small_catalogue")
def test_a_photograph_with_a_missing_file_is_reported_in_a_sentence(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage
) -> None:
    photograph = small_catalogue.get("acer-0")
    assert photograph is not None
    home.resolve(photograph.path).unlink()
    app = open_page("crop_lab", photo="acer-0")
    assert "does not exist" in app.error[0].value


def test_a_sideways_photograph_is_shown_upright(make_image: MakeImage) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = make_image("side.jpg", 64, 48, exif=exif).read_bytes()
    assert of_upload("side.jpg", content).size == (48, 64)
