"""The registry of taxonomy tables that can be read.

A new shape is an entry of `SHAPES`. The command `taxonomy fetch` then knows its name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.catalogue.readers.naming import BELOW_SPECIES
from engine.errors import BadInput
from engine.registry import Registry
from engine.taxonomy.table import Status, TableShape, TaxonomyTable, TaxonRow, tables_in

_SPECIES = frozenset(["species", "nothospecies", "hybrid"])
_MARKS = {
    "subspecies": "subsp.",
    "variety": "var.",
    "form": "f.",
    "subvariety": "subvar.",
    "subform": "subf.",
}
_PLANTS = "47126"
"""The number of plants at iNaturalist."""


class WfoShape:
    """The World Flora Online: classification.csv, classification.txt or taxon.tab.

    https://www.worldfloraonline.org/downloadData
    """

    title = "World Flora Online"
    address = (
        "https://files.worldfloraonline.org/files/WFO_Backbone/_WFOCompleteBackbone/"
        "WFO_Backbone.zip"
    )

    def recognises(self, header: Sequence[str]) -> bool:
        columns = "taxonid,scientificnameid,scientificname,taxonrank,taxonomicstatus"
        return {*columns.split(","), "acceptednameusageid"} <= {*header} - {"canonicalname"}

    def rows(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        for number, name, author, rank, status, accepted, family in table.values(
            "taxonid",
            "scientificname",
            "scientificnameauthorship",
            "taxonrank",
            "taxonomicstatus",
            "acceptednameusageid",
            "family",
        ):
            placed = _placed(number, status, accepted)
            if _is_read(rank) and placed:
                yield TaxonRow(number, name, author, placed, accepted, family)


class WcvpShape:
    """The World Checklist of Vascular Plants: wcvp_names.csv.

    https://sftp.kew.org/pub/data-repositories/WCVP/
    """

    title = "World Checklist of Vascular Plants"
    address = "https://sftp.kew.org/pub/data-repositories/WCVP/wcvp.zip"

    def recognises(self, header: Sequence[str]) -> bool:
        columns = "plant_name_id,taxon_rank,taxon_status,taxon_name,accepted_plant_name_id"
        return {*columns.split(",")} <= {*header}

    def rows(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        for number, name, author, rank, status, accepted, family, genus, epithet in table.values(
            "plant_name_id",
            "taxon_name",
            "taxon_authors",
            "taxon_rank",
            "taxon_status",
            "accepted_plant_name_id",
            "family",
            "genus",
            "species",
        ):
            placed = _placed(number, status, accepted)
            # Some ranks are empty; a name without an epithet is a genus.
            if (_is_read(rank) or (not rank and epithet and genus)) and placed:
                yield TaxonRow(number, name, author, placed, accepted, family)


class GbifShape:
    """GBIF's backbone: Taxon.tsv. Of all living things, the plants are read.

    https://doi.org/10.15468/39omei
    """

    title = "GBIF Backbone Taxonomy"
    address = "https://hosted-datasets.gbif.org/datasets/backbone/current/backbone.zip"

    def recognises(self, header: Sequence[str]) -> bool:
        columns = "taxonid,scientificname,canonicalname,taxonrank,taxonomicstatus,kingdom"
        return {*columns.split(","), "acceptednameusageid"} <= {*header}

    def rows(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        for kingdom, number, full, author, rank, status, accepted, family in table.values(
            "kingdom",
            "taxonid",
            "scientificname",
            "scientificnameauthorship",
            "taxonrank",
            "taxonomicstatus",
            "acceptednameusageid",
            "family",
        ):
            if kingdom != "Plantae" or not _is_read(rank):
                continue
            placed = _placed(number, status, accepted)
            if placed:
                # The canonical name lacks the sign of hybrids and the marks of ranks.
                name = full.removesuffix(author).rstrip() if author else full
                yield TaxonRow(number, name, author, placed, accepted, family)


class INaturalistShape:
    """iNaturalist's taxa.csv: of the open data, and of the Darwin Core archive. It has no synonyms.

    https://github.com/inaturalist/inaturalist-open-data,
    https://www.inaturalist.org/pages/developers
    """

    title = "iNaturalist"
    address = "https://www.inaturalist.org/taxa/inaturalist-taxonomy.dwca.zip"

    def recognises(self, header: Sequence[str]) -> bool:
        columns = {*header}
        open_data = {"taxon_id", "ancestry", "rank", "name", "active"}
        archive = {"id", "taxonid", "parentnameusageid", "kingdom", "scientificname", "taxonrank"}
        return open_data <= columns or (archive <= columns and "taxonomicstatus" not in columns)

    def rows(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        return self._open_data(table) if "ancestry" in table.header else self._archive(table)

    def _open_data(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        columns = ("taxon_id", "ancestry", "rank", "name", "active")
        # A family may stand below its species.
        families = {
            number: name for number, _, rank, name, _ in table.values(*columns) if rank == "family"
        }
        for number, ancestry, rank, name, active in table.values(*columns):
            above = ancestry.split("/")
            if _PLANTS in above and _is_read(rank):
                family = next((families[one] for one in reversed(above) if one in families), "")
                status: Status = "accepted" if active.lower() == "true" else "unplaced"
                yield TaxonRow(number, _marked(name, rank), "", status, "", family)

    def _archive(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        for number, kingdom, family, name, rank in table.values(
            "id", "kingdom", "family", "scientificname", "taxonrank"
        ):
            if kingdom == "Plantae" and _is_read(rank):
                yield TaxonRow(number, _marked(name, rank), "", "accepted", "", family)


SHAPES: Registry[TableShape] = Registry(
    "taxonomy",
    {
        "wfo": WfoShape(),
        "wcvp": WcvpShape(),
        "gbif": GbifShape(),
        "inaturalist": INaturalistShape(),
    },
)


def recognise_table(path: Path) -> tuple[str, TaxonomyTable]:
    """The taxonomy table of a file, and the name of its shape.

    Raises:
        BadInput: the file cannot be read, or has none of the shapes.
    """
    for table in tables_in(path):
        for name, shape in SHAPES.items():
            if shape.recognises(table.header):
                return name, table
    raise BadInput(
        "{file} is no taxonomy table of {titles:or}.",
        file=path.name,
        titles=[shape.title for shape in SHAPES.values()],
    )


def _is_read(rank: str) -> bool:
    """Whether a rank is that of a species or below."""
    level = rank.lower().rstrip(".")
    return level in _SPECIES or level in BELOW_SPECIES


def _placed(number: str, status: str, accepted: str) -> Status | None:
    """The status of a name; None for a misapplied name, which is none of that plant."""
    words = status.lower()
    if words == "misapplied":
        return None
    if words == "doubtful" or "proparte" in words.replace(" ", ""):
        return "unplaced"
    if accepted and accepted != number:
        return "synonym"
    # WCVP also has artificial hybrids, and names that are accepted provisionally.
    if words.startswith(("accepted", "artificial", "provisionally")):
        return "accepted"
    return "unplaced"


def _marked(name: str, rank: str) -> str:
    """A name with the mark of its rank, which iNaturalist leaves out."""
    words, mark = name.split(), _MARKS.get(rank.lower(), "")
    if not mark or mark in words or len(words) < 3:
        return name
    return " ".join([*words[:-1], mark, words[-1]])
