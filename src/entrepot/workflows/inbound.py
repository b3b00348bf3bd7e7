"""Inbound plans: the goods that are to go to a platform, and the shipments into which the platform splits them.

One plan has n parts; each part is a shipment with its own destination, reference and placement fee. Sending a part posts the
shipment (and the fee as a cost of the units in it, by quantity); what came of each part is read from the shipments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.core.calendar import to_datetime
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.entered import Posted, post_typed
from entrepot.workflows.labelling import wanted
from entrepot.workflows.typed_codes import scanned
from entrepot.workflows.typed_rows import Typed

MOST_PARTS = 30


@dataclass(frozen=True)
class Part:
    """One shipment of a plan. ``fee`` as typed, in major units of ``fee_currency``; ``sent`` once it left."""

    reference: str
    destination: str
    units: Mapping[str, int] = field(default_factory=dict[str, int])
    fee: str = ""
    fee_currency: str = ""
    sent: bool = False
    arrived: int = 0
    """Units that came, as the books know it."""

    @property
    def total(self) -> int:
        """Units of the part."""
        return sum(self.units.values())


@dataclass(frozen=True)
class Plan:
    """A plan as it stands. ``over``: units in its parts beyond the plan by SKU, negative where some are in no part yet."""

    number: str
    origin: str
    state: str
    version: int
    made_by: str
    lines: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]
    over: Mapping[str, int]

    @property
    def total(self) -> int:
        """Units that are to go."""
        return sum(units for _, units in self.lines)

    @property
    def unsplit(self) -> int:
        """Units that are in no part yet."""
        return -sum(units for units in self.over.values() if units < 0)


def make(viewer: Viewer, origin: str, text: str) -> str:
    """A plan of the goods in ``text`` (SKU and units a line) from ``origin``; its number. Raises ``ProblemError``."""
    _may(viewer)
    place = models.Location.objects.filter(code=origin.strip()).first()
    if place is None or (viewer.locations is not None and place.pk not in viewer.locations):
        raise _refused("unknown_location", "location is not in the books", "correct the code", origin[:60])
    lines: Counter[str] = Counter()
    problems: list[Problem] = []
    for line, (code, units) in enumerate(wanted(text), 1):
        found = scanned(viewer, code)
        if found is None:
            problems.append(
                Problem("unknown_item", "item is not in the books", "correct the SKU", line=line, found=code)
            )
        else:
            lines[found[0]] += units
    if problems or not lines:
        raise ProblemError(
            *(problems or [Problem("nothing_typed", "nothing is typed yet", "type SKU and units, one a line")])
        )
    day, at = to_datetime(now()), now()
    with transaction.atomic():
        bulk.writer_lock()
        start = f"IN-{day:%y%m%d}-"
        taken = set(models.InboundPlan.objects.filter(number__startswith=start).values_list("number", flat=True))
        number = next(name for n in range(1, 10_000) if (name := f"{start}{n}") not in taken)
        content = {"lines": [{"sku": sku, "units": units} for sku, units in lines.items()], "parts": []}
        models.InboundPlan.objects.create(
            company_id=viewer.company.id, number=number, origin=place, content=content, made_by=viewer.name, made_at=at,
            saved_by=viewer.name, saved_at=at,
        )  # fmt: skip
    return number


def split(viewer: Viewer, number: str, version: int, parts: Sequence[Part]) -> Plan:
    """Keep the parts that have not been sent; sent ones stay as they are. Raises ``ProblemError`` (``draft_changed`` …)."""
    _may(viewer)
    row = _row(viewer, number)
    before = plan(viewer, number)
    kept = [part for part in before.parts if part.sent]
    names = {part.reference for part in kept}
    known = {sku for sku, _ in before.lines}
    places = set(models.Location.objects.values_list("code", flat=True))
    if len(kept) + len(parts) > MOST_PARTS:
        raise _refused("too_many_parts", f"a plan has at most {MOST_PARTS} shipments", "make another plan", number)
    for part in parts:
        if not part.reference.strip() or part.reference in names:
            raise _refused(
                "number_taken", "each shipment of a plan has a number of its own", "give it one", part.reference[:60]
            )
        names.add(part.reference)
        if part.destination not in places:
            raise _refused(
                "unknown_location", "location is not in the books", "correct the code", part.destination[:60]
            )
        wrong = [sku for sku, units in part.units.items() if sku not in known or units < 0]
        if wrong:
            raise _refused("not_in_plan", "this item is not in the plan", "add it to the plan first", wrong[0])
    content = {**row.content, "parts": [_told(part) for part in [*kept, *parts]]}
    _keep(row, version, content, viewer)
    return plan(viewer, number)


def send(viewer: Viewer, number: str, version: int, reference: str, *, origin: str = "") -> Posted:
    """Post the shipment of one part, and its placement fee. All or nothing. Raises ``ProblemError``."""
    _may(viewer)
    row, found = _row(viewer, number), plan(viewer, number)
    part = next((one for one in found.parts if one.reference == reference), None)
    if part is None or part.sent or not part.total:
        raise _refused(
            "nothing_to_send", "this shipment was sent already, or holds nothing", "look at the plan again", reference
        )
    rows = tuple({"sku": sku, "quantity": str(units)} for sku, units in part.units.items() if units)
    header = {"id": reference, "origin": found.origin, "destination": part.destination, "note": number}
    with transaction.atomic():
        bulk.writer_lock()
        parts = [{**_told(one), "sent": one.sent or one.reference == reference} for one in found.parts]
        _keep(row, version, {**row.content, "parts": parts}, viewer)
        done = post_typed(viewer, Typed("shipment", header, rows), name=number, origin=origin)
        if part.fee.strip():
            viewer.need("post")
            fee = {
                "component": "handling", "amount": part.fee, "basis": "quantity", "target_kind": "births",
                "target_document": f"shipment:{reference}", "line_note": "placement fee",
            }  # fmt: skip
            head = {"id": f"{reference}-FEE", "currency": part.fee_currency or viewer.company.currency}
            post_typed(viewer, Typed("cost_bill", head, (fee,)), name=number, origin=origin)
    return done


def plan(viewer: Viewer, number: str) -> Plan:
    """A plan with what came of its parts. Raises ``ProblemError``."""
    row = _row(viewer, number)
    return _shape(row, {ship.number: ship.came for ship in arriving.shipments(viewer)} if row.content["parts"] else {})


def plans(viewer: Viewer) -> list[Plan]:
    """Plans of the viewer's company, newest first."""
    rows = models.InboundPlan.objects.filter(company_id=viewer.company.id).select_related("origin")
    came = {ship.number: ship.came for ship in arriving.shipments(viewer)}
    return [_shape(row, came) for row in viewer.in_locations(rows, "origin").order_by("-made_at")[:100]]


