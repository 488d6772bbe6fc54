"""What is looked at before a run is made: whether its data can be trained on."""

from collections.abc import Sequence

from engine.errors import BadInput
from engine.home import Home
from engine.split.finding import Finding
from engine.split.folder import SplitFolder
from engine.training.data.parts import Parts
from engine.training.data.tolerance import too_many


def data_findings(home: Home, parts: Parts) -> list[Finding]:
    """Whether the split is sound and its photographs are here. Needs seconds, and no torch."""
    return [_split(parts), *(_photographs(home, parts, part) for part in ("train", "val"))]


def require_no_findings(findings: Sequence[Finding]) -> None:
    """Refuse to start where something was found wrong.

    Raises:
        BadInput: something was; it names all of it.
    """
    reasons = [f"{item.check}: {item.detail}" for item in findings if not item.ok]
    if reasons:
        raise BadInput(f"The run cannot start. {'; '.join(reasons)}.")


def _split(parts: Parts) -> Finding:
    """A split of the studio passes its own check; of other files, train and val are compared."""
    name, folder = "Split", SplitFolder(parts.paths["train"].parent)
    own = parts.paths["train"] == folder.part("train") and parts.paths["val"] == folder.part("val")
    if own and folder.manifest.is_file():
        # It reads tables, which takes half a second to load.
        from engine.split.check import check_split

        wrong = [f"{f.check}: {f.detail}" for f in check_split(folder) if not f.ok]
        if wrong:
            return Finding(name, False, f"it fails its check ({'; '.join(wrong)}); make it again")
    else:
        trained = {line.path for line in parts.lines["train"]}
        shared = sum(line.path in trained for line in parts.lines["val"])
        if shared:
            return Finding(name, False, f"{shared:,} photographs of val are in train too")
    train, val = (f"{len(parts.lines[part]):,}" for part in ("train", "val"))
    detail = f"{len(parts.classes):,} species, {train} photographs to train and {val} to judge by"
    return Finding(name, True, detail)


def _photographs(home: Home, parts: Parts, part: str) -> Finding:
    name, lines = f"Photographs of {part}", parts.lines[part]
    missing = [line for line in lines if not line.path or not home.resolve(line.path).is_file()]
    if too_many(len(missing), len(lines)):
        such = missing[0].path or missing[0].url or missing[0].image_id
        there = f"{len(missing):,} of {len(lines):,} are not in the home, such as {such}"
        return Finding(name, False, f"{there}; download them or make the split again")
    return Finding(name, True, f"{len(lines) - len(missing):,} are in the home")
