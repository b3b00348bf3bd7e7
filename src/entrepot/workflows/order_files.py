"""Purchase orders proposed from a file: JSON as the interface takes it, or a sheet in the columns of the template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from entrepot.books.access import Viewer
from entrepot.channels.files.limits import COMMAND_LINE
from entrepot.channels.files.opening import open_file
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import order_asked, purchasing
from entrepot.workflows.purchasing import Placed


def propose(viewer: Viewer, path: Path, *, origin: str = "") -> list[Placed]:
    """Propose every order of the file, all or none. Raises ``ProblemError`` with the place of each fault."""
    if not path.is_file():
        raise ProblemError(
            Problem("no_file", "there is no such file", "give the name of the file", found=str(path)[:200])
        )
    with transaction.atomic():
        if path.suffix.lower() == ".json":
            return [order_asked.propose(viewer, told, origin=origin) for told in _objects(path)]
        return [purchasing.propose(viewer, order, origin=origin) for order in _sheet(viewer, path)]


def _objects(path: Path) -> list[dict[str, Any]]:
    try:
        told = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise ProblemError(
            Problem("bad_value", "this is no JSON", "write one order, or a list", found=str(error)[:80])
        ) from None
    listed: list[Any] = told if isinstance(told, list) else [told]
    if not listed or not all(isinstance(one, dict) for one in listed):
        raise ProblemError(
            Problem("bad_value", "this is no order", "write one order, or a list of them", found=path.name)
        )
    return listed


def _sheet(viewer: Viewer, path: Path) -> list[Any]:
    file = open_file(
        path, layout="purchase_order", company=viewer.company.code, zone=viewer.company.zone, currency=None,
        limits=COMMAND_LINE,
    )  # fmt: skip
    if file.questions:
        raise ProblemError(
            *(Problem("question_open", q.text, "write it out in full", field=q.field, document=path.name) for q in file.questions)
        )  # fmt: skip
    found = [sourced.document for sourced in file.documents()]
    if file.rejected:
        raise ProblemError(*(one.problem for one in file.rejected[:50]))
    orders = [one for one in found if one.type == "purchase_order"]
    if not orders:
        raise ProblemError(
            Problem("no_orders", "the file has no purchase order", "fill in the template", found=path.name)
        )
    return orders
