"""Headings by the words of a description: what the tariff itself calls the goods, rare words first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import log

LEAST = 3
"""Letters of a word that counts."""
_NOUN = 1.5
"""How much more the word counts that names the thing."""
_BREAK = re.compile(r",|;|:| of | with | for | in ")
_EMPTY = frozenset(
    ("other", "others", "than", "not", "and", "for", "the", "with", "whether", "including", "more", "over", "but")
)


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say something, in the singular; what a hyphen joins counts whole and in its parts.

    >>> sorted(words_of("T-shirts, knitted or crocheted: of cotton; dresses"))
    ['cotton', 'crocheted', 'dress', 'knitted', 'shirt', 'tshirt']
    """
    joined = "".join(c.lower() if c.isalpha() or c == "-" else " " for c in text).split()
    plain = [part for word in joined for part in (word.replace("-", ""), *word.split("-"))]
    return frozenset(_singular(w) for w in plain if len(w) >= LEAST and w not in _EMPTY)


def _singular(word: str) -> str:
    for ending, left in (("sses", "ss"), ("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            return word.removesuffix(ending) + left
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _noun(text: str) -> str:
    """The word that names the thing: the last one before "of", "with", "for" or a comma.

    >>> _noun("ceramic coffee mug with lid"), _noun("Bags of cotton")
    ('mug', 'bag')
    """
    first = _BREAK.split(text, maxsplit=1)[0]
    words = "".join(c.lower() if c.isalpha() else " " for c in first).split()
    return _singular(words[-1]) if words else ""


class WordIndex:
    """Codes by the words of their descriptions."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._words = {code: words_of(text) for code, text in texts.items()}
        self._codes: dict[str, list[str]] = defaultdict(list)
        for code, words in self._words.items():
            for word in words:
                self._codes[word].append(code)

    def nearest(self, text: str, count: int, relatives: Iterable[str] = ()) -> list[str]:
        """Codes whose texts share the most with ``text``, rare words counting more; ``relatives`` stand in front among equals.

        Codes of nothing but a word that many share are left out: they would be a guess.

        >>> index = WordIndex({"6109": "T-shirts of cotton", "6912": "Ceramic tableware", "4202": "Bags of cotton"})
        >>> index.nearest("cotton t-shirt with print", 1), index.nearest("laser", 1)
        (['6109'], [])
        """
        near, scores, main = set(relatives), dict[str, float](), _noun(text)
        for word in words_of(text):
            holders = self._codes.get(word, ())
            for code in holders:
                weight = 1 + log(len(self._words) / len(holders))
                scores[code] = scores.get(code, 0.0) + weight * (_NOUN if word == main else 1)
        best = max(scores.values(), default=0.0)
        kept = [code for code, score in scores.items() if score >= best / 2]
        return sorted(kept, key=lambda c: (-scores[c], c not in near, len(self._words[c]), c))[:count]
