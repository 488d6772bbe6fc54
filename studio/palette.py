"""The colours of the studio for light and dark pages.

`.streamlit/config.toml` repeats the colours that Streamlit itself uses; a test compares them.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Palette:
    """All colours as lower-case #rrggbb. All fields of one palette are different.

    `gain` and `cost` are the far ends of scales that start at `surface`; text is readable on them.
    """

    background: str
    surface: str
    text: str
    muted: str
    border: str
    grid: str
    primary: str
    leaf: str
    ochre: str
    sky: str
    clay: str
    plum: str
    moss: str
    rose: str
    stone: str
    gain: str
    cost: str

    @property
    def series(self) -> tuple[str, ...]:
        """The colours of lines and bars, in the order in which charts use them."""
        return (
            self.leaf,
            self.ochre,
            self.sky,
            self.clay,
            self.plum,
            self.moss,
            self.rose,
            self.stone,
        )


LIGHT = Palette(
    background="#fbfaf5",
    surface="#f2f0e6",
    text="#0c1510",
    muted="#5c6860",
    border="#dad7c8",
    grid="#e8e5d9",
    primary="#2b6749",
    leaf="#2f6f50",
    ochre="#b8801a",
    sky="#2f6f93",
    clay="#b4552f",
    plum="#7a4a78",
    moss="#76913a",
    rose="#b04a68",
    stone="#737b74",
    gain="#9db95f",
    cost="#dfb05a",
)

DARK = Palette(
    background="#121814",
    surface="#1b231e",
    text="#e7eae1",
    muted="#a0aca3",
    border="#323d36",
    grid="#27302a",
    primary="#3a7f5d",
    leaf="#7cc49b",
    ochre="#e3b84f",
    sky="#7db8dc",
    clay="#e58f66",
    plum="#c295c0",
    moss="#b4cc73",
    rose="#e58ba6",
    stone="#a9b1aa",
    gain="#4b6a27",
    cost="#7d5813",
)

PARTS = {"train": LIGHT.leaf, "val": LIGHT.ochre, "test": LIGHT.sky}
"""The colour of each part of a split in all charts."""

BUCKET_COLOURS = (LIGHT.clay, LIGHT.ochre, LIGHT.moss, LIGHT.leaf, LIGHT.sky)
"""The colours of `engine.split.rarity.BUCKETS` in all charts of rare and common species."""


def counterparts() -> dict[str, str]:
    """Each light colour and its replacement on a dark page."""
    dark = asdict(DARK)
    return {colour: dark[name] for name, colour in asdict(LIGHT).items()}
