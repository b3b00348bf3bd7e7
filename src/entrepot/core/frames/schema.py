"""What a table that crosses a room says of itself: one row's meaning, and every column's type, unit and meaning.

>>> from entrepot.core.frames.schema import Column, Table
>>> prices = Table("prices", "one item", "catalogue", ("quote",), (
...     Column("item", "key", "", "key of the item"), Column("price", "integer", "minor units", "net price", empty="not known"),
... ))
>>> list(prices), prices["price"].unit
(['item', 'price'], 'minor units')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

ColumnType = Literal[
    "key",
    "integer",
    "number",
    "text",
    "boolean",
    "date",
    "instant",
    "list of integers",
    "list of numbers",
    "list of text",
]
"""key: integer or text · number: floating point, never money of the books · instant: integer microseconds UTC."""

_INTEGERS = frozenset({"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"})
_NUMBERS = _INTEGERS | {"Float32", "Float64"}
_TEXTS = frozenset({"String", "Categorical", "Enum"})
ACCEPTED: Mapping[str, frozenset[str]] = {
    "key": _INTEGERS | _TEXTS,
    "integer": _INTEGERS,
    "number": _NUMBERS,
    "text": _TEXTS,
    "boolean": frozenset({"Boolean"}),
    "date": frozenset({"Date"}),
    "instant": _INTEGERS | {"Datetime"},
    "list of integers": _INTEGERS,
    "list of numbers": _NUMBERS,
    "list of text": _TEXTS,
}


class FrameError(ValueError):
    """A frame that is not what its table says; names table, column, what was found and what would be right."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``empty`` says what an empty value means (``""``: there is none); ``optional``: may be left out."""

    name: str
    type: ColumnType
    unit: str
    meaning: str
    empty: str = ""
    optional: bool = False

    def problem(self, values: pl.Series) -> str:
        """What is wrong with these values, ``""`` where nothing is."""
        kind = values.dtype
        inner = getattr(kind, "inner", None) if self.type.startswith("list") else kind
        name = "" if inner is None else str(inner.base_type())
        empty = values.null_count()
        if name == "Null" or str(kind.base_type()) == "Null":
            return "" if self.empty or not len(values) else f"{self.name}: all values are empty"
        if name not in ACCEPTED[self.type]:
            return f"{self.name}: {kind} found, {self.type} expected"
        if empty and not self.empty:
            return f"{self.name}: {empty} empty values, none expected"
        return ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that crosses a room. ``row``: what one row is · ``made_by``, ``read_by``: rooms · ``columns`` in order."""

    name: str
    row: str
    made_by: str
    read_by: tuple[str, ...]
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[str]:
        """The names of the columns, in order."""
        return (column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {', '.join(self)}")

    def problems(self, frame: pl.DataFrame) -> list[str]:
        """Every way in which ``frame`` differs from this table; columns that the table does not know are no problem."""
        found: list[str] = []
        for column in self.columns:
            if column.name in frame.columns:
                found.append(column.problem(frame[column.name]))
            elif not column.optional:
                found.append(f"{column.name}: missing")
        return [problem for problem in found if problem]

    def require(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` itself; raises :class:`FrameError` naming every column that is not as stated."""
        found = self.problems(frame)
        if found:
            raise FrameError(f"table {self.name!r}: {'; '.join(found)}")
        return frame
