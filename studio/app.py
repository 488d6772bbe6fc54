"""The entry script of the studio: title, icon, and navigation to the pages."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from engine.errors import StudioError
from engine.jobs.supervision import resume_queue
from engine.language.message import deferred, gettext
from engine.openmp import wait_passively
from engine.runs.upkeep import examine_daily, report_lost_runs
from studio import current
from studio.access import sign_in
from studio.access.serving import is_guarded
from studio.address import one_change
from studio.language import choose_language, follow_reader
from studio.memory import keep_small, settle
from studio.palette import DARK, LIGHT
from studio.recovery.component import recover_empty_pages

STATIC = Path(__file__).parent / "static"


_START, _DATA, _PREPARE, _TRAIN = "", deferred("Data"), deferred("Prepare"), deferred("Train")
# Section, file, title, icon, and help.
_PAGES = (
    (
        _START,
        "overview",
        deferred("Overview"),
        "potted_plant",
        deferred("The steps from photographs to a classifier, and what to do next."),
    ),
    (
        _DATA,
        "catalogue",
        deferred("Catalogue"),
        "photo_library",
        deferred("All photographs: search, browse and open the full record."),
    ),
    (
        _DATA,
        "importing",
        deferred("Import"),
        "add_photo_alternate",
        deferred("Add photographs from a folder, a table, a database or iNaturalist."),
    ),
    (
        _DATA,
        "download",
        deferred("Download"),
        "cloud_download",
        deferred("Download photographs of which only the address is known."),
    ),
    (
        _DATA,
        "health",
        deferred("Health"),
        "monitor_heart",
        deferred("Find and repair damage in databases and photographs. Backups."),
    ),
    (
        _PREPARE,
        "crop_lab",
        deferred("Crop lab"),
        "crop",
        deferred("Tune how photographs are cropped to the plant, and save a preset."),
    ),
    (
        _PREPARE,
        "split",
        deferred("Split"),
        "call_split",
        deferred("Divide the photographs into train, validation and test."),
    ),
    (
        _TRAIN,
        "train",
        deferred("Train"),
        "model_training",
        deferred("Choose a configuration, check what it needs, and launch a run."),
    ),
    (
        _TRAIN,
        "runs",
        deferred("Runs"),
        "monitoring",
        deferred("All runs with state and curves; stop, resume and evaluate them."),
    ),
    (
        _TRAIN,
        "try_it",
        deferred("Try it"),
        "search_insights",
        deferred("Identify the plant in a photograph with a finished run."),
    ),
)


def pages() -> dict[str, list[StreamlitPage]]:
    """The pages by menu section, in the reader's language."""
    found: dict[str, list[StreamlitPage]] = {}
    for section, file, title, icon, help_text in _PAGES:
        page = st.Page(
            f"../pages/{file}.py",
            title=gettext(title),
            icon=f":material/{icon}:",
            # A Python module cannot be named "import".
            url_path="import" if file == "importing" else None,
            default=file == "overview",
            help=gettext(help_text),
        )
        found.setdefault(gettext(section) if section else "", []).append(page)
    return found


# This precedes the list of pages, or the browser requests the page icon from a font server.
st.set_page_config(page_icon=STATIC / "icon.svg", layout="wide")
if not is_guarded():
    st.error(
        gettext(
            "Plant Studio was started without its access checks, so it stays closed. "
            "Start it with ./run_studio.sh."
        )
    )
    st.stop()
with suppress(StudioError):
    follow_reader(current.home())
sign_in.require()
page = st.navigation(pages(), expanded=True)
st.set_page_config(page_title=f"{page.title} · Plant Studio")
# Streamlit writes selected items in the colour of its main buttons, which is too dark on a dark
# page. It truncates labels and notes of metrics that are too wide; a second line is better. A long
# address would run out of its table on a narrow page.
st.html(
    "<style>[data-testid=stMetric] [data-testid=stMarkdownContainer],"
    "[data-testid=stMetric] [data-testid=stMarkdownContainer] p"
    "{white-space:normal!important;overflow:visible!important}"
    "[data-testid=stTable] td *{overflow-wrap:anywhere!important}"
    "button[data-selected][data-variant],[role=tab][aria-selected=true],"
    "[data-testid=stSliderThumbValue]"
    f"{{color:light-dark({LIGHT.primary},{DARK.leaf})!important}}"
    # A popover lies outside of the element that knows whether the page is dark.
    "[data-testid=stPopoverBody] button[data-selected][data-variant]{color:inherit!important}"
    "</style>"
)
st.logo(str(STATIC / "logo.svg"), size="large", icon_image=str(STATIC / "icon.svg"))


def _load() -> None:
    # Streamlit loads Plotly for the first chart, which would delay that chart by half a second.
    import_module("pandas")
    settle()


@st.cache_resource(show_spinner=False)
def begun() -> None:
    """One-time work when the studio is opened for the first time."""
    Thread(target=_load, daemon=True).start()
    with suppress(StudioError):
        report_lost_runs(current.home())


# Before a page that predicts loads torch.
wait_passively()
keep_small()
# After a restart of the machine, the queue continues as soon as the studio is opened.
begun()
with suppress(StudioError):
    resume_queue(current.home())
    examine_daily(current.home())
with suppress(StudioError):
    choose_language(current.home())
with st.sidebar:
    recover_empty_pages()
left = current.catalogue_gone()
if left:
    # Rarely needed, and it imports the image readers.
    from studio.health.gone import gone

    gone(current.home(), left)
else:
    with one_change(page.url_path):
        page.run()
