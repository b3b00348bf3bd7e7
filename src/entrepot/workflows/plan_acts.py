"""What people do with a plan: change a line, set an item's strategy, approve lines, take an approval back.

Approved purchases become one purchase order a buyer and supplier; approved loads get a shipping instruction's number, and count
as on their way until the shipment is posted or :data:`~entrepot.workflows.plan_sources.INSTRUCTED_DAYS` have passed. Every act
leaves an audit entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from entrepot.books import audit_trail, bulk, models
from entrepot.books import decisions as kept_decisions
from entrepot.books.access import Viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import PurchaseLine, PurchaseOrder, Ref, Reversal, UnitPrice
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.documents_out import SOURCE, post, unused_number
from entrepot.workflows.plan_store import pack
from entrepot.workflows.plan_suppliers import order_price
from entrepot.workflows.plan_trial import Reckoned, Wish, reckon
from entrepot.workflows.purchasing import within_limit, worth

STRATEGY = ("review_weeks", "service", "modes", "ordered")
"""Fields of an item's strategy that a person may set."""
MODES = ("air", "rail", "sea", "express", "truck", "direct")
_KEPT = (
    "kind", "units", "cartons", "mode", "modes", "on", "arrives", "supplier", "price_amount", "price_per", "price_currency",
    "break_from", "cash", "cost", "saving", "risk", "risk_nothing", "later_storage", "later_aged", "families", "changed",
)  # fmt: skip


def change(
    viewer: Viewer, key: str | int, *, units: int | None = None, modes: Mapping[str, int] | None = None,
    on: date | None = None, supplier: str | None = None, note: str = "", at: Instant | None = None, origin: str = "",
) -> Reckoned:  # fmt: skip
    """Change a line and keep it, with one override for each field. Raises as :func:`try_line`, and for a settled line."""
    viewer.need("approve")
    moment, wish = now() if at is None else at, Wish(units, modes, on, supplier)
    with transaction.atomic():
        bulk.writer_lock()
        before = stored.find_line(viewer, key)
        _open(before)
        found = reckon(viewer, key, wish)
        found.line.save(update_fields=list(_KEPT))
        models.PlanDetail.objects.filter(pk=found.line.pk).update(content=pack(found.detail))
        rows = [
            models.PlanOverride(
                company_id=before.run.company_id, item_id=before.item_id, location_id=before.destination_id, line=found.line,
                field=name, value=value, note=" ".join(note.split())[:200], made_at=moment, made_by=viewer.name,
            )
            for name, value in wish.said().items()
        ]  # fmt: skip
        models.PlanOverride.objects.bulk_create(rows)
        if found.line.decision_id:
            models.Decision.objects.filter(pk=found.line.decision_id, state=models.Decision.OPEN).update(
                quantity=found.line.units, supplier=found.line.supplier, cash=found.line.cash, effect=found.line.saving
            )
        said = [
            {name: getattr(row, name) for name in ("units", "mode", "on", "supplier")} for row in (before, found.line)
        ]
        audit_trail.record(viewer.name, origin, "plan.change", f"plan_line:{before.pk}", *said, at=moment)
    return found


def override(
    viewer: Viewer, sku: str, field: str, value: Any, *, place: str = "", note: str = "", at: Instant | None = None,
    origin: str = "",
) -> models.PlanOverride:  # fmt: skip
    """Set an item's strategy, everywhere or at ``place``; the next plan follows it until it is withdrawn.

    A new value takes the place of the standing one of the same field. Raises :class:`ProblemError` for a value that makes no
    sense, or contradicts what stands (to be ordered by no way, not to be ordered at all but served).
    """
    viewer.need("approve")
    moment = now() if at is None else at
    item = models.Item.objects.filter(sku=sku).first()
    location = _place(viewer, place) if place else None
    if item is None:
        raise NotThere(sku)
    _everywhere(viewer, location)
    value = _checked(field, value)
    with transaction.atomic():
        bulk.writer_lock()
        standing = models.PlanOverride.objects.filter(
            company_id=viewer.company.id, item=item, location=location, line=None, withdrawn_at=None
        )
        _no_contradiction({row.field: row.value for row in standing.exclude(field=field)}, field, value)
        standing.filter(field=field).update(withdrawn_at=moment, withdrawn_by=viewer.name)
        row = models.PlanOverride.objects.create(
            company_id=viewer.company.id, item=item, location=location, field=field, value=value,
            note=" ".join(note.split())[:200], made_at=moment, made_by=viewer.name,
        )  # fmt: skip
        audit_trail.record(
            viewer.name,
            origin,
            "plan.override",
            f"item:{sku}",
            after={"field": field, "value": value, "place": place},
            at=moment,
        )
    return row


def _place(viewer: Viewer, code: str) -> models.Location:
    """A place of the viewer's company that he may see: it sells there, holds stock there, or plans for it."""
    found = models.Location.objects.filter(code=code).first()
    if found is not None and (viewer.locations is None or found.pk in viewer.locations):
        used = models.Shop.objects.filter(location=found), models.Cell.objects.filter(location=found)
        planned = viewer.of_company(models.PlanLine.objects.filter(destination=found), "run__company")
        if planned.exists() or any(viewer.of_company(rows).exists() for rows in used):
            return found
    raise NotThere(code)


