"""Names that are spelled almost like another one."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np

from engine.taxonomy.parsing import key_of
from engine.taxonomy.store import TaxonomyStore

# The share of letters that agree: one differs in a name of ten letters, two in one of twenty.
_ALIKE = 0.9
_GENUS_ALIKE = 0.75
# Names of that likeness differ in no more letters, or in length.
_MOST_LETTERS = 4
_MOST_LENGTH = 2


class NearNames:
    """Finds the names of a taxonomy that are most like a name which it does not have.

    A genus that the taxonomy has is taken as it is, another one may be misspelled too.
    """

    def __init__(self, store: TaxonomyStore) -> None:
        self._store = store
        self._numbers = store.genera()
        self._genera = _Words(list(self._numbers))
        self._names_in = lru_cache(maxsize=256)(self._read_names)
        self._near_genera = lru_cache(maxsize=4_096)(self._genera_like)

    def nearest(self, key: str) -> list[str]:
        """The keys most like this one, all equally; none if no name is like it."""
        best, found = _ALIKE, list[str]()
        for genus in self._near_genera(key.partition(" ")[0]):
            for alike, other in self._names_in(genus).like(key, best):
                if alike > best:
                    best, found = alike, []
                found.append(other)
        return sorted(found)

    def _genera_like(self, genus: str) -> list[str]:
        if genus in self._numbers:
            return [genus]
        return [other for _, other in self._genera.like(genus, _GENUS_ALIKE)]

    def _read_names(self, genus: str) -> "_Words":
        names = self._store.names_of(self._numbers[genus])
        return _Words(sorted({key_of(name) for name in names}))


class _Words:
    """Words with the set of letters in each, by which most are left out before a comparison."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._letters = np.array([_letters_in(word) for word in words], np.uint32)
        self._lengths = np.array([len(word) for word in words], np.int32)

    def like(self, word: str, least: float) -> list[tuple[float, str]]:
        """The likeness of each word that is at least so like `word`, from 0 to 1."""
        differ = np.bitwise_count(self._letters ^ np.uint32(_letters_in(word)))
        longer = np.abs(self._lengths - len(word))
        places = np.flatnonzero((differ <= _MOST_LETTERS) & (longer <= _MOST_LENGTH))
        # The matcher keeps what it computed of its second word.
        matcher = SequenceMatcher(None, "", word, autojunk=False)
        found = []
        for place in places.tolist():
            matcher.set_seq1(self._words[place])
            if matcher.quick_ratio() >= least and (alike := matcher.ratio()) >= least:
                found.append((alike, self._words[place]))
        return found


def _letters_in(word: str) -> int:
    """The letters of a word as bits; all others than a to z share one."""
    bits = 0
    for letter in set(word):
        bits |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26)
    return bits
