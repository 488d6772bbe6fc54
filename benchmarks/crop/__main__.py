"""The quality and speed of the crops, compared with libvips and smartcrop.

    python -m benchmarks.crop [quality] [trade-off] [speed] [fill] [loader]

Quality is measured on photographs with the true masks of their subjects. Everything runs on one
core, except `fill`.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.crop import ways
from benchmarks.crop.chart import drawing
from benchmarks.crop.photographs import PHOTOS, SETS, enlarged, masked
from benchmarks.crop.quality import compare, milliseconds, trade_off
from benchmarks.crop.speed import filling, loading, whole_way
from engine.crop import learned
from engine.crop.presets import BUILT_IN, CENTRE, CLASSIC, FAST

PARTS = ("quality", "trade-off", "speed", "fill", "loader")
SIZES = ((800, 600), (2048, 1536))


def measure_quality(
    parts: Sequence[str], photos: Path, half: int | None, chart: Path | None
) -> None:
    """The tables of the kept subject, and the chart of both measures."""
    sets = {name: masked(name, photos, half) for name in SETS}
    compared = {name: ways.by_preset(preset) for name, preset in BUILT_IN.items()} | {
        "libvips attention": ways.by_libvips("attention"),
        "libvips entropy": ways.by_libvips("entropy"),
        "smartcrop.py": ways.by_smartcrop,
    }
    table, curves = {}, {}
    if "quality" in parts:
        table = compare(sets, compared, list(BUILT_IN.values()))
    if "trade-off" in parts:
        curves = {FAST.name: trade_off(sets, FAST)}
    if chart:
        panels = {
            f"{name}: {len(items)} photographs": (
                {each: [row[place] for row in rows] for each, rows in curves.items()},
                {each: row[place] for each, row in table.items() if each not in curves},
            )
            for place, (name, items) in enumerate(sets.items())
        }
        chart.write_text(drawing(panels), encoding="utf-8")


def measure_speed(parts: Sequence[str], photos: Path, folder: Path) -> None:
    """The tables of the durations."""
    if "speed" in parts:
        sets = {name: masked(name, photos) for name in SETS}
        print("\n| saliency and box, one core | ms |\n|---|---|")
        for preset in BUILT_IN.values():
            print(f"| {preset.name} | {milliseconds(sets, preset):.1f} |")
        print("\n| file to 448 x 448 | " + " | ".join(f"{w} x {h}, ms" for w, h in SIZES) + " |")
        print("|---|" + "---|" * len(SIZES))
        shown = {
            "centre": ways.shown_in_the_middle,
            "fast": ways.shown_by_preset(FAST),
            "libvips attention": ways.shown_by_libvips,
            "smartcrop.py": ways.shown_by_smartcrop,
            "classic, at full size": ways.shown_classic(CLASSIC),
        }
        columns = [whole_way(enlarged(folder, 8, size, photos), shown) for size in SIZES]
        for name in shown:
            print(f"| {name} |" + "".join(f" {column[name]:.1f} |" for column in columns))
    if "fill" in parts:
        one, two = filling(enlarged(folder, 250, SIZES[1], photos), folder, FAST.name).values()
        print(f"\ncrop fill: {one:.0f} images/s with 1 process, {two:.0f} with 2: {two / one:.2f}x")
    if "loader" in parts:
        for size in SIZES:
            files = enlarged(folder, 40, size, photos)
            rates = loading(files, folder / f"loader-{size[0]}", FAST)
            share = rates[FAST.name] / rates[CENTRE.name]
            print(
                f"loader at {size[0]} x {size[1]}: {rates[CENTRE.name]:.1f} images/s centre, "
                f"{rates[FAST.name]:.1f} with `fast` boxes filled: {share:.1%}"
            )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    parser.add_argument("--half", type=int, choices=(0, 1), help="judge one half of them only")
    parser.add_argument("--graph", type=Path, help="instead of engine/crop/learned.onnx")
    parser.add_argument("--chart", type=Path, help="draw quality and trade-off into this SVG")
    given = parser.parse_args()
    ways.on_one_core()
    if given.graph:
        learned.GRAPH = given.graph
    measure_quality(given.parts, given.photos, given.half, given.chart)
    with tempfile.TemporaryDirectory() as folder:
        measure_speed(given.parts, given.photos, Path(folder))


if __name__ == "__main__":
    main()
