"""Balanced vouchers of a month for the general ledger: what the stock sub-ledger hands to the accounts.

Stock, what left and what could not be placed are together all cost lines (docs/methods/ledger.md, identity M). So between two
states of the books

    stock + cost of what left + unplaced  (new less old)  =  cost lines (new less those that were replaced)

and the left side are debits, the right side credits: every voucher balances by construction, and the inventory account moves
by exactly closing − opening of the roll-forward. What left before the month and costs something else now is the prior-period
adjustment. What the company's policy does not capitalise goes to buying costs instead of inventory, in the month in which it is
billed or accrued. Payments are handed over beside: the deposit on an order is a prepayment until goods of that order are billed.

Bills for services are booked as what they are for (``voucher_services``). Entrepot is the stock sub-ledger: sales, output tax and
platform fees come from the platforms' settlements.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from entrepot.books import models
from entrepot.books.capitalisation import TWIN
from entrepot.books.facts import FOREVER
from entrepot.core.calendar import Instant
from entrepot.core.kinds import Kind
from entrepot.workflows.exchange_entries import exchange_entries
from entrepot.workflows.month_figures import BOOK_COMPONENTS, MonthFigures, month_figures
from entrepot.workflows.net_realisable import allowances
from entrepot.workflows.prepayments import both_ends, prepayment_entries
from entrepot.workflows.value_at import ValueAt
from entrepot.workflows.voucher_entry import Entry, Voucher, combined
from entrepot.workflows.voucher_services import service_entries
from entrepot.workflows.voucher_tax import postponed, tax_entries

EXPENSE = {
    Kind.SALE: "cost_of_sales", Kind.RETURN: "cost_of_sales", Kind.WRITE_OFF: "stock_loss",
    Kind.COUNT_SHORTAGE: "stock_loss", Kind.COUNT_SURPLUS: "stock_loss", Kind.USE: "other_use",
    Kind.SUPPLIER_RETURN: "supplier_returns", Kind.INTERCOMPANY_SALE: "intercompany_cost",
}  # fmt: skip
"""Account of what leaves, by kind of movement."""
RELEASE = {kind: EXPENSE[kind] for kind in EXPENSE if kind is not Kind.SUPPLIER_RETURN}
"""Account that the write-down of what leaves is released to."""
VOUCHER = {
    "cost_of_sales": "cost_of_sales", "stock_loss": "stock_changes", "other_use": "stock_changes",
    "supplier_returns": "supplier_returns", "intercompany_cost": "intercompany",
}  # fmt: skip
COUNTER = {
    "opening_balance": "opening", "count": "stock_loss", "rebate_claim": "rebate", "rebate_settlement": "rebate",
    "duty_refund": "duty_refund", "reimbursement": "claims",
}  # fmt: skip
"""Account that a cost line stands against, by type of its document; a bill stands against its supplier's payables."""


@dataclass(frozen=True)
class Vouchers:
    """Vouchers of a month; ``inventory``: what the inventory account moves by, which is closing − opening of the stock."""

    figures: MonthFigures
    vouchers: tuple[Voucher, ...]
    inventory: int
    stock_change: int

    @property
    def residue(self) -> int:
        """Unbalanced minor units, and what inventory moves by beside the stock: 0."""
        return sum(abs(v.difference) for v in self.vouchers) + abs(self.inventory - self.stock_change)


def vouchers(company: str, months: str, *, known: Instant = FOREVER) -> Vouchers:
    """Vouchers of ``months`` of a company; raises ``ProblemError`` for an unknown company or what is no month."""
    return of_figures(month_figures(company, months, known=known))


def of_figures(figures: MonthFigures) -> Vouchers:
    """Vouchers between two states of the books."""
    shares = [_shares(figures, state) for state in (figures.opening, figures.closing)]
    paid = both_ends(figures)
    entries = [
        *_lines(figures, *shares),
        *tax_entries(figures),
        *service_entries(figures),
        *_left(figures, *shares),
        *prepayment_entries(paid),
        *_written_down(figures),
        *exchange_entries(figures, paid),
    ]
    made = combined(entries, figures.last)
    inventory = sum(e.amount for v in made for e in v.entries if e.account == "inventory")
    change = sum(_stock(figures, state) * sign for state, sign in ((figures.closing, 1), (figures.opening, -1)))
    return Vouchers(figures, made, inventory, change)


