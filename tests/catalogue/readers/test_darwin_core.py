"""Darwin Core archives: the shape of a GBIF download, and of other publishers."""

import zipfile
from pathlib import Path

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.readers import darwin_core_archive
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

DWC, DC, GBIF = (
    "http://rs.tdwg.org/dwc/terms/",
    "http://purl.org/dc/terms/",
    "http://rs.gbif.org/terms/1.0/",
)
MULTIMEDIA = f"{GBIF}Multimedia"
# The order of columns of GBIF's multimedia.txt.
MEDIA_HEADER = """
    gbifID type format identifier references title description source audience created creator
    contributor publisher license rightsHolder
"""
MEDIA = MEDIA_HEADER.split()
# Some of the 223 columns of its occurrence.txt.
OCCURRENCE_HEADER = """
    gbifID license rightsHolder occurrenceID recordedBy eventDate countryCode locality
    stateProvince decimalLatitude decimalLongitude scientificName family genus genericName
    specificEpithet taxonRank elevation taxonKey species
"""
OCCURRENCES = OCCURRENCE_HEADER.split()
OPEN = "https://inaturalist-open-data.s3.amazonaws.com/photos/{}/original.jpg"
BY = "http://creativecommons.org/licenses/by/4.0/"
SIMPLE = "gbifID\tdatasetKey\toccurrenceID\tkingdom\tspecies\n1\tx\ty\tPlantae\tRosa canina\n"


def term(name: str) -> str:
    if name in ("gbifID", "elevation", "taxonKey", "species", "genericName"):
        return GBIF + name
    dublin = {*MEDIA} - {"gbifID"} | {"license", "rightsHolder"}
    return (DC if name in dublin else DWC) + name


def described(tag: str, file: str, kind: str, columns: list[str], more: str = "") -> str:
    key = "id" if tag == "core" else "coreid"
    fields = "".join(
        f'<field index="{index}" term="{term(name)}"/>' for index, name in enumerate(columns)
    )
    return (
        f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
        f'fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="{kind}">'
        f'<files><location>{file}</location></files><{key} index="0"/>{fields}{more}</{tag}>'
    )


def table(columns: list[str], rows: list[dict[str, str]]) -> str:
    lines = ["\t".join(row.get(column, "") for column in columns) for row in rows]
    return "\n".join(["\t".join(columns), *lines]) + "\n"


def descriptor(*parts: str) -> str:
    inside = "".join(parts)
    return (
        f'<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="metadata.xml">{inside}</archive>'
    )


META = descriptor(
    described("core", "occurrence.txt", f"{DWC}Occurrence", OCCURRENCES),
    described("extension", "verbatim.txt", f"{DWC}Occurrence", ["gbifID"]),
    described("extension", "multimedia.txt", MULTIMEDIA, MEDIA),
)
ROSE = {
    "gbifID": "891018910",
    "license": "CC_BY_4_0",
    "occurrenceID": "https://www.inaturalist.org/observations/2144",
    "recordedBy": "Kim, Hyun-tae",
    "eventDate": "2004-09-19T08:11:05",
    "countryCode": "ES",
    "locality": 'Pico "El Toro"',
    "decimalLatitude": "39.98",
    "decimalLongitude": "4.11",
    "scientificName": "Rosa canina L.",
    "family": "Rosaceae",
    "genus": "Rosa",
    "genericName": "Rosa",
    "specificEpithet": "canina",
    "taxonRank": "SPECIES",
    "elevation": "350.0",
    "taxonKey": "8395064",
    "species": "Rosa canina",
}
PICTURE = {"gbifID": "891018910", "type": "StillImage", "format": "image/jpeg"}


def occurrence(key: str, **changed: str) -> dict[str, str]:
    return ROSE | {"gbifID": key, "occurrenceID": ""} | changed


def medium(key: str, number: int, **changed: str) -> dict[str, str]:
    return PICTURE | {"gbifID": key, "identifier": OPEN.format(number)} | changed