def _everywhere(viewer: Viewer, location: models.Location | None) -> None:
    if location is None and viewer.locations is not None:
        raise ProblemError(
            Problem(
                "not_allowed", "this would hold at places that are not yours", "name one of your places", field="place"
            )
        )


def withdraw(viewer: Viewer, key: int, *, at: Instant | None = None, origin: str = "") -> bool:
    """Let the proposal decide again. False: withdrawn already, or not the company's."""
    viewer.need("approve")
    moment = now() if at is None else at
    with transaction.atomic():
        rows = viewer.of_company(models.PlanOverride.objects.filter(pk=key, withdrawn_at=None, line=None))
        rows = viewer.in_locations(rows)  # what holds everywhere is not for who is confined to places
        if not rows.update(withdrawn_at=moment, withdrawn_by=viewer.name):
            return False
        audit_trail.record(viewer.name, origin, "plan.withdraw", f"plan_override:{key}", at=moment)
    return True


def approve(
    viewer: Viewer, keys: Iterable[str | int], *, at: Instant | None = None, origin: str = ""
) -> list[models.PlanLine]:
    """Approve lines: purchase orders by buyer and supplier, shipping instructions by way; all or none.

    Raises ``NotThere``, or :class:`ProblemError` for a settled line, an unknown supplier or price, or an order that cannot be
    posted.
    """
    viewer.need("approve")
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        lines = [stored.find_line(viewer, key) for key in dict.fromkeys(str(key) for key in keys)]
        for line in lines:
            _open(line)
            if line.units <= 0 or line.kind == models.PlanLine.KEEP:
                raise ProblemError(
                    Problem("plan_nothing", "the line orders nothing", "give it a quantity first", found=line.item.sku)
                )
        _purchases(viewer, [line for line in lines if line.kind == models.PlanLine.BUY], moment)
        _loads(lines)
        for line in lines:
            line.state = models.PlanLine.APPROVED
            line.save(update_fields=["state", "document"])
            if line.decision_id:
                kept_decisions.approve(viewer, line.decision_id, at=moment, document=line.document, origin=origin)
            audit_trail.record(
                viewer.name,
                origin,
                "plan.approve",
                f"plan_line:{line.pk}",
                after={"document": line.document},
                at=moment,
            )
    return lines


def dismiss(viewer: Viewer, key: str | int, *, at: Instant | None = None, origin: str = "") -> models.PlanLine:
    """Say no to a line; the next plan may propose it anew."""
    viewer.need("approve")
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        line = stored.find_line(viewer, key)
        _open(line)
        line.state = models.PlanLine.DISMISSED
        line.save(update_fields=["state"])
        if line.decision_id:
            kept_decisions.dismiss(viewer, line.decision_id, at=moment, origin=origin)
        audit_trail.record(viewer.name, origin, "plan.dismiss", f"plan_line:{line.pk}", at=moment)
    return line


def undo(viewer: Viewer, key: str | int, *, at: Instant | None = None, origin: str = "") -> list[models.PlanLine]:
    """Take an answer back; with an order, that of all lines that are on it, and the order is reversed."""
    viewer.need("approve")
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        line = stored.find_line(viewer, key)
        if line.state not in (models.PlanLine.APPROVED, models.PlanLine.DISMISSED):
            raise ProblemError(
                Problem("plan_open", "nothing was decided here yet", "look at the line again", found=line.state)
            )
        mine = models.PlanLine.objects.filter(run__company_id=line.run.company_id, document=line.document)
        lines = list(mine.filter(state=line.state)) if line.document else [line]
        if line.document and viewer.in_locations(mine, "destination").count() < mine.count():
            raise ProblemError(
                Problem(
                    "not_allowed", "the order also brings goods to places that are not yours",
                    "ask somebody who sees all of its places", field="line", found=line.document,
                )
            )  # fmt: skip
        if line.document and line.kind == models.PlanLine.BUY:
            ref = Ref(type="purchase_order", id=line.document, account=line.buyer, source=SOURCE)
            back = Reversal(
                id=f"undo-{line.document}", source=SOURCE, account=line.buyer, company=line.buyer,
                effective_at=to_datetime(moment), documents=[ref], reason="approval taken back",
            )  # fmt: skip
            post(back, f"undo order {line.document}", viewer, moment)
        newest = stored.find_run(viewer)
        for one in lines:
            current = newest is not None and one.run_id == newest.pk
            one.state = models.PlanLine.OPEN if current else models.PlanLine.SUPERSEDED
            one.document = ""
            one.save(update_fields=["state", "document"])
            if one.decision_id:
                kept_decisions.reopen(viewer, one.decision_id, at=moment, origin=origin)
            audit_trail.record(viewer.name, origin, "plan.undo", f"plan_line:{one.pk}", at=moment)
    return lines


def _open(line: models.PlanLine) -> None:
    if line.state != models.PlanLine.OPEN:
        raise ProblemError(
            Problem(
                "plan_settled", f"the line is {line.state} already", "plan again, or undo first", found=line.item.sku
            )
        )


