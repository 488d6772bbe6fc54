"""The code that all imports share: adding photographs in batches, and the import report."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count
from pathlib import Path
from typing import NamedTuple, Protocol

from engine.catalogue.checking import checked, quoted
from engine.catalogue.collector import garbage_collection_off
from engine.catalogue.flags import DOUBTFUL_NAME
from engine.catalogue.names import BadField, species_name
from engine.catalogue.record import Photograph, image_id_of
from engine.catalogue.store import Catalogue
from engine.catalogue.twins import Listing
from engine.errors import UnreadableImage
from engine.language.message import Message, message, ngettext
from engine.progress import Report

BATCH = 256
# A batch of photographs without files grows while the store writes the previous batch: each
# write rewrites most pages of the catalogue's indexes, so fewer and larger writes are faster.
_FEWEST_ROWS = 12_500
_ROWS_AT_ONCE = 200_000
SHOWN_REFUSALS = 1000
IMPORTING = message("Importing photographs")


class Stored(Protocol):
    """What the image store returns for a photograph that it has stored."""

    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


Keep = Callable[[Path], Stored]


class Candidate(NamedTuple):
    """A photograph read from a source, before validation, with its image file if it has one.

    `origin` is its location in the source, for the report. `text` holds all the photograph's
    texts joined into one, if the importer has joined them.
    """

    photograph: Photograph
    origin: str
    file: Path | None = None
    text: str = ""


@dataclass(frozen=True)
class Refusal:
    """An item that was not imported, with the reason in English and as a message to translate.

    Reports written by earlier versions hold the English text only.
    """

    origin: str
    reason: str
    message: Message | None = None

    def __str__(self) -> str:
        """The reason in the reader's language."""
        return str(self.message or self.reason)


def refused(origin: str, why: Message) -> Refusal:
    """The refusal of an item that cannot be imported."""
    return Refusal(origin, why.in_english(), why)


class KnownIdentity(NamedTuple):
    """Stands for a row whose image_id is in the catalogue, as that of `photograph` or of one of
    its listings; its other fields are ignored."""

    photograph: str


class WholeRecord(NamedTuple):
    """A photograph's whole record, validated: its listings, whether it stays apart, and its
    image file if it has one."""

    photograph: Photograph
    listings: tuple[Photograph, ...]
    apart: bool
    origin: str
    file: Path | None


Offer = Candidate | Photograph | WholeRecord | Refusal | KnownIdentity
"""An item that an importer yields; a `Photograph` is already validated."""
_Outcome = Photograph | WholeRecord | Refusal | KnownIdentity


@dataclass
class ImportReport:
    """The result of an import.

    `added` and `known` are different photographs; `listed` counts the further records of these.
    `filled` photographs of the catalogue got their file from a cache folder afterwards.
    `refusals` holds the first thousand of `refused`.
    """

    added: int = 0
    known: int = 0
    refused: int = 0
    listed: int = 0
    filled: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def photographs(self) -> int:
        """Different photographs among all records."""
        return self.added + self.known

    def refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        if len(self.refusals) < SHOWN_REFUSALS:
            self.refusals.append(shown(refusal))


def shown(refusal: Refusal) -> Refusal:
    """A refusal as a report holds it: foreign text on one line, cut to a few hundred characters."""
    why = refusal.message and _quoted(refusal.message)
    return Refusal(quoted(refusal.origin), quoted(refusal.reason), why)


def filled_text(photographs: int) -> str:
    """How many photographs got their file from a cache folder, as a sentence."""
    return ngettext(
        "{n} photograph got its file from a cache folder.",
        "{n} photographs got their file from a cache folder.",
        photographs,
    )


class _Tally:
    """Counts different photographs and their records in a report."""

    def __init__(self, report: ImportReport) -> None:
        self._report = report
        # A number instead of an id saves half of the memory.
        self._photographs: set[int] = set()
        self._records = 0

    def count(self, photographs: Iterable[str], added: int = 0) -> None:
        """Count a record of each of these photographs, `added` of which are new."""
        hashes = list(map(hash, photographs))
        self._photographs.update(hashes)
        self._records += len(hashes)
        self._report.added += added
        self._report.known = len(self._photographs) - self._report.added
        self._report.listed = self._records - len(self._photographs)


