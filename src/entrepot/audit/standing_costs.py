"""Which cost lines counted when a document was posted: estimates, what replaced what, and what a withdrawal brought back."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.audit.reading import Connection, among, from_json, rows

if TYPE_CHECKING:
    from entrepot.audit.references import References


class Promised(NamedTuple):
    """A goods cost taken from an order."""

    id: int
    document: int
    amount: int
    currency: str
    base_amount: int
    at: int
    company: int


class StandingCosts:
    """Looks cost lines up in the stored rows, leaving out what did not exist yet before document ``before``."""

    def __init__(self, connection: Connection, references: References) -> None:
        self._connection = connection
        self._references = references
        self._accrued: tuple[set[int], set[int]] | None = None

    def estimates(self, movements: list[int], before: int) -> list[Promised]:
        """Live goods lines that an order promised for these movements, in the order of their numbers."""
        if not movements:
            return []
        last = movements = list(movements)
        while last:  # what a corrected movement was told by before: what was aimed at that counts for it
            last = [old for new in last for old in self._references.earlier.get(new, ())]
            movements = movements + last
        found = rows(
            self._connection,
            "SELECT DISTINCT c.id, c.document_id, c.amount, c.currency, c.base_amount, c.effective_at, "
            "c.company_id FROM books_costline c JOIN books_basis b ON b.cost_line_id = c.id "
            "JOIN books_basisshare s ON s.basis_id = b.id "
            f"WHERE c.component = 0 AND c.estimate AND s.movement_id IN {among(movements)} ORDER BY c.id",
        )
        return [
            Promised(*row) for row in found if row[1] < before and self._references.live("cost_line", row[0], before)
        ]

    def accruals(
        self, aimed: list[int], component: int, supplier: str, company: int, before: int, *, sold: bool
    ) -> list[int]:
        """Live estimates of a component, of this supplier or of nobody's, whose every target is among ``aimed``."""
        if self._accrued is None:
            self._accrued = self._ever_accrued()
        components, lines = self._accrued
        if not aimed or not (lines.intersection(aimed) if sold else component in components):
            return []
        covered = set(aimed)
        last = [] if sold else list(aimed)
        while last:
            last = [old for new in last for old in self._references.earlier.get(new, ()) if old not in covered]
            covered |= set(last)
        column = "sales_line_id" if sold else "movement_id"
        targets: dict[int, set[int]] = {}
        whose: dict[int, str] = {}
        for pk, _, kind, body in rows(
            self._connection,
            "SELECT DISTINCT c.id, d.id, d.type, d.body FROM books_costline c "
            "JOIN books_document d ON d.id = c.document_id JOIN books_basis b ON b.cost_line_id = c.id "
            f"JOIN books_basisshare s ON s.basis_id = b.id WHERE c.estimate AND c.component = {component} AND "
            f"c.company_id = {company} AND d.type IN ('cost_bill', 'reversal') AND d.id < {before} AND "
            f"s.{column} IN {among(sorted(covered))}",
        ):
            if self._references.live("cost_line", pk, before):
                whose[pk] = str(from_json(bytes(body).decode()).get("supplier", "")) if kind == "cost_bill" else ""
                targets[pk] = {
                    target
                    for (target,) in rows(
                        self._connection,
                        f"SELECT s.{column} FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
                        f"WHERE b.cost_line_id = {pk} AND b.version = 1",
                    )
                }
        return sorted(pk for pk, ends in targets.items() if ends <= covered and whose[pk] in ("", supplier))

    def _ever_accrued(self) -> tuple[set[int], set[int]]:
        """Components that were ever accrued on goods, and sales lines that fees were ever accrued for."""
        carried = (
            "c.estimate AND c.component <> 0 AND EXISTS (SELECT 1 FROM books_document d WHERE d.id = c.document_id AND "
            "d.type IN ('cost_bill', 'reversal'))"
        )
        goods = rows(
            self._connection,
            f"SELECT DISTINCT c.component FROM books_costline c WHERE c.target_kind = 'births' AND {carried}",
        )
        orders = rows(
            self._connection,
            "SELECT DISTINCT s.sales_line_id FROM books_costline c JOIN books_basis b ON b.cost_line_id = c.id "
            f"JOIN books_basisshare s ON s.basis_id = b.id WHERE c.target_kind = 'order' AND {carried}",
        )
        return {component for (component,) in goods}, {line for (line,) in orders}

    def costed_from(self, purchase_lines: list[int], before: int) -> list[tuple[Promised, int, int]]:
        """Live goods lines at these lines' prices, not billed; units of what came in and the purchase line it fulfils."""
        if not purchase_lines:
            return []
        found = rows(
            self._connection,
            "SELECT c.id, c.document_id, c.amount, c.currency, c.base_amount, c.effective_at, "
            "c.company_id, m.quantity, m.purchase_line_id FROM books_costline c JOIN books_document d ON d.id = c.document_id "
            "JOIN books_basis b ON b.cost_line_id = c.id JOIN books_basisshare s ON s.basis_id = b.id "
            "JOIN books_movement m ON m.id = s.movement_id "
            "WHERE c.component = 0 AND c.estimate AND (d.type IN ('receipt', 'shipment', 'payment', 'purchase_order') OR "
            "(d.type = 'reversal' AND EXISTS (SELECT 1 FROM books_costline p JOIN books_document e ON "
            "e.id = p.document_id JOIN books_basis q ON q.cost_line_id = p.id JOIN books_basisshare t ON "
            "t.basis_id = q.id WHERE e.type IN ('receipt', 'shipment', 'payment', 'purchase_order') AND p.component = 0 "
            "AND t.movement_id = s.movement_id AND (p.amount, p.currency, p.base_amount, p.effective_at) = "
            "(c.amount, c.currency, c.base_amount, c.effective_at)))) "
            f"AND m.purchase_line_id IN {among(purchase_lines)} ORDER BY c.id",
        )
        return [
            (Promised(*row[:7]), row[7], row[8])
            for row in found
            if row[1] < before and self._references.live("cost_line", row[0], before)
        ]

    def targets(self, cost_line: int) -> tuple[tuple[int, int], ...]:
        """(movement, weight) of a cost line's first basis."""
        return tuple(
            rows(
                self._connection,
                "SELECT s.movement_id, s.weight FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
                f"WHERE b.cost_line_id = {cost_line} AND b.version = 1 ORDER BY s.ordinal",
            )
        )

    def cost_lines(self, ref: dict[str, Any], component: int, before: int) -> list[int]:
        """Live cost lines of a component in the named document (line), or brought back in their place."""
        documents = self._references.documents(ref, before)
        if not documents:
            return []
        line = f"AND line = {int(ref['line'])}" if ref.get("line") is not None else ""
        found = set()
        for (pk,) in rows(
            self._connection,
            f"SELECT id FROM books_costline WHERE document_id IN {among(documents)} AND document_id < {before} "
            f"AND component = {component} {line}",
        ):
            now = self.standing(pk, before)
            if now is not None and (now[1] in documents or now[2] == "reversal"):
                found.add(now[0])
        return sorted(found)

    def taken_over(self, older: set[int], before: int) -> dict[tuple[int, int], tuple[int, str]]:
        """(line, ordinal) of cost lines of ``older`` documents whose place a line of another document has: that line and
        the type of its document."""
        if not older:
            return {}
        found: dict[tuple[int, int], tuple[int, str]] = {}
        for line, ordinal, pk in rows(
            self._connection,
            "SELECT c.line, c.ordinal, c.id FROM books_costline c "
            "JOIN books_replacement r ON r.cost_line_id = c.id JOIN books_costline n ON n.id = r.new_cost_line_id "
            f"WHERE c.document_id IN {among(sorted(older))} AND n.document_id NOT IN {among(sorted(older))} "
            f"AND r.document_id < {before} ORDER BY c.id",
        ):
            now = self.standing(pk, before)
            if now is not None and now[1] not in older:
                found[line, ordinal] = (now[0], now[2])
        return found

    def standing(self, cost_line: int, before: int) -> tuple[int, int, str] | None:
        """The cost line that counted in the place of this one, its document and that one's type: what replaced it, and
        after a withdrawal the copy of what counts again."""
        told = [cost_line]
        while not self._references.live("cost_line", told[-1], before):
            ((following,),) = rows(
                self._connection, f"SELECT new_cost_line_id FROM books_replacement WHERE cost_line_id = {told[-1]}"
            )
            if following is None:
                following = self._copied(told[:-1], self._references.replaced["cost_line"][told[-1]])
            if following is None:
                return None
            told.append(following)
        return next(
            rows(
                self._connection,
                "SELECT c.id, d.id, d.type FROM books_document d JOIN books_costline c ON c.document_id = d.id "
                f"WHERE c.id = {told[-1]}",
            )
        )

    def _copied(self, told: list[int], withdrawal: int) -> int | None:
        """The line that a withdrawal posted again of one of these, with its money and its targets."""
        for line in told:
            for (copy,) in rows(
                self._connection,
                "SELECT w.id FROM books_costline w, books_costline c WHERE (w.company_id, w.component, w.amount, "
                "w.currency, w.base_amount, w.target_kind, w.effective_at) = (c.company_id, c.component, c.amount, "
                "c.currency, c.base_amount, c.target_kind, c.effective_at) "
                f"AND c.id = {line} AND w.document_id = {withdrawal} ORDER BY w.id",
            ):
                if self._aim(copy) == self._aim(line):
                    return copy
        return None

    def _aim(self, cost_line: int) -> list[tuple[Any, ...]]:
        found = rows(
            self._connection,
            "SELECT b.version, s.movement_id, s.sales_line_id, s.weight FROM books_basis b JOIN books_basisshare s "
            f"ON s.basis_id = b.id WHERE b.cost_line_id = {cost_line} ORDER BY b.version DESC, s.ordinal",
        )
        shares = list(found)
        return [share[1:] for share in shares if share[0] == shares[0][0]]

    def revived(self, cost_line: int) -> list[tuple[Any, ...]]:
        """What a withdrawn cost line, or an earlier version of it, had replaced in other documents: cost rows without
        their line number, to be posted again."""
        found: list[tuple[Any, ...]] = []
        for old, same, *row in rows(
            self._connection,
            "SELECT c.id, CASE WHEN d.type = n.type AND d.key = n.key THEN 1 ELSE 0 END, c.company_id, c.component, "
            "c.amount, c.currency, c.base_amount, c.target_kind, COALESCE(c.location_id, 0), COALESCE(c.shop_id, 0), "
            "COALESCE(c.item_id, 0), COALESCE(c.period_from, 0), COALESCE(c.period_to, 0), c.internal, c.estimate, "
            "c.effective_at FROM books_replacement r JOIN books_costline c ON c.id = r.cost_line_id "
            "JOIN books_document d ON d.id = c.document_id JOIN books_costline w ON w.id = r.new_cost_line_id "
            "JOIN books_document n ON n.id = w.document_id "
            f"WHERE r.new_cost_line_id = {cost_line} AND r.document_id = w.document_id ORDER BY c.id",
        ):
            if same:
                found += self.revived(old)
                continue
            shares = list(
                rows(
                    self._connection,
                    "SELECT b.version, b.kind, COALESCE(s.movement_id, s.sales_line_id), s.weight FROM books_basis b "
                    f"JOIN books_basisshare s ON s.basis_id = b.id WHERE b.cost_line_id = {old} "
                    "ORDER BY b.version DESC, s.ordinal",
                )
            )
            latest = [share for share in shares if share[0] == shares[0][0]]
            targets = tuple((target, weight) for _, _, target, weight in latest)
            found.append((*row[:11], int(row[11]), int(row[12]), row[13], latest[0][1] if latest else "", targets))
        return found
