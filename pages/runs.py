"""Every run with its state and curves; stop, resume, evaluate."""

from engine.runs.run import list_runs
from studio import place
from studio.runs.detail import detail
from studio.runs.listing import choose
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Runs", "Every training run as it truly stands. A run goes on when this page is closed.")
with problems_shown():
    home = place.home()
    runs = list_runs(home)
    if not runs:
        empty(
            "No runs yet",
            "A run trains a network on a split. Launch one, and its curves grow here.",
            [Action("Launch a run", "../pages/train.py", ":material/model_training:")],
            icon=":material/monitoring:",
            key="runs.empty",
        )
    else:
        detail(home, choose(runs))