def take_in(
    catalogue: Catalogue,
    offers: Iterable[Offer],
    keep: Keep,
    total: int,
    report: Report,
    rows_at_once: int | None = None,
) -> ImportReport:
    """Add the items to the catalogue and their image files to the image store.

    Every reported batch is committed, so an interrupted import resumes when it is restarted. A
    slow importer sets a small `rows_at_once` so that little is lost on interruption.
    """
    result = ImportReport()
    tally = _Tally(result)
    spellings = {item.species.casefold(): item.species for item in catalogue.species()}
    done = 0

    def add(photographs: list[Photograph], restored: list[WholeRecord]) -> None:
        whole = [one.photograph for one in restored]
        listings = list(_listings_of(restored))
        apart = [one.photograph.image_id for one in restored if one.apart]
        added = catalogue.add([*photographs, *whole], listings, apart)
        ids = [photograph.image_id for photograph in (*photographs, *whole)]
        ids += (one.photograph for one in listings if one.image_id != one.photograph)
        tally.count((added.joined.get(image_id, image_id) for image_id in ids), added.added)

    with (
        garbage_collection_off(),
        ThreadPoolExecutor(max(2, cpu_count() or 2)) as pool,
        ThreadPoolExecutor(1) as writer,
    ):
        writing: Future[None] | None = None

        def store_waits() -> bool:
            return writing is None or writing.done()

        for batch in _batches(offers, rows_at_once or _ROWS_AT_ONCE, store_waits):
            outcomes = _prepared(batch, keep, pool)
            if writing is not None:
                writing.result()
            if done:
                report(done, total, IMPORTING)
            tally.count(one.photograph for one in outcomes if isinstance(one, KnownIdentity))
            ready = [_spelt_once(one, spellings) for one in outcomes if isinstance(one, Photograph)]
            whole = [
                one._replace(photograph=_spelt_once(one.photograph, spellings))
                for one in outcomes
                if isinstance(one, WholeRecord)
            ]
            # The store writes this batch while the next one is read.
            writing = writer.submit(add, ready, whole) if ready or whole else None
            for one in outcomes:
                if isinstance(one, Refusal):
                    result.refuse(one)
            done += len(batch)
        if writing is not None:
            writing.result()
    report(done, total, IMPORTING)
    return result


def _quoted(why: Message) -> Message:
    """The reason with its fields quoted, so that JSON can hold any foreign text in them."""
    fields = {
        name: quoted(str(value)) if not isinstance(value, int | float | Message) else value
        for name, value in why.fields.items()
    }
    return Message(why.text, fields, why.plural)


def settled(item: Candidate | WholeRecord | Refusal) -> Offer:
    """Validate a candidate without a file and return its photograph or refusal.

    Another item is returned unchanged: a file needs the image store.
    """
    if not isinstance(item, Candidate) or item.file is not None:
        return item
    return _prepare(item, _no_file)


def _no_file(file: Path) -> Stored:
    raise AssertionError(file)


def _has_file(item: Offer) -> bool:
    return isinstance(item, Candidate | WholeRecord) and item.file is not None


def _prepared(batch: list[Offer], keep: Keep, pool: ThreadPoolExecutor) -> list[_Outcome]:
    if any(map(_has_file, batch)):
        return list(pool.map(lambda item: _prepare(item, keep), batch))
    return [_prepare(item, keep) for item in batch]


def _batches(
    items: Iterable[Offer], rows_at_once: int, store_waits: Callable[[], bool]
) -> Iterator[list[Offer]]:
    batch: list[Offer] = []
    files = 0
    for item in items:
        batch.append(item)
        files += _has_file(item)
        enough = len(batch) % _FEWEST_ROWS == 0 and store_waits()
        if enough or files == BATCH or len(batch) == rows_at_once:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch


def _prepare(item: Offer, keep: Keep) -> _Outcome:
    if isinstance(item, WholeRecord):
        return _with_file(item, keep)
    if not isinstance(item, Candidate):
        return item
    photograph = item.photograph
    try:
        photograph = checked(photograph, item.text)
        name = species_name(photograph.species)
    except BadField as error:
        return refused(item.origin, error.message)
    if name != (photograph.species, photograph.genus, False):
        photograph = photograph._replace(
            species=name.species,
            genus=photograph.genus or name.genus,
            original_name="" if name.species == photograph.species else photograph.species,
            flags=(DOUBTFUL_NAME,) if name.doubtful else (),
        )
    if item.file is not None:
        try:
            photograph = _stored(photograph, keep(item.file))
        except UnreadableImage as error:
            return refused(item.origin, error.message)
    if photograph.image_id:
        return photograph
    # A photograph known only by its address is identified by that, not by its row.
    index = "" if item.file is None else item.origin
    identity = image_id_of(
        photograph.source, index, photograph.species.casefold(), photograph.url, photograph.sha256
    )
    # The same as `_replace`, in a quarter of the time.
    return tuple.__new__(Photograph, (identity, *photograph[1:]))


def _with_file(item: WholeRecord, keep: Keep) -> WholeRecord | Refusal:
    if item.file is None:
        return item
    try:
        photograph = _stored(item.photograph, keep(item.file))
    except UnreadableImage as error:
        return refused(item.origin, error.message)
    if photograph.sha256 != item.photograph.sha256:
        # The hash is of other bytes.
        photograph = photograph._replace(phash="")
    return item._replace(photograph=photograph, file=None)


def _stored(photograph: Photograph, stored: Stored) -> Photograph:
    return photograph._replace(
        path=stored.path,
        sha256=stored.sha256,
        width=stored.width,
        height=stored.height,
        state="cached",
    )


def _listings_of(restored: Iterable[WholeRecord]) -> Iterator[Listing]:
    for one in restored:
        for listed in one.listings:
            yield Listing(listed.image_id, one.photograph.image_id, 0, listed)


def _spelt_once(photograph: Photograph, spellings: dict[str, str]) -> Photograph:
    # "Rosa Canina" and "Rosa canina" are one species; the first spelling is kept.
    species = spellings.setdefault(photograph.species.casefold(), photograph.species)
    return photograph if species == photograph.species else photograph._replace(species=species)