def _shape(row: models.InboundPlan, came: Mapping[str, int]) -> Plan:
    lines = tuple((line["sku"], int(line["units"])) for line in row.content["lines"])
    parts = tuple(
        Part(
            p["reference"], p["destination"], p["units"], p.get("fee", ""), p.get("fee_currency", ""), p.get("sent", False),
            came.get(p["reference"], 0) if p.get("sent") else 0,
        )
        for p in row.content["parts"]
    )  # fmt: skip
    packed: Counter[str] = Counter()
    for part in parts:
        packed.update(part.units)
    over = {sku: packed[sku] - units for sku, units in lines if packed[sku] != units}
    done = bool(parts) and all(part.sent for part in parts) and not any(units < 0 for units in over.values())
    return Plan(row.number, row.origin.code, "sent" if done else "open", row.version, row.made_by, lines, parts, over)


def _told(part: Part) -> dict[str, Any]:
    return {
        "reference": part.reference.strip()[:100], "destination": part.destination, "fee": part.fee.strip()[:30],
        "fee_currency": part.fee_currency.strip()[:3], "units": {sku: int(n) for sku, n in part.units.items() if n},
        "sent": part.sent,
    }  # fmt: skip


def _keep(row: models.InboundPlan, version: int, content: dict[str, Any], viewer: Viewer) -> None:
    same = models.InboundPlan.objects.filter(pk=row.pk, version=version)
    if not same.update(content=content, version=version + 1, saved_by=viewer.name, saved_at=now()):
        raise _refused("draft_changed", "somebody saved this plan after you opened it", "load it again", row.saved_by)


def _row(viewer: Viewer, number: str) -> models.InboundPlan:
    rows = models.InboundPlan.objects.filter(company_id=viewer.company.id, number=number).select_related("origin")
    row = viewer.in_locations(rows, "origin").first()
    if row is None:
        raise _refused("unknown_draft", "this plan is not there", "look at the list of plans", number[:60])
    return row


def _may(viewer: Viewer) -> None:
    if not viewer.can("post"):
        viewer.need("post_stock")


def _refused(code: str, message: str, remedy: str, found: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, found=found))
