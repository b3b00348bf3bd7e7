"""What is due and not billed: estimates whose bill has not come, monthly bills that stay away, bills that are not paid in time.

An estimate is late when its supplier usually bills sooner (nine of ten of his bills on such moves). A monthly bill is expected
when it came for two of the last three months. A bill is overdue when its day has passed and the payments that name it fall short;
suppliers whose bills nobody ever marked as paid are left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.deposits import paid_on_orders
from entrepot.books.versions import current
from entrepot.core.calendar import DAY, Instant, local_date
from entrepot.core.components import GOODS
from entrepot.workflows.accrue_moves import charges_on, moves_since, supplier_of

_LAG = 30
"""Days in which a bill is expected where its supplier has no history."""
_HISTORY = 730 * DAY


def unbilled(company: models.Company, at: Instant) -> list[models.UnbilledFigure]:
    """Rows of the list, not stored yet."""
    today = local_date(at, company.zone)
    return [*_accrued(company, at, today), *_expected(company, today), *_overdue(company, today)]


def _accrued(company: models.Company, at: Instant, today: date) -> list[models.UnbilledFigure]:
    """Standing estimates, a row for each document and component."""
    live = models.CostLine.objects.filter(company=company, estimate=True, replacement__isnull=True, internal=False)
    sums = live.order_by().values_list("document_id", "component").annotate(n=Sum("base_amount"))
    documents = models.Document.objects.in_bulk({document for document, *_ in sums})
    lags = _lags(company, at)
    settled = _paid_in_full(company)
    found: list[models.UnbilledFigure] = []
    for document, component, amount in sums:
        source = documents[document]
        body = json.loads(bytes(source.body))
        if component == GOODS and str((body.get("order") or {}).get("id", "")) in settled:
            continue
        supplier = supplier_of(source) or str(body.get("supplier", ""))
        since = local_date(source.effective_at, company.zone)
        due = since + timedelta(days=lags.get((supplier, component), _LAG))
        if source.source == "accrual" and body.get("due"):  # the seller said by when its bill comes
            due = date.fromisoformat(body["due"])
        lines = body.get("lines") or [{}]
        note = str(lines[0].get("note", "")) if source.source == "accrual" else source.external_id
        found.append(
            models.UnbilledFigure(
                company=company, kind="accrued", document=source, supplier=supplier, component=component, amount=amount,
                currency=company.currency, since=since, due=due, days=(today - since).days, reference=note[:300],
            )
        )  # fmt: skip
    return found


def _paid_in_full(company: models.Company) -> set[str]:
    """Orders whose payments cover them: their goods wait for no invoice."""
    ordered: dict[str, int] = defaultdict(int)
    currencies: dict[str, str] = {}
    lines = current(models.PurchaseLine.objects.filter(company=company))
    for number, quantity, price, per, currency in lines.values_list(
        "document__external_id", "quantity", "price_amount", "price_per", "currency"
    ):
        ordered[number] += quantity * price // per
        currencies[number] = currency
    paid = paid_on_orders(company, models.PaymentLine.objects.all(), currencies, ordered.__getitem__)
    return {number for number, amount in ordered.items() if paid.get(number, 0) >= amount > 0}


def _lags(company: models.Company, at: Instant) -> dict[tuple[str, int], int]:
    """(supplier, component) → days within which nine of ten of its bills came."""
    from entrepot.core.components import COMPONENTS

    moves = moves_since(company, at - _HISTORY)
    waited: dict[tuple[str, int], list[int]] = defaultdict(list)
    for charge in charges_on(company, at - _HISTORY):
        move = moves.get(charge.move)
        if move is not None and not charge.estimate:
            waited[charge.supplier, COMPONENTS[charge.component]].append(max((charge.billed_on - move.at) // DAY, 0))
    return {key: sorted(days)[(len(days) * 9 - 1) // 10] + 1 for key, days in waited.items() if len(days) >= 3}


def _expected(company: models.Company, today: date) -> list[models.UnbilledFigure]:
    """Monthly costs whose last whole month has no bill yet."""
    month = today.replace(day=1)
    months = [month]
    for _ in range(4):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    live = models.CostLine.objects.filter(
        company=company, target_kind__in=("place", "company"), replacement__isnull=True, estimate=False,
        document__type__in=("cost_bill", "fee_charge"), base_amount__gt=0, item__isnull=True,
    ).select_related("document").order_by("pk")  # fmt: skip
    seen: dict[tuple[Any, ...], dict[date, models.CostLine]] = defaultdict(dict)
    for line in live:
        who = supplier_of(line.document) if line.document.type == "cost_bill" else f"shop {line.shop_id}"
        first = local_date(line.period_from or 0, company.zone).replace(day=1)
        seen[who, line.component, line.location_id][first] = line
    found: list[models.UnbilledFigure] = []
    for (who, component, _), by_month in seen.items():
        missing = months[1]
        before = [m for m in months[2:5] if m in by_month]
        if missing in by_month or len(before) < 2:
            continue
        line = by_month[max(before)]
        name = str(json.loads(bytes(line.document.body)).get("shop", "")) if who.startswith("shop ") else who
        found.append(
            models.UnbilledFigure(
                company=company, kind="expected", document=line.document, supplier=name, component=component,
                amount=line.base_amount, currency=company.currency, since=missing, due=month,
                days=(today - month).days, reference=line.document.external_id,
            )
        )  # fmt: skip
    return found


def _overdue(company: models.Company, today: date) -> list[models.UnbilledFigure]:
    """Bills behind their due day that payments do not cover."""
    lines = current(models.PaymentLine.objects.filter(company=company, order_type="cost_bill"))
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for order, currency, amount in lines.values_list("order", "currency", "amount"):
        paid[order, currency] += amount
    payers = set(lines.values_list("supplier", flat=True))
    found: list[models.UnbilledFigure] = []
    live = models.CostLine.objects.filter(
        company=company, document__type="cost_bill", replacement__isnull=True, estimate=False
    ).order_by()  # fmt: skip
    sums = {pk: (base, amount) for pk, base, amount in live.values_list("document_id").annotate(
        b=Sum("base_amount"), a=Sum("amount"))}  # fmt: skip
    for document in models.Document.objects.filter(pk__in=sums).iterator(500) if payers else ():
        body = json.loads(bytes(document.body))
        due = date.fromisoformat(body["due"]) if body.get("due") else None
        base, amount = sums[document.pk]
        open_ = amount - paid[document.external_id, body["currency"]]
        if body.get("supplier", "") not in payers or due is None or due >= today or open_ <= 0 or amount <= 0:
            continue
        component = next((n for n in live.filter(document=document).values_list("component", flat=True)), GOODS)
        found.append(
            models.UnbilledFigure(
                company=company, kind="overdue", document=document, supplier=body.get("supplier", ""), component=component,
                amount=base * open_ // amount, currency=company.currency,
                since=local_date(document.effective_at, company.zone), due=due, days=(today - due).days,
                reference=document.external_id,
            )
        )  # fmt: skip
    return found
