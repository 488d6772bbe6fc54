"""The check of a home: its findings, unknown states, and that it modifies nothing."""

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.backups.making import back_up
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.doctor import files
from engine.doctor.condition import Health, last_health
from engine.doctor.examine import examine
from engine.errors import BadInput
from engine.home import Home
from engine.language.current import language_set
from engine.language.message import Message
from engine.locks import claim, release
from tests.doctor.conftest import alter


def states(health: Health) -> dict[str, str]:
    return {check.key: check.state for check in health.checks}


def items(health: Health, key: str) -> set[str]:
    found = health.named(key)
    assert found is not None
    return {str(item) for item in found.items}


def test_a_database_that_never_existed_is_not_reported_as_sound(garden: Home) -> None:
    garden.crops.unlink(missing_ok=True)
    assert "database-crops" not in states(examine(garden, 0))


def test_a_sound_home_is_sound_once_it_has_a_backup(garden: Home) -> None:
    back_up(garden)
    health = examine(garden, 0)
    assert health.state == "sound", states(health)
    assert last_health(garden) == health


def test_every_changed_emptied_and_removed_photograph_is_found(
    garden: Home, photographs: list[Photograph]
) -> None:
    paths = [one.path for one in photographs]
    for seed, path in enumerate(paths[:50]):
        alter(garden.resolve(path), 40, seed)
    for path in paths[50:80]:
        garden.resolve(path).write_bytes(b"")
    for path in paths[80:90]:
        garden.resolve(path).unlink()
    health = examine(garden, 0)
    assert items(health, "changed") == set(paths[:50])
    assert items(health, "empty") == set(paths[50:80])
    assert items(health, "missing") == set(paths[80:90])
    assert health.state == "fault"


def test_a_change_that_keeps_size_and_time_is_found_when_the_file_is_read_again(
    garden: Home, photographs: list[Photograph]
) -> None:
    examine(garden, 0)
    file = garden.resolve(photographs[0].path)
    about = file.stat()
    alter(file, 1, 7)
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert items(examine(garden, 0), "changed") == {photographs[0].path}


def test_files_that_were_not_read_are_unknown(
    garden: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_LEAST_SHARE", 50_000)
    health = examine(garden, 0, share=True)
    unread = health.named("unread")
    assert unread is not None
    assert unread.state == "unknown"
    assert 0 < unread.count < 100
    for _ in range(20):
        health = examine(garden, 0, share=True)
    assert states(health)["unread"] == "sound"


def test_an_interrupted_examination_reads_no_file_twice(
    garden: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BATCH_SECONDS", 0.0)
    asked: list[int] = []

    def stop_after_thirty(done: int, total: int, note: Message) -> None:
        if str(note) == "Reading photographs":
            asked.append(total)
            if done == 30:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(garden, 0, stop_after_thirty)
    examine(garden, 0, stop_after_thirty if len(asked) > 99 else lambda d, t, n: asked.append(t))
    assert asked[0] == 100
    assert 69 in asked


def test_reading_keeps_the_rate_limit(garden: Home) -> None:
    size = sum(file.stat().st_size for file in garden.images.glob("*/*"))
    began = time.monotonic()
    examine(garden, size / 1e6)
    assert time.monotonic() - began > 0.85


@pytest.mark.parametrize("seed", range(8))
def test_64_random_bytes_in_the_catalogue_are_found(garden: Home, seed: int) -> None:
    """At random offsets among the records, a kind of damage that `counts` never reads."""
    examine(garden, 0)
    content = garden.catalogue.read_bytes()
    place = content.index(b"Photograph 7 by Ann") + 9 * seed if seed < 4 else None
    if place is None:
        used = [at for at in range(0, len(content), 64) if any(content[at : at + 64])]
        place = int(np.random.default_rng(seed).choice(used))
    random = np.random.default_rng(seed).bytes(64)
    garden.catalogue.write_bytes(content[:place] + random + content[place + 64 :])
    health = examine(garden, 0)
    assert "fault" in states(health).values(), states(health)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_8_kb_in_the_catalogue_are_found(garden: Home, share: float) -> None:
    size = garden.catalogue.stat().st_size
    alter(garden.catalogue, 8192, 1, start=int(share * size))
    health = examine(garden, 0)
    assert states(health)["database-catalogue"] == "fault"
    assert health.named("records") is not None


def test_a_changed_letter_in_a_record_is_found(garden: Home) -> None:
    examine(garden, 0)
    content = garden.catalogue.read_bytes()
    garden.catalogue.write_bytes(content.replace(b"Photograph 7 by Ann", b"Photograph 7 by Bnn"))
    health = examine(garden, 0)
    assert states(health)["database-catalogue"] == "sound"
    assert (states(health)["records-changed"], items(health, "records-changed")) == (
        "doubtful",
        {"photo-007"},
    )


def test_changes_by_the_studio_itself_are_not_findings(garden: Home) -> None:
    examine(garden, 0)
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        catalogue.curate(["photo-001"], "exclude", "blurred")
        catalogue.update([{"image_id": "photo-002", "phash": "0" * 16, "flags": ("blurry",)}])
        catalogue.mark_remote([catalogue.get("photo-003").sha256])  # type: ignore[union-attr]
    health = examine(garden, 0)
    assert states(health)["records-changed"] == "sound"
    assert states(health)["counts"] == "sound"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("sha256", "no digest"),
        ("path", "data/images/ab/other.jpg"),
        ("path", "../../etc/passwd"),
        ("width", -4),
        ("phash", "xyz"),
        ("observer", b"\xff\xfe\x00"),
    ],
)
def test_an_impossible_record_is_found(garden: Home, column: str, value: object) -> None:
    with sqlite3.connect(garden.catalogue) as connection:
        connection.execute(
            f"UPDATE photograph SET {column} = ? WHERE image_id = 'photo-005'", [value]
        )
    health = examine(garden, 0)
    assert states(health)["records"] == "fault"
    assert len(items(health, "records")) == 1


