"""What the last examination found, its repairs, and the backups."""

from studio.current import home
from studio.health.backups import backups_view
from studio.health.view import examination
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Health", "Whether databases, photographs, splits and runs are as they were written.")
with problems_shown():
    examination(home())
with problems_shown():
    backups_view(home())
