"""Decompression bombs: the memory and time that each costs the studio, and its error message.

    python -m benchmarks.bombs [NAME…]

Each is stored, read at its own size and read at a small size in a separate process. The memory is
the peak of the process minus its initial memory; the time is CPU time.
"""

import io
import json
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

MOST_MB, MOST_SECONDS = 500, 5.0
PROJECT = Path(__file__).resolve().parents[1]
Bomb = Callable[[], bytes]
_GREEN = (60, 120, 60)


@dataclass(frozen=True)
class Cost:
    """The cost of a bomb: MB above the initial memory, CPU seconds, and messages."""

    megabytes: float
    seconds: float
    said: tuple[str, ...]


def measured(content: bytes) -> Cost:
    """Pass a file to every reader of the image store, in a separate process."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bomb").write_bytes(content)
        command = [sys.executable, "-m", "benchmarks.bombs", "--child", folder]
        ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    megabytes, seconds, said = json.loads(ended.stdout.splitlines()[-1])
    return Cost(megabytes, seconds, tuple(said))


def _child(folder: Path) -> None:
    from engine.errors import UnreadableImage
    from engine.home import open_home
    from engine.images.decode import decode_fully, read_rgb
    from engine.images.store import ImageStore

    store, bomb = ImageStore(open_home(folder / "home")), folder / "bomb"
    doors: list[Callable[[], object]] = [
        lambda: store.keep(bomb),
        lambda: decode_fully(bomb.read_bytes()),
        lambda: read_rgb(bomb),
        lambda: read_rgb(bomb, least_side=448),
    ]
    before, slowest, said = _peak(), 0.0, []
    for door in doors:
        started = time.process_time()
        try:
            door()
            said.append("taken")
        except UnreadableImage as error:
            said.append(str(error))
        slowest = max(slowest, time.process_time() - started)
    print(json.dumps([_peak() - before, slowest, said]))


def _peak() -> float:
    """The peak memory of this process in MB; the value of `resource` includes the parent."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _zeros(size: int) -> bytes:
    """This many zeros, deflated."""
    pack, out, block = zlib.compressobj(1), [], bytes(2**24)
    while size > 0:
        out.append(pack.compress(block[:size]))
        size -= len(block)
    return b"".join([*out, pack.flush()])