def test_a_missing_record_is_found(garden: Home, photographs: list[Photograph]) -> None:
    os.utime(garden.resolve(photographs[5].path), (1e9, 1e9))
    examine(garden, 0)
    with sqlite3.connect(garden.catalogue) as connection:
        connection.execute("DELETE FROM photograph WHERE image_id = 'photo-005'")
    health = examine(garden, 0)
    assert states(health)["records-gone"] == "doubtful"
    assert states(health)["counts"] == "fault"
    assert states(health)["strays"] == "doubtful"


def test_strays_and_temporary_files_are_listed_and_not_modified(garden: Home) -> None:
    stray = garden.images / "ab" / f"{'ab' * 32}.jpg"
    left = garden.images / "ab" / ".picture.jpg.x1y2z3a4"
    for file in (stray, left):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"something")
        os.utime(file, (1e9, 1e9))
    young = garden.images / "ab" / f"{'cd' * 32}.jpg"
    young.write_bytes(b"just now")
    health = examine(garden, 0)
    assert items(health, "strays") == {garden.relative(stray)}
    assert items(health, "temporary") == {garden.relative(left)}
    assert stray.exists()
    assert left.exists()


def test_a_draft_of_a_split_is_listed_with_the_size_of_its_files(garden: Home) -> None:
    draft = garden.splits / ".first.123"
    draft.mkdir(parents=True)
    (draft / "train.jsonl").write_bytes(bytes(2_000_000))
    os.utime(draft, (1e9, 1e9))
    health = examine(garden, 0)
    assert items(health, "temporary") == {"data/splits/.first.123"}
    check = health.named("temporary")
    assert check is not None
    assert "(2.0 MB)" in check.text


def test_a_damaged_database_of_another_kind_is_found(garden: Home) -> None:
    garden.quality.write_bytes(b"no database at all " * 500)
    assert states(examine(garden, 0))["database-quality"] == "fault"


def test_if_all_photographs_are_missing_it_asks_about_the_disk(garden: Home) -> None:
    garden.images.rename(garden.data / "elsewhere")
    missing = examine(garden, 0).named("missing")
    assert missing is not None
    assert "mounted?" in missing.text
    assert not missing.repair


def test_two_examinations_do_not_run_at_once(garden: Home) -> None:
    lock = claim(garden.data / "doctor.lock")
    assert lock is not None
    try:
        with pytest.raises(BadInput, match="Another check"):
            examine(garden, 0)
    finally:
        release(lock)


def test_the_result_is_stored_in_english_and_shown_in_any_language(garden: Home) -> None:
    with language_set("es"):
        examine(garden, 0)
        health = last_health(garden)
        assert health is not None
        texts = {check.key: check.text for check in health.checks}
        assert texts["backups"] == "Aún no hay copias de seguridad."
        assert texts["missing"] == "0 de 100 archivos."
    written = json.loads((garden.data / "doctor.json").read_text())["checks"]
    assert {check["key"]: check["text"] for check in written}["backups"] == "No backups yet."


def test_the_result_of_an_older_version_is_shown_unchanged(garden: Home) -> None:
    check = {"key": "empty", "title": "Empty files", "state": "fault", "text": "2 of 9 empty."}
    more = {"count": 2, "items": ["a", "b"], "repair": "Moves the files aside."}
    (garden.data / "doctor.json").write_text(json.dumps({"checks": [check | more], "t": 1.0}))
    health = last_health(garden)
    assert health is not None
    (read,) = health.checks
    assert (str(read.title), read.text, read.items) == ("Empty files", "2 of 9 empty.", ("a", "b"))
    assert str(read.repair) == "Moves the files aside."


def test_an_unreadable_result_counts_as_none(garden: Home) -> None:
    Path(garden.data / "doctor.json").write_text('{"checks": [{"key": 1}]}')
    assert last_health(garden) is None


def test_what_it_does_is_told_in_the_readers_language(garden: Home) -> None:
    notes: list[object] = []
    examine(garden, 0, lambda done, total, note: notes.append(note))
    with language_set("es"):
        assert {"Comprobando las bases de datos", "Leyendo fichas"} <= set(map(str, notes))
