"""The licences and credits of exported photographs, as CSV and as text to read."""

import csv
import shutil
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.catalogue.exported_folder import CREDITS, LICENCES
from engine.catalogue.store import UNSTATED
from engine.language.formats import number
from engine.language.message import gettext, ngettext
from engine.spreadsheet import to_cell

_COPIED = ("image_id", "species", "license")
_MORE = ("attribution", "observer", "source", "url")
_COLUMNS = ("file", *_COPIED, "listed_licenses", *_MORE)


class CreditsWriter:
    """licences.csv, and CREDITS.txt: how many photographs each licence has, then a line for each.

    `listed_licenses` are those that the listings of a photograph state besides its own.
    """

    def __init__(self, folder: Path, spreadsheet_safe: bool) -> None:
        self._folder, self._safe = folder, spreadsheet_safe
        self._lines = (folder / f".{CREDITS}").open("w", encoding="utf-8")
        self._sheet = (folder / LICENCES).open("w", encoding="utf-8", newline="")
        self._cells = csv.writer(self._sheet)
        self._cells.writerow(_COLUMNS)
        self.by_license: Counter[str] = Counter()

    def __enter__(self) -> "CreditsWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sheet.close()
        self._lines.close()

    def add(self, row: dict[str, Any]) -> None:
        """Write the credits of a photograph, whose `path` is that in the export."""
        self.by_license[row["license"]] += 1
        stated = dict.fromkeys(one.get("license", "") for one in row["listings"])
        others = [licence for licence in stated if licence not in ("", row["license"])]
        cells = [
            row["path"],
            *(row[name] for name in _COPIED),
            " | ".join(others),
            *(row[name] for name in _MORE),
        ]
        self._cells.writerow([to_cell(cell, self._safe) for cell in cells])
        licence = row["license"] or gettext(UNSTATED)
        author = row["attribution"] or row["observer"]
        words = (row["species"], author, licence, row["source"], row["url"])
        self._lines.write(f"{row['path']}: {' · '.join(filter(None, words))}\n")

    def close(self) -> None:
        """Put the text together.

        Raises:
            OSError: the disk refuses the write.
        """
        self._lines.close()
        body = self._folder / f".{CREDITS}"
        with (self._folder / CREDITS).open("wb") as text, body.open("rb") as lines:
            text.write(self._head().encode())
            shutil.copyfileobj(lines, text)
        body.unlink()

    def _head(self) -> str:
        total = self.by_license.total()
        lines = [
            ngettext("Credits of {n} photograph", "Credits of {n} photographs", total),
            "",
            gettext("Licences"),
            *(
                f"  {licence or gettext(UNSTATED)}: {number(images)}"
                for licence, images in self.by_license.most_common()
            ),
            "",
            gettext("Each photograph: file, species, author, licence, source, address"),
            "",
        ]
        return "\n".join(lines) + "\n"