@pytest.fixture
def archive(tmp_path: Path):
    """archive(occurrences, media) writes a GBIF download."""

    def make(
        occurrences: list[dict[str, str]], media: list[dict[str, str]], meta: str = META
    ) -> Path:
        path = tmp_path / "0012345-240506114902167.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("occurrence.txt", table(OCCURRENCES, occurrences))
            made.writestr("multimedia.txt", table(MEDIA, media))
            made.writestr("verbatim.txt", "gbifID\n")
            made.writestr("rights.txt", "free")
            made.writestr("meta.xml", meta)
        return path

    return make


def test_a_download_of_gbif_is_recognised_and_imported(archive, take, photograph_of) -> None:
    rights = {"license": BY, "creator": "K. Hyun-tae", "rightsHolder": "Kim, Hyun-tae"}
    path = archive([ROSE], [medium("891018910", 2735077, **rights), medium("891018910", 2735072)])
    assert IMPORTERS["darwin-core"].recognises(path)
    report = take("darwin-core", path, "GBIF")
    assert (report.added, report.refused) == (2, 0)
    first = photograph_of("2735077")
    assert (first.species, first.genus, first.family) == ("Rosa canina", "Rosa", "Rosaceae")
    assert (first.license, first.observer) == (BY, "K. Hyun-tae")
    assert first.attribution == "Kim, Hyun-tae"
    assert first.observation_id == "2144"
    assert (first.source, first.state) == ("GBIF", "remote")
    assert extra_of(first) == {
        "observed_on": "2004-09-19T08:11:05",
        "latitude": 39.98,
        "longitude": 4.11,
        "elevation": 350.0,
        "place": 'Pico "El Toro", ES',
        "taxon_id": "8395064",
    }
    # What a medium lacks comes from its occurrence.
    assert photograph_of("2735072").license == "CC_BY_4_0"
    assert photograph_of("2735072").observer == "Kim, Hyun-tae"


def test_the_same_archive_twice_changes_nothing(archive, take, catalogue) -> None:
    path = archive([ROSE], [medium("891018910", 1)])
    take("darwin-core", path)
    before = list(catalogue.all())
    report = take("darwin-core", path)
    assert (report.added, report.known) == (0, 1)
    assert list(catalogue.all()) == before


def test_what_cannot_be_read_is_refused_row_by_row(archive, take, catalogue) -> None:
    path = archive(
        [
            occurrence("1"),
            occurrence("2", species="", specificEpithet="", taxonRank="GENUS"),
            occurrence("3", species="", specificEpithet="", genericName="", taxonRank="FAMILY"),
            occurrence("4"),
        ],
        [
            medium("1", 1),
            medium("1", 2, type="Sound", format="audio/mpeg"),
            medium("1", 3, identifier="media/local.jpg"),
            medium("2", 4),
            medium("3", 5),
            medium("9", 6),
        ],
    )
    report = take("darwin-core", path)
    assert (report.added, report.refused) == (1, 6)
    assert reasons(report) == {
        f"occurrence 1 {OPEN.format(2)}": "It is no picture, but Sound.",
        "occurrence 1 media/local.jpg": "It has no address on the web.",
        f"occurrence 2 {OPEN.format(4)}": "It is identified to the genus only.",
        f"occurrence 3 {OPEN.format(5)}": "It is identified only to the rank of family.",
        f"occurrence 9 {OPEN.format(6)}": "Its occurrence is not in the archive.",
        "occurrence 4": "It has no photograph.",
    }