def _stock(figures: MonthFigures, state: ValueAt) -> int:
    return int(figures.mine(state.stock)["amount"].sum())


def _shares(figures: MonthFigures, state: ValueAt) -> pl.DataFrame:
    """line, movement, side, amount, placed, expensed, kind and at of the movement: every cost share of the company's book
    components, and of those that its policy expenses when incurred."""
    from entrepot.workflows.valuing import cost_shares

    facts = state.valued.facts
    owners = facts.cost_weights.select("line", company="company_id").unique()
    shares = cost_shares(facts).to_frame().join(owners, on="line")
    nowhere = state.valued.valuation_of(figures.company.pk).unplaced.select("line", "movement", "side").unique()
    nowhere = nowhere.with_columns(placed=pl.lit(False))
    told = figures.owned(shares).filter(pl.col("component").is_in([*BOOK_COMPONENTS, *TWIN.values()]))
    moves = facts.movements.select("movement", "kind", "at")
    return told.join(nowhere, on=["line", "movement", "side"], how="left").join(moves, on="movement", how="left").select(
        "line", "movement", "side", "amount", "kind", "at", placed=pl.col("placed").fill_null(True),
        expensed=pl.col("component").is_in(list(TWIN.values())),
    )  # fmt: skip


def _lines(figures: MonthFigures, old: pl.DataFrame, new: pl.DataFrame) -> Iterable[Entry]:
    """Cost lines that are new against those that were replaced: where they fell, and whom they are owed to."""
    totals = [dict(s.group_by("line").agg(pl.col("amount").sum()).iter_rows()) for s in (old, new)]
    changed = {line for line in {*totals[0], *totals[1]} if totals[0].get(line) != totals[1].get(line)}
    changed |= _moved_lines(old, new)
    told = _told(changed)
    for shares, sign in ((old, -1), (new, 1)):
        of_changed = shares.filter(pl.col("line").is_in(sorted(changed)))
        columns = ("line", "side", "amount", "placed", "expensed", "kind", "at")
        for line, side, amount, placed, expensed, kind, at in of_changed.select(columns).iter_rows():
            one = told[line]
            if not amount:
                continue
            voucher = one.voucher(sign)
            yield Entry(voucher, one.counter, -sign * amount, supplier=one.supplier)
            if expensed:
                yield Entry(voucher, "buying_expense", sign * amount)
            elif not placed:
                yield Entry(voucher, "unallocated", sign * amount)
            elif side == 0:
                yield Entry(voucher, "inventory", sign * amount)
            else:
                yield Entry(voucher, _expense(kind, prior=at < figures.starts), sign * amount)


def _moved_lines(old: pl.DataFrame, new: pl.DataFrame) -> set[int]:
    """Lines that stand in both states and fall elsewhere now, or are placed now and were not."""
    keys = ["line", "movement", "side", "placed", "expensed"]
    both = old.join(new.select("line").unique(), on="line", how="semi")
    now = new.join(old.select("line").unique(), on="line", how="semi")
    where = [frame.group_by(keys).agg(pl.col("amount").sum()) for frame in (both, now)]
    here_only = where[0].join(where[1], on=[*keys, "amount"], how="anti")
    there_only = where[1].join(where[0], on=[*keys, "amount"], how="anti")
    return {*here_only["line"].to_list(), *there_only["line"].to_list()}


@dataclass(frozen=True)
class _Told:
    """Who told of a cost line: the account it stands against."""

    counter: str
    supplier: str
    estimate: bool

    def voucher(self, sign: int) -> str:
        if self.estimate:
            return "accrual" if sign > 0 else "accrual_reversal"
        return "intercompany" if self.counter == "intercompany" else "purchases"


