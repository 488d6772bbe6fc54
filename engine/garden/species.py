"""The species of the demo garden. They are invented, as each epithet says (fictus,
imaginarius, delineatus ...); the genera and families determine only their appearance."""

from dataclasses import dataclass

from engine.garden.lamina import Colour, Surface


@dataclass(frozen=True)
class Whorl:
    """A ring of petals. `elevation` is the angle from the flower's plane in radians (0 flat,
    pi/2 upright), `length` is in flower radii, `bend` curls the petal towards the axis (above 0)
    or back (below 0), `cup` makes it concave across."""

    count: int
    surface: Surface
    length: float = 1.0
    elevation: float = 0.15
    bend: float = -0.1
    cup: float = 0.1
    turn: float = 0.0


@dataclass(frozen=True)
class Disc:
    """The centre of a flower: a dome of `radius` flower radii, dotted from core to rim."""

    radius: float
    core: Colour
    rim: Colour
    dots: int = 180
    height: float = 0.08


@dataclass(frozen=True)
class Stamens:
    """A brush of stamens of `length` flower radii, spread by `spread` radians."""

    count: int
    length: float
    spread: float
    filament: Colour
    anther: Colour


@dataclass(frozen=True)
class Bloom:
    """A flower: its whorls from outer to inner, then its centre."""

    whorls: tuple[Whorl, ...]
    disc: Disc | None = None
    stamens: Stamens | None = None
    sepal: Surface | None = None


@dataclass(frozen=True)
class GardenSpecies:
    """A species: its number of photographs and its traits.

    `habit` names its growth habit (see engine.garden.habit), `bloom_size` is the flower's
    radius and `height` the stem's length in plant units, `pitch` is the range of camera
    angles in radians from the horizontal.
    """

    binomial: str
    family: str
    count: int
    habit: str
    leaf: Surface
    stem: Colour
    bloom: Bloom | None = None
    bloom_size: float = 0.3
    height: float = 1.0
    stems: tuple[int, int] = (1, 2)
    leaves: int = 5
    leaf_length: float = 0.4
    pitch: tuple[float, float] = (0.05, 0.5)

    @property
    def genus(self) -> str:
        """The first word of the binomial."""
        return self.binomial.split()[0]


GREEN: Colour = (0.30, 0.47, 0.18)
PALE_GREEN: Colour = (0.45, 0.60, 0.28)
DEEP_GREEN: Colour = (0.16, 0.34, 0.14)
GREY_GREEN: Colour = (0.50, 0.58, 0.46)

_DAISY = Bloom(
    whorls=(
        Whorl(21, Surface((0.93, 0.93, 0.90), (0.99, 0.99, 0.98), 0.125, 0.58, 0.34,
                      veins="parallel", vein_count=6, vein_strength=0.09, notch=0.04,
                      mottle=0.04), elevation=0.1, bend=-0.12, cup=-0.02),
    ),
    disc=Disc(0.31, (0.86, 0.62, 0.06), (0.98, 0.82, 0.14), 240, 0.12),
    sepal=Surface(GREEN, DEEP_GREEN, 0.3, 0.4, 0.9),
)  # fmt: skip

_SUNFLOWER = Bloom(
    whorls=(
        Whorl(19, Surface((0.93, 0.58, 0.03), (1.0, 0.82, 0.12), 0.19, 0.42, 0.85,
                      veins="parallel", vein_count=8, vein_strength=0.16), elevation=0.05,
              bend=-0.14, cup=0.06),
        Whorl(17, Surface((0.90, 0.52, 0.02), (0.99, 0.78, 0.08), 0.19, 0.42, 0.85,
                      veins="parallel", vein_count=8, vein_strength=0.16), length=0.86,
              elevation=0.24, bend=0.06, cup=0.06, turn=0.5),
    ),
    disc=Disc(0.44, (0.25, 0.15, 0.07), (0.38, 0.20, 0.06), 420, 0.1),
    sepal=Surface(GREEN, DEEP_GREEN, 0.26, 0.35, 1.1),
)  # fmt: skip