def _purchases(viewer: Viewer, lines: list[models.PlanLine], at: Instant) -> None:
    """One order for each buyer, supplier, place of delivery and currency."""
    groups: dict[tuple[str, str, str, str], list[models.PlanLine]] = defaultdict(list)
    for line in lines:
        if not line.supplier or line.price_amount is None:
            what, remedy = ("supplier", "set the supplier") if not line.supplier else ("price", "read his price list")
            raise ProblemError(
                Problem(f"no_{what}", f"no {what} of this item is known", f"{remedy}, or post one purchase order of it",
                        field=what, found=line.item.sku)
            )  # fmt: skip
        delivered = line.origin.code if line.origin else line.destination.code
        groups[line.buyer, line.supplier, delivered, line.price_currency].append(line)
    offered = {company.code for company in viewer.offered}
    for (buyer, supplier, delivered, currency), members in groups.items():
        if buyer not in offered:
            raise ProblemError(
                Problem("not_allowed", "the buying company is not yours", "ask who may order for it", found=buyer)
            )
        order = purchase_order(buyer, supplier, delivered, currency, members, at)
        within_limit(viewer, buyer, worth(order), currency, at)
        post(order, f"order {order.id}", viewer, at)
        for line in members:
            line.document = order.id


def purchase_order(
    buyer: str, supplier: str, delivered: str, currency: str, lines: list[models.PlanLine], at: Instant
) -> PurchaseOrder:
    """The order of some lines: an item once, at the price of the break that all of its units reach."""
    by_item: dict[int, list[models.PlanLine]] = defaultdict(list)
    for line in lines:
        by_item[line.item_id].append(line)
    positions: list[PurchaseLine] = []
    for same in by_item.values():
        units = sum(line.units for line in same)
        amount, per = _price_at(same[0], units)
        positions.append(
            PurchaseLine(
                sku=same[0].item.sku, quantity=units, price=UnitPrice(amount=amount, per=per), due=_due(same[0])
            )
        )
    destinations = ", ".join(sorted({line.destination.code for line in lines}))
    first = min(line.pk for line in lines)
    days = [p.due for p in positions if p.due is not None]
    return PurchaseOrder(
        id=unused_number("purchase_order", buyer, f"PO-P{first}"), source=SOURCE, account=buyer, company=buyer,
        effective_at=to_datetime(at), supplier=supplier, currency=currency, destination=delivered, lines=positions,
        expected=max(days) if days else None, note=f"plan {lines[0].run_id} for {destinations}",
    )  # fmt: skip


def _price_at(line: models.PlanLine, units: int) -> tuple[int, int]:
    theirs = [b for b in stored.detail(line).get("breaks", []) if b["supplier"] == line.supplier]
    if not theirs:
        return line.price_amount or 0, line.price_per
    breaks = [(b["from"], b["amount"], b["per"]) for b in theirs]
    return order_price(breaks, theirs[0].get("every_unit", True), units)[1:]


def _due(line: models.PlanLine) -> date:
    """When the supplier should be ready: the days that he usually needs, what he is closed in after them."""
    trial = stored.detail(line).get("trial", {})
    days = round(trial.get("facts", {}).get("made_days", 30))
    late = trial.get("late") or [0]
    week = min(max((line.on - line.run.on).days, 0) // 7, len(late) - 1)
    return line.on + timedelta(days=days + 7 * int(late[week]))


def _loads(lines: list[models.PlanLine]) -> None:
    """One shipping instruction for each origin and destination."""
    groups: dict[tuple[int | None, int], list[models.PlanLine]] = defaultdict(list)
    for line in lines:
        if line.kind in (models.PlanLine.SHIP, models.PlanLine.MOVE):
            groups[line.origin_id, line.destination_id].append(line)
    for members in groups.values():
        number = f"SI-P{min(line.pk for line in members)}"
        for line in members:
            line.document = number


def _checked(field: str, value: Any) -> Any:
    def wrong(remedy: str) -> ProblemError:
        return ProblemError(Problem("bad_override", "this cannot be set", remedy, field=field, found=str(value)))

    if field not in STRATEGY:
        raise wrong(f"set one of {', '.join(STRATEGY)}")
    if field == "review_weeks" and not (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 26):
        raise wrong("write whole weeks from 1 to 26")
    if field == "service" and not (isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1):
        raise wrong("write the share of demand to be met, from 0 to below 1")
    if field == "ordered" and not isinstance(value, bool):
        raise wrong("say yes or no")
    if field == "modes":
        if not isinstance(value, (list, tuple)) or not value or set(value) - set(MODES):
            raise wrong(f"name one or more of {', '.join(MODES)}")
        return list(value)
    return value


def _no_contradiction(standing: dict[str, Any], field: str, value: Any) -> None:
    told = {**standing, field: value}
    if told.get("ordered") is False and float(told.get("service") or 0) > 0:
        raise ProblemError(
            Problem("plan_contradiction", "the item is not to be ordered, and yet to be served",
                    "withdraw one of the two", field=field, found=str(value))
        )  # fmt: skip
