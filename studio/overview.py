"""Where the work stands, from photographs to a judged classifier, and what comes next."""

from dataclasses import dataclass

from engine.catalogue.store import Catalogue, Counts
from engine.crop.presets import BUILT_IN, preset_names
from engine.home import Home
from engine.runs.evaluation import read_evaluation
from engine.runs.run import Run, list_runs
from engine.split.folder import split_names
from studio import text
from studio.views.action import Action
from studio.views.metrics import Metric
from studio.views.steps import Step

_DOWNLOAD = "../pages/download.py"


@dataclass(frozen=True)
class Facts:
    """What is there. Presets are the user's own; runs and splits come newest first.

    `judged` holds the macro top-1 on the test part of each run that was evaluated.
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
    """The facts of a home, read afresh."""
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
    """The figures that say most."""
    counts, live = facts.counts, [run for run in facts.runs if run.is_live]
    damaged = sum(run.state == "damaged" for run in facts.runs)
    at_work = f"{len(live)} at work now" if live else "none at work"
    best = max(facts.judged, key=lambda item: item[1], default=None)
    return [
        Metric("Photographs", text.number(counts.images), note=_sources_in_short(counts)),
        Metric("Species", text.number(counts.species), note="in the catalogue"),
        Metric(
            "Splits",
            text.number(len(facts.splits)),
            note=f"newest: {facts.splits[0]}" if facts.splits else "none made yet",
        ),
        Metric(
            "Runs",
            text.number(len(facts.runs)),
            note=f"{at_work}, {damaged} damaged" if damaged else at_work,
        ),
        Metric(
            "Best macro top-1",
            text.percentage(best[1]) if best else "–",
            help="The mean over species of the share recognised at the first guess, "
            "on photographs kept apart for the test.",
            note=best[0] if best else "nothing judged yet",
        ),
    ]


def flow(facts: Facts, importing: bool = False) -> list[Step]:
    """The six steps in order; the first that is ready is the next thing to do."""
    return [
        _catalogue(facts, importing),
        _images(facts),
        _crop(facts),
        _split(facts),
        *_training(facts),
    ]


def _catalogue(facts: Facts, importing: bool) -> Step:
    title, counts = "Catalogue", facts.counts
    if not counts.images and importing:
        return Step(title, "going", "Photographs are on their way; see above.")
    if not counts.images:
        return Step(title, "ready", "No photographs yet: choose above where they come from.")
    detail = (
        f"{text.count(counts.images, 'photograph')} of "
        f"{text.count(counts.species, 'species', 'species')}, from {_sources(counts)}."
    )
    return Step(title, "done", detail, Action("Browse", "../pages/catalogue.py"))


def _images(facts: Facts) -> Step:
    title, images = "Images", facts.counts.images
    if not images:
        return Step(
            title, "waiting", "They come with the photographs, or are fetched by their addresses."
        )
    if not facts.cached:
        return Step(
            title,
            "ready",
            f"Of all {text.count(images, 'photograph')} only the address is known: "
            "fetch them, or import some whose files are on this machine.",
            Action("Plan a download", _DOWNLOAD),
        )
    if facts.cached == images:
        return Step(title, "done", "Every photograph is on this machine.")
    return Step(
        title,
        "done",
        f"{text.number(facts.cached)} of {text.number(images)} are on this machine; of the other "
        f"{text.number(images - facts.cached)} only the address is known.",
        Action("Fetch more", _DOWNLOAD),
    )


def _crop(facts: Facts) -> Step:
    title, page = "Crop", "../pages/crop_lab.py"
    if not facts.cached:
        return Step(title, "waiting", "Needs photographs to look at.")
    if facts.presets:
        own = ", ".join(facts.presets)
        return Step(title, "done", f"Own presets: {own}.", Action("Open the lab", page))
    if facts.splits:
        detail = f"No preset of your own; those of the studio are {', '.join(BUILT_IN)}."
        return Step(title, "done", detail, Action("Open the lab", page))
    detail = "See what the crop keeps of your photographs, and save what suits them as a preset."
    return Step(title, "ready", detail, Action("Open the crop lab", page))


def _split(facts: Facts) -> Step:
    title, page = "Split", "../pages/split.py"
    if facts.splits:
        made = text.count(len(facts.splits), "split")
        detail = f"{made}; the newest is called {facts.splits[0]}."
        return Step(title, "done", detail, Action("Make another", page))
    if not facts.cached:
        return Step(title, "waiting", "Needs photographs to deal to train, val and test.")
    if facts.counts.species < 2:
        return Step(title, "waiting", "Needs at least two species to tell apart.")
    detail = "Deal the photographs to train, val and test."
    return Step(title, "ready", detail, Action("Make a split", page))


def _training(facts: Facts) -> tuple[Step, Step]:
    train, evaluate = "Train", "Evaluate"
    runs, train_page, runs_page = facts.runs, "../pages/train.py", "../pages/runs.py"
    later = Step(evaluate, "waiting", "Needs a finished run.")
    if not runs and not facts.splits:
        return Step(train, "waiting", "Needs a split."), later
    if not runs:
        detail = "Choose a configuration and launch a run."
        return Step(train, "ready", detail, Action("Choose a configuration", train_page)), later

    live = next((run for run in runs if run.is_live), None)
    finished = [run for run in runs if run.state == "finished"]
    if live:
        said = f"{live.run_id} is {live.state}{_share_done(live)}."
        trained = Step(train, "going", said, Action("Watch it", runs_page))
    elif finished:
        said = f"{text.count(len(finished), 'finished run')}; the newest is {finished[0].run_id}."
        trained = Step(train, "done", said, Action("Train another", train_page))
    else:
        said = f"{runs[0].run_id} is {runs[0].state}{_share_done(runs[0])}."
        trained = Step(train, "ready", said, Action("See the run", runs_page))

    if facts.judged:
        run_id, score = max(facts.judged, key=lambda item: item[1])
        said = f"{run_id} reaches {text.percentage(score)} macro top-1 on its test part."
        return trained, Step(evaluate, "done", said, Action("Try it", "../pages/try_it.py"))
    if finished:
        said = "See how a finished run does on photographs it has never seen."
        return trained, Step(evaluate, "ready", said, Action("Evaluate", runs_page))
    return trained, later


def _share_done(run: Run) -> str:
    step, total = run.status.step, run.status.steps_total
    return f", {text.percentage(step / total, 0)} done" if total else ""


def _sources(counts: Counts) -> str:
    names = sorted(counts.by_source, key=lambda name: -counts.by_source[name])
    if not names:
        return "none yet"
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} other sources"


def _sources_in_short(counts: Counts) -> str:
    names = list(counts.by_source)
    return f"from {names[0]}" if len(names) == 1 else f"from {text.count(len(names), 'source')}"


def _macro_top1(run: Run) -> float | None:
    found = read_evaluation(run.folder)
    return found.macro_top1 if found else None
