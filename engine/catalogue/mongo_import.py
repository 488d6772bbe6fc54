"""Importing a MongoDB collection. The collection is only read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from engine.catalogue.array_guessing import guess_collection
from engine.catalogue.checking import require_plain, source_of
from engine.catalogue.collector import uncollected
from engine.catalogue.documents import (
    FoundPhotograph,
    as_text,
    document_photographs,
    is_odd_date,
    value_at,
)
from engine.catalogue.folder_layout import part_of
from engine.catalogue.identity import canonical_address
from engine.catalogue.importing import (
    Candidate,
    ImportReport,
    Keep,
    Offer,
    Refusal,
    refused,
    settled,
    take_in,
)
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_server import connected
from engine.catalogue.other_fields import entries_of, fields_below, json_of
from engine.catalogue.position import Position
from engine.catalogue.ranks import refusal_above_species
from engine.catalogue.record import Photograph, image_id_of
from engine.catalogue.store import Catalogue
from engine.catalogue.table_import import PreviewedRow, previewed
from engine.catalogue.table_paths import located
from engine.errors import BadInput
from engine.files import is_regular
from engine.home import Home
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.settings.files import load, save
from engine.workers import beside

if TYPE_CHECKING:
    from bson import CodecOptions
    from pymongo.collection import Collection

_SAMPLED = 100
# Documents are fetched by about as many photographs, but not fewer documents than the second.
_FETCHED_AT_ONCE = 2_000
_FEWEST_AT_ONCE = 50
# Photographs. Starting a process takes a second.
_MANY = 50_000


@dataclass(frozen=True)
class Origin:
    """A collection: server address (see `mongo_server.address_of`), database and collection."""

    address: str
    database: str
    collection: str

    @property
    def name(self) -> str:
        return f"{self.database}.{self.collection}"


def sample_documents(origin: Origin) -> list[dict[str, Any]]:
    """At most a hundred documents, to show their structure.

    Raises:
        BadInput: the collection is empty or does not exist, or the login is refused.
        WorkFailed: no MongoDB server answers.
    """
    require_plain(origin.name, message("Database and collection"))
    with connected(origin.address, socketTimeoutMS=4_500, retryReads=False) as client:
        collection = client[origin.database][origin.collection]
        read = collection.find_raw_batches(sort=[("$natural", 1)], limit=_SAMPLED)
        found = list(chain.from_iterable(map(_decoded, cast("Iterator[bytes]", read))))
        documents = [document for document in found if isinstance(document, dict)]
        if documents:
            return documents
        if found:
            raise BadInput("No document of {name} can be read.", name=origin.name)
        there = sorted(client[origin.database].list_collection_names())
        if origin.collection in there:
            raise BadInput("The collection {name} is empty.", name=origin.name)
        raise BadInput(
            "The database {database} has no collection {collection}. Its collections: {names}.",
            database=origin.database,
            collection=origin.collection,
            names=", ".join(there[:10]) or "–",
        )


def mapping_file(home: Home, origin: Origin) -> Path:
    """The file in the home that stores the mapping of this collection."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in origin.name)
    return home.data / "mappings" / f"{kept}.yaml"


def mapping_of(home: Home, origin: Origin, given: Path | None = None) -> MappingSettings:
    """The mapping in the file `given`, else the stored one, else a guess, which is then stored.

    Raises:
        BadInput, WorkFailed: as in `sample_documents`; or the file is no mapping.
    """
    if (stored := _stored_mapping(home, origin, given)) is not None:
        return stored
    guessed = guess_collection(sample_documents(origin))
    save(guessed, mapping_file(home, origin))
    return guessed


def proposed_mapping(
    home: Home, origin: Origin, documents: Iterable[Mapping[str, Any]], given: Path | None = None
) -> MappingSettings:
    """As `mapping_of`, but guessed from these documents, and never stored.

    Raises:
        BadInput: the file is no mapping.
    """
    return _stored_mapping(home, origin, given) or guess_collection(documents)


def preview_documents(
    documents: Iterable[Mapping[str, Any]], mapping: MappingSettings, most: int
) -> list[PreviewedRow]:
    """The first photographs of some documents as an import by this mapping would take them."""
    offers = chain.from_iterable(_offers(document, mapping, "") for document in documents)
    return [previewed(offer) for offer in islice(offers, most)]


def _stored_mapping(home: Home, origin: Origin, given: Path | None) -> MappingSettings | None:
    file = given or mapping_file(home, origin)
    return load(MappingSettings, file) if given is not None or file.is_file() else None


