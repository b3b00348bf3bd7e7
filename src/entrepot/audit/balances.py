"""Balances, reservations and waiting movements against the fold of all live movements."""

from __future__ import annotations

from entrepot.audit.layers import Fold, Slot
from entrepot.audit.reading import Connection, rows
from entrepot.audit.report import CheckReport


class Balances:
    """The stored balances; each group of items takes its own out, and what is left over belongs to nothing."""

    def __init__(self, connection: Connection, report: CheckReport) -> None:
        self.report = report
        self.on_hand: dict[Slot, int] = {}
        self.reserved: dict[Slot, int] = {}
        for item, cell, units, held in rows(
            connection, "SELECT item_id, cell_id, on_hand, reserved FROM books_balance ORDER BY id"
        ):
            if (item, cell) in self.on_hand:
                report.add("B", f"balance of item {item} in cell {cell}", "one row", "more than one")
            self.on_hand[item, cell] = units
            self.reserved[item, cell] = held
        self.waiting = {
            row[0]: (row[1], row[2])
            for row in rows(connection, "SELECT movement_id, item_id, event FROM books_waiting")
        }

    def settle(self, fold: Fold) -> None:
        """Compare one group's balances and waiting movements."""
        expected = dict(fold.stock)
        for slot, debts in fold.debts.items():
            expected[slot] = expected.get(slot, 0) - sum(issue.owed for issue in debts)
        for slot, units in expected.items():
            self.report.compare("B", f"units of item {slot[0]} in cell {slot[1]}", units, self.on_hand.pop(slot, 0))
        for step in fold.waiting:
            for move in step:
                found = self.waiting.pop(move.number, None)
                self.report.count("waiting movements")
                self.report.compare("B", f"waiting movement {move.number}", (move.item, move.event or None), found)

    def finish(self, connection: Connection) -> None:
        """What no movement explains, and reservations against open orders."""
        for slot, units in self.on_hand.items():
            self.report.compare("B", f"units of item {slot[0]} in cell {slot[1]}", 0, units)
        for movement in self.waiting:
            self.report.add("B", f"waiting movement {movement}", "nothing waits", "a row")
        held: dict[Slot, int] = {}
        for item, cell, units in rows(
            connection, "SELECT item_id, cell_id, quantity FROM books_reservation WHERE released_at IS NULL"
        ):
            held[item, cell] = held.get((item, cell), 0) + units
        for slot in held.keys() | self.reserved.keys():
            place = f"reserved of item {slot[0]} in cell {slot[1]}"
            self.report.compare("B", place, held.get(slot, 0), self.reserved.get(slot, 0))
        self._released(connection)

    def _released(self, connection: Connection) -> None:
        """A reservation stands exactly as long as its order is the latest version, open and not taken back."""
        for pk, released, status, later, gone in rows(
            connection,
            "SELECT r.id, r.released_at, s.status, "
            "EXISTS (SELECT 1 FROM books_document v WHERE v.type = d.type AND v.external_id = d.external_id "
            "AND v.source = d.source AND v.account = d.account AND v.version > d.version), "
            "EXISTS (SELECT 1 FROM books_reversed x WHERE x.document_id = d.id) "
            "FROM books_reservation r JOIN books_document d ON d.id = r.document_id "
            "LEFT JOIN books_salesline s ON s.document_id = r.document_id AND s.line = r.line",
        ):
            over = bool(later) or bool(gone) or status != "open"
            self.report.compare("B", f"reservation {pk} released", over, released is not None)
