"""Which invoice goes with which declaration."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from entrepot.engines.rebate.model import Match, Open


def match(invoices: Iterable[Open], declarations: Iterable[Open]) -> list[Match]:
    """Pairs of open lines of one item: the oldest export first, with the oldest invoice that still has units.

    Every unit is in at most one pair, and a unit stays alone only where the other side has none left of the item.

    >>> from datetime import date
    >>> bought = [Open(1, 7, 60, date(2026, 3, 5)), Open(2, 7, 60, date(2026, 2, 1))]
    >>> sent = [Open(10, 7, 100, date(2026, 4, 1)), Open(11, 8, 5, date(2026, 1, 1))]
    >>> match(bought, sent)
    [Match(invoice=2, declaration=10, units=60), Match(invoice=1, declaration=10, units=40)]
    """
    left: dict[int, deque[list[int]]] = defaultdict(deque)
    for line in sorted(invoices, key=lambda row: (row.on, row.key)):
        if line.units > 0:
            left[line.item].append([line.key, line.units])
    found: list[Match] = []
    for sent in sorted(declarations, key=lambda row: (row.on, row.key)):
        units, queue = sent.units, left.get(sent.item, deque())
        while units > 0 and queue:
            taken = min(units, queue[0][1])
            found.append(Match(queue[0][0], sent.key, taken))
            units -= taken
            queue[0][1] -= taken
            if not queue[0][1]:
                queue.popleft()
    return found