_POPPY = Bloom(
    whorls=(
        Whorl(2, Surface((0.72, 0.06, 0.03), (0.93, 0.16, 0.07), 0.66, 0.66, 0.36,
                      veins="fan", vein_count=26, vein_strength=0.1, throat=(0.10, 0.03, 0.06),
                      throat_length=0.22, ruffle=0.09, mottle=0.16), elevation=0.42, bend=0.12,
              cup=0.2),
        Whorl(2, Surface((0.74, 0.07, 0.03), (0.96, 0.20, 0.09), 0.60, 0.66, 0.36,
                      veins="fan", vein_count=26, vein_strength=0.1, throat=(0.10, 0.03, 0.06),
                      throat_length=0.24, ruffle=0.09, mottle=0.16), length=0.9, elevation=0.62,
              bend=0.1, cup=0.22, turn=0.5),
    ),
    disc=Disc(0.13, (0.45, 0.52, 0.28), (0.30, 0.36, 0.18), 12, 0.16),
    stamens=Stamens(30, 0.34, 0.8, (0.20, 0.08, 0.12), (0.12, 0.08, 0.12)),
)  # fmt: skip

_FLAX = Bloom(
    whorls=(
        Whorl(5, Surface((0.62, 0.70, 0.94), (0.36, 0.48, 0.90), 0.43, 0.74, 0.5, veins="fan",
                      vein_count=15, vein_strength=0.2, throat=(0.86, 0.88, 0.80),
                      throat_length=0.16, ruffle=0.04), elevation=0.3, bend=-0.12, cup=0.08),
    ),
    disc=Disc(0.08, (0.80, 0.84, 0.55), (0.62, 0.72, 0.40), 10, 0.08),
    stamens=Stamens(5, 0.26, 0.4, (0.72, 0.78, 0.92), (0.90, 0.88, 0.72)),
    sepal=Surface(GREEN, GREEN, 0.3, 0.4, 0.9),
)  # fmt: skip

_DANDELION_RAY = Surface((0.95, 0.66, 0.02), (1.0, 0.86, 0.10), 0.1, 0.62, 0.26, veins="parallel",
                         vein_count=4, vein_strength=0.14, notch=0.05)  # fmt: skip
_DANDELION = Bloom(
    whorls=(
        Whorl(24, _DANDELION_RAY, 1.0, 0.08, -0.1, 0.0),
        Whorl(19, _DANDELION_RAY, 0.8, 0.4, -0.08, 0.0, 0.5),
        Whorl(13, _DANDELION_RAY, 0.56, 0.8, 0.0, 0.0, 0.2),
    ),
    sepal=Surface(GREEN, PALE_GREEN, 0.16, 0.35, 1.0),
)

_TULIP_OUTER = Surface((0.90, 0.70, 0.28), (0.80, 0.22, 0.36), 0.42, 0.5, 0.62,
                       edge=(0.96, 0.66, 0.66), veins="fan", vein_count=18, vein_strength=0.1,
                       gloss=0.2)  # fmt: skip
_TULIP = Bloom(
    whorls=(
        Whorl(3, _TULIP_OUTER, 1.0, 1.16, 0.26, 0.34),
        Whorl(3, _TULIP_OUTER, 0.98, 1.32, 0.2, 0.34, 0.5),
    ),
)

_LILY_TEPAL = Surface((0.96, 0.50, 0.08), (0.93, 0.36, 0.06), 0.24, 0.5, 0.9,
                      edge=(0.98, 0.60, 0.22), veins="parallel", vein_count=5,
                      vein_strength=0.12, throat=(0.72, 0.74, 0.26), throat_length=0.1,
                      spots=(0.34, 0.08, 0.06), gloss=0.22)  # fmt: skip
