"""Cancellation lines matched to the order lines that they cancel.

A seller's export often shows a cancelled order twice: the order, and days later a negative line. Counted naively the
first is demand that never was and the second a return that never was; one such pair can outweigh a year of ordinary
sales. A negative line cancels an earlier positive one of the same item when it came within ``within`` and

1. carries the same order number (any part of the quantity may be cancelled), or
2. carries the same customer (or neither line has one) and exactly the opposite quantity.

The most recent candidate is taken first: people undo what they just did. What finds no partner is a return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

Candidate = list[int]
"""[row, instant] of a positive line that may still be cancelled."""


def cancelled_quantities(lines: pl.DataFrame, within: int) -> NDArray[np.int64]:
    """Units of each line that are cancelled out; for a negative line (as a positive count) what it cancelled.

    ``lines`` has item, quantity, ordered_at (µs) and may have order and customer; ``within`` is in µs. Returns one
    count per row, 0 where nothing is matched.

    >>> rows = pl.DataFrame({"item": ["a", "a", "a"], "quantity": [6, 2, -6], "ordered_at": [0, 1, 2]})
    >>> cancelled_quantities(rows, within=10).tolist()
    [6, 0, 6]
    """
    numbered = lines.with_row_index("row")
    taken = np.zeros(len(lines), dtype=np.int64)
    if "order" in lines.columns:
        _match(numbered.filter(pl.col("order").is_not_null()), ["item", "order"], within, taken, exact=False)
    partner = ["item", "customer"] if "customer" in lines.columns else ["item"]
    open_rows = numbered.filter(pl.Series(taken == 0))
    _match(open_rows.with_columns(size=pl.col("quantity").abs()), [*partner, "size"], within, taken, exact=True)
    return taken


def _match(rows: pl.DataFrame, key: list[str], within: int, taken: NDArray[np.int64], *, exact: bool) -> None:
    cancelling = rows.filter(pl.col("quantity") < 0).select(*key).unique()
    if cancelling.is_empty():
        return
    # Only keys that were ever cancelled are walked in Python: a few per cent of the lines.
    touched = rows.join(cancelling, on=key, how="semi", nulls_equal=True)
    touched = touched.with_columns(cancels=pl.col("quantity") < 0).sort(*key, "ordered_at", "cancels", "row")
    touched = touched.with_columns(group=pl.struct(key).rle_id())
    _walk(touched.select("group", "row", "quantity", "ordered_at").iter_rows(), within, taken, exact=exact)


def _walk(rows: Iterable[tuple[int, int, int, int]], within: int, taken: NDArray[np.int64], *, exact: bool) -> None:
    waiting: dict[int, list[Candidate]] = defaultdict(list)
    left: dict[int, int] = {}
    for group, row, quantity, at in rows:
        if quantity > 0:
            waiting[group].append([row, at])
            left[row] = quantity
            continue
        need = -quantity
        candidates = waiting[group]
        while need > 0 and candidates and at - candidates[-1][1] <= within:
            sale = candidates[-1][0]
            part = left[sale] if exact else min(need, left[sale])
            taken[sale] += part
            taken[row] += part
            left[sale] -= part
            need -= part
            if left[sale] == 0:
                candidates.pop()
