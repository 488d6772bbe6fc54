"""The findings of the last check, repairs, and backups."""

from engine.language.message import gettext
from studio.current import home
from studio.health.backups import backups_view
from studio.health.view import examination
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Health"), gettext("Check your data for damage, repair it, and restore backups."))
with problems_shown():
    examination(home())
with problems_shown():
    backups_view(home())
