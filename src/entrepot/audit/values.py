"""Weights of a split by value: the goods cost of each target as the books stood then; and re-splits after a change."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from entrepot.audit.reading import Connection, number, rows
from entrepot.audit.references import Moved, References
from entrepot.audit.registers import Registers
from entrepot.audit.report import CheckReport
from entrepot.audit.retold import told_again
from entrepot.audit.weights import of_movements

ALWAYS = 2**62


class Share(NamedTuple):
    """What of a goods line falls on a movement, by one version of its basis."""

    line: int
    document: int
    base_amount: int
    version: int
    weight: int
    whole: int
    recorded: int


class Birth(NamedTuple):
    """A movement into the books that goods cost was ever aimed at."""

    at: int
    id: int
    document: int
    quantity: int


class Goods:
    """Goods cost by movement, at any point of the stream of documents."""

    def __init__(self, connection: Connection, references: References) -> None:
        self.references = references
        self.shares: dict[int, list[Share]] = defaultdict(list)
        wholes: dict[int, int] = dict(
            rows(
                connection,
                "SELECT b.id, SUM(s.weight) FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
                "JOIN books_costline c ON c.id = b.cost_line_id WHERE c.component = 0 GROUP BY b.id",
            )
        )
        for basis, movement, line, document, base, version, weight, recorded in rows(
            connection,
            "SELECT b.id, s.movement_id, c.id, c.document_id, c.base_amount, b.version, s.weight, b.recorded_at "
            "FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
            "JOIN books_costline c ON c.id = b.cost_line_id "
            "WHERE c.component = 0 AND s.movement_id IS NOT NULL ORDER BY c.id, b.version",
        ):
            self.shares[movement].append(Share(line, document, base, version, weight, int(wholes[basis]), recorded))
        self.births: dict[int, list[Birth]] = defaultdict(list)
        for item, at, pk, document, quantity in rows(
            connection,
            "SELECT item_id, effective_at, id, document_id, quantity FROM books_movement WHERE from_cell_id IS NULL "
            "ORDER BY effective_at DESC, id DESC",
        ):
            if pk in self.shares:
                self.births[item].append(Birth(at, pk, document, quantity))

    def weights(self, targets: Sequence[Moved], before: int, known: int = ALWAYS) -> list[int | None]:
        """Weights by value of movements, as the books stood before a document (and goods were split anew before
        ``known``); None where there was no figure."""
        return [self.weight(row, before, known) for row in targets]

    def weight(self, row: Moved, before: int, known: int) -> int | None:
        """Goods cost aimed at the movement, else by the latest goods cost of its item before the move."""
        own = self._aimed(row.id, before, known)
        if own is not None:
            return max(0, round(own))
        if not row.source:
            return None
        for birth in self.births.get(row.item, ()):
            if birth.at > row.at or birth.document >= before:
                continue
            if self.references.live("movement", birth.id, before) and self._ever_aimed(birth.id, before):
                value = self._aimed(birth.id, before, known)
                return None if value is None else round(Fraction(max(0, round(value)) * row.quantity, birth.quantity))
        return None

    def own(self, movement: int) -> int | None:
        """Goods cost aimed at a movement itself, as of now; None when it only inherits or has none."""
        aimed = self._aimed(movement, ALWAYS)
        return None if aimed is None else max(0, round(aimed))

    def _aimed(self, movement: int, before: int, known: int = ALWAYS) -> Fraction | None:
        latest: dict[int, Share] = {}
        for share in self.shares.get(movement, ()):
            if share.version > 1 and share.recorded >= known:
                continue
            if share.document < before and self.references.live("cost_line", share.line, before):
                latest[share.line] = share
        if not latest:
            return None
        return sum((Fraction(s.base_amount * s.weight, s.whole) for s in latest.values() if s.whole), Fraction(0))

    def _ever_aimed(self, movement: int, before: int) -> bool:
        return any(share.document < before for share in self.shares.get(movement, ()))


def resplits(connection: Connection, registers: Registers, goods: Goods, report: CheckReport) -> None:
    """Later versions of a basis: the same targets, and weights that follow the corrected figures."""
    replaced = dict(
        rows(connection, "SELECT movement_id, new_movement_id FROM books_replacement WHERE movement_id IS NOT NULL")
    )

    replaced |= {old: new for old, new, _ in told_again(connection, "movement")}

    def now(movement: int) -> int:
        while movement in replaced:
            movement = number(replaced[movement])
        return movement

    several = {
        line: int(last)
        for line, last in rows(
            connection, "SELECT cost_line_id, MAX(version) FROM books_basis GROUP BY cost_line_id HAVING COUNT(*) > 1"
        )
    }
    known: dict[int, int] = {}
    for recorded, last in rows(connection, "SELECT recorded_at, MAX(id) FROM books_document GROUP BY recorded_at"):
        known[recorded] = int(last) + 1
    found: dict[int, dict[int, tuple[str, int, list[tuple[Moved, int]]]]] = defaultdict(dict)
    for line, version, kind, recorded, weight, *move in rows(
        connection,
        "SELECT b.cost_line_id, b.version, b.kind, b.recorded_at, s.weight, m.id, m.document_id, m.line, m.ordinal, "
        "m.kind, m.item_id, m.quantity, m.effective_at, m.from_cell_id, m.purchase_line_id FROM books_basis b "
        "JOIN books_basisshare s ON s.basis_id = b.id JOIN books_movement m ON m.id = s.movement_id "
        "WHERE b.cost_line_id IN (SELECT cost_line_id FROM books_basis WHERE version > 1) "
        "ORDER BY b.cost_line_id, b.version, s.ordinal",
    ):
        row = Moved._make((*move[:8], number(move[8]), number(move[9])))
        found[line].setdefault(version, (kind, recorded, []))[2].append((row, weight))
    for line, last in several.items():
        versions = found[line]
        place = f"cost line {line} basis"
        report.compare("D", f"{place} versions", list(range(1, last + 1)), sorted(versions))
        first = versions.get(1, ("", 0, []))
        for version, (kind, recorded, shares) in versions.items():
            targets = [now(row.id) for row, _ in shares]
            report.compare("D", f"{place} v{version} targets", [now(row.id) for row, _ in first[2]], targets)
            report.compare("D", f"{place} v{version} kind", first[0], kind)
            if version == 1:
                continue
            moved = [row for row, _ in shares]
            if kind == "value":
                wanted = goods.weights(moved, known.get(recorded, ALWAYS), recorded + 1)
            elif version == last:
                wanted = of_movements(registers, kind, moved, [], _divisor(connection, line))
            else:
                continue
            for (row, weight), expected in zip(shares, wanted, strict=True):
                if expected is not None:
                    report.compare("D", f"{place} v{version} weight of movement {row.id}", expected, weight)


def _divisor(connection: Connection, line: int) -> int:
    """What the bill of a cost line states, also where the line came back with a withdrawal."""
    for number_, body in rows(
        connection,
        "SELECT o.line, d.body FROM books_costline c JOIN books_costline o ON (o.company_id, o.component, o.amount, "
        "o.currency, o.effective_at) = (c.company_id, c.component, c.amount, c.currency, c.effective_at) "
        "JOIN books_document d ON d.id = o.document_id JOIN books_document e ON e.id = c.document_id "
        f"WHERE c.id = {line} AND d.type IN ('cost_bill', 'supplier_credit') AND (o.id = c.id OR e.type = 'reversal') "
        "ORDER BY o.id DESC",
    ):
        lines = json.loads(bytes(body))["lines"]
        return int(lines[number_ - 1].get("divisor", 6000))
    return 6000


def up_to_date(connection: Connection, goods: Goods, report: CheckReport) -> None:
    """The latest weights by value of every live line are the goods cost that its targets have now."""
    latest: dict[int, tuple[int, list[tuple[Moved, int]]]] = {}
    for line, version, weight, *move in rows(
        connection,
        "SELECT b.cost_line_id, b.version, s.weight, m.id, m.document_id, m.line, m.ordinal, m.kind, m.item_id, "
        "m.quantity, m.effective_at, m.from_cell_id, m.purchase_line_id FROM books_basis b "
        "JOIN books_basisshare s ON s.basis_id = b.id JOIN books_movement m ON m.id = s.movement_id "
        "WHERE b.kind = 'value' ORDER BY b.cost_line_id, b.version, s.ordinal",
    ):
        if line not in latest or latest[line][0] != version:
            latest[line] = (version, [])
        latest[line][1].append((Moved._make((*move[:8], number(move[8]), number(move[9]))), weight))
    for line, (version, shares) in latest.items():
        if not goods.references.live("cost_line", line, ALWAYS):
            continue
        values = [goods.own(row.id) for row, _ in shares]
        if any(value is None for value in values) or not sum(value or 0 for value in values):
            continue
        weights = [weight for _, weight in shares]
        report.compare("D", f"cost line {line} basis v{version}: weights by value as of now", values, weights)
