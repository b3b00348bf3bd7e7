"""Which label an item bears: its shop's FNSKU, else its barcode, else its SKU; and the labels of a shipment's cartons."""

from __future__ import annotations

import re
from collections.abc import Sequence

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.books.selectors.naming import named
from entrepot.channels import labels
from entrepot.channels.labels import CartonLabel, UnitLabel
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.typed_codes import scanned

MOST_CARTONS = 2_000


def layouts() -> list[tuple[str, int, tuple[float, float]]]:
    """Code, labels on a page and size in mm of every layout for units."""
    return [(code, one.places, one.label_mm) for code, one in labels.layouts().items() if code != "thermal_4x6"]


def wanted(text: str) -> list[tuple[str, int]]:
    """Lines of "SKU", "SKU units" (blank, tab or comma between) as (SKU, units). Raises ``ProblemError`` by line.

    >>> wanted("MUG-01 24\\nLAMP\\n")
    [('MUG-01', 24), ('LAMP', 1)]
    """
    found: list[tuple[str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = re.split(r"[\t,;]\s*|\s+(?=\d+\s*$)", line.strip(), maxsplit=1)
        if not parts[0]:
            continue
        count = parts[1].strip() if len(parts) > 1 else "1"
        if not count.isdecimal() or not 0 < int(count) <= labels.MOST:
            what, right = "this is not a whole number of labels", "write it like MUG-01 24"
            raise ProblemError(Problem("not_a_quantity", what, right, line=number, found=line[:80]))
        found.append((parts[0].strip(), int(count)))
    return found


def unit_labels(
    viewer: Viewer,
    items: Sequence[tuple[str, int]],
    layout: str,
    *,
    skip: int = 0,
    condition: str = "",
    own: bool = False,
) -> bytes:
    """The PDF of labels for ``items`` (SKU or any code of it, how many). ``own``: our own barcode, not the shop's FNSKU.

    Raises ``ProblemError`` with every code that nobody knows.
    """
    found, problems = list[UnitLabel](), list[Problem]()
    if sum(count for _, count in items) > labels.MOST:
        raise ProblemError(Problem("no_labels", "no label is asked for, or too many", f"ask for 1 to {labels.MOST}"))
    for place, (code, count) in enumerate(items, 1):
        meant = scanned(viewer, code)
        if meant is None:
            what, right = "nobody knows this label", "correct the SKU, or create the item first"
            problems.append(Problem("unknown_label", what, right, line=place, found=code))
            continue
        label = _label(viewer, meant[0], meant[2], condition, own=own)
        found += [label] * count
    if problems:
        raise ProblemError(*problems)
    return labels.unit_labels(found, layout, skip=skip)


def _label(viewer: Viewer, sku: str, fnsku: str, condition: str, *, own: bool) -> UnitLabel:
    item = models.Item.objects.get(sku=sku)
    if not own and not fnsku:
        listed = models.Listing.objects.filter(item=item, shop__company_id=viewer.company.id).exclude(fnsku="")
        fnsku = listed.order_by("pk").values_list("fnsku", flat=True).first() or ""
    code = item.barcode or sku if own else fnsku or item.barcode or sku
    return UnitLabel(code, named(item.name, item.name_zh), condition)


def carton_labels(viewer: Viewer, number: str) -> bytes:
    """One label a carton of the shipment ``number``. Raises ``NotThere``, ``ProblemError`` where it states none."""
    ship = arriving.arrival(viewer, "shipment", number)
    boxes: dict[str, list[str]] = {}
    running = 0
    for carton in ship.cartons:
        text = f"{carton.sku} × {carton.units}"
        if carton.number and carton.cartons == 1 and carton.number in boxes:
            boxes[carton.number].append(text)  # a mixed carton goes on
            continue
        for each in range(carton.cartons):
            running += 1
            start = int(carton.number) if carton.number.isdecimal() else None
            name = str(start + each) if start is not None else carton.number or str(running)
            name = name if carton.cartons == 1 or start is not None else f"{name}-{each + 1}"
            boxes.setdefault(name, []).append(text)
            if len(boxes) > MOST_CARTONS:
                raise ProblemError(Problem("no_labels", "more cartons than are printed at once", "split the shipment"))
    total = len(boxes)
    return labels.carton_labels(
        [
            CartonLabel(f"{number}-{name}", number, f"{place} / {total}", ship.origin, ship.place, tuple(texts))
            for place, (name, texts) in enumerate(boxes.items(), 1)
        ]
    )
