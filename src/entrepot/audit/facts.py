"""Live facts for the fold: replacements followed, closed periods applied, cost lines split by weight."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from entrepot.audit.arithmetic import split
from entrepot.audit.capitalisation import Policies
from entrepot.audit.costs import BIRTHS, ISSUE, Aimed
from entrepot.audit.import_tax import Tax
from entrepot.audit.layers import Move
from entrepot.audit.reading import Connection, among, number, rows, sliced
from entrepot.audit.report import CheckReport
from entrepot.audit.retold import told_again

ITEMS_AT_ONCE = 250


@dataclass(slots=True)
class Replacements:
    """Old row → the row that counts in its place now (0 = none), by table."""

    movement: dict[int, int] = field(default_factory=dict)
    cost_line: dict[int, int] = field(default_factory=dict)
    sales_line: dict[int, int] = field(default_factory=dict)
    refund_line: dict[int, int] = field(default_factory=dict)

    def movement_now(self, row: int) -> int:
        """The movement that counts in place of ``row``."""
        return self.movement.get(row, row)

    def sales_line_now(self, row: int) -> int:
        """The sales line that counts in place of ``row``."""
        return self.sales_line.get(row, row)

    @classmethod
    def read(cls, connection: Connection) -> Replacements:
        """All replacements, each followed to its end."""
        found = cls()
        for table in ("movement", "cost_line", "sales_line"):
            step: dict[int, int] = {
                old: number(new)
                for old, new in rows(
                    connection,
                    f"SELECT {table}_id, new_{table}_id FROM books_replacement WHERE {table}_id IS NOT NULL",
                )
            }
            if table != "cost_line":
                step |= {old: new for old, new, _ in told_again(connection, table)}
            ends = getattr(found, table)
            for old in step:
                row = old
                while row in step:
                    row = step[row]
                ends[old] = row
        found.refund_line = {
            row: 0
            for (row,) in rows(
                connection, "SELECT refund_line_id FROM books_replacement WHERE refund_line_id IS NOT NULL"
            )
        }
        return found


@dataclass(slots=True)
class Spread:
    """Cost lines as they fall: on movements, on sales lines, on periods."""

    on_movements: dict[int, list[Aimed]] = field(default_factory=dict)
    on_sales: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """sales line → (cost line, component, amount)"""
    periods: list[tuple[int, int, int, int, int, int, int, int]] = field(default_factory=list)
    """(line, component, amount, company, location, item, from, to)"""
    nowhere: dict[int, int] = field(default_factory=dict)
    """component → amount aimed at what no longer counts"""


def spread(
    connection: Connection, replaced: Replacements, report: CheckReport, taxes: dict[int, Tax] | None = None
) -> Spread:
    """Split every live cost line by its latest basis, import tax without what of it comes back (``taxes``)."""
    found, policies = Spread(), Policies(connection)
    latest = dict(rows(connection, "SELECT cost_line_id, MAX(version) FROM books_basis GROUP BY cost_line_id"))
    columns = "id, component, base_amount, target_kind, company_id, location_id, item_id, period_from, period_to"
    for part in sliced(connection, "books_costline", columns):
        targets = _targets(connection, part[0][0], part[-1][0], latest)
        if policies:
            policies.read(
                sorted({replaced.movement_now(m) for shares in targets.values() for m, _, _ in shares if m} - {0})
            )
        for line, component, amount, kind, company, place, item, first, last in part:
            if line in replaced.cost_line:
                continue
            report.count("cost lines")
            if taxes and line in taxes:
                amount -= taxes[line].back  # noqa: PLW2901 - the rest of it is cost
            if kind in ("place", "company"):
                found.periods.append(
                    (line, component, amount, company, number(place), number(item), number(first), number(last))
                )
                continue
            shares = targets.get(line, [])
            if not shares or sum(weight for _, _, weight in shares) <= 0:
                report.add("M", f"cost line {line} basis", "weights of a positive sum", shares)
                continue
            parts = split(amount, [weight for _, _, weight in shares])
            for (movement, sold, _), share in zip(shares, parts, strict=True):
                if kind == "order":
                    target = replaced.sales_line_now(sold)
                    found.on_sales.setdefault(target, []).append((line, component, share))
                else:
                    target = replaced.movement_now(movement)
                    side = ISSUE if kind == "issue" else BIRTHS
                    counts = policies.component(company, component, target) if policies else component
                    own = line if counts == component else -line  # two parts of a line that never mix
                    found.on_movements.setdefault(target, []).append(Aimed(own, counts, share, side))
                if not target:
                    found.nowhere[component] = found.nowhere.get(component, 0) + share
    found.on_movements.pop(0, None)
    found.on_sales.pop(0, None)
    return found


def _targets(
    connection: Connection, low: int, high: int, latest: dict[int, int]
) -> dict[int, list[tuple[int, int, int]]]:
    found: dict[int, list[tuple[int, int, int]]] = {}
    for line, version, movement, sold, weight in rows(
        connection,
        "SELECT b.cost_line_id, b.version, s.movement_id, s.sales_line_id, s.weight FROM books_basis b "
        "JOIN books_basisshare s ON s.basis_id = b.id "
        f"WHERE b.cost_line_id >= {low} AND b.cost_line_id <= {high} ORDER BY b.cost_line_id, b.version, s.ordinal",
    ):
        if latest[line] == version:
            found.setdefault(line, []).append((number(movement), number(sold), weight))
    return found


def groups(connection: Connection) -> Iterator[list[list[int]]]:
    """Items that fold together (joined by conversions), some hundreds at a time."""
    root: dict[int, int] = {
        item: item for (item,) in rows(connection, "SELECT DISTINCT item_id FROM books_movement ORDER BY item_id")
    }

    def top(item: int) -> int:
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for one, other in rows(
        connection,
        "SELECT DISTINCT a.item_id, b.item_id FROM books_movement a JOIN books_movement b ON a.event = b.event "
        "WHERE a.event IS NOT NULL AND a.item_id < b.item_id",
    ):
        root[top(other)] = top(one)
    members: dict[int, list[int]] = {}
    for item in root:
        members.setdefault(top(item), []).append(item)
    part: list[list[int]] = []
    size = 0
    for group in members.values():
        part.append(group)
        size += len(group)
        if size >= ITEMS_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def moves(
    connection: Connection, items: list[int], replaced: Replacements, closed: dict[int, list[tuple[int, int]]]
) -> dict[int, list[tuple[Move, int, int]]]:
    """Item → live movements as (move, sales line, effective instant)."""
    found: dict[int, list[tuple[Move, int, int]]] = {}
    for row in rows(
        connection,
        "SELECT id, item_id, COALESCE(from_cell_id, 0), COALESCE(to_cell_id, 0), quantity, effective_at, kind, "
        "document_key, line, ordinal, COALESCE(of_id, 0), COALESCE(lot_id, 0), COALESCE(event, 0), share, company_id, "
        f"recorded_at, COALESCE(sales_line_id, 0) FROM books_movement WHERE item_id IN {among(items)}",
    ):
        pk, item, source, target, quantity, effective, kind, key, line, ordinal, of, lot, event, share, company = row[
            :15
        ]
        if pk in replaced.movement:
            continue
        at = effective
        for ends, closed_at in closed.get(company, ()):
            if effective < ends and row[15] > closed_at:
                at = max(at, ends)
        move = Move(
            pk,
            item,
            source,
            target,
            quantity,
            at,
            int(at != effective),
            kind,
            key,
            line,
            ordinal,
            replaced.movement_now(of),
            replaced.movement_now(lot),
            event,
            share,
            company,
        )
        sold = replaced.sales_line_now(row[16])
        found.setdefault(item, []).append((move, sold, effective))
    return found
