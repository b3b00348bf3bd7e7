"""Tables: what the URL may ask for, and what a role never gets."""

from __future__ import annotations

from django.test import RequestFactory

from entrepot.books.selectors.shapes import Page
from entrepot.faces.web import tables
from entrepot.faces.web.tables import Column
from tests.faces.web.fixtures import FixedViewer

COLUMNS = [
    Column("sku", "SKU"),
    Column("units", "Units", "units"),
    Column("value", "Value", "money", needs="see_cost"),
    Column("note", "Note", shown=False, sort=False),
]


def _table(query: str = "", role: str = "owner", total: int = 250) -> tables.Table:
    wanted = tables.wish(RequestFactory().get(f"/x{query}"), COLUMNS, "-units")
    return tables.build("x", COLUMNS, Page([], total), wanted, FixedViewer(role), "USD", export="/x")


def test_sort_and_page_come_from_the_url() -> None:
    """The slice says what the URL says."""
    part = _table("?sort=-value&page=3").wish.slice
    assert (part.sort, part.descending, part.offset) == ("value", True, 200)


def test_nonsense_in_the_url_is_left_out() -> None:
    """Unknown columns, unsortable ones and pages that are no numbers fall back to the defaults."""
    for query in ("?sort=password", "?sort=note", "?page=-1", "?page=1e9", "?page=٣", "?cols=nothing"):
        table = _table(query)
        assert (table.wish.slice.sort, table.wish.slice.descending, table.wish.slice.offset) == ("units", True, 0)
        assert [column.key for column in table.visible] == ["sku", "units", "value"]


def test_a_column_without_permission_does_not_exist() -> None:
    """Neither by default nor by choice, nor in the list of choices."""
    for query in ("", "?cols=sku,value"):
        table = _table(query, role="warehouse")
        assert "value" not in {column.key for column in (*table.columns, *table.visible)}


def test_chosen_columns_keep_their_order_and_the_first() -> None:
    """The first column names the row and is always there."""
    assert [column.key for column in _table("?cols=note,units").visible] == ["sku", "units", "note"]


def test_addresses_keep_the_rest_of_the_url() -> None:
    """Sorting keeps the filter and goes back to page 1; exports keep sort and filter."""
    table = _table("?q=a%26b&page=2&sort=-units")
    heads = {head.column.key: head for head in table.heads}
    assert heads["sku"].address == "?q=a%26b&sort=sku"
    assert heads["units"].address == "?q=a%26b&sort=units"
    assert heads["units"].order == "descending"
    assert table.exports["csv"] == "/x.csv?q=a%26b&sort=-units"
    assert (table.previous, table.next) == ("?q=a%26b&page=1&sort=-units", "?q=a%26b&page=3&sort=-units")


def test_figures_sort_largest_first_and_names_smallest_first() -> None:
    """What one wants of a figure first is the largest."""
    heads = {head.column.key: head for head in _table("?sort=sku").heads}
    assert heads["value"].address == "?sort=-value"
    assert heads["sku"].address == "?sort=-sku"


def test_a_table_without_pages_offers_no_page() -> None:
    """A part of a page shows what it got."""
    wanted = tables.wish(RequestFactory().get("/x"), COLUMNS, "-units")
    table = tables.build("x", COLUMNS, Page([], 250), wanted, FixedViewer("owner"), "USD", paged=False)
    assert table.last == 1
    assert not any(head.address for head in table.heads)
