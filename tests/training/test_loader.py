"""The order photographs are seen in."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.home import Home
from engine.settings.augmentation import TrainAugmentation
from engine.settings.crop import CropPreset
from engine.split.folder import SplitFolder, read_part
from engine.training.dataset import PhotoDataset
from engine.training.loader import Loader, epoch_batches, plain_batches
from engine.training.views import TrainView

COUNT = st.integers(1, 60)
SIZE = st.integers(1, 9)


@given(COUNT, SIZE, st.integers(0, 5))
def test_an_epoch_holds_each_photograph_at_most_once_and_leaves_out_at_most_one(
    count: int, size: int, epoch: int
) -> None:
    batches = epoch_batches(count, size, seed=7, epoch=epoch)
    seen = [index for batch in batches for _, index in batch]
    assert len(set(seen)) == len(seen) >= max(1, count - 1)
    assert all(key[0] == epoch for batch in batches for key in batch)
    assert size == 1 or count == 1 or all(len(batch) > 1 for batch in batches)


@given(COUNT, SIZE, st.integers(0, 20))
def test_the_rest_of_an_epoch_is_the_same_wherever_it_is_taken_up(
    count: int, size: int, skipped: int
) -> None:
    whole = epoch_batches(count, size, seed=1, epoch=2)
    skipped = min(skipped, len(whole))
    consumed = sum(map(len, whole[:skipped]))
    assert epoch_batches(count, size, seed=1, epoch=2, consumed=consumed) == whole[skipped:]


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [
        [index for batch in epoch_batches(50, 8, seed, epoch) for _, index in batch]
        for seed, epoch in ((1, 0), (1, 1), (2, 0))
    ]
    assert len({tuple(order) for order in orders}) == 3


def test_plain_batches_hold_everything_in_order() -> None:
    assert [i for batch in plain_batches(7, 3) for _, i in batch] == list(range(7))


def test_batches_do_not_depend_on_the_number_of_workers(home: Home, split: SplitFolder) -> None:
    view = TrainView(TrainAugmentation(resize=40, crop=32, erasing=0.5), seed=3)
    lines = read_part(split.part("train"))
    batches = epoch_batches(len(lines), 5, seed=3, epoch=1)
    read = []
    for workers in (0, 2):
        dataset = PhotoDataset(home, lines, CropPreset(), view)
        read.append(list(Loader(workers).read(dataset, batches)))
    for alone, together in zip(*read, strict=True):
        assert torch.equal(alone.images, together.images)
        assert torch.equal(alone.labels, together.labels)


def test_reading_takes_nothing_from_the_randomness_of_the_network(
    home: Home, split: SplitFolder
) -> None:
    view = TrainView(TrainAugmentation(resize=40, crop=32), seed=3)
    dataset = PhotoDataset(home, read_part(split.part("val")), CropPreset(), view)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(Loader(0).read(dataset, plain_batches(len(dataset), 2)))
    assert torch.equal(before, torch.get_rng_state())
