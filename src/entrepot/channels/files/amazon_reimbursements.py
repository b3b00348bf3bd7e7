"""Amazon FBA reimbursements (``layouts/amazon_reimbursements.toml``), one a row.

Cash becomes a reimbursement document; a row that only gave units back states no money and is put aside, for the ledger
report brings those units. Reversals have a negative amount and keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from entrepot.channels.files.assemble import LINE, ROW, settle_single
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import Reimbursement


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns."""
    currency = reading.currency()
    amount = reading.amounts("amount", currency)
    cash, units = reading.quantities("cash"), reading.quantities("units")
    in_units = (amount.fill_null(0) == 0) & (units.fill_null(0) > 0)
    reading.fault(
        ~in_units & amount.is_null(), "missing", "the row has no amount", "download the report again", "amount"
    )
    reading.fault(
        ~in_units & currency.is_null(),
        "currency_missing",
        "the amount has no currency",
        "fill in the currency",
        "currency",
    )
    reading.units, reading.money = cash, amount
    frame = pl.DataFrame(
        {
            "number": reading.ids("number", required=True),
            "sku": reading.ids("sku").fill_null(""),
            "moment": reading.moments("moment", required=True),
            "currency": currency,
            "amount": amount,
            "cash": cash,
            "in_units": in_units,
            "order": reading.ids("order").fill_null(""),
            "case": reading.ids("case").fill_null(""),
            "original": reading.ids("original").fill_null(""),
            "reason": reading.text("reason").fill_null(""),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )
    return frame.with_columns(pl.col(ROW).cum_count().over("number").alias("ordinal"))


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """One reimbursement a row."""
    yield from reading.rejects()
    good = reading.good()
    yield from reading.put_aside(good & frame["in_units"], "reimbursed_in_units")
    shop = reading.settings.shop or ""
    for row in frame.filter(good & ~frame["in_units"]).iter_rows(named=True):
        data = {
            "id": row["number"] if row["ordinal"] == 1 else f"{row['number']}:{row['ordinal']}",
            "source": f"file:{reading.layout.code}",
            "account": shop,
            "shop": shop,
            "company": reading.settings.company or "",
            "effective_at": row["moment"],
            "currency": row["currency"],
            "amount": row["amount"],
            "sku": row["sku"],
            "quantity": abs(row["cash"]) if row["cash"] else None,
            "reason": row["reason"],
            "note": _note(row),
        }
        yield from settle_single(reading, Reimbursement, data, [row[ROW]])


def _note(row: dict[str, Any]) -> str:
    """Order, case and the reimbursement that it takes back, where the report names them: by them a person finds the loss."""
    named = (("order", row["order"]), ("case", row["case"]), ("reverses", row["original"]))
    return " ".join(f"{word} {number}" for word, number in named if number)
