"""A table of the pages and its exports, declared once.

A :class:`Column` says what it shows, how it is written, and which permission it needs; a viewer without that
permission gets neither the header nor the cells, on the page and in every export alike. Sort, page, filter and column
choice live in the URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from entrepot.books.selectors.shapes import Page, Slice

SEE_COST = "see_cost"
PAGE_SIZE = 100
EXPORT_ROWS = 200_000
"""More rows than this are refused in one export; filter first."""

NUMERIC = frozenset({"units", "money", "percent", "days", "decimal", "span"})


class Allows(Protocol):
    """Whoever looks: may he see what needs ``permission``?"""

    def can(self, permission: str) -> bool:
        """Whether the permission is held."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind``: text, sku, state, units, money, percent, days, decimal, span, date, instant, ages, lines."""

    key: str
    label: str | Promise
    kind: str = "text"
    read: Callable[[Any], Any] | None = None
    href: Callable[[Any], str] | None = None
    sort: bool = True
    needs: str = ""
    shown: bool = True
    estimate: bool = False
    wrap: bool = False
    optional: bool = False
    """Whether an empty cell says "does not apply" and not "missing"."""

    def value(self, row: Any) -> Any:
        """The cell of ``row`` as data."""
        return self.read(row) if self.read else getattr(row, self.key)

    def link(self, row: Any) -> str:
        """Where the cell leads, or an empty text."""
        return self.href(row) if self.href else ""

    @property
    def numeric(self) -> bool:
        """Whether the cells are right-aligned figures."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Wish:
    """What the URL asks of a table: slice, chosen columns, and all parameters to rebuild the address."""

    slice: Slice
    chosen: tuple[str, ...]
    query: Mapping[str, str]
    prefix: str = ""

    @property
    def number(self) -> int:
        """Which page, from 1."""
        return self.slice.offset // PAGE_SIZE + 1

    def address(self, **changes: str | int | None) -> str:
        """The same page with ``changes``; ``None`` drops a parameter."""
        merged = {**self.query, **changes}
        return "?" + urlencode({key: value for key, value in merged.items() if value not in (None, "")})


def wish(request: HttpRequest, columns: Sequence[Column], default: str, *, prefix: str = "") -> Wish:
    """Sort, page and columns from the URL; what the table does not have is ignored. ``default`` like ``-value``."""
    query: QueryDict = request.GET
    sortable = {column.key for column in columns if column.sort}
    sort = query.get(f"{prefix}sort", default)
    if sort.removeprefix("-") not in sortable:
        sort = default
    number = query.get(f"{prefix}page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    keys = {column.key for column in columns}
    chosen = tuple(key for key in query.get(f"{prefix}cols", "").split(",") if key in keys)
    part = Slice(sort.removeprefix("-"), sort.startswith("-"), (max(page, 1) - 1) * PAGE_SIZE, PAGE_SIZE)
    return Wish(part, chosen, {key: query[key] for key in query}, prefix)


def permitted(columns: Sequence[Column], viewer: Allows) -> list[Column]:
    """The columns that this viewer may have at all."""
    return [column for column in columns if not column.needs or viewer.can(column.needs)]


@dataclass(frozen=True, slots=True)
class Head:
    """One header cell, ready for the template."""

    column: Column
    address: str
    order: str
    """ascending | descending | none, as ARIA says it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table for one viewer and one URL."""

    name: str
    columns: list[Column]
    """What may be chosen."""
    visible: list[Column]
    page: Page[Any]
    wish: Wish
    currency: str
    caption: str = ""
    export: str = ""
    """Address of the export without its suffix; empty where there is none."""
    paged: bool = True
    """Whether there are more pages behind this one."""

    @property
    def heads(self) -> list[Head]:
        """Header cells with the address that sorts by them."""
        return [self._head(column) for column in self.visible]

    def _head(self, column: Column) -> Head:
        current = self.wish.slice.sort == column.key
        down = current and self.wish.slice.descending
        descending_first = column.numeric
        after = column.key if down or (not current and not descending_first) else f"-{column.key}"
        order = ("descending" if down else "ascending") if current else "none"
        prefix = self.wish.prefix
        address = self.wish.address(**{f"{prefix}sort": after, f"{prefix}page": None}) if column.sort else ""
        return Head(column, address, order)

    @property
    def last(self) -> int:
        """Number of pages."""
        return max(1, -(-self.page.total // PAGE_SIZE)) if self.paged else 1

    @property
    def first_row(self) -> int:
        """Number of the first row shown, from 1."""
        return self.wish.slice.offset + 1 if self.page.rows else 0

    @property
    def last_row(self) -> int:
        """Number of the last row shown."""
        return self.wish.slice.offset + len(self.page.rows)

    @property
    def previous(self) -> str:
        """Address of the page before, empty on the first."""
        return self.wish.address(**{f"{self.wish.prefix}page": self.wish.number - 1}) if self.wish.number > 1 else ""

    @property
    def next(self) -> str:
        """Address of the page behind, empty on the last."""
        more = self.wish.number < self.last
        return self.wish.address(**{f"{self.wish.prefix}page": self.wish.number + 1}) if more else ""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The URL's other parameters, for the column form."""
        skip = {f"{self.wish.prefix}cols", f"{self.wish.prefix}page"}
        return [(key, value) for key, value in self.wish.query.items() if key not in skip]

    @property
    def exports(self) -> dict[str, str]:
        """Suffix to address of what is seen, all pages of it."""
        if not self.export:
            return {}
        query = self.wish.address(**{f"{self.wish.prefix}page": None})
        return {suffix: f"{self.export}.{suffix}{query}" for suffix in ("csv", "xlsx")}


def build(
    name: str,
    columns: Sequence[Column],
    page: Page[Any],
    wanted: Wish,
    viewer: Allows,
    currency: str,
    *,
    caption: str = "",
    export: str = "",
    paged: bool = True,
) -> Table:
    """The table that ``viewer`` sees: permitted columns, of those the chosen ones or the default ones.

    A table that is not ``paged`` shows the rows that it got, in the order in which it got them.
    """
    columns = permitted(columns if paged else [replace(column, sort=False) for column in columns], viewer)
    visible = [c for c in columns if c.key in wanted.chosen] if wanted.chosen else [c for c in columns if c.shown]
    first = columns[:1]
    if first and first[0] not in visible:
        visible = [*first, *visible]
    return Table(name, columns, visible, page, wanted, currency, caption, export, paged)
