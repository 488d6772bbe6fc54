"""Tune how a photograph is cropped to its plant."""

from engine.language.message import gettext
from studio.crop_lab.chooser import choose_photograph
from studio.crop_lab.filling import filling
from studio.crop_lab.helping import helping
from studio.crop_lab.lab import lab
from studio.current import catalogue
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Crop lab"), gettext("Tune how photographs are cropped to the plant."))
with problems_shown():
    with catalogue() as opened:
        choice = choose_photograph(opened)
    if choice.subject is not None or choice.sample:
        lab(choice)
        helping()
        with catalogue() as opened:
            filling(opened)
