"""Rows made by hand, for tests of what reads the books: small, explicit, one function a thing."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from entrepot.books import models
from entrepot.books.access import Viewer, create_user, viewer_for
from entrepot.core.calendar import Instant, to_instant
from entrepot.core.components import COMPONENTS
from entrepot.core.kinds import Kind

ROLES = ("owner", "finance", "operations", "warehouse", "viewer")
PASSWORD = "a long enough phrase 7"
_numbers = count(1)


def instant(year: int, month: int, day: int, hour: int = 12) -> Instant:
    """An instant in UTC."""
    return to_instant(datetime(year, month, day, hour, tzinfo=UTC))


NOW = instant(2026, 3, 20)


def company(code: str = "SZ", currency: str = "USD", zone: str = "UTC") -> models.Company:
    return models.Company.objects.get_or_create(
        code=code, defaults={"name": f"{code} Ltd", "currency": currency, "zone": zone}
    )[0]


def location(code: str = "CN", **more: Any) -> models.Location:
    return models.Location.objects.get_or_create(code=code, defaults={"name": f"Store {code}", **more})[0]


def shop(code: str = "US", owner: models.Company | None = None, at: str = "CN") -> models.Shop:
    owner = owner or company()
    fields = {"company": owner, "currency": owner.currency, "location": location(at), "name": f"Shop {code}"}
    return models.Shop.objects.get_or_create(code=code, defaults=fields)[0]


def item(sku: str = "A-1", **more: Any) -> models.Item:
    return models.Item.objects.get_or_create(sku=sku, defaults={"name": f"Thing {sku}", **more})[0]


def batch(**more: Any) -> models.Batch:
    return models.Batch.objects.create(**{"name": "orders.csv", "recorded_at": NOW, "actor": "ann", **more})


def document(
    kind: str = "receipt", number: str = "", body: dict[str, Any] | None = None, **more: Any
) -> models.Document:
    number = number or f"{kind}-{next(_numbers)}"
    content = json.dumps({"type": kind, "id": number, **(body or {})}, sort_keys=True, ensure_ascii=False).encode()
    fields = {
        "source": "file:test", "account": "", "type": kind, "external_id": number, "version": 1, "key": next(_numbers),
        "effective_at": NOW, "recorded_at": NOW, "sha256": hashlib.sha256(content).hexdigest(), "body": content,
        **more,
    }  # fmt: skip
    if "company" not in fields:
        fields["company"] = company()
    if "batch" not in fields:
        fields["batch"] = batch()
    return models.Document.objects.create(**fields)


def cell(
    at: str = "CN", condition: str = "sellable", owner: models.Company | None = None, transit: str = ""
) -> models.Cell:
    fields = {"company": owner or company(), "location": location(at), "condition": condition, "transit": transit}
    return models.Cell.objects.get_or_create(**fields)[0]


def movement(
    kind: Kind,
    units: int,
    *,
    source: models.Document | None = None,
    sku: str = "A-1",
    start: models.Cell | None = None,
    end: models.Cell | None = None,
    line: int = 1,
    at: Instant = NOW,
    **more: Any,
) -> models.Movement:
    source = source or document()
    return models.Movement.objects.create(
        document=source, line=line, company=source.company, item=item(sku), kind=kind, from_cell=start, to_cell=end,
        quantity=units, effective_at=at, recorded_at=source.recorded_at, document_key=source.key, **more,
    )  # fmt: skip


def balance(units: int, at: models.Cell, sku: str = "A-1", **more: Any) -> models.Balance:
    return models.Balance.objects.create(item=item(sku), cell=at, on_hand=units, **more)


def stock_figure(units: int, value: int, at: models.Cell, sku: str = "A-1", **more: Any) -> models.StockFigure:
    layers = more.pop("layers", [[NOW - 10 * 86_400_000_000, units, value]])
    return models.StockFigure.objects.create(
        item=item(sku), company=at.company, cell=at, units=units, layers=layers, book_cost=value, purchase=value, **more
    )


def sale(
    units: int = 1,
    net: int | None = 1000,
    *,
    sku: str = "A-1",
    on: date = date(2026, 3, 10),
    sold_by: models.Shop | None = None,
    country: str = "US",
    start: models.Cell | None = None,
    number: str = "",
    **costs: Any,
) -> models.SaleFigure:
    """A shipped order of one line with its figure (and no margin figure: see :func:`roll_up`)."""
    seller = sold_by or shop()
    at = instant(on.year, on.month, on.day)
    order = document("sales_order", number, company=seller.company, account=seller.code, effective_at=at)
    line = models.SalesLine.objects.create(
        document=order, line=1, company=seller.company, shop=seller, item=item(sku), sku=sku, quantity=units,
        amount=net, base_amount=net, currency=seller.currency, ordered_at=at, recorded_at=NOW, country=country,
    )  # fmt: skip
    left = movement(
        Kind.SALE, units, source=order, sku=sku, start=start or cell(seller.location.code, owner=seller.company), at=at
    )
    return models.SaleFigure.objects.create(
        movement=left, sales_line=line.pk, item=item(sku), company=seller.company, shop=seller, country=country,
        day=on.year * 10_000 + on.month * 100 + on.day, quantity=units, net=net, **costs,
    )  # fmt: skip


def roll_up() -> None:
    """Margin figures as the sums of the sale figures, the slow and plain way."""
    models.MarginFigure.objects.all().delete()
    summed = ("quantity", "returned", "refunded", *models.figures.FAMILY_COLUMNS, "book_cost", "uncosted", "missing")
    for row in models.SaleFigure.objects.all():
        key = {
            "item": row.item,
            "company": row.company,
            "shop": row.shop,
            "country": row.country,
            "month": row.day // 100,
        }
        figure, _ = models.MarginFigure.objects.get_or_create(**key)
        for name in summed:
            setattr(figure, name, getattr(figure, name) + getattr(row, name))
        figure.sales += 1
        figure.net += row.net or 0
        figure.net_unknown += row.quantity if row.net is None else 0
        figure.save()


def cost_line(amount: int, *targets: models.Movement, component: str = "goods", **more: Any) -> models.CostLine:
    """A bill of one line aimed at births, by quantity."""
    bill = more.pop("of", None) or document("cost_bill")
    fields = {"target_kind": "births" if targets else "company", "line": 1, **more}
    line = models.CostLine.objects.create(
        document=bill, company=bill.company, component=COMPONENTS[component], amount=amount, base_amount=amount,
        currency=bill.company.currency, effective_at=NOW, recorded_at=NOW, **fields,
    )  # fmt: skip
    if targets:
        basis = models.Basis.objects.create(cost_line=line, kind="quantity", recorded_at=NOW)
        for place, target in enumerate(targets):
            models.BasisShare.objects.create(basis=basis, ordinal=place, movement=target, weight=target.quantity)
    return line


def decision(kind: str = "order", effect: int | None = 5000, **more: Any) -> models.Decision:
    reason = {"code": "weekly_mean", "text": "about 12 units a week", "parameters": {"units": 12}}
    fields = {
        "run": "r1", "kind": kind, "company": company(), "item": item(), "quantity": 40, "effect": effect, "cash": 9000,
        "currency": "USD", "reasons": [reason], "made_at": NOW, "supplier": "S1", **more,
    }  # fmt: skip
    return models.Decision.objects.create(**fields)


def quarantined(code: str = "unknown_sku", **more: Any) -> models.Quarantine:
    problem = {
        "code": code,
        "message": "not in the catalogue",
        "remedy": "create the item",
        "field": "sku",
        "found": "X",
        "line": 3,
    }
    fields = {
        "batch": batch(), "identity": str(next(_numbers)), "code": code, "problem": problem, "amount": 1250,
        "currency": "USD", "quantity": 2, "recorded_at": NOW, **more,
    }  # fmt: skip
    return models.Quarantine.objects.create(**fields)


def user(role: str = "owner", name: str = "", **scope: Any) -> Any:
    return create_user(name or f"{role}-{next(_numbers)}", PASSWORD, role, **scope)


def viewer(role: str = "owner", look_at: str = "", **scope: Any) -> Viewer:
    """A viewer of this role, made through a real user."""
    return viewer_for(get_user_model().objects.get(pk=user(role, **scope).pk), look_at)
