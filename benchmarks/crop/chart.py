"""The kept subject against the fill of the square, as an image for the README."""

from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.crop.quality import Quality

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 380, 300, 56, 40, 56
_X, _Y = (0.15, 0.65), (0.1, 1.0)
_COLOURS = ("#2f6b3c", "#8a4fa3")
_INK, _FAINT, _PAPER = "#2b2b28", "#d9d8d2", "#ffffff"


def drawing(
    panels: Mapping[str, tuple[Mapping[str, Sequence[Quality]], Mapping[str, Quality]]],
) -> str:
    """An SVG with one panel per set: curves by name, and single points by name."""
    width = len(panels) * (_WIDTH + _GAP) + _LEFT
    height = _HEIGHT + 2 * _TOP + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="Figtree, Helvetica, Arial, sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>',
    ]
    for number, (title, (curves, points)) in enumerate(panels.items()):
        left = _LEFT + number * (_WIDTH + _GAP)
        parts.append(f'<g transform="translate({left} {_TOP})">')
        parts += [*_frame(title), *_points(points)]
        for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False):
            parts += _curve(name, curve, colour)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _frame(title: str) -> list[str]:
    parts = [f'<text y="-14" font-size="14" font-weight="600" fill="{_INK}">{escape(title)}</text>']
    for step in range(2, 7):
        x = _x(step / 10)
        parts.append(f'<path d="M{x:.1f} 0V{_HEIGHT}" stroke="{_FAINT}"/>')
        parts.append(_text(x, _HEIGHT + 16, f"{step / 10:.1f}", "middle"))
    for step in range(2, 11, 2):
        y = _y(step / 10)
        parts.append(f'<path d="M0 {y:.1f}H{_WIDTH}" stroke="{_FAINT}"/>')
        parts.append(_text(-8, y + 4, f"{step / 10:.1f}", "end"))
    below = "share of the square that is subject"
    parts.append(_text(_WIDTH / 2, _HEIGHT + 36, below, "middle"))
    beside = "photographs with nine tenths kept"
    turned = f'transform="rotate(-90)" x="{-_HEIGHT / 2}" y="-38" text-anchor="middle"'
    parts.append(f'<text {turned} fill="{_INK}">{beside}</text>')
    return parts


def _points(points: Mapping[str, Quality]) -> list[str]:
    parts = []
    for name, found in points.items():
        x, y = _x(found.fill), _y(found.kept)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_INK}"/>')
        parts.append(_text(x + 7, y + 4, name, "start"))
    return parts


def _curve(name: str, curve: Sequence[Quality], colour: str) -> list[str]:
    places = [(_x(each.fill), _y(each.kept)) for each in curve]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places]
    x, y = places[0]
    label = _text(x + 7, y + 12, name, "start", colour)
    return [f'<polyline points="{line}" fill="none" stroke="{colour}"/>', *dots, label]


def _text(x: float, y: float, words: str, anchor: str, colour: str = _INK) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="{colour}">{escape(words)}</text>'


def _x(fill: float) -> float:
    return (fill - _X[0]) / (_X[1] - _X[0]) * _WIDTH


def _y(kept: float) -> float:
    return (_Y[1] - kept) / (_Y[1] - _Y[0]) * _HEIGHT
