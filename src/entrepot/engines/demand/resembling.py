"""Which items resemble a few words: words in common, rare words counting more (inverse document frequency, Spärck Jones 1972,
J. Documentation 28(1)). Chinese, Japanese and Korean text has no spaces: pairs of characters stand for words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import log

_WORD = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EMPTY = frozenset({"a", "an", "and", "for", "in", "of", "on", "or", "the", "to", "with", "的", "和"})


def words(text: str) -> frozenset[str]:
    """The words of ``text`` that say something, without case or plural.

    >>> sorted(words("Kettles for the Office, 1.0 L")), sorted(words("硅胶杯"))
    (['0', '1', 'kettle', 'l', 'office'], ['硅胶', '胶杯'])
    """
    found: set[str] = set()
    for part in _WORD.findall(text.casefold()):
        if _WIDE.match(part):
            found.update(part[k : k + 2] for k in range(max(len(part) - 1, 1)))
        elif part not in _EMPTY:
            found.add(part[:-1] if len(part) > 3 and part.endswith("s") and not part.endswith("ss") else part)
    return frozenset(found - _EMPTY)


def subject_key(text: str) -> str:
    """The same for subjects that differ only in case, plural or order of words.

    >>> subject_key("Blue kettles") == subject_key("kettle, blue")
    True
    """
    return " ".join(sorted(words(text))) or text.casefold().strip()


class Resembling:
    """A catalogue that can be asked for the items nearest to a few words."""

    def __init__(self, items: Iterable[tuple[str | int, Sequence[str]]]) -> None:
        self._items: list[str | int] = []
        self._at: dict[str, list[int]] = defaultdict(list)
        for place, (item, names) in enumerate(items):
            self._items.append(item)
            for word in {word for name in names for word in words(name)}:
                self._at[word].append(place)

    def nearest(self, text: str, count: int) -> list[tuple[str | int, float]]:
        """Items and their likeness, 1 when all words of ``text`` are in an item's names; best first, those without any
        word in common left out.

        >>> shop = Resembling([("KT-1", ["Steel kettle"]), ("KT-2", ["Blue steel kettle"]), ("MG-1", ["Mug"])])
        >>> [(item, round(score, 2)) for item, score in shop.nearest("blue kettle", 5)]
        [('KT-2', 1.0), ('KT-1', 0.42)]
        """
        asked = words(text)
        weight = {word: self._weight(word) for word in asked}
        whole = sum(weight.values())
        scores: dict[int, float] = defaultdict(float)
        for word in sorted(asked):
            for place in self._at.get(word, ()):
                scores[place] += weight[word]
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
        return [(self._items[place], min(score / whole, 1.0)) for place, score in best] if whole > 0 else []

    def _weight(self, word: str) -> float:
        return log(1 + len(self._items) / (len(self._at.get(word, ())) + 0.5))


def resembling(items: Iterable[tuple[str | int, Sequence[str]]]) -> Resembling:
    """A catalogue of (item, names) to ask."""
    return Resembling(items)
