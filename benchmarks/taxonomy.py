"""Species names resolved by a taxonomy table as large as World Flora Online's.

    python -m benchmarks.taxonomy --names 1500000

The table is generated in the shape of classification.csv: two of three names are synonyms, some are
varieties or hybrids, and of 100 names 4 are those of another plant too. A catalogue of 8,587
species holds 200 synonyms, and names with authors, without their hybrid sign, misspelled, of
several plants, and unknown. Exits with 1 if fewer than 195 synonyms are found, a certain proposal
is wrong, or the proposals take more than 5 s of processor time.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.timing import Timings
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import open_home
from engine.taxonomy.parsing import species_part
from engine.taxonomy.proposals import Proposals, propose_names
from engine.taxonomy.store import add_table, open_taxonomy


def _split(words: str) -> list[str]:
    return words.split()


NAMES = 1_500_000
SPECIES = 8_587
SYNONYMS = 200
_LEAST_FOUND = 195
_LONGEST = 5.0
_KINDS = {"author": 300, "hybrid": 60, "misspelled": 300, "several plants": 100, "unknown": 200}
_COLUMNS = _split(
    "taxonID scientificNameID scientificName taxonRank scientificNameAuthorship family "
    "taxonomicStatus acceptedNameUsageID"
)
_STARTS = _split("ab ac al am ar as ber bro cal car cer cor cre dau eri eu fra gal hel hier ix jun")
_MIDDLES = _split("an ar el en er i ic il in is o ol on or os u ul um yl yr")
_GENERA = _split("ia um us a is ella aria opsis anthe odon anthus ago ium oides")
_EPITHETS = _split("ensis ata alis icus osa ifolia oides ina ulenta iana eri florus ellus escens")
_AUTHORS = "L. Mill. Lam. DC. Willd. Benth. Hook.f. Boiss. Gaertn. (L.) Mill. Kunth Thunb. Sm."


@dataclass(frozen=True)
class Row:
    """A name of the table; `accepted` is the place of its accepted name, its own for an accepted
    one."""

    name: str
    author: str
    rank: str
    accepted: int


def make_rows(number: int, rng: random.Random) -> list[Row]:
    """So many names; genera are of very different sizes."""
    genera = _words(max(20, number // 100), _GENERA, rng)
    weights = [1 / (place + 10) for place in range(len(genera))]
    authors = _AUTHORS.split()
    rows: list[Row] = []
    accepted: list[int] = []
    species: list[str] = []
    for place, genus in enumerate(rng.choices(genera, weights, k=number)):
        author = rng.choice(authors)
        kind = rng.random()
        if rows and kind < 0.02:
            # A homonym: the name of another row, by another author, for another plant.
            name = rows[rng.randrange(len(rows))].name
        else:
            name = f"{genus.capitalize()} {_word(_EPITHETS, rng)}"
            name = name.replace(" ", " × ") if kind < 0.03 else name
        if kind > 0.85 and species:
            name = f"{rng.choice(species)} var. {_word(_EPITHETS, rng)}"
        rank = "variety" if " var. " in name else "species"
        goal = place if not accepted or rng.random() < 1 / 3 else rng.choice(accepted)
        if goal == place:
            accepted.append(place)
            if rank == "species" and "×" not in name:
                species.append(name)
        rows.append(Row(name, author, rank, goal))
    return rows


def write_table(file: Path, rows: Sequence[Row]) -> None:
    """Write the rows as classification.csv."""
    with file.open("w", encoding="utf-8") as stream:
        stream.write("\t".join(_COLUMNS) + "\n")
        for place, row in enumerate(rows):
            goal = "" if row.accepted == place else f"wfo-{row.accepted:010}"
            status = "Synonym" if goal else "Accepted"
            family = f"{row.name.split()[0][:4]}aceae"
            cells = (f"wfo-{place:010}", "", row.name, row.rank, row.author, family, status, goal)
            stream.write("\t".join(cells) + "\n")


def planted(rows: Sequence[Row], rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Names for a catalogue: the kind, the name, and the species that it means ("" = unknown)."""
    plants = defaultdict(set)
    is_accepted = set()
    for place, row in enumerate(rows):
        plants[_plain(row.name)].add(species_part(rows[row.accepted].name))
        if row.accepted == place:
            is_accepted.add(_plain(row.name))
    order = list(range(len(rows)))
    rng.shuffle(order)
    wanted = Counter(_KINDS) + Counter({"synonym": SYNONYMS})
    wanted["accepted"] = SPECIES - wanted.total()
    taken: set[str] = set()
    for place in order:
        row = rows[place]
        goal = species_part(rows[row.accepted].name)
        one_plant = len(plants[_plain(row.name)]) == 1
        if not one_plant and _plain(row.name) in is_accepted:
            continue
        kind = next((kind for kind in wanted if _fits(kind, row, place, one_plant)), "")
        name = _planted_as(kind, row, rng)
        if not kind or name in taken or (kind == "misspelled" and _plain(name) in plants):
            continue
        taken.add(name)
        yield kind, name, "" if kind in ("several plants", "unknown") else goal
        wanted[kind] -= 1
        wanted = +wanted
        if not wanted:
            return


