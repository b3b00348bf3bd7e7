"""The checker notices every single change: a row deleted, doubled, or shifted by one cent or one unit."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entrepot.audit import check
from tests.audit.plain_copy import plain_copy
from tests.audit.small_ledger import post_all
from tests.effort import effort

FAMILIES = ["purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable"]
FIGURES = [*FAMILIES, "book_cost", "uncosted", "missing"]
SHIFTED: dict[str, list[str]] = {
    "movement": ["quantity"],
    "salesline": ["quantity", "amount", "base_amount", "tax"],
    "refundline": ["amount", "base_amount", "tax"],
    "costline": ["amount", "base_amount"],
    "basisshare": ["weight"],
    "purchaseline": ["quantity", "price_amount", "price_per"],
    "paymentline": ["amount", "base_amount"],
    "fxrate": ["numerator", "denominator"],
    "vatinvoiceline": ["quantity", "amount", "tax"],
    "declarationline": ["quantity", "amount"],
    "rebateclaimline": ["quantity", "base", "tax", "rate_bp", "amount"],
    "rebatesettlementline": ["amount"],
    "rebatecash": ["amount"],
    "dutyrefundline": ["amount", "interest"],
    "reportedstock": ["quantity"],
    "balance": ["on_hand", "reserved"],
    "reservation": ["quantity", "shortfall"],
    "quarantine": ["amount", "quantity"],
    "salefigure": ["quantity", "returned", "net", "refunded", *FIGURES],
    "marginfigure": ["sales", "quantity", "returned", "net", "net_unknown", "refunded", *FIGURES],
    "stockfigure": ["units", *FIGURES],
}
WHOLE = [*SHIFTED, "document", "basis", "replacement", "reversed", "period", "shipment", "waiting", "customsentry"]
MAY_GO = {("balance", "on_hand = 0 AND reserved = 0"), ("quarantine", "1")}
"""Rows whose absence says the same (an empty balance) or that cannot be known to have been there (a refused row)."""

Sabotage = tuple[str, Callable[[sqlite3.Connection], Any]]


def sabotages(copy: sqlite3.Connection) -> Iterator[Sabotage]:
    """Every single change of the kinds above."""
    for table in WHOLE:
        keep = " OR ".join(where for name, where in MAY_GO if name == table)
        for (row,) in copy.execute(f"SELECT rowid FROM books_{table}" + (f" WHERE NOT ({keep})" if keep else "")):
            yield f"{table} {row} deleted", _statement(f"DELETE FROM books_{table} WHERE rowid = {row}")
            yield f"{table} {row} doubled", _doubled(table, row)
        for column in SHIFTED.get(table, ()):
            for (row,) in copy.execute(f'SELECT rowid FROM books_{table} WHERE "{column}" IS NOT NULL'):
                for by in (1, -1):
                    yield (
                        f"{table} {row} {column} {by:+}",
                        _statement(f'UPDATE books_{table} SET "{column}" = "{column}" + {by} WHERE rowid = {row}'),
                    )
    for (row,) in copy.execute("SELECT rowid FROM books_stockfigure WHERE layers <> '[]'"):
        yield f"stockfigure {row} a unit between layers", _layers(row, 1)
        yield f"stockfigure {row} a cent in a layer", _layers(row, 2)


def _statement(sql: str) -> Callable[[sqlite3.Connection], Any]:
    return lambda copy: copy.execute(sql)


def _doubled(table: str, row: int) -> Callable[[sqlite3.Connection], Any]:
    """The same row once more, under the next free number."""

    def run(copy: sqlite3.Connection) -> None:
        columns = [name for _, name, *_ in copy.execute(f"PRAGMA table_info(books_{table})")]
        values = [f"(SELECT MAX(id) + 1 FROM books_{table})" if name == "id" else f'"{name}"' for name in columns]
        copy.execute(f"INSERT INTO books_{table} SELECT {', '.join(values)} FROM books_{table} WHERE rowid = {row}")

    return run


def _layers(row: int, place: int) -> Callable[[sqlite3.Connection], Any]:
    def run(copy: sqlite3.Connection) -> None:
        layers = json.loads(copy.execute(f"SELECT layers FROM books_stockfigure WHERE rowid = {row}").fetchone()[0])
        layers[-1][place] = (layers[-1][place] or 0) + 1
        copy.execute("UPDATE books_stockfigure SET layers = ? WHERE rowid = ?", [json.dumps(layers), row])

    return run


@pytest.mark.django_db
@pytest.mark.soak
def test_every_single_sabotage_is_caught() -> None:
    """Of 1,000 single changes of facts, balances and figures, drawn at random from all that are possible, 1,000 are
    caught; the untouched ledger passes before and after."""
    post_all()
    copy = plain_copy()
    assert [str(residue) for residue in check(copy).residues] == []
    every = list(sabotages(copy))
    chosen = random.Random(2026).sample(every, min(len(every), effort(test=1000, soak=20_000)))
    escaped = []
    for name, change in chosen:
        copy.execute("BEGIN")
        change(copy)
        if check(copy).passed:
            escaped.append(name)
        copy.execute("ROLLBACK")
    assert escaped == [], f"{len(escaped)} of {len(chosen)} escaped"
    assert check(copy).passed
