"""Train the network of `engine/crop/learned.onnx`, and measure it on unseen photographs.

    python -m benchmarks.crop.training engine/crop/learned.onnx     from all photographs
    python -m benchmarks.crop.training half.onnx --half 0           from one half of them
    python -m benchmarks.crop quality --graph half.onnx --half 1    evaluated on the other

The training data are the photographs themselves, random mirrored and recoloured cut-outs of them,
so that a subject can be anywhere, and a few drawn gardens other than the demo garden. A photograph
and its cut-outs are always in the same half.
"""

import argparse
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import onnx
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.crop.graph import build
from benchmarks.crop.photographs import PHOTOS, SETS, masked
from engine.crop.learned import INPUT_SIDE, installed_weights, squared
from engine.garden.draw import draw
from engine.garden.plan import plan_garden
from engine.images.decode import Pixels, read_rgb
from engine.weights import match_weight_names, read_weights

CHANNELS = (24, 40, 112)
CUTS = 12
GARDEN_SEED, GARDEN_EVERY = 1001, 6
WIDTHS = (16, 24, 32)
NETWORKS = 2
STEPS, BATCH, RATE, DECAY = 800, 32, 4e-3, 1e-2
DROPOUT = 0.15

Mask = NDArray[np.bool_]
Example = tuple[list[NDArray[np.float16]], NDArray[np.float32], float]


class Network(nn.Module):
    """The upper half of the network, from levels of features to log-odds of the subject."""

    def __init__(self, means: list[Tensor], spreads: list[Tensor]) -> None:
        super().__init__()
        self.means, self.spreads = means, spreads
        self.given = nn.ModuleList(map(nn.Conv2d, CHANNELS, WIDTHS, (1, 1, 1)))
        self.whole = nn.Linear(WIDTHS[-1], WIDTHS[-1])
        self.up = nn.ModuleList(
            nn.Conv2d(fine + coarse, fine, 3, padding=1) for fine, coarse in pairwise(WIDTHS)
        )
        self.out = nn.Conv2d(WIDTHS[0], 1, 1)

    def forward(self, features: list[Tensor]) -> Tensor:
        """Levels (n, channels, rows, columns), fine to coarse, to scores (n, rows, columns)."""
        levels = []
        for level, mean, spread, layer in zip(
            features, self.means, self.spreads, self.given, strict=True
        ):
            normal = (level - mean[:, None, None]) / spread[:, None, None]
            levels.append(functional.relu(layer(self._dropped(normal))))
        deep = levels[-1]
        deep = deep + functional.relu(self.whole(deep.mean((2, 3))))[:, :, None, None]
        for level, layer in zip(levels[-2::-1], reversed(self.up), strict=True):
            joined = torch.cat([level, functional.interpolate(deep, scale_factor=2.0)], 1)
            deep = self._dropped(functional.relu(layer(joined)))
        scores: Tensor = self.out(deep)[:, 0]
        return scores

    def _dropped(self, planes: Tensor) -> Tensor:
        return functional.dropout2d(planes, DROPOUT, self.training)

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """By name, as `benchmarks.crop.graph` reads them; the first layers include the
        normalisation.
        """
        found: dict[str, Tensor] = {}
        for place, layer in enumerate(self.given):
            weight = layer.weight[:, :, 0, 0] / self.spreads[place]
            found[f"in{place}.weight"] = weight
            found[f"in{place}.bias"] = layer.bias - weight @ self.means[place]
        found |= {f"whole.{name}": value for name, value in self.whole.named_parameters()}
        for place, layer in enumerate(self.up):
            found |= {f"up{place}.{name}": value for name, value in layer.named_parameters()}
        found |= {"out.weight": self.out.weight[:, :, 0, 0], "out.bias": self.out.bias}
        return {name: value.detach().numpy() for name, value in found.items()}


def features_of(square: Pixels) -> list[NDArray[np.float32]]:
    """The EfficientNet-Lite0 features of an RGB square (side, side, 3): (channels, rows, columns)
    at a quarter, an eighth and a sixteenth of the side.

    Raises:
        BadInput: its weights are not installed.
    """
    pixels = torch.from_numpy(square).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        levels: list[Tensor] = _backbone().forward_intermediates(  # type: ignore[operator]
            pixels, indices=[1, 2, 3], intermediates_only=True
        )
    return [level[0].numpy() for level in levels]


