import struct
from pathlib import Path

import pytest

from engine.files import read_json_lines
from engine.home import Home
from engine.training.loop import train
from engine.training.report.event_files import EventFiles, crc32c, event_record, scalars
from tests.training.conftest import Prepare


def messages(content: bytes) -> list[bytes]:
    """The messages of TFRecords, whose checksums must hold."""
    found = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        message = content[12 : 12 + length]
        assert content[: 16 + length] == event_record(message)
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


def values_of(message: bytes) -> tuple[int, dict[str, float]]:
    """The step and the scalars of an event that `scalars` wrote."""

    def varint(position: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = message[position]
            value |= (byte & 0x7F) << shift
            position, shift = position + 1, shift + 7
            if byte < 0x80:
                return value, position

    assert message[9:10] == b"\x10"
    step, position = varint(10)
    assert message[position : position + 1] == b"\x2a"
    _, position = varint(position + 1)
    found = {}
    while position < len(message):
        _, position = varint(position + 1)
        length, position = varint(position + 1)
        name = message[position : position + length].decode()
        position += length + 1
        (found[name],) = struct.unpack("<f", message[position : position + 4])
        position += 4
    return step, found


def test_a_training_writes_the_same_curves_for_tensorboard_where_that_is_set(
    home: Home, new_run: Prepare
) -> None:
    plain = new_run("plain", training__epochs=1)
    train(home, plain)
    assert not plain.events.exists()
    folder = new_run("told", training__epochs=2, training__tensorboard=True)
    assert train(home, folder).state == "finished"
    for part in ("train", "val"):
        (file,) = (folder.events / part).iterdir()
        written = [values_of(message) for message in messages(file.read_bytes())[1:]]
        lines = [line for line in read_json_lines(folder.metrics) if line["split"] == part]
        assert [step for step, _ in written] == [line["step"] for line in lines]
        for (_, values), line in zip(written, lines, strict=True):
            assert values["loss"] == pytest.approx(line["loss"], rel=1e-5)
            assert values["top1"] == pytest.approx(line["top1"], rel=1e-5)
