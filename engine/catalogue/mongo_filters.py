"""Filters as MongoDB queries on single photographs, where facets do not suffice.

`extra` is stored as JSON text, so regular expressions compare own fields. How many photographs of
each facet pass is read once for a version of the catalogue, and then serves every count.
"""

import dataclasses
import re
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from engine.catalogue.facets import by_number
from engine.catalogue.fields import NUMBERS, PLAIN
from engine.catalogue.mongo_facets import MongoFacets
from engine.catalogue.names import search_form
from engine.catalogue.own_fields import (
    NOT_IN_A_NAME,
    PREFIX,
    json_text,
    own_fields,
    own_label,
    texts_of,
)
from engine.catalogue.store import UNSTATED, FieldCondition, Filter

if TYPE_CHECKING:
    from pymongo.database import Database

_Found = TypeVar("_Found")
Query = dict[str, Any]
_MOST_KEPT = 32
_STRING = r'"(?:[^"\\]|\\.)*"'
_VALUE = rf'({_STRING}|\[(?:[^"\]]|{_STRING})*\]|[^,}}]*)'
# The letters that a search finds by their plain form.
_LETTERS = (*range(0x20, 0x250), *range(0x1E00, 0x1F00))


class MongoFilter(NamedTuple):
    """A filter for facets, and the query that the photographs of these must pass as well.

    `images` is the number of photographs by facet that pass `rows`; None if all do.
    """

    facets: Filter
    images: Mapping[int, int] | None
    rows: Query


class MongoFilters:
    """Makes the selections of one database, from the facets of the last refresh."""

    def __init__(self, database: "Database[dict[str, Any]]", facets: MongoFacets) -> None:
        self._photographs, self._facets = database.photographs, facets
        self._kept: OrderedDict[tuple[int, str], Any] = OrderedDict()

    def of(self, chosen: Filter) -> MongoFilter:
        """The selection of a filter."""
        parts = [
            _of_row(one)
            for one in chosen.conditions
            if one.field.startswith(PREFIX) or one.field in (*PLAIN, "image_id")
        ]
        facets = chosen
        text = search_form(chosen.text)
        if text and self._has_any_own():
            facets = dataclasses.replace(chosen, text="")
            named = self._facets.passing(Filter(text=chosen.text, excluded=None))
            held = {"$regex": _tolerant(text) + NOT_IN_A_NAME, "$options": "i"}
            parts.append({"$or": [{"facet": {"$in": named}}, {"extra": held}]})
        if not parts:
            return MongoFilter(facets, None, {})
        rows = {"$and": parts}
        return MongoFilter(
            facets, self._kept_for(f"counts {rows}", lambda: self._count(rows)), rows
        )

    def count_by_own(self, name: str, chosen: Filter) -> dict[str, int]:
        """See `engine.catalogue.store.Catalogue.count_by_own`."""
        selected = self.of(chosen)
        found = self._kept_for(
            f"values {name} {selected.rows}", lambda: self._values(name, selected.rows)
        )
        passing = set(self._facets.passing(selected.facets, selected.images))
        counted: Counter[str] = Counter()
        for facet, value, images in found:
            if facet in passing:
                counted[own_label(value)] += images
        return by_number(counted)

    def own_names(self) -> list[str]:
        """See `engine.catalogue.store.Catalogue.own_names`."""
        return self._kept_for("names", self._names)

    def has_own(self, name: str) -> bool:
        """See `engine.catalogue.store.Catalogue.has_own`."""
        wanted = {"extra": {"$regex": _begins(name)}}
        return self._kept_for(f"has {name}", lambda: self._photographs.find_one(wanted) is not None)

    def _has_any_own(self) -> bool:
        wanted = {"extra": {"$exists": True}}
        return self._kept_for("any", lambda: self._photographs.find_one(wanted) is not None)

    def _names(self) -> list[str]:
        found = self._photographs.find({"extra": {"$exists": True}}, {"_id": 0, "extra": 1})
        return sorted({name for one in found for name in own_fields(one["extra"])})

    def _count(self, rows: Query) -> dict[int, int]:
        found = self._photographs.aggregate(
            [{"$match": rows}, {"$group": {"_id": "$facet", "images": {"$sum": 1}}}]
        )
        return {one["_id"]: one["images"] for one in found}

    def _values(self, name: str, rows: Query) -> list[tuple[int, str | None, int]]:
        text = {"$ifNull": ["$extra", ""]}
        part = {"$regexFind": {"input": text, "regex": _begins(name) + _VALUE}}
        found = self._photographs.aggregate(
            [
                {"$match": rows},
                {"$project": {"facet": 1, "part": part}},
                {
                    "$group": {
                        "_id": {"facet": "$facet", "value": {"$first": "$part.captures"}},
                        "images": {"$sum": 1},
                    }
                },
            ],
            allowDiskUse=True,
        )
        return [(one["_id"]["facet"], one["_id"].get("value"), one["images"]) for one in found]

    def _kept_for(self, key: str, read: Callable[[], _Found]) -> _Found:
        """What `read` returns, read once for a version of the catalogue."""
        whole = (self._facets.version, key)
        if whole not in self._kept:
            self._kept[whole] = read()
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        found: _Found = self._kept[whole]
        return found


def _of_row(one: FieldCondition) -> Query:
    """A condition on a field that is in no facet, as a query on photographs."""
    own = one.field.startswith(PREFIX)
    query = _of_own(one) if own else _of_declared(one)
    return {"$nor": [query]} if one.operator == "!=" else query


def _of_own(one: FieldCondition) -> Query:
    begins = _begins(one.field.removeprefix(PREFIX))
    if one.value == UNSTATED:
        return {"extra": {"$not": {"$regex": f'{begins}(?!"")'}}}
    if one.operator == "~":
        before = r'(?:"(?:[^"\\]|\\.)*|\[[^\]]*|[^",\]}]*)'
        return {"extra": {"$regex": begins + before + _tolerant(one.value), "$options": "i"}}
    among = "|".join(map(re.escape, texts_of(one.value)))
    return {"extra": {"$regex": f"{begins}(?:{among})(?=[,}}])"}}


def _of_declared(one: FieldCondition) -> Query:
    name = "_id" if one.field == "image_id" else one.field
    if one.value == UNSTATED:
        return {name: {"$exists": False}}
    if one.field in NUMBERS:
        text = {"$toString": {"$ifNull": [f"${name}", ""]}}
        given = re.escape(one.value)
        pattern = given if one.operator == "~" else f"^{given}$"
        return {"$expr": {"$regexMatch": {"input": text, "regex": pattern}}}
    if one.operator == "~":
        return {name: {"$regex": _tolerant(search_form(one.value)), "$options": "i"}}
    return {name: one.value}


def _begins(name: str) -> str:
    """A regular expression for the JSON of an own field up to its value."""
    return f"[{{,] ?{re.escape(json_text(name))}: ?"


@lru_cache(maxsize=64)
def _tolerant(text: str) -> str:
    """A regular expression that finds a text in JSON, whatever the accents in either."""
    return "".join(map(_tolerant_letter, json_text(search_form(text))[1:-1]))


def _tolerant_letter(letter: str) -> str:
    if letter == " ":
        return "[ _]+"
    same = _by_plain_form().get(letter, letter)
    return f"[{re.escape(same)}]\\p{{M}}*"


@cache
def _by_plain_form() -> dict[str, str]:
    found: dict[str, str] = {}
    for letter in map(chr, _LETTERS):
        if unicodedata.category(letter)[0] == "L":
            plain = search_form(letter)
            found[plain] = found.get(plain, "") + letter
    return found
