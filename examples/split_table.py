"""Import a table of photographs into a home and split it into train, val and test.

python examples/split_table.py records.csv --home home --name first
"""

import argparse
from pathlib import Path

from engine.catalogue.opening import open_catalogue
from engine.catalogue.table_import import import_table
from engine.home import open_home
from engine.images.store import ImageStore
from engine.settings.split import SplitSettings
from engine.split.folder import PARTS
from engine.split.make import make_split


def split_table(table: Path, root: Path, name: str, seed: int = 42) -> dict[str, int]:
    """Import the table, make the split, and return the number of photographs of each part."""
    home = open_home(root)
    with open_catalogue(home) as catalogue:
        report = import_table(catalogue, table, ImageStore(home).keep)
        print(f"{report.added} added, {report.known} known, {report.refused} refused")
        (plan,) = make_split(home, catalogue, SplitSettings(name=name, seed=seed))
    return dict(zip(PARTS, plan.images.sum(axis=0).tolist(), strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--home", type=Path, default=Path("home"))
    parser.add_argument("--name", default="first")
    options = parser.parse_args()
    print(split_table(options.table, options.home, options.name))