def _told(lines: set[int]) -> dict[int, _Told]:
    found: dict[int, _Told] = {}
    chosen, later = sorted(lines), postponed(lines)
    for start in range(0, len(chosen), 800):
        rows = list(models.CostLine.objects.filter(pk__in=chosen[start : start + 800]).select_related("document"))
        named = {row.pk: str(json.loads(bytes(row.document.body)).get("supplier") or "") for row in rows}
        ordered = _ordered_from([pk for pk, supplier in named.items() if not supplier])
        for row in rows:
            supplier = named[row.pk] or ordered.get(row.pk, "")
            if row.internal:
                counter = "intercompany"
            elif row.estimate:
                counter = "accrued_payables"
            elif row.pk in later:
                counter = "import_tax_due"
            else:
                counter = COUNTER.get(row.document.type, "payables")
            found[row.pk] = _Told(counter, supplier, row.estimate)
    return found


def _ordered_from(lines: list[int]) -> dict[int, str]:
    """Whose order the goods of a cost line came by, where its document names no supplier: a receipt typed by the order's number,
    a bill that was taken back."""
    shares = models.BasisShare.objects.filter(basis__cost_line__in=lines, movement__purchase_line__isnull=False)
    return dict(shares.order_by("-ordinal").values_list("basis__cost_line_id", "movement__purchase_line__supplier"))


def _expense(kind: int, *, prior: bool) -> str:
    """The account of what left; what went back to a supplier is claimed from him until he credits it, whenever it left."""
    if Kind(kind) is Kind.SUPPLIER_RETURN:
        return EXPENSE[Kind.SUPPLIER_RETURN]
    return "prior_period" if prior else EXPENSE[Kind(kind)]


def _left(figures: MonthFigures, old: pl.DataFrame, new: pl.DataFrame) -> Iterable[Entry]:
    """What left: its cost now less its cost as it was reported, without what was aimed at the issues themselves."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for state, shares, sign in ((figures.opening, old, -1), (figures.closing, new, 1)):
        aimed = shares.filter((pl.col("side") == 1) & pl.col("placed") & ~pl.col("expensed"))
        own = aimed.group_by("movement").agg(own=pl.col("amount").sum())
        left = _costs_left(figures, state, own).group_by("kind", prior=pl.col("at") < figures.starts).agg(
            (pl.col("amount") - pl.col("own")).sum()
        )  # fmt: skip
        for kind, prior, amount in left.iter_rows():
            account = _expense(kind, prior=prior)
            voucher = "prior_period" if account == "prior_period" else VOUCHER[account]
            sums[voucher, account] += sign * amount
    for (voucher, account), amount in sums.items():
        yield Entry(voucher, account, amount)
        yield Entry(voucher, "inventory", -amount)


def _written_down(figures: MonthFigures) -> Iterable[Entry]:
    """What the allowance to net realisable value was charged with, gave back, and released into the cost of what left; what was
    converted is assessed anew as what was made of it, and what the supplier takes back he credits: their parts go back."""
    found = allowances(figures)
    whole = found.total()
    for voucher, account, amount in (
        ("write_down", "impairment", whole.charged),
        ("write_down_reversal", "impairment", -whole.reversed),
        *(("write_down_release", RELEASE.get(kind, "impairment"), -part) for kind, part in found.released.items()),
    ):
        yield Entry(voucher, account, amount)
        yield Entry(voucher, "allowance", -amount)


def _costs_left(figures: MonthFigures, state: ValueAt, own: pl.DataFrame) -> pl.DataFrame:
    """movement with its kind and instant, amount of the company's book components, ``own``: what was aimed at it itself (a credit
    of as much as it cost leaves an amount of nothing)."""
    costs = state.valued.movement_costs().filter(pl.col("component").is_in(BOOK_COMPONENTS))
    owners = state.valued.facts.movements.filter(pl.col("company") == figures.company.pk)
    amounts = costs.group_by("movement").agg(pl.col("amount").sum())
    both = amounts.join(own, on="movement", how="full", coalesce=True).with_columns(
        pl.col("amount", "own").fill_null(0)
    )
    return both.join(owners.select("movement", "kind", "at"), on="movement")
