"""The check as a whole: one pass over documents, one over items, and the report."""

from __future__ import annotations

import gc
from collections.abc import Callable

from entrepot.audit import trail
from entrepot.audit.balances import Balances
from entrepot.audit.costs import Money, price
from entrepot.audit.documents import Documents
from entrepot.audit.facts import Replacements, groups, moves, spread
from entrepot.audit.figures import Figures
from entrepot.audit.import_tax import figures as import_tax_figures
from entrepot.audit.import_tax import taxes
from entrepot.audit.layers import Fold, fold
from entrepot.audit.links import closings, links, periods
from entrepot.audit.period_costs import PeriodCosts
from entrepot.audit.reading import Connection
from entrepot.audit.registers import Registers
from entrepot.audit.report import CheckReport
from entrepot.audit.uniqueness import once
from entrepot.audit.vocabulary import CONVERSION_IN, RETURN

Step = Callable[[str, int, int], None]


def check(connection: Connection, *, stale_too: bool = False, progress: Step | None = None) -> CheckReport:
    """Prove that nothing was lost and nothing invented; read only, on a Django or DB-API connection.

    ``stale_too`` compares also the figures of items that were not valued since their facts changed (they are counted in
    ``not_valued`` otherwise). ``progress`` is called with stage, done, total. The caller gives a consistent view: a
    transaction on PostgreSQL (repeatable read), or no writer at the same time.
    """
    report = CheckReport()
    tell = progress or (lambda stage, done, total: None)
    registers = Registers(connection)
    documents = Documents(connection, registers, report)
    for stage, identity, run in (
        ("documents", "D", documents.check),
        ("rows", "D", lambda: once(connection, report)),
        ("periods", "D", lambda: periods(connection, registers, report)),
        ("links", "D", lambda: links(connection, registers, report)),
        ("audit trail", "A", lambda: trail.chain(connection, report)),
        ("quarantine", "Q", lambda: trail.quarantine(connection, report)),
        ("items", "V", lambda: items(connection, registers, report, tell, stale_too=stale_too)),
    ):
        tell(stage, 0, 0)
        try:
            _undisturbed(run)
        except Exception as error:
            report.add(identity, f"{stage}: the check could not go on", "readable books", repr(error))
    return report


def _undisturbed(run: Callable[[], None]) -> None:
    """Without the cycle collector: millions of small rows live and die here, and none of them in a cycle."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        run()
    finally:
        if collecting:
            gc.enable()


def items(connection: Connection, registers: Registers, report: CheckReport, tell: Step, *, stale_too: bool) -> None:
    """Fold and price every item again; compare balances, waiting movements and figures."""
    replaced = Replacements.read(connection)
    imported = taxes(connection)
    aimed = spread(connection, replaced, report, imported)
    closed = closings(connection)
    balances = Balances(connection, report)
    figures = Figures(connection, registers, replaced, aimed, report)
    spans = PeriodCosts(connection, registers, aimed.periods)
    done = 0
    for part in groups(connection):
        chosen = [item for group in part for item in group]
        rows = moves(connection, chosen, replaced, closed)
        stored = figures.part(chosen, {line for entries in rows.values() for _, line, _ in entries if line})
        for group in part:
            entries = [entry for item in group for entry in rows.get(item, ())]
            state = fold([move for move, _, _ in entries])
            targets, on_stock = spans.place(state)
            for move, _, _ in entries:
                if move.number in aimed.on_movements:
                    targets[move.number] = aimed.on_movements[move.number] + targets.get(move.number, [])
            money = price(state, targets)
            balances.settle(state)
            units(state, report)
            conserved(state, money, report)
            if any(figures.stale.get(item, True) for item in group) and not stale_too:
                stored.skip(group)
            else:
                stored.compare(state, money, entries, on_stock)
        stored.finish()
        done += len(chosen)
        tell("items", done, 0)
    balances.finish(connection)
    if not report.not_valued or stale_too:
        spans.settle(report)
        import_tax_figures(connection, imported, report)


def units(state: Fold, report: CheckReport) -> None:
    """U: what came into a slot is what went out of it and what is there."""
    came: dict[tuple[int, int], int] = {}
    for layer in state.layers:
        came[layer.slot] = came.get(layer.slot, 0) + layer.n
    for issue in state.issues.values():
        slot = (issue.move.item, issue.move.source)
        came[slot] = came.get(slot, 0) - issue.taken
        told = issue.taken + issue.owed + issue.annulled
        report.compare("U", f"movement {issue.move.number}", issue.move.quantity, told)
    for slot, left in came.items():
        report.compare("U", f"item {slot[0]} in cell {slot[1]}", left, state.stock.get(slot, 0))
    report.count("issues", len(state.issues))
    report.count("layers", len(state.layers))


def conserved(state: Fold, money: Money, report: CheckReport) -> None:
    """M: each cost line is what its units on hand and gone carry, and what reached nothing."""
    if not money.aimed:
        return
    told = dict(money.unplaced)

    def add(costs: dict[int, int], sign: int = 1) -> None:
        for line, amount in costs.items():
            told[line] = told.get(line, 0) + sign * amount

    add(money.lines((layer, layer.taken, layer.n) for layer in state.layers if layer.taken < layer.n))
    for issue in state.issues.values():
        if not issue.move.target and issue.move.kind != CONVERSION_IN:
            add(money.of_issue(issue))
    for layer in state.layers:
        if layer.move.kind == RETURN:
            add(money.lines(layer.parents), -1)
    for entries in money.at_issue.values():
        for entry in entries:
            told[entry.line] = told.get(entry.line, 0) + entry.amount
    for line, amount in money.aimed.items():
        if told.get(line, 0) != amount:
            report.add("M", f"cost line {line}", amount, told.get(line, 0))
    for line, amount in money.unplaced.items():
        family = str(money.component[line])
        report.unallocated[family] = report.unallocated.get(family, 0) + amount