def judge(found: Proposals, truth: dict[str, tuple[str, str]]) -> tuple[Counter[str], list[str]]:
    """How many names of each kind have a right proposal, and the certain ones that are wrong.

    An ambiguous proposal is right if what the name means is among its candidates.
    """
    right: Counter[str] = Counter()
    wrong = []
    for one in found.proposals:
        kind, goal = truth[one.old]
        if one.old == one.new:
            continue
        right[f"{kind}, {one.state}"] += one.new == goal or goal in one.candidates
        if one.state == "certain" and one.new != goal:
            wrong.append(f"{one.old} -> {one.new}, not {goal or 'known'} ({kind})")
    return right, wrong


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--names", type=int, default=NAMES)
    given = parser.parse_args()
    rng = random.Random(8_587)
    timings = Timings().of("taxonomy")
    with tempfile.TemporaryDirectory(prefix="taxonomy-") as folder:
        home = open_home(Path(folder) / "home")
        file = Path(folder) / "classification.csv"
        rows = make_rows(given.names, rng)
        write_table(file, rows)
        truth = {name: (kind, goal) for kind, name, goal in planted(rows, rng)}
        before = psutil.Process().memory_info().rss
        timings.run(f"add a table of {given.names:,} names", lambda: add_table(home, file))
        grown = psutil.Process().memory_info().rss - before
        timings.write("memory for it", f"{grown / 1e6:.0f} MB")
        timings.write("the table, the store", _sizes(file, home.taxonomy))
        with closing(SqliteCatalogue(home.catalogue)) as catalogue, open_taxonomy(home) as store:
            assert store is not None
            catalogue.add(
                Photograph(str(n), name, family="-") for n, name in enumerate(sorted(truth))
            )
            start = time.process_time()
            what = f"proposals for {len(truth):,} species"
            found = timings.run(what, lambda: propose_names(catalogue, store))
            seconds = time.process_time() - start
    right, wrong = judge(found, truth)
    kinds = Counter(kind for kind, _ in truth.values())
    for kind, many in sorted(right.items()):
        timings.write(f"right: {kind}", f"{many} of {kinds[kind.split(',')[0]]}")
    timings.write("certain and wrong", str(len(wrong)))
    print("\n".join(wrong[:20]))
    print(timings.table())
    return int(right["synonym, certain"] < _LEAST_FOUND or bool(wrong) or seconds > _LONGEST)


def _fits(kind: str, row: Row, place: int, one_plant: bool) -> bool:
    is_accepted = row.accepted == place
    if kind == "several plants":
        return not one_plant and not is_accepted
    if not one_plant:
        return False
    if kind == "synonym":
        return not is_accepted
    if kind == "hybrid":
        return "×" in row.name
    return is_accepted and row.rank == "species" and "×" not in row.name


def _planted_as(kind: str, row: Row, rng: random.Random) -> str:
    if kind == "author":
        return f"{row.name} {row.author}"
    if kind == "hybrid":
        return row.name.replace("× ", "")
    if kind == "misspelled":
        place = rng.randrange(row.name.index(" ") + 2, len(row.name))
        return row.name[:place] + rng.choice("aeiou") + row.name[place + 1 :]
    if kind == "unknown":
        return f"Zzyx{row.name[:4].lower()} {row.name.split()[1]}"
    return row.name


def _plain(name: str) -> str:
    return name.replace("× ", "")


def _words(number: int, endings: Sequence[str], rng: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < number:
        found[_word(endings, rng)] = None
    return list(found)


def _word(endings: Sequence[str], rng: random.Random) -> str:
    middles = rng.choices(_MIDDLES, k=rng.randint(1, 3))
    return rng.choice(_STARTS) + "".join(middles) + rng.choice(endings)


def _sizes(*files: Path) -> str:
    return ", ".join(f"{file.stat().st_size / 1e6:.0f} MB" for file in files)


if __name__ == "__main__":
    sys.exit(main())
