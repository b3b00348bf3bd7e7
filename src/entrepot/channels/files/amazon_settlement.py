"""Amazon settlement V2 into fee charges and refunds (``layouts/amazon_settlement.toml``).

Of the parts of a settlement only those become documents that no other report brings: fees (one charge a settlement and
day) and what was refunded to customers. Sale prices come with the orders, reimbursements with their own report; tax
that the marketplace remits and money moved between reserve and bank are no cost. All of them are put aside by name.

The first row states the total of the settlement. Where the parts do not add up to it, the file is not whole and is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from entrepot.channels.files.amazon_words import component, words
from entrepot.channels.files.assemble import LINE, ROW, Columns, groups, settle
from entrepot.channels.files.layout import normal
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.channels.files.refusals import refuse
from entrepot.core.documents import FeeCharge, Refund

SALE = "sale_known_from_orders"
SUMMARY = "summary"


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns, each with its fate: a document's key, or the reason why it is put aside."""
    settlement = reading.ids("settlement", required=True)
    own = reading.currency()
    filled = pl.col("c").forward_fill().over("s")
    currency = pl.DataFrame({"c": own, "s": settlement}).select(filled).to_series()
    reading.currencies = currency
    reading.fault(
        currency.is_null(),
        "currency_missing",
        "the settlement has no summary row with its currency",
        "download the report again",
        "currency",
    )
    amount, total = reading.amounts("amount", currency), reading.amounts("total", currency)
    summary = reading.text("total").is_not_null() & reading.text("amount").is_null()
    reading.fault(
        ~summary & reading.text("amount").is_null(),
        "missing",
        "the row has no amount",
        "download the report again",
        "amount",
    )
    reading.money = amount
    moment = pl.select(pl.coalesce(reading.moments("posted_at"), reading.moments("posted_date"))).to_series()
    reading.fault(
        ~summary & moment.is_null(), "missing", "the row has no posting date", "download the report again", "posted_at"
    )
    frame = pl.DataFrame(
        {
            "settlement": settlement,
            "currency": currency,
            "amount": amount,
            "total": total,
            "summary": summary,
            "moment": moment,
            "period_from": reading.moments("period_from").forward_fill(),
            "period_to": reading.moments("period_to").forward_fill(),
            "transaction": reading.text("transaction").fill_null(""),
            "order": reading.ids("order"),
            "adjustment": reading.ids("adjustment").fill_null(""),
            "amount_type": reading.text("amount_type").fill_null(""),
            "description": reading.text("description").fill_null(""),
            "item": reading.ids("item").fill_null(""),
            "sku": reading.ids("sku").fill_null(""),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )
    _must_add_up(frame)
    fate = reading.by_value([frame[n] for n in ("transaction", "amount_type", "description")], _fate, pl.String)
    frame = frame.with_columns(fate.set(summary, SUMMARY).alias("fate"))
    day = pl.col("moment").dt.strftime("%Y-%m-%d")
    charge = pl.format("{}:{}", "settlement", day)
    refund = pl.format("{}:{}:{}", pl.col("order").fill_null(""), "adjustment", day)
    lone = frame["order"].is_null() & (frame["fate"] == "refund")
    reading.fault(lone, "missing", "the refund names no order", "enter it as a refund by hand", "order")
    return frame.with_columns(
        pl.when(pl.col("fate") == "fee")
        .then(pl.format("fee {}", charge))
        .otherwise(pl.format("refund {}", refund))
        .alias("key"),
        pl.when(pl.col("fate") == "fee").then(charge).otherwise(refund).alias("id"),
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """Charges and refunds in the order of their first row."""
    yield from reading.rejects()
    good = frame.filter(reading.good())
    documents = good["fate"].is_in(["fee", "refund"])
    for line, reason in good.filter(~documents).select(LINE, "fate").iter_rows():
        yield Aside(reason, line)
    for chunk, start, stop in groups(good.filter(documents), "key"):
        make = _charge if chunk["fate"][start] == "fee" else _refund
        yield from make(reading, chunk, start, stop)


def _fate(transaction: str, amount_type: str, description: str) -> str:
    """``fee``, ``refund`` or the reason to put the row aside."""
    kind, what, whole = normal(transaction), normal(amount_type), normal(f"{transaction} {amount_type} {description}")
    for word, reason in words("settlement_aside").items():
        if word in whole:
            return reason
    if what in ("itemprice", "promotion"):
        return "refund" if "refund" in kind or "chargeback" in kind else SALE
    return "fee"


def _must_add_up(frame: pl.DataFrame) -> None:
    sums = frame.group_by("settlement", maintain_order=True).agg(
        pl.col("amount").sum(), pl.col("total").first(), pl.col("summary").any(), pl.col(LINE).first()
    )
    wrong = sums.filter(pl.col("summary") & (pl.col("amount") != pl.col("total")))
    if wrong.height:
        row = wrong.row(0, named=True)
        raise refuse(
            "settlement_does_not_add_up",
            "the parts of the settlement do not add up to its total, so the file is not whole",
            "download the report again",
            line=row[LINE],
            found=f"{row['settlement']}: parts {row['amount']}, total {row['total']} (minor units)",
        )


def _charge(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    lines = [_fee(reading, c, k) for k in range(i, j)]
    period = {name: c[name][i].date() if c[name][i] else None for name in ("period_from", "period_to")}
    yield from settle(reading, FeeCharge, _header(reading, c, i) | period, lines, c[ROW][i:j])


def _fee(reading: Reading, c: Columns, k: int) -> dict[str, Any]:
    return {
        "component": component(c["description"][k], c["amount_type"][k]),
        "amount": -c["amount"][k],
        "order": _order(reading, c["order"][k]),
        "sku": c["sku"][k],
        "description": c["description"][k] or c["amount_type"][k],
    }


def _refund(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    """One line for each order item: its price parts together, its tax parts together."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for k in range(i, j):
        line = lines.setdefault((c["item"][k], c["sku"][k]), {"sku": c["sku"][k], "amount": 0, "tax": 0})
        line["tax" if "tax" in normal(c["description"][k]) else "amount"] -= c["amount"][k]
    header = _header(reading, c, i) | {"order": _order(reading, c["order"][i])}
    yield from settle(reading, Refund, header, list(lines.values()), c[ROW][i:j], partial=False)


def _order(reading: Reading, number: str | None) -> dict[str, Any] | None:
    return {"type": "sales_order", "id": number, "account": reading.settings.shop or ""} if number else None


def _header(reading: Reading, c: Columns, i: int) -> dict[str, Any]:
    shop = reading.settings.shop or ""
    return {
        "id": c["id"][i],
        "source": f"file:{reading.layout.code}",
        "account": shop,
        "shop": shop,
        "company": reading.settings.company or "",
        "effective_at": c["moment"][i],
        "currency": c["currency"][i],
    }
