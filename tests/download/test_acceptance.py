"""What is wrong with a file that was fetched is said without its temporary name."""

from pathlib import Path

import pytest

from engine.download.acceptance import accept
from engine.errors import UnreadableImage
from engine.language.current import language_set


@pytest.mark.parametrize("name", ["file", "is", "x7"])
def test_a_reason_names_no_temporary_file_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(UnreadableImage) as caught:
        accept(tmp_path / name, 10**6)
    assert str(caught.value) == "The photograph is empty."
    with language_set("es"):
        assert str(caught.value) == "La fotografía: el archivo está vacío."