@pytest.mark.parametrize(
    ("changed", "species"),
    [
        ({"species": "Rosa canina", "taxonRank": "VARIETY"}, "Rosa canina"),
        ({"species": "", "specificEpithet": "gallica", "taxonRank": "SUBSPECIES"}, "Rosa gallica"),
        ({"species": "canina", "taxonRank": ""}, "Rosa canina"),
        (
            {"species": "", "genus": "", "genericName": "", "taxonRank": ""}
            | {"scientificName": "Angelica archangelica subsp. litoralis (Fr.) Thell."},
            "Angelica archangelica subsp. litoralis",
        ),
        (
            {"species": "", "genus": "", "genericName": "", "taxonRank": "SUBSPECIES"}
            | {"scientificName": "Angelica archangelica subsp. litoralis (Fr.) Thell."},
            "Angelica archangelica",
        ),
        (
            {
                "species": "",
                "genus": "",
                "genericName": "",
                "scientificName": "Carex × fulva Good.",
            },
            "Carex × fulva",
        ),
    ],
)
def test_the_species_is_named_whatever_columns_have_it(
    archive, take, catalogue, changed, species
) -> None:
    take("darwin-core", archive([occurrence("1", **changed)], [medium("1", 1)]))
    assert [one.species for one in catalogue.all()] == [species]


def test_an_unpacked_archive_with_commas_quotes_and_defaults(
    tmp_path: Path, take, photograph_of
) -> None:
    folder = tmp_path / "herbarium"
    folder.mkdir()
    core = described("core", "data.csv", f"{DWC}Occurrence", ["occurrenceID", "scientificName"])
    core = core.replace('"\\t"', '","').replace('EnclosedBy=""', "EnclosedBy='&quot;'")
    core = core.replace(
        "</core>",
        f'<field index="2" term="{DWC}associatedMedia"/>'
        f'<field term="{DC}license" default="CC0"/></core>',
    )
    (folder / "meta.xml").write_text(descriptor(core))
    (folder / "data.csv").write_text(
        "occurrenceID,scientificName,associatedMedia\n"
        'urn:1,"Rosa canina L., 1753","https://a.org/1.jpg | https://a.org/2.jpg"\n'
    )
    assert IMPORTERS["darwin-core"].recognises(folder)
    report = take("darwin-core", folder)
    assert (report.added, report.refused) == (2, 0)
    one = photograph_of("a.org/2.jpg")
    assert (one.species, one.license, one.source) == ("Rosa canina", "CC0", "herbarium")
    assert one.observation_id == "urn:1"


def test_the_simple_table_of_gbif_is_explained(tmp_path: Path, take) -> None:
    plain = tmp_path / "0001.csv"
    plain.write_text(SIMPLE)
    packed = tmp_path / "0001.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("0001.csv", SIMPLE)
    for path in (plain, packed):
        assert IMPORTERS["darwin-core"].recognises(path)
        with pytest.raises(BadInput, match="which lists no photographs"):
            take("darwin-core", path)


def test_a_damaged_archive_is_explained(archive, tmp_path: Path, take) -> None:
    with pytest.raises(BadInput, match=r"descriptor meta.xml is damaged"):
        take("darwin-core", archive([ROSE], [], meta="<archive"))
    with pytest.raises(BadInput, match=r"core of .* is Taxon"):
        take(
            "darwin-core", archive([ROSE], [], meta=META.replace("terms/Occurrence", "terms/Taxon"))
        )
    with pytest.raises(BadInput, match=r"has no media.txt, which its meta.xml names"):
        take("darwin-core", archive([ROSE], [], meta=META.replace("multimedia.txt", "media.txt")))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 no zip")
    assert not IMPORTERS["darwin-core"].recognises(broken)
    with pytest.raises(BadInput, match="Could not read"):
        take("darwin-core", broken)


def test_a_file_outside_of_an_unpacked_archive_is_not_read(tmp_path: Path, take) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / "occurrence.txt").write_text(table(OCCURRENCES, [ROSE]))
    (folder / "meta.xml").write_text(META.replace("occurrence.txt", "../occurrence.txt"))
    with pytest.raises(BadInput, match="outside of the folder"):
        take("darwin-core", folder)


def test_a_zip_bomb_is_refused_before_it_is_expanded(
    archive, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(darwin_core_archive, "_SMALL", 100_000)
    path = archive([ROSE | {"locality": "a" * 1_000_000}], [])
    with pytest.raises(BadInput, match="far more than its compressed size"):
        take("darwin-core", path)
