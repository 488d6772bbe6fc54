"""What the split of a run was made of."""

import contextlib

from engine.errors import BadInput
from engine.home import Home
from engine.runs.run import Run
from engine.split.about import SplitOrigin, origin_of
from engine.split.folder import SplitFolder
from engine.training.data.parts import locate, read_digests


def split_of_run(home: Home, run: Run) -> tuple[str, SplitOrigin] | None:
    """The name and origin of the split that a run was made with; None if it is there no more.

    A split that was made anew under the same name is another one.
    """
    with contextlib.suppress(BadInput, KeyError):
        train = read_digests(run.folder.parts)["train"]
        file = locate(home, train.path)
        folder = SplitFolder(file.parent)
        origin = origin_of(folder)
        if origin.files.get(file.name) == train.sha256:
            return folder.name, origin
    return None