_LILY = Bloom(
    whorls=(
        Whorl(3, _LILY_TEPAL, 1.0, 0.62, -0.42, 0.14),
        Whorl(3, _LILY_TEPAL, 0.98, 0.72, -0.42, 0.14, 0.5),
    ),
    stamens=Stamens(6, 0.66, 0.3, (0.86, 0.78, 0.50), (0.46, 0.16, 0.06)),
)

_PRIMROSE = Bloom(
    whorls=(
        Whorl(5, Surface((0.86, 0.34, 0.62), (0.95, 0.58, 0.78), 0.42, 0.72, 0.45, notch=0.2,
                      veins="fan", vein_count=9, vein_strength=0.08, throat=(0.97, 0.84, 0.26),
                      throat_length=0.22), elevation=0.12, bend=-0.05, cup=0.05),
    ),
    disc=Disc(0.1, (0.66, 0.62, 0.16), (0.94, 0.78, 0.2), 8, 0.02),
)  # fmt: skip

_CARROT = Bloom(
    whorls=(
        Whorl(5, Surface((0.90, 0.93, 0.84), (0.97, 0.98, 0.95), 0.46, 0.66, 0.5, notch=0.14,
                      mottle=0.05), elevation=0.1),
    ),
    disc=Disc(0.24, (0.80, 0.84, 0.60), (0.88, 0.90, 0.74), 8, 0.02),
)  # fmt: skip

_BELL = Bloom(
    whorls=(
        Whorl(1, Surface((0.40, 0.30, 0.74), (0.58, 0.46, 0.88), 0.40, 0.6, 0.4, veins="fan",
                      vein_count=11, vein_strength=0.16, notch=0.1), cup=-0.5),
    ),
)  # fmt: skip

_LAVENDER = Bloom(
    whorls=(
        Whorl(5, Surface((0.50, 0.38, 0.76), (0.70, 0.58, 0.93), 0.42, 0.6, 0.5, notch=0.12),
              elevation=0.5, bend=-0.15),
    ),
)  # fmt: skip

