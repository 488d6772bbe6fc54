"""A rectangle of whole pixels."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Box:
    """Left, top, width and height, in pixels of the upright photograph."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    def as_list(self) -> list[int]:
        return [self.x, self.y, self.width, self.height]

    def scaled(self, ratio_x: float, ratio_y: float, width: int, height: int) -> "Box":
        """Return the same area in an image of `width` x `height`, at least one pixel, clipped."""
        left = min(max(round(self.x * ratio_x), 0), width - 1)
        top = min(max(round(self.y * ratio_y), 0), height - 1)
        right = min(max(round(self.right * ratio_x), left + 1), width)
        bottom = min(max(round(self.bottom * ratio_y), top + 1), height)
        return Box(left, top, right - left, bottom - top)


def centre_square(width: int, height: int) -> Box:
    """Return the largest central square of an image."""
    side = min(width, height)
    return Box((width - side) // 2, (height - side) // 2, side, side)


def padded_square(
    subject: Box,
    padding: float,
    width: int,
    height: int,
    minimum: float = 0.0,
    aspect: Literal["whole", "mean"] = "whole",
) -> Box:
    """Return the square around `subject` with `padding`, a share of its size, on each side.

    It is shifted and, if necessary, shrunk to fit an image of `width` x `height`. `minimum` is the
    least side, as a share of the image's shorter side. `aspect` selects the size of the subject:
    its longer side ("whole") or the geometric mean of both ("mean").
    """
    longer = max(subject.width, subject.height)
    extent = longer if aspect == "whole" else math.sqrt(subject.area)
    side = max(round(extent * (1 + 2 * padding)), round(minimum * min(width, height)))
    side = max(1, min(side, width, height))
    left = round(subject.x + subject.width / 2 - side / 2)
    top = round(subject.y + subject.height / 2 - side / 2)
    return Box(min(max(left, 0), width - side), min(max(top, 0), height - side), side, side)
