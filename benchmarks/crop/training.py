"""Learns the weights of `engine/crop/learned.npz`, and shows what they do on unseen photographs.

    python -m benchmarks.crop.training engine/crop/learned.npz      from all photographs
    python -m benchmarks.crop.training half.npz --half 0            from one half of them
    python -m benchmarks.crop quality --weights half.npz --half 1   judged on the other

Besides the photographs themselves it sees random cuts of them, so that a subject may lie anywhere;
a photograph and its cuts are always in the same half.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.crop.photographs import PHOTOS, SETS, masked
from engine.crop.learned import SEEN, planes_of
from engine.images.decode import Pixels, read_rgb

CUTS = 10
Example = tuple[NDArray[np.float16], NDArray[np.float32], np.float64]
NETWORKS = 3
STEPS, BATCH, RATE, DECAY = 1000, 24, 4e-3, 1e-3
DROPOUT = 0.15
Mask = NDArray[np.bool_]


class Network(nn.Module):
    """What `engine.crop.learned` computes without torch, with the same names of weights."""

    def __init__(self, planes: int = 10, widths: tuple[int, ...] = (12, 16, 24, 24)) -> None:
        super().__init__()
        one, two, three, four = widths
        self.c1 = nn.Conv2d(planes, one, 3, 2, 1)
        self.c2 = nn.Conv2d(one, two, 3, 2, 1)
        self.c3 = nn.Conv2d(two, three, 3, 2, 1)
        self.c4 = nn.Conv2d(three, four, 3, 2, 1)
        self.g = nn.Linear(four, four)
        self.d3 = nn.Conv2d(three + four, three, 3, 1, 1)
        self.d2 = nn.Conv2d(two + three, two, 3, 1, 1)
        self.d1 = nn.Conv2d(one + two, one, 3, 1, 1)
        self.o = nn.Conv2d(one, 1, 1)

    def forward(self, planes: Tensor) -> Tensor:
        """(n, 10, 64, 64) to scores (n, 32, 32)."""
        fine = functional.relu(self.c1(planes))
        middle = functional.relu(self.c2(fine))
        coarse = functional.relu(self.c3(middle))
        deep = functional.relu(self.c4(coarse))
        deep = deep + functional.relu(self.g(deep.mean((2, 3))))[:, :, None, None]
        deep = functional.dropout2d(deep, DROPOUT, self.training)
        coarse = functional.relu(self.d3(torch.cat([coarse, _doubled(deep)], 1)))
        coarse = functional.dropout2d(coarse, DROPOUT, self.training)
        middle = functional.relu(self.d2(torch.cat([middle, _doubled(coarse)], 1)))
        fine = functional.relu(self.d1(torch.cat([fine, _doubled(middle)], 1)))
        return self.o(fine)[:, 0]


def random_cut(image: Pixels, mask: Mask, chance: np.random.Generator) -> tuple[Pixels, Mask]:
    """A piece of any shape that keeps most of the subject and some ground."""
    height, width = mask.shape
    for _ in range(50):
        area, aspect = chance.uniform(0.45, 0.95), np.exp(chance.uniform(-0.35, 0.35))
        across = min(width, int(np.sqrt(area * aspect) * width))
        down = min(height, int(np.sqrt(area / aspect) * height))
        x, y = chance.integers(0, width - across + 1), chance.integers(0, height - down + 1)
        place = np.s_[y : y + down, x : x + across]
        piece = mask[place]
        enough = piece.sum() > chance.choice([0.85, 0.95, 0.99]) * mask.sum()
        if enough and piece.mean() < 0.75 and min(piece.shape) >= 40:
            return image[place], piece
    return image, mask


def examples(root: Path, half: int | None) -> tuple[Tensor, Tensor, Tensor]:
    """Planes (n, 10, 64, 64), masks (n, 32, 32), and how often each is to be seen (n,)."""
    rows = list(_examples(root, half, np.random.default_rng(7)))
    planes, masks, weights = (np.stack(column) for column in zip(*rows, strict=True))
    return torch.from_numpy(planes), torch.from_numpy(masks), torch.from_numpy(weights)


def _examples(root: Path, half: int | None, chance: np.random.Generator) -> Iterator[Example]:
    for name in SETS:
        for item in masked(name, root, half):
            image = read_rgb(item.file)
            yield _example(image, item.mask, 3)
            for _ in range(CUTS if name == SETS[0] else 0):
                piece, mask = random_cut(image, item.mask, chance)
                yield _example(piece, mask, 1)


def _example(image: Pixels, mask: Mask, weight: float) -> Example:
    side = SEEN // 2
    small = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return planes_of(image).astype(np.float16), np.asarray(small), np.float64(weight)


def learn(planes: Tensor, masks: Tensor, weights: Tensor, seed: int) -> dict[str, Tensor]:
    """The weights, averaged over the last steps."""
    torch.manual_seed(seed)
    network, average = Network(), Network()
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=STEPS, pct_start=0.1
    )
    for step in range(STEPS):
        picked = torch.multinomial(weights, BATCH, replacement=True)
        given, wanted = _varied(planes[picked].float(), masks[picked])
        loss = _loss(network(given), wanted)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        share = min(0.995, step / (step + 20))
        for slow, new in zip(average.parameters(), network.parameters(), strict=True):
            slow.data.mul_(share).add_(new.data, alpha=1 - share)
        if (step + 1) % 200 == 0:
            print(f"step {step + 1} of {STEPS}: loss {float(loss.detach()):.3f}", flush=True)
    return average.state_dict()


def _varied(planes: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Mirror half of them, recolour all."""
    count, channels = planes.shape[:2]
    turned = torch.rand(count) < 0.5
    planes[turned], masks[turned] = planes[turned].flip(3), masks[turned].flip(2)
    colours, others = planes[:, :3], planes[:, 3:]
    colours = colours * _factors(count, 3, 0.25) + 0.25 * torch.randn(count, 3, 1, 1)
    if torch.rand(1) < 0.3:
        colours = colours.mean((2, 3), keepdim=True) + 0.5 * colours
    return torch.cat([colours, others * _factors(count, channels - 3, 0.1)], 1), masks


def _factors(count: int, channels: int, spread: float) -> Tensor:
    return 1 + spread * torch.randn(count, channels, 1, 1)


def _loss(scores: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy, and a third of what is missing to a full overlap."""
    found = scores.sigmoid()
    shared = (found * wanted).sum((1, 2))
    overlap = shared / (found + wanted - found * wanted).sum((1, 2))
    return functional.binary_cross_entropy_with_logits(scores, wanted) + 0.3 * (1 - overlap).mean()


def _doubled(planes: Tensor) -> Tensor:
    return functional.interpolate(planes, scale_factor=2.0)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    seen = examples(given.photos, given.half)
    learned = [learn(*seen, seed) for seed in range(10, 10 + NETWORKS)]
    stacked = {name: np.stack([each[name].numpy() for each in learned]) for name in learned[0]}
    np.savez(given.out, **{name: values.astype(np.float16) for name, values in stacked.items()})


if __name__ == "__main__":
    main()
