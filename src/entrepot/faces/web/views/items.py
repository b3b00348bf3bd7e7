"""Items as one sheet: every item a row, typed and pasted into, posted as new versions of what changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.paging import cut
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, build, wish
from entrepot.faces.web.templatetags.figures import problem, remedy
from entrepot.faces.web.views.export import send
from entrepot.workflows import items_sheet
from entrepot.workflows.items_sheet import COLUMNS, SheetFaults

LABELS = {
    "sku": gettext_lazy("SKU"), "name": gettext_lazy("Name"), "name_zh": gettext_lazy("Chinese name"),
    "category": gettext_lazy("Category"), "brand": gettext_lazy("Brand"), "supplier": gettext_lazy("Supplier"),
    "hs_code": gettext_lazy("HS code"), "origin": gettext_lazy("Origin"), "barcode": gettext_lazy("Barcode"),
    "moq": gettext_lazy("Least order"), "lead_time_days": gettext_lazy("Lead time, days"),
    "unit_weight_g": gettext_lazy("Unit, g"), "unit_length_mm": gettext_lazy("Unit length, mm"),
    "unit_width_mm": gettext_lazy("Unit width, mm"), "unit_height_mm": gettext_lazy("Unit height, mm"),
    "carton_units": gettext_lazy("In a carton"), "carton_weight_g": gettext_lazy("Carton, g"),
    "carton_length_mm": gettext_lazy("Carton length, mm"), "carton_width_mm": gettext_lazy("Carton width, mm"),
    "carton_height_mm": gettext_lazy("Carton height, mm"), "discontinued_on": gettext_lazy("Sold until"),
}  # fmt: skip
_NUMERIC = ("moq", "lead_time_days")
MOST_BYTES = 8 * 1024 * 1024


@require_GET
@page
def items(visit: Visit) -> HttpResponseBase:
    """The sheet; its rows come as data, and the script draws those that are in sight."""
    numeric = [name in _NUMERIC or name.startswith(("unit_", "carton_")) for name in COLUMNS]
    heads = [(name, str(LABELS[name]), number) for name, number in zip(COLUMNS, numeric, strict=True)]
    rows = [[[row.cells[name] for name in COLUMNS], row.seen] for row in items_sheet.rows()]
    data = {
        "columns": heads, "rows": rows, "editable": items_sheet.may_change(visit.viewer), "post": reverse("items-post"),
        "words": {
            "rows": _("%s items"), "changed": _("%s changed"), "nothing": _("Nothing changed."), "saving": _("Posting …"),
            "faults": _("%s cells to correct; nothing was posted."), "offline": _("The server does not answer; try again."),
            "filled": _("%s cells filled."), "pasted": _("%s cells pasted."), "new": _("New item"),
        },
    }  # fmt: skip
    return visit.page("web/items.html", "items", data=data, may_change=data["editable"], heads=heads)


@require_POST
@page
def post(visit: Visit) -> HttpResponseBase:
    """Post what changed, or say which cells are wrong."""
    try:
        told = json.loads(visit.request.body) if len(visit.request.body) <= MOST_BYTES else None
        rows = told["rows"] if isinstance(told, dict) else None
        if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
            raise ProblemError(Problem("invalid", "this is no sheet", "load the page again"))
        origin = str(visit.request.META.get("REMOTE_ADDR", ""))
        posted = items_sheet.change(visit.viewer, _plain(rows), origin=origin)
    except SheetFaults as error:
        faults = [
            {"sku": f.sku, "column": f.column, "text": f"{str(problem(f.problem)).rstrip('.')}. {remedy(f.problem)}"}
            for f in error.faults[:2000]
        ]
        return JsonResponse({"faults": faults}, status=422)
    except ProblemError as error:
        return JsonResponse({"problem": f"{problem(error.problems[0])}. {remedy(error.problems[0])}"}, status=422)
    except (ValueError, KeyError):
        return JsonResponse({"problem": _("This could not be saved.")}, status=422)
    said = ngettext("%(n)s item posted.", "%(n)s items posted.", posted) % {"n": posted}
    return JsonResponse({"posted": posted, "said": said})


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"cells": one.get("cells") if isinstance(one.get("cells"), dict) else {}, "seen": one.get("seen")}
        for one in rows
    ]


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """All items as a file."""

    def read(name: str) -> Any:
        return lambda row: row.cells[name]

    declared = [Column(name, LABELS[name], read=read(name), sort=False) for name in COLUMNS]
    view = wish(visit.request, declared, "sku")
    found = cut(items_sheet.rows(), replace(view.slice, offset=0, limit=EXPORT_ROWS))
    return send(build("items", declared, found, view, visit.viewer, "", paged=False), suffix, visit.state.zone)
