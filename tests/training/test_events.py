import struct
from pathlib import Path

from engine.training.events import EventFiles, crc32c, record, scalars


def messages(content: bytes) -> list[bytes]:
    """The messages of TFRecords, whose checksums must hold."""
    found = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        message = content[12 : 12 + length]
        assert content[: 16 + length] == record(message)
        found.append(message)
        content = content[16 + length :]
    return found


def test_the_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"") == 0


def test_a_step_is_written_as_protocol_buffers_say() -> None:
    event = scalars(300, {"loss": 0.5}, 1.0)
    assert event == (
        b"\x09" + struct.pack("<d", 1.0) + b"\x10\xac\x02"
        b"\x2a\x0d\x0a\x0b\x0a\x04loss\x15" + struct.pack("<f", 0.5)
    )  # fmt: skip


def test_each_part_has_its_folder_and_what_is_no_number_is_passed_over(tmp_path: Path) -> None:
    events = EventFiles(tmp_path / "tensorboard")
    events.add("train", 1, {"loss": 0.5, "lr": None, "top1": float("nan")})
    events.add("train", 2, {"loss": 0.25})
    events.add("val", 2, {"loss": 0.75})
    events.close()
    (train,) = (tmp_path / "tensorboard" / "train").iterdir()
    (val,) = (tmp_path / "tensorboard" / "val").iterdir()
    first, one, two = messages(train.read_bytes())
    assert first.endswith(b"brain.Event:2")
    assert one.endswith(b"loss\x15" + struct.pack("<f", 0.5)) and b"top1" not in one
    assert two.endswith(struct.pack("<f", 0.25))
    assert len(messages(val.read_bytes())) == 2