def _png(
    side: int, depth: int = 8, colour: int = 2, interlace: int = 0,
    before: Iterable[bytes] = (), is_whole: bool = True,
) -> bytes:  # fmt: skip
    channels = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, interlace)
    size = side * (side * channels * depth // 8 + 1) + (side * 8 if interlace else 0)
    chunks = [
        _chunk(b"IHDR", header),
        *before,
        _chunk(b"IDAT", _zeros(size if is_whole else 10_000)),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _saved(mode: str, side: int, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    colour = {"RGB": _GREEN, "CMYK": (*_GREEN, 9), "F": 0.5}.get(mode, 9)
    Image.new(mode, (side, side), colour).save(stream, kind, **options)
    return stream.getvalue()


def _behind_start(jpeg: bytes, more: bytes) -> bytes:
    return jpeg[:2] + more + jpeg[2:]


def _many_scans(side: int, scans: int) -> bytes:
    content = _saved("RGB", side, "JPEG", progressive=True, quality=50)
    last, end = content.rindex(b"\xff\xda"), len(content) - 2
    return content[:end] + content[last:end] * scans + content[end:]


def _claimed_jpeg(width: int, height: int) -> bytes:
    content = bytearray(_saved("RGB", 64, "JPEG"))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def _crowded_exif(size: int) -> bytes:
    """EXIF data of that size; each entry refers to nearly all of it."""
    entries = min(size // 12 - 2, 65_000)
    entry = [struct.pack("<HHII", 0x9000 + n % 64, 7, size - 16, 8) for n in range(entries)]
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + b"".join(entry) + bytes(4)
    return head.ljust(size, b"\0")


def _exif_segment(exif: bytes) -> bytes:
    content = b"Exif\0\0" + exif
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def _tiff_directory() -> bytes:
    """A TIFF of 100 kB whose directory refers to the same bytes thousands of times."""
    tags = [struct.pack("<HHII", 40_000 + n, 7, 90_000, 8) for n in range(8_000)]
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(tags) + bytes(4)
    ).ljust(100_000, b"\0")  # fmt: skip


def _tiled_tiff(tile: int) -> bytes:
    """An image of 64 pixels per side in a single tile that is far larger."""
    data = _zeros(tile * tile * 3)
    values = {
        256: (3, 64), 257: (3, 64), 258: (3, 8), 259: (3, 8), 262: (3, 2), 277: (3, 3),
        322: (4, tile), 323: (4, tile), 324: (4, 8), 325: (4, len(data)),
    }  # fmt: skip
    entries = [struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in values.items()]
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def _endless_tiff() -> bytes:
    """A TIFF whose last directory names the first one as the next."""
    content = bytearray(_saved("RGB", 64, "TIFF"))
    (place,) = struct.unpack("<I", content[4:8])
    (entries,) = struct.unpack("<H", content[place : place + 2])
    after = place + 2 + 12 * entries
    content[after : after + 4] = struct.pack("<I", place)
    return bytes(content)


def _frames(kind: str, count: int) -> bytes:
    rng = np.random.default_rng(0)
    pictures = [
        Image.fromarray(rng.integers(0, 255, (4, 4, 3), np.uint8)) for _ in range(count)
    ]  # fmt: skip
    stream = io.BytesIO()
    pictures[0].save(stream, kind, save_all=True, append_images=pictures[1:])
    return stream.getvalue()


def _gif_comment() -> bytes:
    small = _saved("P", 8, "GIF")
    head = 13 + 3 * 2 ** ((small[10] & 7) + 1) if small[10] & 0x80 else 13
    comment = b"!\xfe" + (b"\xff" + bytes(255)) * 80_000 + b"\0"
    return small[:head] + comment + small[head:]


def _claimed_bmp(side: int) -> bytes:
    content = bytearray(_saved("RGB", 64, "BMP"))
    content[18:26] = struct.pack("<ii", side, side)
    return bytes(content)


def _packed_bmp(side: int) -> bytes:
    """Run lengths: two bytes for 255 pixels."""
    line = b"\xff\x01" * (side // 255) + bytes((side % 255, 1, 0, 0))
    data = line * side + b"\0\1"
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(data), 0, 0, 256, 0)
    start = 14 + len(info) + 1_024
    head = b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
    return head + info + bytes(1_024) + data


_TEXT = b"Comment\0\0"
_FRAMES = _chunk(b"acTL", struct.pack(">II", 1_000_000, 0))
_PALETTE = (_chunk(b"PLTE", bytes(range(6))), _chunk(b"tRNS", b"\0"))
_BLACK_PALETTE = (_chunk(b"PLTE", bytes(6)),)

BOMBS: dict[str, Bomb] = {
    "png header of 2,500 megapixels": lambda: _png(50_000, is_whole=False),
    "png 149 megapixels": lambda: _png(12_200),
    "png 149 megapixels of grey": lambda: _png(12_200, colour=0),
    "png 149 megapixels of a palette": lambda: _png(12_200, colour=3, before=_BLACK_PALETTE),
    "png 149 megapixels of a clear palette": lambda: _png(12_200, colour=3, before=_PALETTE),
    "png 110 megapixels of 16 bits": lambda: _png(10_500, depth=16),
    "png 112 megapixels with alpha": lambda: _png(10_600, colour=6),
    "png 100 megapixels interlaced": lambda: _png(10_000, interlace=1),
    "png 64 megapixels": lambda: _png(8_000),
    "png of a million frames": lambda: _png(64, before=[_FRAMES]),
    "png with 200 MB of text": lambda: _png(
        64, before=[_chunk(b"zTXt", _TEXT + _zeros(2 * 10**8))]
    ),
    "png with 200 MB of profile": lambda: _png(
        64, before=[_chunk(b"iCCP", b"p\0\0" + _zeros(2 * 10**8))]
    ),
    "png of a million chunks": lambda: _png(64, before=[_chunk(b"prVt", b"") * 10**6]),
    "png with crowded EXIF": lambda: _png(64, before=[_chunk(b"eXIf", _crowded_exif(10**6))]),
    "jpeg header of 4,290 megapixels": lambda: _claimed_jpeg(65_500, 65_500),
    "jpeg 149 megapixels": lambda: _saved("RGB", 12_200, "JPEG", quality=50),
    "jpeg 149 megapixels progressive": lambda: _saved(
        "RGB", 12_200, "JPEG", quality=50, progressive=True, subsampling=0
    ),
    "jpeg 61 megapixels progressive": lambda: _saved(
        "RGB", 7_810, "JPEG", quality=50, progressive=True
    ),
    "jpeg 100 megapixels of CMYK": lambda: _saved("CMYK", 10_000, "JPEG", quality=50),
    "jpeg of 5,000 scans": lambda: _many_scans(4_000, 5_000),
    "jpeg 61 megapixels of 200 scans": lambda: _many_scans(7_810, 190),
    "jpeg 9 megapixels of 200 scans": lambda: _many_scans(3_000, 190),
    "jpeg of a million segments": lambda: _behind_start(
        _saved("RGB", 64, "JPEG"), b"\xff\xfe\0\2" * 10**6
    ),
    "jpeg with 20 MB of padding": lambda: _behind_start(
        _saved("RGB", 64, "JPEG"), b"\xff" * 2 * 10**7
    ),
    "jpeg with crowded EXIF": lambda: _behind_start(
        _saved("RGB", 64, "JPEG"), _exif_segment(_crowded_exif(65_500))
    ),
    "webp 100 megapixels": lambda: _saved(
        "RGB", 10_000, "WEBP", lossless=True, method=0, quality=0
    ),
    "webp 24 megapixels": lambda: _saved("RGB", 4_890, "WEBP", lossless=True, method=0, quality=0),
    "webp of 2,000 frames": lambda: _frames("WEBP", 2_000),
    "avif 64 megapixels": lambda: _saved("RGB", 8_000, "AVIF", speed=10),
    "avif 29 megapixels": lambda: _saved("RGB", 5_400, "AVIF", speed=10, subsampling="4:4:4"),
    "tiff 149 megapixels of floats": lambda: _saved(
        "F", 12_200, "TIFF", compression="tiff_deflate"
    ),
    "tiff 100 megapixels in one strip": lambda: _saved(
        "RGB", 10_000, "TIFF", compression="tiff_deflate", tiffinfo={278: 10_000}
    ),
    "tiff of one giant tile": lambda: _tiled_tiff(16_000),
    "tiff of endless pages": _endless_tiff,
    "tiff with a crowded directory": _tiff_directory,
    "gif 149 megapixels": lambda: _saved("P", 12_200, "GIF"),
    "gif of 2,000 frames": lambda: _frames("GIF", 2_000),
    "gif with 20 MB of comment": _gif_comment,
    "bmp header of 900 megapixels": lambda: _claimed_bmp(30_000),
    "bmp 149 megapixels of run lengths": lambda: _packed_bmp(12_200),
}


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]))
        return
    # Pillow also issues its own bomb warning when it writes such a file.
    Image.MAX_IMAGE_PIXELS = None
    print("| file | kB | most memory, MB | processor, s | kept |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or BOMBS:
        content = BOMBS[name]()
        cost = measured(content)
        kept = cost.said[0]
        row = (name, f"{len(content) / 1e3:,.0f}", f"{cost.megabytes:.0f}", f"{cost.seconds:.1f}")
        print(f"| {' | '.join(row)} | {kept} |", flush=True)


if __name__ == "__main__":
    main()