SPECIES: tuple[GardenSpecies, ...] = (
    GardenSpecies("Leucanthemum fictum", "Asteraceae", 130, "stalked",
                  Surface(GREEN, DEEP_GREEN, 0.16, 0.62, 0.6, teeth=8, cut=0.34, veins="pinnate"),
                  GREEN, _DAISY, 0.34, 0.95, (1, 3), 5, 0.3),
    GardenSpecies("Papaver imaginarium", "Papaveraceae", 95, "stalked",
                  Surface(GREY_GREEN, (0.34, 0.46, 0.28), 0.2, 0.5, 0.7, teeth=9, cut=0.6,
                          veins="pinnate"),
                  (0.42, 0.52, 0.28), _POPPY, 0.36, 1.0, (1, 2), 4, 0.34, (0.1, 0.7)),
    GardenSpecies("Lavandula picturata", "Lamiaceae", 75, "spike",
                  Surface(GREY_GREEN, (0.56, 0.63, 0.52), 0.055, 0.5, 0.35),
                  (0.46, 0.54, 0.38), _LAVENDER, 0.1, 1.0, (5, 9), 9, 0.26, (0.0, 0.4)),
    GardenSpecies("Taraxacum simulatum", "Asteraceae", 62, "scape",
                  Surface(PALE_GREEN, GREEN, 0.17, 0.7, 0.55, teeth=6, cut=0.66, backward=True,
                          veins="pinnate", vein_count=5, vein_strength=-0.14),
                  (0.58, 0.58, 0.38), _DANDELION, 0.24, 0.6, (1, 3), 9, 0.46, (0.3, 0.95)),
    GardenSpecies("Primula adumbrata", "Primulaceae", 52, "umbel",
                  Surface(PALE_GREEN, (0.36, 0.54, 0.22), 0.24, 0.66, 0.5, teeth=22, cut=0.12,
                          veins="pinnate", vein_count=11, vein_strength=0.22, mottle=0.16),
                  (0.52, 0.60, 0.34), _PRIMROSE, 0.13, 0.6, (1, 2), 9, 0.42, (0.25, 0.8)),
    GardenSpecies("Dryopteris somnialis", "Dryopteridaceae", 44, "fern",
                  Surface((0.24, 0.44, 0.13), (0.40, 0.60, 0.20), 0.085, 0.3, 0.75, teeth=12,
                          cut=0.4),
                  (0.38, 0.36, 0.16), None, 0.0, 1.0, (10, 14), 0, 1.0, (0.15, 0.9)),
    GardenSpecies("Tulipa fabulosa", "Liliaceae", 37, "bulb",
                  Surface((0.36, 0.52, 0.34), (0.44, 0.60, 0.38), 0.13, 0.4, 0.75,
                          veins="parallel", vein_count=14, vein_strength=0.07, gloss=0.16),
                  (0.44, 0.58, 0.32), _TULIP, 0.4, 0.8, (1, 2), 3, 0.72, (0.02, 0.45)),
    GardenSpecies("Linum delineatum", "Linaceae", 31, "stalked",
                  Surface(GREEN, GREY_GREEN, 0.07, 0.45, 0.6),
                  (0.36, 0.50, 0.28), _FLAX, 0.2, 0.9, (3, 5), 11, 0.16, (0.1, 0.7)),
    GardenSpecies("Echeveria depicta", "Crassulaceae", 26, "succulent",
                  Surface((0.50, 0.62, 0.56), (0.60, 0.72, 0.66), 0.30, 0.72, 0.5,
                          edge=(0.78, 0.42, 0.44), gloss=0.22, mottle=0.06),
                  (0.4, 0.5, 0.4), None, 0.0, 0.6, (1, 1), 34, 0.5, (0.8, 1.45)),
    GardenSpecies("Campanula umbratilis", "Campanulaceae", 21, "raceme",
                  Surface(GREEN, DEEP_GREEN, 0.26, 0.4, 0.85, teeth=14, cut=0.16,
                          veins="pinnate"),
                  (0.34, 0.44, 0.24), _BELL, 0.17, 1.1, (1, 2), 6, 0.26, (0.0, 0.3)),
    GardenSpecies("Helianthus delineatus", "Asteraceae", 15, "stalked",
                  Surface((0.28, 0.45, 0.16), (0.24, 0.42, 0.14), 0.40, 0.36, 0.8, teeth=14,
                          cut=0.1, veins="pinnate", vein_count=8, vein_strength=-0.12,
                          mottle=0.14),
                  (0.42, 0.55, 0.24), _SUNFLOWER, 0.38, 1.0, (1, 1), 6, 0.4, (0.0, 0.35)),
    GardenSpecies("Daucus phantasticus", "Apiaceae", 9, "compound_umbel",
                  Surface((0.30, 0.48, 0.20), (0.42, 0.58, 0.28), 0.11, 0.4, 0.8, teeth=5,
                          cut=0.7),
                  (0.42, 0.54, 0.28), _CARROT, 0.4, 1.0, (1, 2), 4, 0.42, (0.1, 0.6)),
    GardenSpecies("Lilium visionarium", "Liliaceae", 2, "stalked",
                  Surface(GREEN, DEEP_GREEN, 0.1, 0.42, 0.8, veins="parallel", vein_count=8,
                          gloss=0.2),
                  (0.34, 0.46, 0.22), _LILY, 0.42, 1.0, (1, 2), 10, 0.3, (0.0, 0.4)),
    GardenSpecies("Briza umbrata", "Poaceae", 1, "grass",
                  Surface((0.42, 0.54, 0.22), (0.60, 0.62, 0.32), 0.022, 0.3, 0.5,
                          veins="parallel", vein_count=5),
                  (0.60, 0.60, 0.34), None, 0.1, 1.0, (5, 8), 22, 0.85, (0.0, 0.3)),
)  # fmt: skip
