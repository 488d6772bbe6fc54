"""Download the photographs that are known by their address only."""

from engine.language.message import gettext
from studio import current
from studio.download.failures import failures
from studio.download.live import watch
from studio.download.plan import plan_view
from studio.download.removing import decisions, download_trash_view
from studio.download.session import is_going, last_session
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(
    gettext("Download"),
    gettext("Download photographs of which only the address is known, as fast as hosts allow."),
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
