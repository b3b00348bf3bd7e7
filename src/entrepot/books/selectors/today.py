"""Today: what is to be decided, worth what, by when, and why."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Sum

from entrepot.books import decisions
from entrepot.books.access import Viewer
from entrepot.books.models import Decision as Row
from entrepot.books.models import StockFigure
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import bounds, maybe_moment, now
from entrepot.books.selectors.shapes import Decision, Headline, Money, NotThere, Today
from entrepot.core.calendar import DAY, local_date
from entrepot.core.reasons import Reason

_STATES = {Row.OPEN: "open", Row.APPROVED: "approved", Row.SNOOZED: "snoozed"}
DECIDED_SHOWN = 20


def today(viewer: Viewer, kind: str = "", part: Any = None) -> Today:
    """Decisions that want an answer now: by money at stake, then deadline; who may not see money gets them by deadline.

    ``kind`` filters; ``part`` is a :class:`~entrepot.books.selectors.shapes.Slice`. Eight queries.
    """
    clock = now()
    day = local_date(clock, viewer.company.zone)
    seen = decisions.seen_by(viewer)
    waiting = decisions.waiting_on(seen, day)
    kinds = dict(waiting.order_by().values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind"))
    rows = waiting.filter(kind=kind) if kind else waiting
    deadline = F("deadline").asc(nulls_last=True)
    by = (F("effect").desc(nulls_last=True), deadline) if viewer.can("see_cost") else (deadline,)
    chosen = rows.select_related("item").order_by(*by, "pk")[bounds(part) if part else slice(100)]
    settled = seen.filter(decided_at__gte=clock - DAY).exclude(state=Row.OPEN).exclude(state=Row.SUPERSEDED)
    return Today(
        decisions=[shape(viewer, row) for row in chosen],
        total=kinds.get(kind, 0) if kind else sum(kinds.values()),
        kinds=kinds,
        decided=[shape(viewer, r) for r in settled.select_related("item").order_by("-decided_at")[:DECIDED_SHOWN]],
        headlines=_headlines(viewer, waiting),
    )


def decision(viewer: Viewer, key: str | int) -> Decision:
    """One decision. Raises :class:`NotThere`."""
    try:
        return shape(viewer, decisions.find(viewer, int(key)))
    except (Row.DoesNotExist, ValueError, OverflowError):
        raise NotThere(f"decision {key}") from None


def of_item(viewer: Viewer, item: int, limit: int = 10) -> list[Decision]:
    """Decisions about one item, newest first."""
    rows = decisions.seen_by(viewer).filter(item_id=item).exclude(state=Row.SUPERSEDED)
    return [shape(viewer, row) for row in rows.select_related("item").order_by("-made_at", "-pk")[:limit]]


def shape(viewer: Viewer, row: Row) -> Decision:
    """A decision as this viewer may see it."""
    see = viewer.can("see_cost")
    reasons = [_reason(line) for line in row.reasons]
    said: dict[str, Any] = {}
    for reason in reversed(reasons):
        said.update(reason.parameters)
    parameters = {**(said if see else {}), "quantity": row.quantity, "supplier": row.supplier, "location": row.location}
    if "cover_days" in said:
        parameters["cover_days"] = said["cover_days"]
    return Decision(
        id=str(row.pk),
        kind=row.kind,
        sku=row.item.sku if row.item else "",
        name=named(row.item.name, row.item.name_zh) if row.item else "",
        parameters=parameters,
        effect=Money(row.effect, row.currency, row.estimate) if see and row.effect is not None else None,
        spend=Money(row.cash, row.currency, row.estimate) if see and row.cash is not None else None,
        deadline=row.deadline,
        reasons=reasons if see else [],
        assumed=[_reason(line) for line in row.assumed] if see else [],
        state=_STATES.get(row.state, "done"),
        decided_by=row.decided_by,
        decided_at=maybe_moment(row.decided_at),
        snoozed_until=row.snoozed_until,
        document=row.document,
    )


def _reason(line: Any) -> Reason:
    if isinstance(line, str):
        return Reason(line, line.replace("_", " "))
    parameters = line.get("parameters") or {}
    return Reason(str(line.get("code", "")), str(line.get("text", "")), parameters)


def _headlines(viewer: Viewer, waiting: Any) -> list[Headline]:
    stock = viewer.in_locations(viewer.of_company(StockFigure.objects.all()), "cell__location")
    found = stock.aggregate(units=Sum("units"), value=Sum("book_cost"), missing=Sum("missing"))
    known = found["value"] if (found["units"] or 0) > (found["missing"] or 0) else None  # missing is never 0
    if not viewer.can("see_cost"):
        return [Headline("units_on_hand", found["units"])]
    orders = waiting.filter(kind="order").aggregate(effect=Sum("effect"), cash=Sum("cash"))
    excess = waiting.filter(kind="excess").aggregate(cash=Sum("cash"))
    lines = [
        Headline("at_stake", orders["effect"], "money", "?kind=order", estimate=True, needs="see_cost"),
        Headline("to_spend", orders["cash"], "money", "?kind=order", estimate=True, needs="see_cost"),
        Headline("tied_up", excess["cash"], "money", "?kind=excess", estimate=True, needs="see_cost"),
    ]
    shown = [line for line in lines if line.value is not None]
    return [
        *shown,
        Headline("stock_value", known, "money", needs="see_cost"),
        Headline("units_on_hand", found["units"]),
    ]
