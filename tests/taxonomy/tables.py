"""Small taxonomy tables, with the columns and the writing of the real ones."""

from pathlib import Path


def _columns(names: str) -> list[str]:
    return names.split()


WFO = _columns(
    "taxonID scientificNameID localID scientificName taxonRank parentNameUsageID "
    "scientificNameAuthorship family subfamily tribe subtribe genus subgenus specificEpithet "
    "infraspecificEpithet verbatimTaxonRank nomenclaturalStatus namePublishedIn "
    "taxonomicStatus acceptedNameUsageID originalNameUsageID nameAccordingToID taxonRemarks "
    "created modified references source majorGroup tplID"
)
WCVP = _columns(
    "plant_name_id ipni_id taxon_rank taxon_status family genus_hybrid genus species_hybrid "
    "species infraspecific_rank infraspecies parenthetical_author primary_author "
    "publication_author place_of_publication volume_and_page first_published "
    "nomenclatural_remarks geographic_area lifeform_description climate_description "
    "taxon_name taxon_authors accepted_plant_name_id basionym_plant_name_id "
    "replaced_synonym_author homotypic_synonym parent_plant_name_id powo_id hybrid_formula "
    "reviewed"
)
GBIF = _columns(
    "taxonID datasetID parentNameUsageID acceptedNameUsageID originalNameUsageID "
    "scientificName scientificNameAuthorship canonicalName genericName specificEpithet "
    "infraspecificEpithet taxonRank nameAccordingTo namePublishedIn taxonomicStatus "
    "nomenclaturalStatus taxonRemarks kingdom phylum class order family genus"
)
INAT_OPEN = _columns("taxon_id ancestry rank_level rank name active")
INAT_ARCHIVE = _columns(
    "id taxonID identifier parentNameUsageID kingdom phylum class order family genus "
    "specificEpithet infraspecificEpithet modified scientificName taxonRank references"
)

Name = tuple[str, str, str, str, str, str]
"""Id, name, author, rank, accepted id ("" = accepted, "?" = unplaced) and family."""

NAMES: list[Name] = [
    ("1", "Rosa", "L.", "genus", "", "Rosaceae"),
    ("2", "Rosa canina", "L.", "species", "", "Rosaceae"),
    ("3", "Rosa dumetorum", "Thuill.", "species", "4", "Rosaceae"),
    ("4", "Rosa canina var. dumetorum", "(Thuill.) Parm.", "variety", "", "Rosaceae"),
    ("5", "Mentha × piperita", "L.", "species", "", "Lamiaceae"),
    ("6", "Quercus rotundifolia", "Lam.", "species", "", "Fagaceae"),
    ("7", "Quercus ilex subsp. ballota", "(Desf.) Samp.", "subspecies", "6", "Fagaceae"),
    ("8", "Quercus ilex", "L.", "species", "", "Fagaceae"),
    # Two plants were given this name, and neither is accepted under it.
    ("9", "Senecio jacobaea", "L.", "species", "10", "Asteraceae"),
    ("10", "Jacobaea vulgaris", "Gaertn.", "species", "", "Asteraceae"),
    ("11", "Senecio jacobaea", "Huds.", "species", "12", "Asteraceae"),
    ("12", "Jacobaea aquatica", "(Hill) G.Gaertn.", "species", "", "Asteraceae"),
    # A later homonym of an accepted name.
    ("13", "Salvia alba", "L.", "species", "", "Lamiaceae"),
    ("14", "Salvia alba", "Mill.", "species", "15", "Lamiaceae"),
    ("15", "Salvia nemorosa", "L.", "species", "", "Lamiaceae"),
    # A synonym of a synonym.
    ("16", "Chrysanthemum leucanthemum", "L.", "species", "17", "Asteraceae"),
    ("17", "Leucanthemum leucanthemum", "(L.) Rydb.", "species", "18", "Asteraceae"),
    ("18", "Leucanthemum vulgare", "Lam.", "species", "", "Asteraceae"),
    ("19", "× Cuprocyparis leylandii", "(A.B.Jacks.) Farjon", "species", "", "Cupressaceae"),
    ("20", "Arctostaphylos uva-ursi", "(L.) Spreng.", "species", "", "Ericaceae"),
    ("21", "Salvia dubia", "K.Koch", "species", "?", "Lamiaceae"),
    ("22", "Salvia dubia", "Dumort.", "species", "?", "Lamiaceae"),
]
"""Names of the usual cases; some of the homonyms are made up."""


