"""The stored figures: sales, margins, stock, recomputed from the fold and compared field by field, layer by layer."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.audit.arithmetic import split
from entrepot.audit.costs import Money
from entrepot.audit.facts import Replacements, Spread
from entrepot.audit.layers import Fold, Issue, Layer, Move, Slot
from entrepot.audit.reading import Connection, among, from_json, number, rows
from entrepot.audit.registers import Registers
from entrepot.audit.report import CheckReport
from entrepot.audit.vocabulary import (
    BOOK_FAMILIES,
    COUNT_SHORTAGE,
    FAMILIES,
    FAMILY_OF,
    INTERCOMPANY_SALE,
    RETURN,
    SALE,
    SUPPLIER_RETURN,
    USE,
    WRITE_OFF,
)

REASONS = {
    RETURN: "return",
    SUPPLIER_RETURN: "supplier_return",
    INTERCOMPANY_SALE: "intercompany_sale",
    WRITE_OFF: "write_off",
    USE: "use",
    COUNT_SHORTAGE: "count_shortage",
}
_COSTS = ", ".join((*FAMILIES, "book_cost", "uncosted", "missing"))
SALE_FIELDS = (
    "sales_line",
    "item",
    "company",
    "shop",
    "country",
    "day",
    "quantity",
    "returned",
    "net",
    "refunded",
    *FAMILIES,
    "book_cost",
    "uncosted",
    "missing",
)
MARGIN_FIELDS = (
    "sales",
    "quantity",
    "returned",
    "net",
    "net_unknown",
    "refunded",
    *FAMILIES,
    "book_cost",
    "uncosted",
    "missing",
)
STOCK_FIELDS = ("company", "units", "oldest_at", "layers", *FAMILIES, "book_cost", "missing", "uncosted")
OnStock = dict[Slot, list[tuple[int, int]]]
"""Period costs of units still there: (component, amount)."""
OF_COST = frozenset((*FAMILIES, "book_cost", "missing", "oldest_at", "layers"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = 3_600_000_000


class Days:
    """YYYYMMDD of instants in a zone, remembered by the hour (zones change on the quarter hour at worst)."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], int] = {}
        self._zones: dict[str, ZoneInfo] = {}

    def day(self, at: int, zone: str) -> int:
        """The local day of an instant."""
        key = (zone, at // (_HOUR // 4))
        known = self._known.get(key)
        if known is None:
            where = self._zones.setdefault(zone, ZoneInfo(zone))
            local = (_EPOCH + timedelta(microseconds=at)).astimezone(where)
            known = self._known[key] = local.year * 10_000 + local.month * 100 + local.day
        return known


class Figures:
    """Compares the stored figures of a part of the items with what the fold says."""

    def __init__(
        self, connection: Connection, registers: Registers, replaced: Replacements, spread: Spread, report: CheckReport
    ) -> None:
        self.connection, self.registers, self.report = connection, registers, report
        self.replaced, self.spread = replaced, spread
        self.days = Days()
        self.pooled = {company.id for company in registers.companies.values() if company.method != "fifo"}
        self.stale = {
            item: stale is not None
            for item, stale in rows(connection, "SELECT item_id, stale_since FROM books_itemstate")
        }
        self.bundles: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for sold, movement, quantity in rows(
            connection,
            "SELECT m.sales_line_id, m.id, m.quantity FROM books_movement m JOIN books_salesline s "
            "ON s.id = m.sales_line_id WHERE s.item_id IS NULL ORDER BY m.id",
        ):
            if movement not in replaced.movement:
                self.bundles[replaced.sales_line_now(sold)].append((movement, quantity))
        self.refunded: dict[int, int] = {}
        for pk, sold, amount in rows(
            connection, "SELECT id, sales_line_id, base_amount FROM books_refundline WHERE sales_line_id IS NOT NULL"
        ):
            if pk not in replaced.refund_line:
                line = replaced.sales_line_now(sold)
                self.refunded[line] = self.refunded.get(line, 0) + amount

    def part(self, items: list[int], lines: set[int]) -> Part:
        """Stored figures of these items, and the sales lines that their movements cite."""
        return Part(self, items, lines)


class Part:
    """The figures of some hundred items, each taken out when it is compared; what is left over is surplus."""

    def __init__(self, figures: Figures, items: list[int], lines: set[int]) -> None:
        self.figures, self.report = figures, figures.report
        connection, chosen = figures.connection, among(items)
        self.lines = _sales_lines(connection, lines)
        self.sales = {
            row[0]: tuple(row[1:])
            for row in rows(
                connection,
                "SELECT movement_id, COALESCE(sales_line, 0), item_id, company_id, COALESCE(shop_id, 0), country, day, "
                f"quantity, returned, net, refunded, {_COSTS} FROM books_salefigure WHERE item_id IN {chosen}",
            )
        }
        self.margins: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for row in rows(
            connection,
            "SELECT item_id, company_id, COALESCE(shop_id, 0), country, month, reason, sales, quantity, returned, net, "
            f"net_unknown, refunded, {_COSTS} FROM books_marginfigure WHERE item_id IN {chosen}",
        ):
            self.margins[tuple(row[:6])].append(tuple(row[6:]))
        self.stock = {
            (row[0], row[1]): (*row[2:5], from_json(row[5]), *row[6:])
            for row in rows(
                connection,
                f"SELECT item_id, cell_id, company_id, units, oldest_at, layers, {', '.join(FAMILIES)}, book_cost, "
                f"missing, uncosted FROM books_stockfigure WHERE item_id IN {chosen}",
            )
        }

    def skip(self, items: list[int]) -> None:
        """Not valued yet: leave the figures of these items out."""
        chosen = set(items)
        self.report.not_valued += len(items)
        self.sales = {key: row for key, row in self.sales.items() if row[1] not in chosen}
        self.margins = defaultdict(list, {key: rest for key, rest in self.margins.items() if key[0] not in chosen})
        self.stock = {key: row for key, row in self.stock.items() if key[0] not in chosen}

    def compare(self, fold: Fold, money: Money, moves: list[tuple[Move, int, int]], on_stock: OnStock) -> None:
        """Recompute and compare the figures of one group of items."""
        self.given, self.carried = [0] * len(FAMILIES), [0] * len(FAMILIES)
        expected = self._sales(fold, money, moves)
        margins: dict[tuple[Any, ...], list[int]] = {}
        for movement, row in expected.items():
            found = self.sales.pop(movement, None)
            self.report.count("sale figures")
            if found != row and not self._pooled(row[2], SALE_FIELDS, row, found):
                self._differ(f"sale figure of movement {movement}", SALE_FIELDS, row, found)
            self._carry(SALE_FIELDS, found)
            _add(margins, (row[1], row[2], row[3], row[4], row[5] // 100, "sale"), row)
        self._others(fold, money, moves, margins)
        for key, sums in margins.items():
            stored = self.margins.pop(key, [])
            if key[5] != "sale" and stored:
                self._carry(MARGIN_FIELDS, stored[0])
            if len(stored) == 1 and self._pooled(key[1], MARGIN_FIELDS, tuple(sums), stored[0]):
                continue
            if len(stored) != 1 or stored[0] != tuple(sums):
                self._differ(f"margin figure {key}", MARGIN_FIELDS, tuple(sums), stored[0] if stored else None, stored)
        self._stock(fold, money, on_stock)
        if any(move.company in self.figures.pooled for move, _, _ in moves):
            self._conserved(money, on_stock, moves[0][0].item)

    def _pooled(self, company: int, names: tuple[str, ...], wanted: Any, found: Any) -> bool:
        """Of a company that goes by an average: is all but the cost as it must be? (Its cost is checked in sum.)"""
        if found is None or company not in self.figures.pooled:
            return False
        book = sum(figure for name, figure in zip(names, found, strict=True) if name in FAMILIES[:BOOK_FAMILIES])
        return found[names.index("book_cost")] == book and all(
            a == b for name, a, b in zip(names, wanted, found, strict=True) if name not in OF_COST
        )

    def _carry(self, names: tuple[str, ...], found: Any) -> None:
        if found is not None:
            first = names.index(FAMILIES[0])
            for place in range(len(FAMILIES)):
                self.carried[place] += found[first + place]

    def _conserved(self, money: Money, on_stock: OnStock, item: int) -> None:
        """What the stored figures carry is what was aimed at these items, family by family."""
        for line, amount in money.aimed.items():
            self.given[FAMILY_OF[money.component[line]]] += amount - money.unplaced.get(line, 0)
        for entries in on_stock.values():
            for component, amount in entries:
                self.given[FAMILY_OF[component]] += amount
        self.report.compare("M", f"cost of item {item} (and those folded with it) by family", self.given, self.carried)

    def finish(self) -> None:
        """Figures that nothing explains."""
        for movement, row in self.sales.items():
            self.report.add("V", f"sale figure of movement {movement}", None, row)
        for key, stored in self.margins.items():
            self.report.add("V", f"margin figure {key}", None, stored)
        for slot, row in self.stock.items():
            self.report.add("V", f"stock figure of item {slot[0]} in cell {slot[1]}", None, row)

    def _sales(self, fold: Fold, money: Money, moves: list[tuple[Move, int, int]]) -> dict[int, tuple[Any, ...]]:
        figures = self.figures
        sold: dict[int, tuple[Move, int, int]] = {m.number: (m, line, at) for m, line, at in moves if m.kind == SALE}
        sums: dict[int, list[int]] = {}
        for pk in sold:
            issue = fold.issues[pk]
            sums[pk] = [
                *_costs(money, issue),
                0,
                issue.owed,
                money.missing_units(issue.ranges),
                0,
            ]
        for move, _, _ in moves:
            if move.kind == RETURN and move.of in sums:
                back = sums[move.of]
                back[-1] += move.quantity
                for layer in fold.births.get(move.number, ()):
                    _bring_back(money, layer, back)
        result: dict[int, tuple[Any, ...]] = {}
        for pk, (move, line, effective) in sold.items():
            shop, country, amount = self.lines.get(line, (0, "", None))
            *families, _, owed, missing, returned = sums[pk]
            for component, share in self._on_order(line, move):
                families[FAMILY_OF[component]] += share
                self.given[FAMILY_OF[component]] += share
            zone = figures.registers.companies[move.company].zone
            result[pk] = (
                line,
                move.item,
                move.company,
                shop,
                country,
                figures.days.day(effective, zone),
                move.quantity,
                returned,
                self._shared(line, move, amount),
                self._shared(line, move, self.figures.refunded.get(line, 0)),
                *families,
                sum(families[:BOOK_FAMILIES]),
                owed,
                missing,
            )
        return result

    def _shared(self, line: int, move: Move, amount: int | None) -> int | None:
        """The movement's part of its sales line's amount, by units."""
        if amount is None or not line:
            return amount
        parts = self.figures.bundles.get(line, [])
        if len(parts) < 2:
            return amount
        shares = split(amount, [quantity for _, quantity in parts])
        return next(share for (movement, _), share in zip(parts, shares, strict=True) if movement == move.number)

    def _on_order(self, line: int, move: Move) -> list[tuple[int, int]]:
        """(component, amount) of cost lines aimed at the order, on this movement."""
        entries = self.figures.spread.on_sales.get(line)
        if not entries:
            return []
        sums: dict[int, int] = {}
        for _, component, amount in entries:
            sums[component] = sums.get(component, 0) + amount
        return [(component, self._shared(line, move, amount) or 0) for component, amount in sums.items()]

    def _others(
        self, fold: Fold, money: Money, moves: list[tuple[Move, int, int]], margins: dict[tuple[Any, ...], list[int]]
    ) -> None:
        """Units that left without a sale, and returns of no known sale."""
        for move, _, effective in moves:
            reason = REASONS.get(move.kind)
            if reason is None or (move.kind == RETURN and move.of):
                continue
            if move.kind == RETURN:
                sums = [0] * (len(FAMILIES) + 4)
                for layer in fold.births.get(move.number, ()):
                    _bring_back(money, layer, sums)
                families, owed, missing = sums[: len(FAMILIES)], 0, sums[-2]
            elif move.number in fold.issues:
                issue = fold.issues[move.number]
                families, owed = _costs(money, issue), issue.owed
                missing = money.missing_units(issue.ranges)
            else:
                continue
            zone = self.figures.registers.companies[move.company].zone
            month = self.figures.days.day(effective, zone) // 100
            row = margins.setdefault((move.item, move.company, 0, "", month, reason), [0] * len(MARGIN_FIELDS))
            figures = [
                0,
                move.quantity,
                0,
                0,
                0,
                0,
                *families,
                sum(families[:BOOK_FAMILIES]),
                owed,
                missing,
            ]
            for place, figure in enumerate(figures):
                row[place] += figure

    def _stock(self, fold: Fold, money: Money, on_stock: OnStock) -> None:
        owed: dict[Slot, int] = {}
        for slot, debts in fold.debts.items():
            owed[slot] = sum(issue.owed for issue in debts)
        ranks = {id(layer): place for place, layer in enumerate(fold.layers)}
        first = first_births(fold)
        slots = {slot for slot, units in fold.stock.items() if units} | {slot for slot, units in owed.items() if units}
        slots |= {slot for slot, costs in on_stock.items() if costs}
        for slot in sorted(slots):
            layers = [layer for layer in fold.open.get(slot, ()) if layer.taken < layer.n]
            ranges = [(layer, layer.taken, layer.n) for layer in layers]
            families = money.families(ranges)
            for component, amount in on_stock.get(slot, ()):
                families[FAMILY_OF[component]] += amount
            listed = sorted((first[id(layer)], ranks[id(layer)], layer) for layer in layers)
            company = self.figures.registers.cells[slot[1]][0]
            row = (
                company,
                sum(layer.n - layer.taken for layer in layers),
                listed[0][0] if listed else None,
                [[born, layer.n - layer.taken, _book(money, layer)] for born, _, layer in listed],
                *families,
                sum(families[:BOOK_FAMILIES]),
                money.missing_units(ranges),
                owed.get(slot, 0),
            )
            found = self.stock.pop(slot, None)
            self.report.count("stock figures")
            self._carry(STOCK_FIELDS, found)
            if found != row and not self._pooled(company, STOCK_FIELDS, row, found):
                self._differ(f"stock figure of item {slot[0]} in cell {slot[1]}", STOCK_FIELDS, row, found)

    def _differ(self, place: str, names: tuple[str, ...], wanted: Any, found: Any, several: Any = ()) -> None:
        if found is None or len(several) > 1:
            self.report.add("V", place, wanted, several or None)
            return
        pairs = {n: (a, b) for n, a, b in zip(names, wanted, found, strict=True) if a != b}
        self.report.add("V", place, {n: a for n, (a, _) in pairs.items()}, {n: b for n, (_, b) in pairs.items()})


def _costs(money: Money, issue: Issue) -> list[int]:
    families = money.by_family(money.of_issue(issue))
    for entry in money.at_issue.get(issue.move.number, ()):
        families[FAMILY_OF[entry.component]] += entry.amount
    return families


def _bring_back(money: Money, layer: Layer, sums: list[int]) -> None:
    """What a returned layer carried from its sale is taken off again."""
    inherited = money.families(layer.parents)
    for place, amount in enumerate(inherited):
        sums[place] -= amount
    if not layer.parents or id(layer.parents[0][0]) in money.missing:
        sums[-2] -= layer.n


def _add(margins: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], row: tuple[Any, ...]) -> None:
    sums = margins.setdefault(key, [0] * len(MARGIN_FIELDS))
    quantity, returned, net, refunded = row[6:10]
    figures = [1, quantity, returned, net or 0, 0 if net is not None else quantity, refunded, *row[10:]]
    for place, figure in enumerate(figures):
        sums[place] += figure


def first_births(fold: Fold) -> dict[int, int]:
    """By layer, when its units first came in: the oldest of what they came from."""
    first: dict[int, int] = {}
    for layer in fold.layers:
        first[id(layer)] = min((first[id(parent)] for parent, _, _ in layer.parents), default=layer.born)
    return first


def _book(money: Money, layer: Layer) -> int | None:
    if id(layer) in money.missing:
        return None
    return sum(money.families([(layer, layer.taken, layer.n)])[:BOOK_FAMILIES])


def _sales_lines(connection: Connection, lines: set[int]) -> dict[int, tuple[int, str, int | None]]:
    """Sales line → (shop, country, base amount)."""
    found: dict[int, tuple[int, str, int | None]] = {}
    chosen = sorted(lines)
    for start in range(0, len(chosen), 5000):
        part = among(chosen[start : start + 5000])
        for pk, shop, country, amount in rows(
            connection, f"SELECT id, shop_id, country, base_amount FROM books_salesline WHERE id IN {part}"
        ):
            found[pk] = (number(shop), country, amount)
    return found
