"""Small books for the tests of the plan: a factory's goods wait in China, go by sea or air to one place, and sell every week."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from entrepot.books import intake
from entrepot.core.documents import parse
from entrepot.workflows.forecast import CompanyForecast, forecast
from entrepot.workflows.revalue import revalue

START = date(2026, 1, 5)
WEEKS = 40
AT = 86_400_000_000
PACE = {"FAST": 20, "SLOW": 4, "NEW": 6}
"""Units a week."""
LAST = START + timedelta(weeks=WEEKS)


def doc(type_: str, number: str, on: date, **fields: Any) -> Any:
    """A document of ``type_`` at noon UTC of the day ``on``."""
    return parse({"type": type_, "id": number, "effective_at": f"{on}T12:00:00Z", **fields})


def seller() -> list[Any]:
    """A company, a waiting place, a selling place and its shop, two suppliers and three items in cartons."""
    packed = [
        {"level": "unit", "units": 1, "weight_g": 400, "length_mm": 200, "width_mm": 150, "height_mm": 100},
        {"level": "carton", "units": 20, "weight_g": 8500, "length_mm": 600, "width_mm": 500, "height_mm": 200},
    ]
    return [
        doc("company", "US", START, currency="USD", zone="UTC", name="US"),
        doc("location", "CN", START, kind="warehouse", country="CN"),
        doc("location", "LA", START, kind="third_party", country="US"),
        doc("shop", "WEB", START, company="US", currency="USD", location="LA", country="US"),
        doc("supplier", "S1", START, country="CN", currency="USD"),
        doc("supplier", "S2", START, country="CN", currency="USD"),
        *(
            doc("item", sku, START, supplier="S1", moq=100, packaging=packed, hs_code="3926.90", origin="CN")
            for sku in PACE
        ),
    ]


def buying(every: int = 8, last: int = WEEKS - 6) -> list[Any]:
    """Orders to S1 every ``every`` weeks until week ``last``, received 28 days later in China, billed by the order's price."""
    out: list[Any] = []
    for n, week in enumerate(range(0, last, every)):
        on = START + timedelta(weeks=week)
        lines = [{"sku": sku, "quantity": pace * every + 40, "price": {"amount": 500}} for sku, pace in PACE.items()]
        number = f"PO-{n}"
        out.append(
            doc("purchase_order", number, on, company="US", supplier="S1", currency="USD", destination="CN", deposit_bp=3000,
                lines=lines)
        )  # fmt: skip
        out.append(
            doc("receipt", f"GR-{n}", on + timedelta(days=28), company="US", location="CN",
                order={"type": "purchase_order", "id": number}, supplier="S1",
                lines=[{"sku": line["sku"], "quantity": line["quantity"], "order_line": k}
                       for k, line in enumerate(lines, start=1)])
        )  # fmt: skip
    return out


def opening() -> Any:
    """What was in Los Angeles when the books began."""
    return doc(
        "opening_balance", "OPEN", START, company="US", location="LA",
        lines=[
            {"sku": sku, "quantity": 14 * pace,
             "costs": [{"component": "goods", "money": {"amount": 14 * pace * 500, "currency": "USD"}}]}
            for sku, pace in PACE.items()
        ],
    )  # fmt: skip


def shipping(last: int = WEEKS - 8) -> list[Any]:
    """Sea every four weeks (35 days), air now and then (7 days), with the forwarder's bills: 120 a m³, 6 a kg."""
    out: list[Any] = []
    for n, week in enumerate(range(6, last, 4)):
        for mode, days, share in (("sea", 35, 4), ("air", 7, 1)):
            if mode == "air" and n % 2:
                continue
            on = START + timedelta(weeks=week)
            units = {sku: max(pace * share, 20) // 20 * 20 for sku, pace in PACE.items()}
            number = f"{mode.upper()}-{n}"
            whole = sum(units.values())
            amount = round(whole * 0.003 * 12_000) if mode == "sea" else round(whole * 0.5 * 600)
            out += [
                doc("shipment", number, on, company="US", origin={"location": "CN"}, destination="LA", mode=mode,
                    lines=[{"sku": sku, "quantity": count} for sku, count in units.items()]),
                doc("receipt", f"IN-{number}", on + timedelta(days=days), company="US", location="LA",
                    shipment={"type": "shipment", "id": number},
                    lines=[{"sku": sku, "quantity": count} for sku, count in units.items()]),
                doc("cost_bill", f"FR-{number}", on + timedelta(days=3), company="US", supplier="FWD", currency="USD",
                    lines=[{"component": "freight", "amount": amount, "basis": "quantity",
                            "targets": [{"kind": "births", "document": {"type": "shipment", "id": number}}]}]),
            ]  # fmt: skip
    return out


def selling(price: int = 2500, seed: int = 3) -> list[Any]:
    """Every item every week, at about its pace."""
    luck = random.Random(seed)
    out: list[Any] = []
    for week in range(WEEKS):
        on = START + timedelta(weeks=week, days=2)
        for sku, pace in PACE.items():
            units = max(1, round(pace * luck.uniform(0.6, 1.4)))
            out.append(
                doc("sales_order", f"{sku}-{week}", on, shop="WEB", currency="USD", cell={"location": "LA"},
                    lines=[{"sku": sku, "quantity": units, "amount": units * price}])
            )  # fmt: skip
    return out


def post(*documents: Any, at: int = AT) -> None:
    """Post in the order of time; every document must come in."""
    ordered = sorted(documents, key=lambda one: one.effective_at)
    report = intake.post(ordered, name="test", recorded_at=at)
    assert report.quarantined == 0, report.problems[:3]


def books(
    *more: Any, last_order: int = 20, masters: list[Any] | None = None, price: int = 2500
) -> list[CompanyForecast]:
    """All of it with ``more``, valued and forecast. With few orders what waits runs out, so that something is bought."""
    post(*seller(), *(masters or []), at=AT)
    post(opening(), *buying(last=last_order), *shipping(), *selling(price), *more, at=2 * AT)
    revalue()
    return forecast()
