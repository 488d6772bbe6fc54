"""A split written to disk, and the findings of its check."""

from engine.settings.split import SplitSettings
from engine.split.check import check_split
from engine.split.folder import SplitFolder

SETTINGS = SplitSettings(name="first", seed=7)


def complaints(split: SplitFolder) -> list[str]:
    return [str(finding.check) for finding in check_split(split) if finding.ok is False]
