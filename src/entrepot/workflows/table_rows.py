"""Rows of a table as text that both databases write and read alike: one JSON array of rows a line, keys ascending.

What a column holds follows its field: integers, texts and truth values as they are, bytes as base64, dates and times
in ISO 8601, identifiers and JSON in one spelling. Equal rows give equal bytes on SQLite and PostgreSQL.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from entrepot.books import bulk

_ROWS = 2_000
_HEAVY_ROWS = 1
"""Rows a line where one row may hold a whole file."""

Change = Callable[[Any], Any]


def one_spelling(value: Any) -> Any:
    """JSON with each number as PostgreSQL gives it back, which keeps no -0.0 and writes no exponents.

    >>> one_spelling({"a": [-0.0, 1e22, 0.5, 3]})
    {'a': [0.0, 10000000000000000000000, 0.5, 3]}
    """
    if isinstance(value, dict):
        return {key: one_spelling(one) for key, one in value.items()}
    if isinstance(value, list):
        return [one_spelling(one) for one in value]
    if isinstance(value, float):
        return 0.0 if value == 0 else int(Decimal(repr(value))) if "e+" in repr(value) else value
    return value


_WRITE: dict[str, Change] = {
    "JSONField": one_spelling,
    "BinaryField": lambda value: base64.b64encode(bytes(value)).decode(),
    "DateTimeField": lambda value: value.isoformat(),
    "DateField": lambda value: value.isoformat(),
    "UUIDField": str,
}
_READ: dict[str, Change] = {
    "BinaryField": base64.b64decode,
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "UUIDField": UUID,
}


def columns_of(model: Any) -> list[str]:
    """The columns of the table of ``model`` by name: models of other times declare them in another order."""
    return sorted(field.column for field in model._meta.concrete_fields)


def lines(model: Any, alias: str) -> Iterator[tuple[bytes, int]]:
    """Every row of ``model`` in the database ``alias``, values by :func:`columns_of`: lines, and how many rows each."""
    fields = _fields(model)
    size = _HEAVY_ROWS if model._meta.db_table == "books_rawfile" else _ROWS
    changes = _changes(fields, _WRITE)
    rows = model._base_manager.using(alias).order_by("pk").values_list(*(field.attname for field in fields))
    part: list[Any] = []
    for row in rows.iterator(chunk_size=size):
        part.append(_changed(row, changes))
        if len(part) == size:
            yield _line(part), len(part)
            part = []
    if part:
        yield _line(part), len(part)


def load(model: Any, source: Iterable[bytes], *, using: Any = connection) -> str:
    """Append the rows of ``source`` (what :func:`lines` gave) to the table of ``model``, by the connection ``using``.

    The digest that the table's lines have from now on: that of ``source``, but for JSON that another version spelt
    otherwise.
    """
    fields = _fields(model)
    changes = _changes(fields, _READ)
    stored = [(place, field) for place, field in enumerate(fields) if _converted(field)]
    spelt = [place for place, field in enumerate(fields) if _kind(field) == "JSONField"]
    found = hashlib.sha256()
    for line in source:
        said = json.loads(line)
        for place in spelt:
            for row in said:
                row[place] = one_spelling(row[place])
        found.update(_line(said) if spelt else line)
        rows = [_changed(row, changes) for row in said]
        for row in rows:
            for place, field in stored:
                row[place] = field.get_db_prep_save(row[place], using)
        bulk.load(model, columns_of(model), rows, using=using)
    return found.hexdigest()


def _fields(model: Any) -> list[Any]:
    return sorted(model._meta.concrete_fields, key=lambda field: field.column)


def _changes(fields: Iterable[Any], kinds: dict[str, Change]) -> list[tuple[int, Change]]:
    return [(i, kinds[kind]) for i, field in enumerate(fields) if (kind := _kind(field)) in kinds]


def _changed(row: Any, changes: list[tuple[int, Change]]) -> list[Any]:
    made = list(row)
    for place, change in changes:
        if made[place] is not None:
            made[place] = change(made[place])
    return made


def _kind(field: Any) -> str:
    """The kind of value: that of the key it points at for a reference."""
    while field.remote_field is not None:
        field = field.target_field
    return str(field.get_internal_type())


def _converted(field: Any) -> bool:
    """Whether the database wants another form of the value than Python has it in."""
    return _kind(field) in {"JSONField", "BinaryField", "DateTimeField", "DateField", "UUIDField", "BooleanField"}


def _line(rows: list[Any]) -> bytes:
    return json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
