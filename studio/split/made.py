"""The splits that are there, as their manifests tell."""

from dataclasses import dataclass

from engine.errors import BadInput
from engine.files import read_json
from engine.home import Home
from engine.split.folder import PARTS, split_folder, split_names
from engine.split.plan import PartCount


@dataclass(frozen=True)
class Made:
    """A split on disk; `made` in unix seconds. `problem` says why it cannot be read, if so."""

    name: str
    seed: int = 0
    min_images: int = 1
    made: float = 0.0
    counts: tuple[tuple[str, PartCount], ...] = ()
    straddling_groups: int = 0
    group: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    problem: str = ""

    @property
    def species(self) -> int:
        return max((count.species for _, count in self.counts), default=0)


def splits_made(home: Home) -> list[Made]:
    """Every split, the newest first; a damaged one with its problem."""
    return [read_made(home, name) for name in split_names(home)]


def read_made(home: Home, name: str) -> Made:
    """One split; `problem` is set where its manifest is damaged."""
    manifest = split_folder(home, name).manifest
    try:
        told = read_json(manifest)
        return Made(
            name,
            int(told["seed"]),
            int(told["min_images"]),
            float(told["made"]),
            tuple((part, PartCount(**told["parts"][part])) for part in PARTS),
            int(told["straddling_groups"]),
            tuple(map(str, told.get("group", ()))),
            tuple(map(str, told.get("sources", ()))),
        )
    except BadInput as error:
        return Made(name, problem=str(error))
    except (KeyError, TypeError, ValueError):
        return Made(name, problem=f"{manifest} does not tell what the split is; make it again.")


def free_name(home: Home) -> str:
    """A name that no split has yet: default, default-2, …"""
    taken = {path.name for path in home.splits.glob("*")}
    names = ("default", *(f"default-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
