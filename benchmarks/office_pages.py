"""The pages of buying, stock work, closing, getting back and setting up, as an office asks for them all day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote


def addresses(rounds: int) -> dict[str, Callable[[int], str]]:
    """Page name to the address of its n-th round; every page without an address of its own once, the others by their rows."""
    return {**_plain(), **_by_row(rounds)}


def _plain() -> dict[str, Callable[[int], str]]:
    fixed = {
        "purchasing": "/purchasing/", "payables": "/payables/", "receiving": "/receiving/", "shipments": "/shipments/",
        "differences": "/differences/", "inbound": "/inbound/", "counts": "/counts/", "labels": "/labels/", "enter": "/enter/",
        "close": "/closing/", "month": "/closing/2026-10/", "month_closed": "/closing/2025-07/", "budget": "/budget/",
        "reconciliation": "/cost/reconciliation/", "variance": "/variance/", "exchange": "/exchange/",
        "bill_audit": "/bill-audit/", "storage": "/storage/", "salvage": "/salvage/", "rebates": "/rebates/",
        "recoverable_tax": "/recoverable-tax/", "duty_refunds": "/duty-refunds/", "plan": "/plan/",
        "plan_score": "/plan/score/", "scenario": "/scenario/", "opportunities": "/opportunities/", "quote": "/quote/",
        "what_if": "/what-if/", "set_up": "/set-up/", "users": "/users/", "keys": "/keys", "tokens": "/tokens",
    }  # fmt: skip
    return {name: lambda n, address=address: address for name, address in fixed.items()}


def _cases() -> Any:
    """Open differences, largest first."""
    from django.db.models.functions import Abs

    from entrepot.books import models

    return models.DifferenceCase.objects.filter(state=models.DifferenceCase.OPEN).order_by(Abs("units").desc())


def _by_row(rounds: int) -> dict[str, Callable[[int], str]]:
    from entrepot.books import models

    orders = sorted(
        set(models.PurchaseLine.objects.order_by("-pk").values_list("document__external_id", flat=True)[:4000])
    )
    shipments = list(models.Shipment.objects.values_list("document__external_id", flat=True)[:rounds])
    counts = list(models.CountSheet.objects.order_by("-pk").values_list("number", flat=True)[:rounds])
    plans = list(models.InboundPlan.objects.values_list("number", flat=True)[:rounds])
    drafts = list(models.Draft.objects.values_list("key", flat=True)[:rounds])
    lines = list(models.PlanLine.objects.order_by("-pk").values_list("pk", flat=True)[:rounds])
    cases = list(_cases().values_list("location__code", "item__sku", "condition")[:rounds])
    people = ["person0", "person1", "person2", "person3"]
    asked: dict[str, tuple[list[str], str]] = {
        "order": (orders, "/purchasing/{}/"), "arrival_order": (orders, "/arrivals/purchase_order/{}/"),
        "arrival_shipment": (shipments, "/arrivals/shipment/{}/"), "count": (counts, "/counts/{}/"),
        "inbound_plan": (plans, "/inbound/{}/"), "draft": (drafts, "/enter/{}/"),
        "plan_line": ([str(key) for key in lines], "/plan/{}/"),
        "difference": (["|".join(case) for case in cases], "/differences/{}/"), "user": (people, "/users/{}/"),
        "items": ([str(n) for n in range(1, 6)], "/items/?page={}"),
        "audit_trail": ([str(n) for n in range(1, 6)], "/audit-trail/?page={}"),
        "rules": (["6109.10", "8509.40", "9503.00"], "/rules/?code={}"),
    }  # fmt: skip
    return {
        name: lambda n, rows=rows, address=address: address.format(quote(rows[n % len(rows)]))
        for name, (rows, address) in asked.items()
        if rows
    }
