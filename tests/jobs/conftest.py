"""A home and settings of runs, as in the tests of runs."""

from tests.runs.conftest import make_settings, planted

__all__ = ["make_settings", "planted"]
