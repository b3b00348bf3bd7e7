"""What was taken back and told again: the new line stands for the old one, and what was aimed at that reaches it.

A replacement says which row counts in place of another, or that none does. Where none does and a later version of the
same document has that line again (an import undone and repeated, a line left out and put back), that line is the one.
"""

# ruff: noqa: S608 - statements are put together from our own names and from integers

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import connection

_SAME = {"movement": ("line", "ordinal"), "salesline": ("line",)}
_COLUMN = {"movement": "movement_id", "salesline": "sales_line_id"}
PAIRS = {"old": pl.Int64, "new": pl.Int64, "recorded_at": pl.Int64}
_BOUND = 500


def told_again(table: str, where: str = "") -> pl.DataFrame:
    """old, new, recorded_at: rows of ``table`` (movement or salesline) that were taken back and the line of the next
    version that has them again; ``where`` restricts the old rows ``o`` or the new ones ``n``."""
    column = _COLUMN[table]
    same = " AND ".join(f"n.{name} = o.{name}" for name in _SAME[table])
    # The plus keeps SQLite from starting at everything that was ever taken back.
    statement = (
        f"SELECT o.id, n.id, n.recorded_at FROM books_replacement r JOIN books_{table} o ON o.id = r.{column} "
        "JOIN books_document d ON d.id = o.document_id JOIN books_document e ON e.type = d.type "
        "AND e.external_id = d.external_id AND e.source = d.source AND e.account = d.account AND e.version > d.version "
        f"JOIN books_{table} n ON n.document_id = e.id AND {same} "
        f"WHERE r.{column} IS NOT NULL AND +r.new_{column} IS NULL {f'AND {where}' if where else ''} "
        "ORDER BY o.id, e.version"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=PAIRS, orient="row").unique("old", keep="first", maintain_order=True)


def taken_up(documents: Collection[int]) -> set[int]:
    """Movements of ``documents`` that were taken back and told again."""
    every, found = sorted(documents), set[int]()
    for start in range(0, len(every), _BOUND):
        marks = ", ".join(map(str, every[start : start + _BOUND]))
        found |= set(told_again("movement", f"o.document_id IN ({marks})")["old"])
    return found


def after(movement: int) -> int | None:
    """The movement that tells ``movement``, taken back, again."""
    found = told_again("movement", f"o.id = {int(movement)}")
    return int(found["new"][0]) if len(found) else None


def before(movements: Collection[int]) -> dict[int, int]:
    """Movements that were taken back → those of ``movements`` that tell them again."""
    every, found = sorted(movements), dict[int, int]()
    for start in range(0, len(every), _BOUND):
        documents = _earlier_versions(every[start : start + _BOUND])
        if documents:
            marks = ", ".join(map(str, documents))
            # The next telling of a line is looked for among all, so that one in between is not passed over.
            some = told_again("movement", f"o.document_id IN ({marks})")
            found |= dict(some.filter(pl.col("new").is_in(every)).select("old", "new").iter_rows())
    return found


def _earlier_versions(movements: Collection[int]) -> list[int]:
    """Documents that the documents of ``movements`` are later versions of; mostly none."""
    marks = ", ".join(str(int(row)) for row in movements)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT v.id FROM books_movement m JOIN books_document w ON w.id = m.document_id "
            "JOIN books_document v ON v.type = w.type AND v.external_id = w.external_id AND v.source = w.source "
            f"AND v.account = w.account AND v.version < w.version WHERE w.version > 1 AND m.id IN ({marks})"
        )
        return [row[0] for row in cursor.fetchall()]


def of_other_items(table: str, items: Collection[int]) -> list[int]:
    """Rows of other items whose place rows of ``items`` took: what was aimed at them counts for these."""
    every, found = sorted(items), set[int]()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM books_replacement WHERE {_COLUMN[table]} IS NOT NULL LIMIT 1")
        if cursor.fetchone() is None:
            return []
    for start in range(0, len(every), _BOUND):
        marks = ", ".join(str(int(item)) for item in every[start : start + _BOUND])
        last = _whose_place(table, f"n.item_id IN ({marks}) AND COALESCE(o.item_id, 0) <> COALESCE(n.item_id, 0)")
        while last:
            found |= last
            chosen = sorted(last)
            last = set[int]()
            for part in range(0, len(chosen), _BOUND):
                rows = ", ".join(map(str, chosen[part : part + _BOUND]))
                last |= _whose_place(table, f"n.id IN ({rows})") - found
    return sorted(found)


def _whose_place(table: str, where: str) -> set[int]:
    """Rows ``o`` that rows ``n`` replaced or tell again."""
    column = _COLUMN[table]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id FROM books_replacement r JOIN books_{table} n ON n.id = r.new_{column} "
            f"JOIN books_{table} o ON o.id = r.{column} WHERE {where}"
        )
        rows = {row[0] for row in cursor.fetchall()}
    return rows | set(told_again(table, where)["old"])
