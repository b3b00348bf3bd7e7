"""Sending a table as a file."""

from __future__ import annotations

from django.http import HttpResponseBase

from entrepot.faces.web.exports import as_csv, as_xlsx
from entrepot.faces.web.tables import Table

SUFFIXES = ("csv", "xlsx")


def send(table: Table, suffix: str, zone: str) -> HttpResponseBase:
    """The table's rows, exactly its visible columns, as CSV or XLSX."""
    write = as_xlsx if suffix == "xlsx" else as_csv
    return write(table, table.page.rows, zone)