@cache
def _backbone() -> nn.Module:
    path = installed_weights()
    network: nn.Module = timm.create_model("tf_efficientnet_lite0").eval()
    tensors = read_weights(path).tensors
    network.load_state_dict(match_weight_names(tensors, network.state_dict(), path))
    return network


def random_cut(image: Pixels, mask: Mask, chance: np.random.Generator) -> tuple[Pixels, Mask]:
    """A cut-out of any shape that keeps most of the subject and some background."""
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


def recoloured(image: Pixels, chance: np.random.Generator) -> Pixels:
    """Change saturation, brightness and white balance."""
    colours = image.astype(np.float32)
    grey = colours.mean(axis=2, keepdims=True)
    colours = grey + chance.uniform(0.5, 1.4) * (colours - grey)
    colours *= chance.uniform(0.7, 1.3) * chance.uniform(0.9, 1.1, 3)
    return np.clip(colours, 0, 255).astype(np.uint8)


def examples(root: Path, half: int | None) -> tuple[list[Tensor], Tensor, Tensor]:
    """Levels of features, masks (n, 36, 36), and the sampling weight of each (n,)."""
    chance = np.random.default_rng(7)
    rows = [*_photographed(root, half, chance), *_drawn()]
    features, masks, weights = zip(*rows, strict=True)
    levels = [torch.from_numpy(np.stack(level)) for level in zip(*features, strict=True)]
    return levels, torch.from_numpy(np.stack(masks)), torch.tensor(weights, dtype=torch.float32)


def _photographed(root: Path, half: int | None, chance: np.random.Generator) -> Iterator[Example]:
    for name in SETS:
        for item in masked(name, root, half):
            image = read_rgb(item.file)
            yield _example(image, item.mask, 3)
            for _ in range(CUTS if name == SETS[0] else 0):
                piece, mask = random_cut(image, item.mask, chance)
                if chance.random() < 0.5:
                    piece, mask = piece[:, ::-1], mask[:, ::-1]
                yield _example(recoloured(piece, chance), mask, 1)


def _drawn() -> Iterator[Example]:
    for planting in plan_garden(GARDEN_SEED)[::GARDEN_EVERY]:
        drawing = draw(planting)
        yield _example(drawing.image, drawing.mask > 0, 3)


def _example(image: Pixels, mask: Mask, weight: float) -> Example:
    side = INPUT_SIDE // 4
    small = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    levels = [level.astype(np.float16) for level in features_of(squared(image))]
    return levels, np.asarray(small, np.float32), weight


def learn(features: list[Tensor], masks: Tensor, weights: Tensor, seed: int) -> Network:
    """A network with weights averaged over the last steps."""
    torch.manual_seed(seed)
    sample = [level[torch.multinomial(weights, 500)].float() for level in features]
    means = [level.mean((0, 2, 3)) for level in sample]
    spreads = [level.std((0, 2, 3)) + 1e-3 for level in sample]
    network, average = Network(means, spreads), Network(means, spreads)
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=STEPS, pct_start=0.1
    )
    for step in range(STEPS):
        picked = torch.multinomial(weights, BATCH, replacement=True)
        given, wanted = _mirrored([level[picked].float() for level in features], masks[picked])
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
    return average.eval()


def _mirrored(features: list[Tensor], masks: Tensor) -> tuple[list[Tensor], Tensor]:
    """Mirror half of them: the features of a mirrored image are nearly the mirrored features."""
    turned = (torch.rand(len(masks)) < 0.5)[:, None, None]
    mirrored = [torch.where(turned[..., None], level.flip(3), level) for level in features]
    return mirrored, torch.where(turned, masks.flip(2), masks)


def _loss(scores: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy, plus a third of the difference to a full overlap."""
    found = scores.sigmoid()
    shared = (found * wanted).sum((1, 2))
    overlap = shared / (found + wanted - found * wanted).sum((1, 2))
    return functional.binary_cross_entropy_with_logits(scores, wanted) + 0.3 * (1 - overlap).mean()


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
    onnx.save(build([learn(*seen, seed).weights() for seed in range(10, 10 + NETWORKS)]), given.out)


if __name__ == "__main__":
    main()
