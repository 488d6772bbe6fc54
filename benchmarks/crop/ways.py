"""All compared crop methods: from a file to its square, and from a file to pixels."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Read when libvips is loaded: one core, as everywhere here.
os.environ["VIPS_CONCURRENCY"] = "1"

import cv2
import numpy as np
import pyvips
import smartcrop
import torch
from PIL import Image
from threadpoolctl import threadpool_limits

from engine.crop.apply import cut
from engine.crop.box import Box, centre_square
from engine.crop.finder import find_crop, find_crop_in
from engine.crop.photograph import read_cropped
from engine.images.decode import Pixels, read_header, read_rgb
from engine.settings.crop import CropPreset

Find = Callable[[Path], Box]
Show = Callable[[Path, int], Pixels]


def by_preset(preset: CropPreset) -> Find:
    return lambda file: find_crop_in(file, preset).square


def by_libvips(interesting: str) -> Find:
    def find(file: Path) -> Box:
        image = pyvips.Image.new_from_file(str(file))
        side = min(image.width, image.height)
        piece: Any = image.smartcrop(side, side, interesting=interesting)
        return Box(-piece.xoffset, -piece.yoffset, side, side)

    return find


def by_smartcrop(file: Path) -> Box:
    image = Image.open(file).convert("RGB")
    box = smartcrop.SmartCrop().crop(image, 100, 100)["top_crop"]
    side = min(box["width"], box["height"], *image.size)
    return Box(box["x"], box["y"], side, side)


def shown_by_preset(preset: CropPreset) -> Show:
    return lambda file, side: read_cropped(file, preset, side)[1]


def shown_classic(preset: CropPreset) -> Show:
    """As published: everything at the photograph's own size."""

    def show(file: Path, side: int) -> Pixels:
        image = read_rgb(file)
        size = (image.shape[1], image.shape[0])
        return cut(image, find_crop(image, preset).square, size, side)

    return show


def shown_by_libvips(file: Path, side: int) -> Pixels:
    """libvips' own fastest method: a thumbnail, decoded no larger than needed, and attention."""
    image: Any = pyvips.Image.thumbnail(str(file), side, height=side, crop="attention")
    return np.asarray(image.numpy(), np.uint8)


def shown_by_smartcrop(file: Path, side: int) -> Pixels:
    image = Image.open(file).convert("RGB")
    box = smartcrop.SmartCrop().crop(image, 100, 100)["top_crop"]
    piece = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box=piece))


def shown_in_the_middle(file: Path, side: int) -> Pixels:
    """The centre square: the cost of decoding and resizing without any search."""
    header = read_header(file)
    image = read_rgb(file, side)
    size = (header.width, header.height)
    return cut(image, centre_square(*size), size, side)


def on_one_core() -> None:
    """Limit OpenCV, numpy and torch to one thread."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    threadpool_limits(1)
