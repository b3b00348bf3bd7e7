"""The facts as frames for the engines: cut by what is asked and what was known, replacements followed, periods kept.

``at`` cuts movements by the instant at which they fold; cost lines, sales and refund lines take effect with what they
are aimed at and are cut by ``known`` only (a bill of March still belongs to January's units). Splitting by weights is
the engine's business; this module hands over whole lines with their weights.
"""

# ruff: noqa: S608 - statements are put together from our own names and from integers

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connection

from entrepot.books.retelling import PAIRS, of_other_items, told_again
from entrepot.core.calendar import Instant
from entrepot.core.input_tax import recovered

FOREVER: Instant = 2**62
I64, I32, TEXT, BOOL = pl.Int64, pl.Int32, pl.String, pl.Boolean

MOVEMENT = {
    "id": I64, "item_id": I64, "company_id": I64, "kind": I64, "from_cell_id": I64, "to_cell_id": I64,
    "quantity": I64, "effective_at": I64, "recorded_at": I64, "document_key": I64, "line": I64, "ordinal": I64,
    "of_id": I64, "lot_id": I64, "sales_line_id": I64, "event": I64, "share": I64, "document_id": I64,
}  # fmt: skip
SALES = {
    "id": I64, "item_id": I64, "company_id": I64, "shop_id": I64, "quantity": I64, "base_amount": I64,
    "ordered_at": I64, "recorded_at": I64, "country": TEXT, "region": TEXT, "status": TEXT, "document_id": I64,
}  # fmt: skip
REFUND = {"id": I64, "sales_line_id": I64, "item_id": I64, "base_amount": I64, "recorded_at": I64}
COST = {
    "id": I64, "component": I64, "base_amount": I64, "target_kind": TEXT, "internal": BOOL, "company_id": I64,
    "recorded_at": I64, "location_id": I64, "item_id": I64, "period_from": I64, "period_to": I64, "estimate": BOOL,
    "document_id": I64,
}  # fmt: skip
BASIS = {"id": I64, "cost_line_id": I64, "version": I64, "recorded_at": I64}
SHARE = {"basis_id": I64, "ordinal": I64, "movement_id": I64, "sales_line_id": I64, "weight": I64}
REPLACED = {
    "movement_id": I64, "new_movement_id": I64, "cost_line_id": I64, "sales_line_id": I64, "new_sales_line_id": I64,
    "refund_line_id": I64, "recorded_at": I64,
}  # fmt: skip
TABLES: dict[str, dict[str, Any]] = {
    "movement": MOVEMENT, "salesline": SALES, "refundline": REFUND, "costline": COST, "basis": BASIS,
    "basisshare": SHARE, "replacement": REPLACED,
}  # fmt: skip
RECOVERABLE = {"line": I64, "company_id": I64, "amount": I64}
PARTS = {"sales_line": I64, "movement": I64, "quantity": I64}
_BOUND = 800
_FEW = 50


@dataclass(frozen=True)
class Facts:
    """Frames of live facts.

    movements: engine columns (movement, item, from_cell, to_cell, quantity, at, late, kind, document_key, line,
    ordinal, of, lot, event, share) and company, sales_line, effective_at, document · cost_weights: line, component,
    amount (of the whole line), side (0 births, 1 issue), movement, weight, internal, company, by line and target
    order · order_weights: line, component, amount, sales_line, weight · period_lines: line, component, amount, company,
    location, item, period_from, period_to · sales: line, item, company, shop, quantity, amount (null = unknown),
    ordered_at, country, region, status, document · refunds: line, sales_line, item, amount.
    """

    movements: pl.DataFrame
    cost_weights: pl.DataFrame
    order_weights: pl.DataFrame
    period_lines: pl.DataFrame
    sales: pl.DataFrame
    refunds: pl.DataFrame
    recoverable: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RECOVERABLE))
    """line, company_id, amount: what of the lines of import tax comes back; the amounts above are without it"""
    bundle_parts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PARTS))
    """sales_line, movement, quantity: every part of the bundles sold, those of other items too, since they share a price"""


def load(items: Collection[int] | None = None, at: Instant = FOREVER, known: Instant = FOREVER) -> Facts:
    """Facts of ``items`` (all where ``None``), read from the database."""
    return assemble(read(items), closings(known), at, known)


