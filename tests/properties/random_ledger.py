"""Random ledgers as plain moves and cost shares: every kind, joined items, named lots, instants that collide."""

from __future__ import annotations

import random

from entrepot.audit.layers import Move
from entrepot.audit.vocabulary import (
    ARRIVAL,
    CONVERSION_IN,
    CONVERSION_OUT,
    COUNT_SHORTAGE,
    COUNT_SURPLUS,
    DEPARTURE,
    INTERCOMPANY_RECEIPT,
    INTERCOMPANY_SALE,
    OPENING,
    RECEIPT,
    REGRADE,
    RETURN,
    SALE,
    SUPPLIER_RETURN,
    TRANSFER,
    USE,
    WRITE_OFF,
)

ITEMS, CELLS = (1, 2), (1, 2, 3)
COMING = (OPENING, RECEIPT, RECEIPT, RECEIPT, COUNT_SURPLUS)
WITHIN = (ARRIVAL, TRANSFER, DEPARTURE, REGRADE)
GOING = (SUPPLIER_RETURN, INTERCOMPANY_SALE, SALE, SALE, SALE, WRITE_OFF, USE, COUNT_SHORTAGE)
Share = tuple[int, int, int, int, int]
"""line, component, movement, side, amount"""


class RandomLedger:
    """``moves`` and ``shares`` of one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.moves: list[Move] = []
        for number in range(1, self.chance.randint(4, 40)):
            self._one(number * 10)
        self.shares: list[Share] = []
        for line in range(1, self.chance.randint(1, 40)):
            component = self.chance.choice([0, 0, 1, 3, 9, 18])
            for move in self.chance.sample(self.moves, min(len(self.moves), self.chance.randint(1, 2))):
                side = self.chance.choice([0, 1]) if move.kind in (SUPPLIER_RETURN, WRITE_OFF) else 0
                self.shares.append((line, component, move.number, side, self.chance.randint(-300, 1000)))

    def _one(self, number: int) -> None:
        chance = self.chance
        item, cell, at = chance.choice(ITEMS), chance.choice(CELLS), chance.randint(1, 40)
        other = chance.choice([c for c in CELLS if c != cell])
        late, key, units = int(chance.random() < 0.1), chance.randint(0, 50), chance.randint(1, 12)
        kind = chance.choice([*COMING, *WITHIN, *GOING, RETURN, RETURN, INTERCOMPANY_RECEIPT, CONVERSION_IN])
        if kind in COMING:
            self._add(number, item, 0, cell, units, at, late, kind, key)
        elif kind in WITHIN:
            self._add(number, item, cell, other, units, at, late, kind, key, lot=self._birth(item))
        elif kind == SUPPLIER_RETURN:
            self._add(number, item, cell, 0, units, at, late, kind, key, of=self._birth(item))
        elif kind in GOING:
            self._add(number, item, cell, 0, units, at, late, kind, key, lot=self._birth(item))
        elif kind == RETURN:
            sale = self._any((SALE, WRITE_OFF))
            back = chance.choice([sale.source, cell]) if sale else cell
            when = sale.at + chance.randint(-2, 6) if sale else at
            self._add(
                number, sale.item if sale else item, 0, back, chance.randint(1, 5), when, late, kind, key,
                of=sale.number if sale else 0,
            )  # fmt: skip
        elif kind == INTERCOMPANY_RECEIPT:
            seller = self._any((INTERCOMPANY_SALE,))
            if seller:
                when = seller.at if chance.random() < 0.7 else at
                self._add(number, seller.item, 0, cell, seller.quantity, when, late, kind, key, of=seller.number)
        else:
            self._convert(number, cell, other, at, late, key)

    def _convert(self, number: int, cell: int, other: int, at: int, late: int, key: int) -> None:
        chance = self.chance
        inputs, outputs = chance.randint(1, 2), chance.randint(1, 2)
        for line in range(inputs + outputs):
            item, units = chance.choice(ITEMS), chance.randint(1, 5)
            ends, kind = ((cell, 0), CONVERSION_IN) if line < inputs else ((0, other), CONVERSION_OUT)
            share = 0 if line < inputs else chance.randint(1, 3)
            self._add(number + line, item, *ends, units, at, late, kind, key, event=number, share=share)

    def _add(
        self, number: int, item: int, source: int, target: int, units: int, at: int, late: int, kind: int, key: int,
        **links: int,
    ) -> None:  # fmt: skip
        self.moves.append(Move(number, item, source, target, units, at, late, kind, key, number, 0, **links))

    def _any(self, kinds: tuple[int, ...]) -> Move | None:
        found = [move for move in self.moves if move.kind in kinds]
        return self.chance.choice(found) if found and self.chance.random() < 0.9 else None

    def _birth(self, item: int) -> int:
        found = [move.number for move in self.moves if move.kind in (OPENING, RECEIPT, RETURN) and move.item == item]
        return self.chance.choice(found) if found and self.chance.random() < 0.2 else 0