def import_mongo(
    home: Home,
    catalogue: Catalogue,
    origin: Origin,
    mapping: MappingSettings,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Import a collection's photographs; resumes an interrupted import.

    `source` applies to documents that name none; it defaults to the collection's name.
    Importing the same collection twice changes nothing.

    Raises:
        BadInput, WorkFailed: as in `sample_documents`; the mapping has no species or neither url
            nor path; or the connection is lost.
    """
    _require(mapping, origin)
    each = _photographs_each(sample_documents(origin), mapping)
    position = _position(home, origin, mapping)
    with connected(origin.address, socketTimeoutMS=4_500, retryReads=False) as client:
        collection = client[origin.database][origin.collection]
        documents = collection.estimated_document_count()
        total = 0 if any(part.array for part in mapping.parts()) else documents

        def noted(done: int, total: int, note: Message) -> None:
            position.reached(done)
            report(done + position.before, total, note)

        read = partial(_read, mapping, source_of(source, origin.collection))
        at_once = max(_FEWEST_AT_ONCE, _FETCHED_AT_ONCE // each)
        batches = _batches(collection, position.after, mapping, at_once)
        several = beside(read, batches) if documents * each > _MANY else map(read, batches)
        result = take_in(catalogue, _passed(several, position), keep, total, noted)
    position.clear()
    return result


def _require(mapping: MappingSettings, origin: Origin) -> None:
    if not mapping.path_of("species"):
        raise BadInput("The mapping of {name} has no path for the species.", name=origin.name)
    if not any(part.paths.keys() & {"url", "path"} for part in mapping.parts()):
        raise BadInput(
            "The mapping of {name} has a path neither for the url nor for the file.",
            name=origin.name,
        )


def _photographs_each(documents: Sequence[Mapping[str, Any]], mapping: MappingSettings) -> int:
    """The mean number of photographs in these documents, at least 1."""
    arrays = [part.array for part in mapping.parts() if part.array]
    found = [value_at(one, array, whole=True) for one in documents for array in arrays]
    return max(1, sum(len(one) for one in found if isinstance(one, list)) // len(documents))


def _batches(
    collection: "Collection[dict[str, Any]]", after: Any, mapping: MappingSettings, at_once: int
) -> Iterator[bytes]:
    """The documents with ids greater than `after`, ordered by id, in raw BSON batches."""
    # An expression, because a plain $gt skips ids of another type.
    wanted = {} if after is None else {"$expr": {"$gt": ["$_id", {"$literal": after}]}}
    tops = {path.split(".")[0] for path in mapping.every_path()} | {"_id"}
    fields = None if mapping.other_fields else dict.fromkeys(sorted(tops), 1)
    found = collection.find_raw_batches(wanted, fields, sort=[("_id", 1)], batch_size=at_once)
    return cast("Iterator[bytes]", found)


class _Batch(NamedTuple):
    """The items read from some documents, and the id of the last document."""

    offers: list[Offer]
    last: Any


def _read(mapping: MappingSettings, source: str, batch: bytes) -> _Batch:
    with uncollected():
        return _batch(mapping, source, batch)


def _batch(mapping: MappingSettings, source: str, batch: bytes) -> _Batch:
    offers: list[Offer] = []
    last = None
    for document in _decoded(batch):
        if isinstance(document, dict):
            last = document["_id"]
            offers += _offers(document, mapping, source)
        else:
            origin = "…" if last is None else f"{last} …"
            offers.append(refused(origin, document))
    return _Batch(offers, last)


def _offers(document: Mapping[str, Any], mapping: MappingSettings, source: str) -> Iterator[Offer]:
    others = _OtherFields(document, mapping)
    for found in document_photographs(document, mapping):
        yield settled(_candidate(document["_id"], found, others, mapping, source))


def _decoded(batch: bytes) -> Iterator[dict[str, Any] | Message]:
    """The decoded documents of a batch; for an unreadable one, the reason."""
    from bson import decode, decode_all
    from bson.errors import BSONError

    try:
        yield from decode_all(batch, _codec())
        return
    except (BSONError, ValueError, OverflowError, RecursionError):
        pass
    start = 0
    while start < len(batch):
        end = start + int.from_bytes(batch[start : start + 4], "little")
        try:
            yield decode(batch[start:end], _codec())
        except (BSONError, ValueError, OverflowError, RecursionError) as error:
            yield message("It cannot be read ({reason}).", reason=str(error))
        start = max(end, start + 4)


@cache
def _codec() -> "CodecOptions[dict[str, Any]]":
    from bson import CodecOptions
    from bson.codec_options import DatetimeConversion

    # A date out of Python's range or invalid UTF-8 must not make the document unreadable.
    return CodecOptions(
        unicode_decode_error_handler="replace",
        datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    )


def _passed(batches: Iterable[_Batch], position: Position) -> Iterator[Offer]:
    number = 0
    for offers, last in batches:
        yield from offers
        number += len(offers)
        if last is not None:
            position.passed(last, number)


def _candidate(
    document_id: Any,
    found: FoundPhotograph,
    others: "_OtherFields",
    mapping: MappingSettings,
    source: str,
) -> Candidate | Refusal:
    origin, values = _origin(document_id, found), found.values
    named = values["species"]
    if named is not None and not isinstance(named, str):
        kind = type(named).__name__
        return refused(origin, message("Its species is not text but {type}.", type=kind))
    odd = next(
        (f for f, value in values.items() if type(value) is not str and is_odd_date(value)), ""
    )
    # An id that is no text is replaced by one of the address.
    if odd and odd != "image_id":
        return refused(origin, message("Its {field} is a date out of range.", field=odd))
    texts = {field: as_text(value) for field, value in values.items()}
    rank, part = texts.pop("rank", ""), texts.pop("part", "")
    above = refusal_above_species(texts["species"], rank, mapping.only_species)
    if above is not None:
        return refused(origin, above)
    path, url = texts.pop("path", ""), texts.get("url", "")
    # An array of plain addresses may have been taken for files as well.
    is_file = path and path != url
    file = located(path, Path(mapping.folder), mapping.prefix) if is_file else None
    if url and file is not None and not is_regular(file):
        # The file is missing, but the photograph can still be downloaded.
        file = None
    if not url and file is None:
        return refused(origin, message("It has neither a path nor a url."))
    texts["source"] = texts.get("source") or source
    texts["species"] = _binomial(texts["species"], texts.get("genus", ""))
    texts["image_id"] = _identity(texts, path, document_id, found)
    texts["extra"] = others.of(found, part_of(part) or part)
    return Candidate(Photograph(**texts), origin, file)  # type: ignore[arg-type]


def _origin(document_id: Any, found: FoundPhotograph) -> str:
    if not found.part.array:
        return str(document_id)
    return f"{document_id} {found.part.array} #{found.place + 1}"


def _binomial(species: str, genus: str) -> str:
    """An epithet alone, such as "canina", is completed by the genus."""
    is_epithet = species.islower() and " " not in species and genus[:1].isupper()
    return f"{genus} {species}" if is_epithet else species


def _identity(texts: Mapping[str, str], path: str, document_id: Any, found: FoundPhotograph) -> str:
    array, identity = found.part.array, texts.get("image_id", "")
    if array and not (identity and found.part.has_own_ids):
        # Not the place in the array, which changes when the array does.
        where = canonical_address(texts["url"]) if texts.get("url") else path
        return image_id_of(texts["source"], array, texts["species"].casefold(), where)
    identity = identity or as_text(document_id)
    # A number is unique within its source only.
    return f"{texts['source']}-{identity}" if identity.isdigit() else identity


class _OtherFields:
    """What a document holds besides its photographs' fields, as each photograph keeps it."""

    def __init__(self, document: Mapping[str, Any], mapping: MappingSettings) -> None:
        self._left_out = _left_out(mapping)
        self._wanted = mapping.other_fields
        around = fields_below(document, _left_out_around(mapping)) if self._wanted else ()
        # A document may have thousands of photographs, to which these are common.
        self._around = entries_of(around)
        self._plain = json_of(self._around)

    def of(self, found: FoundPhotograph, part: str) -> str:
        """The part of a split, the fields of the photograph's own element, then those of the
        document, as JSON."""
        own: list[tuple[str, Any]] = [("part", part)] if part else []
        if self._wanted and isinstance(found.element, dict):
            own += fields_below(found.element, self._left_out, found.part.array)
        return json_of(entries_of(own), self._around) if own else self._plain


@lru_cache(maxsize=8)
def _left_out(mapping: MappingSettings) -> frozenset[str]:
    """The paths that are fields of a photograph already."""
    unused = {"_id"} if all(part.array for part in mapping.parts()) else set()
    return frozenset(mapping.every_path() - _arrays(mapping) - unused)


@lru_cache(maxsize=8)
def _left_out_around(mapping: MappingSettings) -> frozenset[str]:
    """The same, and the arrays of photographs."""
    return _left_out(mapping) | _arrays(mapping)


@lru_cache(maxsize=8)
def _arrays(mapping: MappingSettings) -> frozenset[str]:
    return frozenset(part.array for part in mapping.parts() if part.array)


def _position(home: Home, origin: Origin, mapping: MappingSettings) -> Position:
    from bson import json_util
    from bson.codec_options import DatetimeConversion

    options = json_util.CANONICAL_JSON_OPTIONS.with_options(
        datetime_conversion=DatetimeConversion.DATETIME_AUTO
    )

    def write(document_id: Any) -> str:
        return json_util.dumps(document_id, json_options=options)

    def read(written: str) -> Any:
        return json_util.loads(written, json_options=options)

    what = f"{origin.name} {mapping.model_dump_json()}"
    return Position(home, what, write, read)