def query(table: str, where: str = "", parameters: Sequence[Any] = (), *, number: bool = False) -> pl.DataFrame:
    """Rows of a fact table as a frame with the columns that the engines need (and the row ``number`` as ``_row``)."""
    schema = {**TABLES[table], **({"_row": I64} if number else {})}
    names = ", ".join('t."id"' if name == "_row" else f't."{name}"' for name in schema)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM books_{table} t {where}", parameters)
        rows = cursor.fetchall()
    if not rows:
        return pl.DataFrame(schema=schema)
    columns = dict(zip(schema, zip(*rows, strict=True), strict=True))
    return pl.DataFrame(
        {name: pl.Series(name, columns[name], dtype=kind, strict=False) for name, kind in schema.items()}
    )


def query_after(table: str, last: int, most: int) -> pl.DataFrame:
    """The next rows of a table behind row ``last``, with their number in ``_row``."""
    return query(table, "WHERE t.id > %s ORDER BY t.id LIMIT %s", [last, most], number=True)


def read(items: Collection[int] | None) -> dict[str, pl.DataFrame]:
    """Raw tables; for a choice of items, what concerns them (whole bases included, so that splits stay the same)."""
    if items is None:
        return with_retellings({table: query(table) for table in TABLES})
    chosen = sorted(items)
    if len(chosen) <= _FEW:
        return _with_bundles(with_retellings(_of_few(chosen), chosen))
    tables: dict[str, pl.DataFrame] = {
        "movement": _by(chosen, "movement", "item_id"),
        "refundline": _by(chosen, "refundline", "item_id"),
    }
    moved, ordered = of_other_items("movement", chosen), of_other_items("salesline", chosen)
    sold = tables["movement"]["sales_line_id"].drop_nulls().unique()
    tables["salesline"] = pl.concat(
        [_by(chosen, "salesline", "item_id"), _by(sold.to_list(), "salesline", "id")]
    ).unique(subset="id", maintain_order=True)
    tables["refundline"] = pl.concat(
        [tables["refundline"], _by([*tables["salesline"]["id"], *ordered], "refundline", "sales_line_id")]
    ).unique(subset="id", maintain_order=True)
    bases = set(_by([*tables["movement"]["id"], *moved], "basisshare", "movement_id")["basis_id"])
    bases |= set(_by([*tables["salesline"]["id"], *ordered], "basisshare", "sales_line_id")["basis_id"])
    lines = _by(sorted(bases), "basis", "id")["cost_line_id"].unique().to_list()
    tables["basis"] = _by(lines, "basis", "cost_line_id")
    tables["basisshare"] = _by(tables["basis"]["id"].to_list(), "basisshare", "basis_id")
    tables["costline"] = pl.concat(
        [_by(lines, "costline", "id"), query("costline", "WHERE t.target_kind IN ('place', 'company')")]
    )
    tables["replacement"] = query("replacement")
    return _with_bundles(with_retellings(tables))


def with_retellings(tables: dict[str, pl.DataFrame], items: Collection[int] = ()) -> dict[str, pl.DataFrame]:
    """Add what was taken back and told again (of ``items`` only, where given): tables ``movement_again``,
    ``sales_line_again``."""
    replaced = tables["replacement"]
    among = f"item_id IN ({', '.join(str(int(item)) for item in items)})"
    sold = f"(o.{among} OR o.id IN (SELECT sales_line_id FROM books_movement WHERE {among}))"  # a bundle has no item
    for name, table, few in (("movement", "movement", f"o.{among}"), ("sales_line", "salesline", sold)):
        gone = replaced.filter(pl.col(f"{name}_id").is_not_null() & pl.col(f"new_{name}_id").is_null())[f"{name}_id"]
        here = len(gone) and gone.is_in(tables[table]["id"].implode()).any()
        tables[f"{name}_again"] = told_again(table, few if items else "") if here else pl.DataFrame(schema=PAIRS)
    return tables


