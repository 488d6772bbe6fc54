"""The memory of a process and its loaders while three epochs are read, as JSON.

It runs in a separate process, because the loaders would copy the memory of other tests page by
page.

    python -m tests.training.data.worker_memory HOME SPLIT
"""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import psutil

from engine.augment.transforms import ValTransform
from engine.crop.presets import CENTRE
from engine.home import open_home
from engine.settings.augmentation import ValAugmentation
from engine.split.folder import read_part, split_folder
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.sampling import epoch_keys, windows

_ANONYMOUS = re.compile(r"^Pss_Anon: +(\d+) kB", re.MULTILINE)


def held() -> int:
    """Bytes held by this process and its workers, with shared pages counted once.

    Pages of libraries are excluded, because their share grows when other programs that use them
    end.
    """
    here = psutil.Process()
    processes = [here, *here.children()]
    rolled_up = [Path(f"/proc/{process.pid}/smaps_rollup").read_text() for process in processes]
    return sum(1024 * int(match[1]) for text in rolled_up for match in _ANONYMOUS.finditer(text))


def bytes_by_epoch(root: Path, split: str) -> list[list[int]]:
    """Bytes held at every 25th batch of three epochs, of 300,000 photographs."""
    home = open_home(root)
    few = read_part(split_folder(home, split).part("train"))
    # Names as long as a hash, and as many as in a real collection.
    many = [replace(few[i % len(few)], sha256=f"{i:064}") for i in range(300_000)]
    view = ValTransform(ValAugmentation(resize=40, center_crop=32))
    dataset = PhotoDataset(home, many, CENTRE, view)
    del many
    epochs: list[list[int]] = []
    for epoch in range(3):
        batches = windows(epoch_keys(dataset.labels, seed=0, epoch=epoch), 32)[:250]
        read = enumerate(Loader(2).read(dataset, batches))
        epochs.append([held() for number, _ in read if number % 25 == 24])
    return epochs


if __name__ == "__main__":
    print(json.dumps(bytes_by_epoch(Path(sys.argv[1]), sys.argv[2])))
