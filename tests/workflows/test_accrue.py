"""Accruals of the books: expected from earlier bills, posted once, replaced by the bill, withdrawn when billed elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.core.calendar import to_instant
from entrepot.core.components import COMPONENTS
from entrepot.workflows.accrue import accrue
from entrepot.workflows.revalue import revalue
from tests.workflows.ledger import DAY, assert_proven, bill, doc, masters, post, receipt, sale

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = to_instant(doc("location", "X", "2026-06-30").effective_at)


def goods() -> list[Any]:
    """An item with measured packaging: 2 kg and 10 litres a unit."""
    pack = {"level": "unit", "units": 1, "weight_g": 2_000, "length_mm": 250, "width_mm": 200, "height_mm": 200}
    return [doc("item", "A", "2026-01-01", packaging=[pack])]


def shipped(number: str, on: str, units: int) -> Any:
    """Goods that leave LA for DE by sea."""
    return doc("shipment", number, on, company="US", origin={"location": "LA"}, destination="DE", mode="sea",
               lines=[{"sku": "A", "quantity": units}])  # fmt: skip


def freight(number: str, on: str, amount: int, of: str, kind: str = "shipment", **fields: Any) -> Any:
    """A forwarder's bill for a shipment."""
    return bill(number, on, "freight", amount, (kind, of), supplier="FWD", **fields)


def history() -> list[Any]:
    """Three shipments that were billed at 50.00 a cubic metre."""
    sent = [("T-1", "2026-02-01", 100), ("T-2", "2026-03-01", 300), ("T-3", "2026-04-01", 200)]
    return [
        *masters(), *goods(), receipt("R-1", "2026-01-10", 2_000, 500),
        *(shipped(number, on, units) for number, on, units in sent),
        *(freight(f"B-{number}", on, units * 50, number) for number, on, units in sent),
    ]  # fmt: skip


def run(tmp_path: Path) -> tuple[int, int]:
    """Posted and withdrawn."""
    (done,) = accrue(at=NOW, home=tmp_path)
    revalue()
    return done.posted, done.withdrawn


def live() -> list[tuple[str, int, bool]]:
    """Freight of the fourth shipment and what came of it."""
    rows = models.CostLine.objects.filter(component=COMPONENTS["freight"], replacement__isnull=True).order_by("pk")
    return [(r.document.external_id, r.base_amount, r.estimate) for r in rows.select_related("document")][3:]


def test_a_move_without_its_usual_bill_is_accrued_once_and_trued_up(tmp_path: Path) -> None:
    """The estimate follows the volume as earlier bills did, is marked with its reference, and gives way to the bill."""
    post(*history(), shipped("T-4", "2026-05-01", 400))
    assert run(tmp_path) == (1, 0)
    assert live() == [("ACC-freight-FWD-T-4", 20_000, True)]
    document = models.Document.objects.get(external_id="ACC-freight-FWD-T-4")
    assert b"3 bills to B-T-3: 50.00 USD a m" in bytes(document.body)
    assert run(tmp_path) == (0, 0)
    post(freight("B-T-4", "2026-06-10", 21_500, "T-4"), at=NOW + DAY)
    assert live() == [("B-T-4", 21_500, False)]
    assert run(tmp_path) == (0, 0)
    assert_proven()


def test_a_rate_card_goes_before_earlier_bills(tmp_path: Path) -> None:
    """With the forwarder's card in the seller's rules the estimate is the card's price."""
    cards = tmp_path / "rules" / "cards"
    cards.mkdir(parents=True)
    (cards / "sea.toml").write_text(
        'id = "FWD-SEA-2026"\nname = "Sea"\nmode = "sea"\ncurrency = "USD"\nsource = "offer"\n'
        "weight = { divisor = 6000, step = 1 }\nband = [{ over = 0, rate = 0.25 }]\n"
    )
    post(*history(), shipped("T-4", "2026-05-01", 400))
    run(tmp_path)
    # 400 units of 2 kg, 10 l: 800 kg, 666.7 kg by volume; the weight decides.
    assert live() == [("ACC-freight-FWD-T-4", 20_000, True)]
    assert b'"charge":"card"' in bytes(models.Document.objects.get(external_id="ACC-freight-FWD-T-4").body)


def test_a_bill_on_the_arrival_withdraws_the_estimate_on_the_shipment(tmp_path: Path) -> None:
    """The same freight never counts twice, on whichever end of the way it was billed."""
    arrived = doc("receipt", "IN-4", "2026-06-01", company="US", location="DE", shipment={"type": "shipment", "id": "T-4"},
                  lines=[{"sku": "A", "quantity": 400}])  # fmt: skip
    post(*history(), shipped("T-4", "2026-05-01", 400), arrived)
    assert run(tmp_path) == (1, 0)
    post(freight("B-T-4", "2026-06-10", 21_500, "IN-4", "receipt"), at=NOW + DAY)
    assert len(live()) == 2
    assert run(tmp_path) == (0, 1)
    assert live() == [("B-T-4", 21_500, False)]
    assert run(tmp_path) == (0, 0)
    assert_proven()


def test_what_is_billed_now_and_then_is_not_expected(tmp_path: Path) -> None:
    """A cost on one of three moves is no habit."""
    post(*history(), bill("B-X", "2026-03-01", "handling", 900, ("shipment", "T-2"), supplier="FWD"),
         shipped("T-4", "2026-05-01", 400))  # fmt: skip
    run(tmp_path)
    assert not models.CostLine.objects.filter(component=COMPONENTS["handling"], estimate=True).exists()


def test_fees_of_orders_behind_the_last_settlement(tmp_path: Path) -> None:
    """Commission by price, fulfilment by unit, as settled before; the settlement takes their place."""
    sold = [sale(f"S-{n}", f"2026-05-{n:02d}", 1 + n % 2, amount=10_000 * (1 + n % 2)) for n in range(1, 26)]
    fees = [
        {"component": component, "amount": each * (1 + n % 2), "order": {"type": "sales_order", "id": f"S-{n}"}}
        for n in range(1, 26) for component, each in (("platform_fee", 1_500), ("fulfilment", 400))
    ]  # fmt: skip
    post(*masters(), receipt("R-1", "2026-01-10", 100, 500), *sold,
         doc("fee_charge", "F-1", "2026-06-01", shop="WEB", currency="USD", lines=fees),
         sale("S-99", "2026-06-20", 3, amount=50_000))  # fmt: skip
    assert run(tmp_path) == (1, 0)
    assert models.SaleFigure.objects.get(movement__document__external_id="S-99").selling == 7_500 + 1_200
    assert run(tmp_path) == (0, 0)
    fee = {"component": "platform_fee", "amount": 7_000, "order": {"type": "sales_order", "id": "S-99"}}
    post(doc("fee_charge", "F-2", "2026-06-29", shop="WEB", currency="USD", lines=[fee]), at=NOW + DAY)
    assert models.SaleFigure.objects.get(movement__document__external_id="S-99").selling == 7_000 + 1_200
    assert_proven()
