"""Species names that are spelled almost like another one."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.taxonomy.store import TaxonomyStore

# The share of letters that agree: one differs in a name of ten letters, two in one of twenty.
_ALIKE = 0.9
_MOST_GENERA = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz- "


class NearNames:
    """Finds the species names of a taxonomy that are most like one which it does not have.

    A genus that the taxonomy has is taken as it is, another one may be misspelled too.
    """

    def __init__(self, store: TaxonomyStore) -> None:
        self._store = store
        self._numbers = store.genera()
        self._genera = _Words(list(self._numbers))
        self._species_in = lru_cache(maxsize=256)(self._read_species)

    def nearest(self, name: str) -> list[str]:
        """The names most like this one of genus and epithet, all equally; none if none is like it.

        Names are in lower case, without a hybrid's sign.
        """
        best, found = _ALIKE, list[str]()
        for genus in self._genera_like(name):
            for alike, other in self._species_in(genus).like(name, best):
                if alike > best:
                    best, found = alike, []
                found.append(other)
        return sorted(found)

    def _genera_like(self, name: str) -> list[str]:
        genus = name.partition(" ")[0]
        if genus in self._numbers:
            return [genus]
        # All letters that may differ in the name may do so in the genus.
        found = self._genera.like(genus, 1 - (1 - _ALIKE) * len(name) / len(genus))
        return [other for _, other in sorted(found, reverse=True)[:_MOST_GENERA]]

    def _read_species(self, genus: str) -> "_Words":
        return _Words(self._store.species_of(self._numbers[genus]))


class _Words:
    """Words with the number of each letter in them, by which most are left out at once."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths = np.array([len(word) for word in words], np.int16)
        self._counts = _letter_counts(words)

    def like(self, word: str, least: float) -> list[tuple[float, str]]:
        """The likeness of each word that is at least so like `word`, from 0 to 1.

        It is the ratio of Ratcliff and Obershelp: twice the agreeing letters by all letters.
        """
        if not self._words:
            return []
        own = np.array([word.count(letter) for letter in _LETTERS], np.int8)
        differ = np.abs(self._counts - own).sum(axis=1)
        total = self._lengths + len(word)
        # The matcher keeps what it computed of its second word.
        matcher = SequenceMatcher(None, "", word, autojunk=False)
        found = []
        for place in np.flatnonzero(differ <= (1 - least) * total + 1e-6).tolist():
            matcher.set_seq1(self._words[place])
            if (alike := matcher.ratio()) >= least:
                found.append((alike, self._words[place]))
        return found


def _letter_counts(words: Sequence[str]) -> NDArray[np.int8]:
    """How often each letter stands in each word: words x letters. Other letters do not count."""
    text = np.array([word.encode("ascii", "replace") for word in words], np.bytes_)
    codes = text.view(np.uint8).reshape(len(words), -1)
    counts = [(codes == letter).sum(axis=1, dtype=np.int8) for letter in _LETTERS.encode()]
    return np.stack(counts, axis=1)
