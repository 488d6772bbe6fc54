"""The state of the work, and the next step."""

from engine.language.message import gettext
from studio.background import follow
from studio.current import catalogue, home
from studio.health.line import health_line
from studio.importing.jobs import JOBS
from studio.importing.outcome import import_outcome
from studio.importing.welcome import welcome
from studio.overview import flow, gather, metrics
from studio.views.metrics import metric_row
from studio.views.page import heading
from studio.views.problem import problems_shown
from studio.views.steps import steps

heading(
    gettext("Overview"),
    gettext("From photographs to a plant-species classifier that you can trust."),
)
with problems_shown():
    jobs = follow(JOBS)
    with catalogue() as opened:
        facts = gather(home(), opened)
    if facts.counts.images:
        metric_row(metrics(facts))
    else:
        import_outcome(jobs)
        welcome(jobs)
    importing = any(found.state == "running" for found in jobs.values())
    steps(flow(facts, importing), "overview_flow")
    if facts.counts.images:
        health_line(home())
