"""The studio's front: its name, its sign, and the way to each page."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit as st

from engine.errors import StudioError
from engine.jobs.supervision import resume_queue
from engine.openmp import wait_passively
from engine.runs.upkeep import examine_daily, report_lost_runs
from studio import current
from studio.access import sign_in
from studio.access.serving import is_guarded
from studio.language import choose_language, follow_reader
from studio.memory import keep_small, settle
from studio.palette import DARK, LIGHT

STATIC = Path(__file__).parent / "static"

PAGES = {
    "": [
        st.Page(
            "../pages/overview.py",
            title="Overview",
            icon=":material/potted_plant:",
            default=True,
            help="The way from photographs to a classifier, and the next thing to do.",
        )
    ],
    "Data": [
        st.Page(
            "../pages/catalogue.py",
            title="Catalogue",
            icon=":material/photo_library:",
            help="Every photograph: search, look through, and read the full record.",
        ),
        st.Page(
            "../pages/importing.py",
            title="Import",
            icon=":material/add_photo_alternate:",
            url_path="import",
            help="Bring photographs in: the demo garden, a folder, a table, a database.",
        ),
        st.Page(
            "../pages/download.py",
            title="Download",
            icon=":material/cloud_download:",
            help="Fetch the photographs that are known by address alone: plan, start, watch.",
        ),
        st.Page(
            "../pages/health.py",
            title="Health",
            icon=":material/monitor_heart:",
            help="Damage in databases and photographs, repairs, and backups.",
        ),
    ],
    "Prepare": [
        st.Page(
            "../pages/crop_lab.py",
            title="Crop lab",
            icon=":material/crop:",
            help="Tune how a photograph is cropped to its plant, and save it as a preset.",
        ),
        st.Page(
            "../pages/split.py",
            title="Split",
            icon=":material/call_split:",
            help="Deal the photographs to train, val and test, and check the result.",
        ),
    ],
    "Train": [
        st.Page(
            "../pages/train.py",
            title="Train",
            icon=":material/model_training:",
            help="Choose a configuration, see what it means, and launch a run.",
        ),
        st.Page(
            "../pages/runs.py",
            title="Runs",
            icon=":material/monitoring:",
            help="Every run with its state and curves; stop, resume, evaluate.",
        ),
        st.Page(
            "../pages/try_it.py",
            title="Try it",
            icon=":material/search_insights:",
            help="Ask a finished run what plant is on a photograph.",
        ),
    ],
}

# Set before the pages are known, or the browser asks a font server for the page's own icon.
st.set_page_config(page_icon=STATIC / "icon.svg", layout="wide")
if not is_guarded():
    st.error(
        "Plant Studio stays closed: it was started without its access checks. "
        "Start it with ./run_studio.sh."
    )
    st.stop()
with suppress(StudioError):
    follow_reader(current.home())
sign_in.require()
page = st.navigation(PAGES, expanded=True)
st.set_page_config(page_title=f"{page.title} · Plant Studio")
# Streamlit writes what is chosen in the colour of its main buttons: too dark for a dark page.
st.html(
    "<style>button[data-selected][data-variant],[role=tab][aria-selected=true],"
    "[data-testid=stSliderThumbValue]"
    f"{{color:light-dark({LIGHT.primary},{DARK.leaf})!important}}</style>"
)
st.logo(str(STATIC / "logo.svg"), size="large", icon_image=str(STATIC / "icon.svg"))


def _load() -> None:
    # Streamlit loads it for the first chart, which would wait for it half a second.
    import_module("pandas")
    settle()


@st.cache_resource(show_spinner=False)
def begun() -> None:
    """What a studio does once, when it is first opened."""
    Thread(target=_load, daemon=True).start()
    with suppress(StudioError):
        report_lost_runs(current.home())


# Before a page that predicts loads torch.
wait_passively()
keep_small()
# After a restart of the machine, what waited goes on as soon as the studio is opened.
begun()
with suppress(StudioError):
    resume_queue(current.home())
    examine_daily(current.home())
with suppress(StudioError):
    choose_language(current.home())
left = current.catalogue_gone()
if left:
    # Rarely needed, and it loads what reads photographs.
    from studio.health.gone import gone

    gone(current.home(), left)
else:
    page.run()