def write_wfo(file: Path, names: list[Name] = NAMES) -> Path:
    """classification.csv: tabs, and quotes around values with a space, as PHP writes them."""

    def cells(name: Name) -> dict[str, str]:
        number, full, author, rank, accepted, family = name
        return {
            "taxonID": _wfo_id(number),
            "scientificName": full,
            "scientificNameAuthorship": author,
            "taxonRank": rank,
            "taxonomicStatus": _status(accepted, "Accepted", "Synonym", "Unchecked"),
            "acceptedNameUsageID": _wfo_id(accepted),
            "family": family,
            "namePublishedIn": 'Sp. Pl. "1": 491 (1753)',
        }

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if " " in cell or '"' in cell else cell

    return _write(file, WFO, "\t", map(cells, names), quoted)


def write_wcvp(file: Path, names: list[Name] = NAMES) -> Path:
    """wcvp_names.csv: vertical bars, no quotes; an accepted name refers to itself."""

    def cells(name: Name) -> dict[str, str]:
        number, full, author, rank, accepted, family = name
        words = full.replace("× ", "").split()
        return {
            "plant_name_id": number,
            "taxon_rank": rank.capitalize(),
            "taxon_status": _status(accepted, "Accepted", "Synonym", "Unplaced"),
            "family": family,
            "genus": words[0],
            "species": words[1] if len(words) > 1 else "",
            "taxon_name": full,
            "taxon_authors": author,
            "accepted_plant_name_id": {"": number, "?": ""}.get(accepted, accepted),
        }

    return _write(file, WCVP, "|", map(cells, names))


def write_gbif(file: Path, names: list[Name] = NAMES) -> Path:
    """Taxon.tsv: tabs, no quotes; the canonical name has no hybrid signs and rank marks."""

    def cells(name: Name) -> dict[str, str]:
        number, full, author, rank, accepted, family = name
        marked = full.replace("× ", "×")
        plain = " ".join(w for w in full.split() if w not in ("×", "subsp.", "var."))
        return {
            "taxonID": number,
            "acceptedNameUsageID": accepted.strip("?"),
            "scientificName": f"{marked} {author}",
            "scientificNameAuthorship": author,
            "canonicalName": plain,
            "taxonRank": rank,
            "taxonomicStatus": _status(accepted, "accepted", "synonym", "doubtful"),
            "kingdom": "Plantae",
            "family": family,
        }

    fox = {
        "taxonID": "99",
        "scientificName": "Vulpes vulpes (Linnaeus, 1758)",
        "scientificNameAuthorship": "(Linnaeus, 1758)",
        "taxonRank": "species",
        "taxonomicStatus": "accepted",
        "kingdom": "Animalia",
        "family": "Canidae",
    }
    return _write(file, GBIF, "\t", [fox, *map(cells, names)])


def write_inaturalist(file: Path) -> Path:
    """taxa.csv of the open data: tabs; a family may stand below its species."""
    rows = [
        ("60", "48460/47126/211194/47125/50", "10", "species", "Rosa canina", "true"),
        ("61", "48460/47126/211194/47125/50/60", "5", "variety", "Rosa canina alba", "true"),
        ("62", "48460/47126/211194/47125/50", "10", "species", "Rosa vetus", "false"),
        ("50", "48460/47126/211194/47125", "30", "family", "Rosaceae", "true"),
        ("70", "48460/1/2/3", "10", "species", "Vulpes vulpes", "true"),
    ]
    cells = (dict(zip(INAT_OPEN, row, strict=True)) for row in rows)
    return _write(file, INAT_OPEN, "\t", cells)


def write_inaturalist_archive(file: Path) -> Path:
    """taxa.csv of the Darwin Core archive: commas, and quotes where a value has one."""
    rows = [
        {"id": "60", "kingdom": "Plantae", "family": "Rosaceae", "taxonRank": "species"},
        {"id": "70", "kingdom": "Animalia", "family": "Canidae", "taxonRank": "species"},
    ]
    names = ["Rosa canina", "Vulpes vulpes"]
    cells = [
        {**row, "scientificName": name, "references": '"https://example.org/?a=1,2"'}
        for row, name in zip(rows, names, strict=True)
    ]
    return _write(file, INAT_ARCHIVE, ",", cells)


def _write(file, columns, separator, rows, written=str):
    lines = [separator.join(columns)]
    lines += [separator.join(written(row.get(name, "")) for name in columns) for row in rows]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _wfo_id(number: str) -> str:
    return f"wfo-{int(number):010}" if number.isdigit() else ""


def _status(accepted: str, first: str, synonym: str, unplaced: str) -> str:
    return {"": first, "?": unplaced}.get(accepted, synonym)
