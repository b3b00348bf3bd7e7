"""Kinds of stock movement: the one vocabulary that the books store and the valuation engine folds.

The integer values are stored in the database: they are never renumbered, and new kinds get new numbers.

A movement has two ends, cells of a company or the outside (supplier, customer, lost, consumed ...). The kind says
which ends it has, where it stands among movements of the same instant (`rank`), and whether it may run ahead of the
stock (`strict`).

>>> Kind.SALE.rank, Kind.SALE.strict, Kind.SALE.births
(5, False, False)
>>> Kind.TRANSFER.rank, Kind.TRANSFER.strict
(4, True)
"""

from enum import IntEnum


class Kind(IntEnum):
    """What a movement is. `from → to` is said for each; "outside" is anything that is no stock cell of a company."""

    OPENING = 1
    """outside → cell: stock that was there when the books began, at its stated cost."""
    RECEIPT = 2
    """outside → cell: goods from a supplier."""
    COUNT_SURPLUS = 3
    """outside → cell: found at a count, or received over the order; cost missing until valued."""
    INTERCOMPANY_RECEIPT = 4
    """outside → cell: bought from a sister company; `of` names the seller's INTERCOMPANY_SALE."""
    RETURN = 5
    """outside → cell: given back by the customer; `of` names the sale."""
    ARRIVAL = 6
    """cell → cell: out of an in-transit cell into the place of destination."""
    CONVERSION_IN = 7
    """cell → outside: consumed by an assembly, a repack, a relabel."""
    CONVERSION_OUT = 8
    """outside → cell: produced by the same event."""
    TRANSFER = 9
    """cell → cell: a direct move to another place."""
    DEPARTURE = 10
    """cell → cell: into an in-transit cell."""
    REGRADE = 11
    """cell → cell: another condition, label or batch at the same place."""
    SUPPLIER_RETURN = 12
    """cell → outside: given back to the supplier; `of` may name the receipt whose units go back."""
    INTERCOMPANY_SALE = 13
    """cell → outside: sold to a sister company."""
    SALE = 14
    """cell → outside: sold to a customer."""
    WRITE_OFF = 15
    """cell → outside: lost, destroyed, expired."""
    USE = 16
    """cell → outside: sample, gift, replacement, internal use."""
    COUNT_SHORTAGE = 17
    """cell → outside: missing at a count."""

    @property
    def rank(self) -> int:
        """Place within one instant, 0 first: receipt, return, arrival, conversion, departure, sale, write-off."""
        return RANKS[self]

    @property
    def births(self) -> bool:
        """True when it brings units from outside into a cell."""
        return self in BIRTHS

    @property
    def strict(self) -> bool:
        """True when it may not run ahead of stock: without enough units it waits."""
        return self in STRICT

    @property
    def moves_within(self) -> bool:
        """True when both ends are cells of a company."""
        return self in WITHIN


RANKS: dict[Kind, int] = {
    Kind.OPENING: 0,
    Kind.RECEIPT: 0,
    Kind.COUNT_SURPLUS: 0,
    Kind.INTERCOMPANY_RECEIPT: 0,
    Kind.RETURN: 1,
    Kind.ARRIVAL: 2,
    Kind.CONVERSION_IN: 3,
    Kind.CONVERSION_OUT: 3,
    Kind.TRANSFER: 4,
    Kind.DEPARTURE: 4,
    Kind.REGRADE: 4,
    Kind.SUPPLIER_RETURN: 4,
    Kind.INTERCOMPANY_SALE: 4,
    Kind.SALE: 5,
    Kind.WRITE_OFF: 6,
    Kind.USE: 6,
    Kind.COUNT_SHORTAGE: 6,
}
BIRTHS: frozenset[Kind] = frozenset(
    {
        Kind.OPENING,
        Kind.RECEIPT,
        Kind.COUNT_SURPLUS,
        Kind.INTERCOMPANY_RECEIPT,
        Kind.RETURN,
        Kind.CONVERSION_OUT,
    }
)
WITHIN: frozenset[Kind] = frozenset({Kind.ARRIVAL, Kind.TRANSFER, Kind.DEPARTURE, Kind.REGRADE})
STRICT: frozenset[Kind] = WITHIN | {
    Kind.CONVERSION_IN,
    Kind.CONVERSION_OUT,
    Kind.SUPPLIER_RETURN,
    Kind.INTERCOMPANY_SALE,
}
