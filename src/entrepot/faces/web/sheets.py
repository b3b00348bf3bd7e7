"""Sheets of the pages: what ``web/_sheet.html`` and ``sheet.js`` need to show a document to be typed.

:func:`of_draft` makes one of a draft. A page of its own (a list of items, say) may build a :class:`Sheet` with other fields
and addresses: ``save``, ``attempt`` and ``post`` take JSON {"header", "rows", "version", "late"} and answer JSON {"version",
"faults": [{"row", "column", "text"}], "problem", "html", "go"}; a 409 says that another saved meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entrepot.books.selectors.suggest import names_of_items
from entrepot.core.errors import Problem
from entrepot.faces.web.templatetags.figures import problem as problem_text
from entrepot.faces.web.templatetags.figures import remedy
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.typed_fields import SheetField, head_fields, row_fields
from entrepot.workflows.typed_rows import Fault

EMPTY_ROWS = 3
_UNITS = ("quantity", "counted", "consumed_quantity")
_CODES = ("sku", "consumed_sku")


@dataclass(frozen=True)
class Sheet:
    """A sheet ready for its template; cells of ``rows`` are (field, text, hint, fault)."""

    kind: str
    version: int
    head: list[tuple[SheetField, str, str]]
    columns: tuple[SheetField, ...]
    rows: list[list[tuple[SheetField, str, str, str]]]
    save: str
    attempt: str
    post: str
    suggest: str
    scan: str
    readonly: bool = False
    expected: str = ""
    """Units to come by SKU, as JSON, where the sheet receives something; empty elsewhere."""

    @property
    def empty(self) -> list[tuple[SheetField, str, str, str]]:
        """A row without anything in it."""
        return [(field, "", "", "") for field in self.columns]

    @property
    def hidden_columns(self) -> set[str]:
        """Columns that are a click away: not among the main ones, and empty."""
        told = {field.name for row in self.rows for field, text, _hint, fault in row if text or fault}
        return {field.name for field in self.columns if not field.main and field.name not in told}

    @property
    def code_column(self) -> str:
        """Where a scan writes the SKU."""
        return next((field.name for field in self.columns if field.name in _CODES), "")

    @property
    def unit_column(self) -> str:
        """Where a scan adds one; empty: nothing is scanned into this sheet."""
        return next((f.name for f in self.columns if f.name in _UNITS), "") if self.code_column else ""

    @property
    def words(self) -> str:
        """What the script says, as JSON."""
        return json.dumps(
            {
                "saved": _("Saved."), "failed": _("This could not be saved."), "working": _("Working …"),
                "offline": _("The server does not answer; nothing typed is lost, it is tried again."),
                "rows": _("%s rows"), "pasted": _("%s rows pasted."),
                "unknown": _("%s: nobody knows this code. Correct it, or create the item or its barcode first."),
            }
        )  # fmt: skip


def of_draft(draft: DraftView, faults: Sequence[Fault] = ()) -> Sheet:
    """The sheet of a draft, in the reader's language."""
    language, typed = get_language() or "en", draft.typed
    wrong = {(fault.row, fault.column): fault_text(fault) for fault in faults}
    columns = row_fields(typed.kind, language)
    head = [(f, typed.header.get(f.name, ""), wrong.get((None, f.name), "")) for f in head_fields(typed.kind, language)]
    items = {field.name for field in columns if field.what == "item"}
    names = names_of_items({row[name] for row in typed.rows for name in items if row.get(name)})
    open_units = draft.context.get("expected", {})
    for sku, units in open_units.items():
        names[sku] = " · ".join(part for part in (_("%(n)s to come") % {"n": units}, names.get(sku, "")) if part)
    rows: list[Mapping[str, str]] = [*typed.rows]
    if draft.state == "open":
        rows += [{}] * (EMPTY_ROWS if not rows else 1)
    return Sheet(
        kind=typed.kind,
        version=draft.version,
        head=head,
        columns=columns,
        rows=[_row(columns, row, place, names, wrong) for place, row in enumerate(rows)],
        save=reverse("draft-save", args=[draft.key]),
        attempt=reverse("draft-try", args=[draft.key]),
        post=reverse("draft-post", args=[draft.key]),
        suggest=reverse("suggest"),
        scan=reverse("scan"),
        readonly=draft.state != "open",
        expected=json.dumps(open_units) if open_units else "",
    )


def _row(
    columns: Iterable[SheetField],
    row: Mapping[str, str],
    place: int,
    names: Mapping[str, str],
    wrong: Mapping[Any, str],
) -> list[tuple[SheetField, str, str, str]]:
    return [
        (
            field, row.get(field.name, ""), names.get(row.get(field.name, ""), "") if field.what == "item" else "",
            wrong.get((place, field.name), ""),
        )
        for field in columns
    ]  # fmt: skip


def fault_text(fault: Fault) -> str:
    """A fault in one line: what is wrong, what was found, what makes it right."""
    said: Problem = fault.problem
    found = f" ({said.found})" if said.found else ""
    what, right = str(problem_text(said)).rstrip("."), str(remedy(said)).rstrip(".")
    return f"{what}{found}. {right[:1].upper()}{right[1:]}."


def faults_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as the script marks them."""
    return [{"row": fault.row, "column": fault.column, "text": fault_text(fault)} for fault in faults]