def _with_bundles(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Add the lines that corrected the bundles sold, and all parts of these bundles (table ``parts``)."""
    ends = _follow(tables["replacement"], "sales_line", tables["sales_line_again"])
    sold = tables["movement"]["sales_line_id"].drop_nulls().unique().to_list()
    now = {end for end in (ends.get(line, line) for line in sold) if end is not None}
    missing = sorted(now - set(tables["salesline"]["id"].to_list()))
    if missing:
        tables["salesline"] = pl.concat([tables["salesline"], _by(missing, "salesline", "id")])
        refunds = pl.concat([tables["refundline"], _by(missing, "refundline", "sales_line_id")])
        tables["refundline"] = refunds.unique(subset="id", maintain_order=True)
        bases = _by(missing, "basisshare", "sales_line_id")["basis_id"].unique().to_list()
        known = set(tables["costline"]["id"].to_list())
        lines = sorted(set(_by(bases, "basis", "id")["cost_line_id"].to_list()) - known)
        more = _by(lines, "basis", "cost_line_id")
        tables["basis"] = pl.concat([tables["basis"], more])
        tables["basisshare"] = pl.concat([tables["basisshare"], _by(more["id"].to_list(), "basisshare", "basis_id")])
        tables["costline"] = pl.concat([tables["costline"], _by(lines, "costline", "id")])
    bundles = set(tables["salesline"].filter(pl.col("item_id").is_null())["id"].to_list())
    cited = bundles | {line for line, end in ends.items() if end in bundles}
    orders = sorted(bundle_orders(cited))
    parts = _by(orders, "movement", "document_id")
    tables["parts"] = parts.filter(pl.col("sales_line_id").is_in(list(cited)))
    return tables


def bundle_orders(lines: Collection[int]) -> set[int]:
    """Documents (all versions) of the sales lines that are bundles."""
    found: set[int] = set()
    chosen = sorted(lines)
    for start in range(0, len(chosen), _BOUND):
        marks = ", ".join(["%s"] * len(chosen[start : start + _BOUND]))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT v.id FROM books_salesline s JOIN books_document d ON d.id = s.document_id "
                "JOIN books_document v ON v.type = d.type AND v.external_id = d.external_id AND v.source = d.source "
                f"AND v.account = d.account WHERE s.item_id IS NULL AND s.id IN ({marks})",
                chosen[start : start + _BOUND],
            )
            found |= {row[0] for row in cursor.fetchall()}
    return found


def _of_few(items: list[int]) -> dict[str, pl.DataFrame]:
    """The same for a few items, in one query a table: what a page asks for."""
    moved = f"SELECT id FROM books_movement WHERE item_id IN ({', '.join(str(int(item)) for item in items)})"
    of_items = moved.replace("SELECT id FROM books_movement WHERE ", "")
    sold = (
        f"SELECT id FROM books_salesline WHERE {of_items} UNION "
        f"SELECT sales_line_id FROM books_movement WHERE {of_items}"
    )
    aimed, ordered = moved + _and("movement", items), sold + _and("salesline", items)
    lines = (
        "SELECT b.cost_line_id FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
        f"WHERE s.movement_id IN ({aimed}) UNION "
        "SELECT b.cost_line_id FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
        f"WHERE s.sales_line_id IN ({ordered})"
    )
    refunds = (
        f"SELECT id FROM books_refundline WHERE {of_items} UNION "
        f"SELECT id FROM books_refundline WHERE sales_line_id IN ({ordered})"
    )
    bases = f"SELECT id FROM books_basis WHERE cost_line_id IN ({lines})"
    periods = "SELECT id FROM books_costline WHERE target_kind IN ('place', 'company')"
    return {
        "movement": query("movement", f"WHERE t.id IN ({moved}) ORDER BY t.id"),
        "salesline": query("salesline", f"WHERE t.id IN ({sold}) ORDER BY t.id"),
        "refundline": query("refundline", f"WHERE t.id IN ({refunds}) ORDER BY t.id"),
        "basis": query("basis", f"WHERE t.id IN ({bases}) ORDER BY t.id"),
        "basisshare": query("basisshare", f"WHERE t.basis_id IN ({bases}) ORDER BY t.id"),
        "costline": query("costline", f"WHERE t.id IN ({lines} UNION {periods}) ORDER BY t.id"),
        "replacement": query("replacement"),
    }


def _and(table: str, items: list[int]) -> str:
    """What was told of other items before it was corrected to these ones."""
    rows = of_other_items(table, items)
    return f" UNION SELECT id FROM books_{table} WHERE id IN ({', '.join(map(str, rows))})" if rows else ""


def _by(values: Sequence[Any], table: str, column: str) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=TABLES[table])]
    for start in range(0, len(values), _BOUND):
        part = list(values[start : start + _BOUND])
        marks = ", ".join(["%s"] * len(part))
        parts.append(query(table, f'WHERE t."{column}" IN ({marks}) ORDER BY t.id', part))
    return pl.concat(parts)


def closings(known: Instant) -> list[tuple[int, Instant, Instant]]:
    """(company, end, closed at) of the periods that were closed as known then."""
    from entrepot.books.models import Period

    state: dict[tuple[int, int, int], tuple[bool, int]] = {}
    rows = Period.objects.filter(recorded_at__lte=known).order_by("recorded_at", "version")
    for company, starts, ends, closed, at in rows.values_list("company_id", "starts", "ends", "closed", "recorded_at"):
        state[company, starts, ends] = (closed, at)
    return [(company, ends, at) for (company, _, ends), (closed, at) in state.items() if closed]


def assemble(
    tables: dict[str, pl.DataFrame], closed: Iterable[tuple[int, Instant, Instant]], at: Instant, known: Instant
) -> Facts:
    """Raw tables → live facts as of ``at`` and as known at ``known``."""
    known_then = pl.col("recorded_at") <= known
    replaced = tables["replacement"].filter(known_then)
    costs = _without(tables["costline"].filter(known_then), replaced["cost_line_id"])
    costs, recoverable = _without_recoverable(costs, known)
    weights = _weights(tables["basis"].filter(known_then), tables["basisshare"], costs)
    again = {name: tables[f"{name}_again"].filter(known_then) for name in ("movement", "sales_line")}
    moved = _follow(replaced, "movement", again["movement"])
    sold = _follow(replaced, "sales_line", again["sales_line"])
    movements = _movements(tables["movement"].filter(known_then), replaced, moved, list(closed), at)
    sales = _without(tables["salesline"].filter(known_then), replaced["sales_line_id"])
    refunds = _without(tables["refundline"].filter(known_then), replaced["refund_line_id"])
    unit_lines = _treated(weights.filter(pl.col("target_kind").is_in(["births", "issue"])), moved, tables, known)
    return Facts(
        movements=movements.with_columns(sales_line=_mapped("sales_line", sold)),
        cost_weights=unit_lines.select(
            "line", "component", pl.col("base_amount").alias("amount"),
            (pl.col("target_kind") == "issue").cast(pl.Int8).alias("side"),
            "movement", "weight", pl.col("internal").cast(pl.Int8), "company_id",
        ),
        order_weights=weights.filter(pl.col("target_kind") == "order").select(
            "line", "component", pl.col("base_amount").alias("amount"),
            _mapped("sales_line_id", sold).alias("sales_line"), "weight", "company_id",
        ),
        period_lines=costs.filter(pl.col("target_kind").is_in(["place", "company"])).select(
            pl.col("id").alias("line"), "component", pl.col("base_amount").alias("amount"), "company_id",
            "location_id", "item_id", "period_from", "period_to",
        ),
        sales=sales.select(
            pl.col("id").alias("line"), "item_id", "company_id", "shop_id", "quantity",
            pl.col("base_amount").alias("amount"), "ordered_at", "country", "region", "status", "document_id",
        ),
        refunds=refunds.select(
            pl.col("id").alias("line"), _mapped("sales_line_id", sold).alias("sales_line"), "item_id",
            pl.col("base_amount").alias("amount"),
        ),
        recoverable=recoverable,
        bundle_parts=_parts(tables, known_then, replaced, sold),
    )  # fmt: skip


def _treated(
    lines: pl.DataFrame, moved: dict[int, int | None], tables: dict[str, pl.DataFrame], known: Instant
) -> pl.DataFrame:
    """``lines`` with what they fall on now (``movement``), and with the component that the company's policy makes of them."""
    from entrepot.books.capitalisation import treated

    now = lines.with_columns(_mapped("movement_id", moved).alias("movement"))
    return treated(now, tables["movement"], known)


def _parts(
    tables: dict[str, pl.DataFrame], known_then: pl.Expr, replaced: pl.DataFrame, sold: dict[int, int | None]
) -> pl.DataFrame:
    if "parts" not in tables:
        return pl.DataFrame(schema=PARTS)
    live = _without(tables["parts"].filter(known_then), replaced["movement_id"])
    return live.select(_mapped("sales_line_id", sold).alias("sales_line"), pl.col("id").alias("movement"), "quantity")


def _without_recoverable(costs: pl.DataFrame, known: Instant) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``costs`` less the import tax that comes back, as known then; and that tax."""
    from entrepot.books.import_tax import IMPORT_TAX, shares

    taxed = costs.filter(pl.col("component") == IMPORT_TAX)
    back = shares(taxed["id"].to_list(), known) if len(taxed) else {}
    if not back:
        return costs, pl.DataFrame(schema=RECOVERABLE)
    rows = [
        (line, company, recovered(amount, back[line]))
        for line, company, amount in taxed.select("id", "company_id", "base_amount").iter_rows()
        if line in back
    ]
    found = pl.DataFrame(rows, schema=RECOVERABLE, orient="row")
    less = costs.join(found.select(id="line", back="amount"), on="id", how="left", maintain_order="left")
    return less.with_columns(pl.col("base_amount") - pl.col("back").fill_null(0)).drop("back"), found


def _without(frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    left_out = gone.drop_nulls()
    return frame.filter(~pl.col("id").is_in(left_out.implode())) if len(left_out) else frame


def _movements(
    rows: pl.DataFrame,
    replaced: pl.DataFrame,
    moved: dict[int, int | None],
    closed: list[tuple[int, Instant, Instant]],
    at: Instant,
) -> pl.DataFrame:
    live = _without(rows, replaced["movement_id"])
    folds = pl.col("effective_at")
    for company, ends, closed_at in closed:
        late = (pl.col("company_id") == company) & (pl.col("effective_at") < ends) & (pl.col("recorded_at") > closed_at)
        folds = pl.when(late).then(pl.max_horizontal(folds, pl.lit(ends))).otherwise(folds)
    live = live.with_columns(at=folds)
    live = live.with_columns(late=(pl.col("at") != pl.col("effective_at")).cast(pl.Int8)).filter(pl.col("at") <= at)
    return live.select(
        pl.col("id").alias("movement"), pl.col("item_id").alias("item"), pl.col("from_cell_id").alias("from_cell"),
        pl.col("to_cell_id").alias("to_cell"), "quantity", "at", "late", "kind", "document_key", "line", "ordinal",
        _mapped("of_id", moved).alias("of"), _mapped("lot_id", moved).alias("lot"), "event", "share",
        pl.col("company_id").alias("company"), pl.col("sales_line_id").alias("sales_line"), "effective_at",
        pl.col("document_id").alias("document"),
    )  # fmt: skip


def _weights(bases: pl.DataFrame, shares: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """The latest known basis of every live line, target by target."""
    latest = (
        bases.sort("version").group_by("cost_line_id").last().select(pl.col("id").alias("basis_id"), "cost_line_id")
    )
    lines = costs.select(
        pl.col("id").alias("line"), "component", "base_amount", "target_kind", "internal", "company_id"
    )
    return (
        shares.join(latest, on="basis_id")
        .join(lines, left_on="cost_line_id", right_on="line")
        .rename({"cost_line_id": "line"})
        .sort("line", "ordinal")
    )


def _follow(replaced: pl.DataFrame, name: str, again: pl.DataFrame) -> dict[int, int | None]:
    """Every replaced row to the one that counts in its place now (``None``: nothing does)."""
    old, new = f"{name}_id", f"new_{name}_id"
    pairs = replaced.filter(pl.col(old).is_not_null()).select(old, new)
    step: dict[int, int | None] = dict(pairs.iter_rows())
    step |= dict(again.select("old", "new").iter_rows())
    ends: dict[int, int | None] = {}
    for start in step:
        row: int | None = start
        while row is not None and row in step:
            row = step[row]
        ends[start] = row
    return ends


def _mapped(column: str, ends: dict[int, int | None]) -> pl.Expr:
    if not ends:
        return pl.col(column)
    keys, values = list(ends), list(ends.values())
    found = pl.col(column).replace_strict(keys, values, default=pl.col(column), return_dtype=pl.Int64)
    return found.alias(column)
