"""Fetch the photographs that are known by address alone."""

from studio import current
from studio.download.failures import failures
from studio.download.live import watch
from studio.download.plan import plan_view
from studio.download.removing import decisions, download_trash_view
from studio.download.session import is_going, last_session
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(
    "Download",
    "Fetch the photographs that are known by address alone, as fast as their hosts allow and no "
    "faster. It goes on when this page is closed.",
)
with problems_shown():
    home = current.home()
    if is_going(home):
        watch(home)
    else:
        last_session(home)
        decisions(home)
        plan_view(home)
        download_trash_view(home)
    failures(home)
