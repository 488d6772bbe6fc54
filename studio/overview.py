"""The state of the work, from photographs to an evaluated classifier, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.catalogue.store import Catalogue, Counts
from engine.crop.presets import BUILT_IN, preset_names
from engine.home import Home
from engine.language.formats import number, percentage
from engine.language.message import gettext, ngettext
from engine.runs.evaluation import read_evaluation
from engine.runs.run import Run, list_runs
from engine.split.folder import split_names
from studio.views.action import Action
from studio.views.chip import state_name
from studio.views.metrics import Metric
from studio.views.steps import Step

_DOWNLOAD = "../pages/download.py"


@dataclass(frozen=True)
class Facts:
    """The content of the home. Presets are the user's own; runs and splits are newest first.

    `judged` holds the macro top-1 on the test part of each evaluated run.
    """

    counts: Counts
    presets: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    judged: tuple[tuple[str, float], ...] = ()

    @property
    def cached(self) -> int:
        return self.counts.by_state.get("cached", 0)


def gather(home: Home, catalogue: Catalogue) -> Facts:
    """Read the current facts of a home."""
    runs = tuple(list_runs(home))
    judged = [(run.run_id, _macro_top1(run)) for run in runs]
    return Facts(
        counts=catalogue.counts(),
        presets=tuple(name for name in preset_names(home) if name not in BUILT_IN),
        splits=tuple(split_names(home)),
        runs=runs,
        judged=tuple((run_id, score) for run_id, score in judged if score is not None),
    )


def metrics(facts: Facts) -> list[Metric]:
    """The most important figures."""
    counts = facts.counts
    best = max(facts.judged, key=lambda item: item[1], default=None)
    newest = (
        gettext("Newest: {name}", name=facts.splits[0]) if facts.splits else gettext("None yet")
    )
    return [
        Metric(gettext("Photographs"), number(counts.images), note=_sources_in_short(counts)),
        Metric(gettext("Species"), number(counts.species), note=gettext("In the catalogue")),
        Metric(gettext("Splits"), number(len(facts.splits)), note=newest),
        Metric(gettext("Runs"), number(len(facts.runs)), note=_runs_in_short(facts.runs)),
        Metric(
            gettext("Best macro top-1"),
            percentage(best[1]) if best else "–",
            help=gettext(
                "Accuracy per species, averaged over all species, on test photographs that "
                "no run was trained on."
            ),
            note=best[0] if best else gettext("No run evaluated yet"),
        ),
    ]


def flow(facts: Facts, importing: bool = False) -> list[Step]:
    """The six steps in order; the first one that is ready is the next step."""
    return [
        _catalogue(facts, importing),
        _images(facts),
        _crop(facts),
        _split(facts),
        *_training(facts),
    ]


def _catalogue(facts: Facts, importing: bool) -> Step:
    title, counts = gettext("Catalogue"), facts.counts
    if not counts.images and importing:
        return Step(title, "going", gettext("The import is running; see above."))
    if not counts.images:
        return Step(title, "ready", gettext("No photographs yet. Choose a source above."))
    detail = gettext(
        "{photographs} of {species}, {sources}.",
        photographs=ngettext("{n} photograph", "{n} photographs", counts.images),
        species=ngettext("{n} species", "{n} species", counts.species),
        sources=_sources(counts),
    )
    return Step(title, "done", detail, Action(gettext("Browse"), "../pages/catalogue.py"))


def _images(facts: Facts) -> Step:
    title, images = gettext("Images"), facts.counts.images
    if not images:
        detail = gettext("Needs photographs. They are imported or downloaded.")
        return Step(title, "waiting", detail)
    if not facts.cached:
        detail = ngettext(
            "Only the address of {n} photograph is known. Download it, or import its file.",
            "Only the addresses of {n} photographs are known. Download them, or import files.",
            images,
        )
        return Step(title, "ready", detail, Action(gettext("Plan a download"), _DOWNLOAD))
    if facts.cached == images:
        return Step(title, "done", gettext("Every photograph is on this computer."))
    detail = gettext(
        "{cached} of {images} are on this computer. The other {remote} can be downloaded.",
        cached=facts.cached,
        images=images,
        remote=images - facts.cached,
    )
    return Step(title, "done", detail, Action(gettext("Download more"), _DOWNLOAD))


def _crop(facts: Facts) -> Step:
    title, page = gettext("Crop"), "../pages/crop_lab.py"
    open_lab = Action(gettext("Open the crop lab"), page)
    if not facts.cached:
        return Step(title, "waiting", gettext("Needs photographs on this computer."))
    if facts.presets:
        own = gettext("Your presets: {names}.", names=", ".join(facts.presets))
        return Step(title, "done", own, open_lab)
    if facts.splits:
        detail = gettext(
            "No preset of your own. The studio brings {names}.", names=", ".join(BUILT_IN)
        )
        return Step(title, "done", detail, open_lab)
    detail = gettext("Check what the crop keeps of your photographs, and save a preset.")
    return Step(title, "ready", detail, open_lab)


def _split(facts: Facts) -> Step:
    title, page = gettext("Split"), "../pages/split.py"
    if facts.splits:
        detail = ngettext(
            "{n} split: {newest}.",
            "{n} splits. Newest: {newest}.",
            len(facts.splits),
            newest=facts.splits[0],
        )
        return Step(title, "done", detail, Action(gettext("Make another"), page))
    if not facts.cached:
        return Step(title, "waiting", gettext("Needs photographs on this computer."))
    if facts.counts.species < 2:
        return Step(title, "waiting", gettext("Needs at least two species."))
    detail = gettext("Divide the photographs into train, validation and test.")
    return Step(title, "ready", detail, Action(gettext("Make a split"), page))


def _training(facts: Facts) -> tuple[Step, Step]:
    train, evaluate = gettext("Train"), gettext("Evaluate")
    runs, train_page, runs_page = facts.runs, "../pages/train.py", "../pages/runs.py"
    later = Step(evaluate, "waiting", gettext("Needs a finished run."))
    if not runs and not facts.splits:
        return Step(train, "waiting", gettext("Needs a split.")), later
    if not runs:
        detail = gettext("Choose a configuration and launch a run.")
        action = Action(gettext("Choose a configuration"), train_page)
        return Step(train, "ready", detail, action), later

    live = next((run for run in runs if run.is_live), None)
    finished = [run for run in runs if run.state == "finished"]
    if live:
        trained = Step(train, "going", _state_of(live), Action(gettext("Watch"), runs_page))
    elif finished:
        detail = ngettext(
            "{n} finished run: {newest}.",
            "{n} finished runs. Newest: {newest}.",
            len(finished),
            newest=finished[0].run_id,
        )
        trained = Step(train, "done", detail, Action(gettext("Train another"), train_page))
    else:
        trained = Step(
            train, "ready", _state_of(runs[0]), Action(gettext("Open the run"), runs_page)
        )

    if facts.judged:
        run_id, score = max(facts.judged, key=lambda item: item[1])
        detail = gettext(
            "{run}: {score:.1%} macro top-1 on its test photographs.", run=run_id, score=score
        )
        action = Action(gettext("Try it"), "../pages/try_it.py")
        return trained, Step(evaluate, "done", detail, action)
    if finished:
        detail = gettext("Measure a finished run on photographs it has never seen.")
        return trained, Step(evaluate, "ready", detail, Action(gettext("Evaluate"), runs_page))
    return trained, later


def _state_of(run: Run) -> str:
    step, total = run.status.step, run.status.steps_total
    state = state_name(run.state)
    if not total:
        return gettext("{run}: {state}.", run=run.run_id, state=state)
    return gettext(
        "{run}: {state}, {share:.0%} done.", run=run.run_id, state=state, share=step / total
    )


def _runs_in_short(runs: Sequence[Run]) -> str:
    running = sum(run.is_live for run in runs)
    damaged = sum(run.state == "damaged" for run in runs)
    if damaged:
        return gettext("{running} running, {damaged} damaged", running=running, damaged=damaged)
    return ngettext("{n} running", "{n} running", running) if running else gettext("None running")


def _sources(counts: Counts) -> str:
    names = sorted(counts.by_source, key=lambda name: -counts.by_source[name])
    if not names:
        return gettext("of no source")
    if len(names) == 1:
        return gettext("from {source}", source=names[0])
    if len(names) == 2:
        return gettext("from {source} and {other}", source=names[0], other=names[1])
    return ngettext(
        "from {source} and {n} other source",
        "from {source} and {n} other sources",
        len(names) - 1,
        source=names[0],
    )


def _sources_in_short(counts: Counts) -> str:
    names = list(counts.by_source)
    if len(names) == 1:
        return gettext("from {source}", source=names[0])
    return ngettext("from {n} source", "from {n} sources", len(names))


def _macro_top1(run: Run) -> float | None:
    found = read_evaluation(run.folder)
    return found.macro_top1 if found else None
