"""Money that can be had back, for programs: the same answers as the pages, and nothing for who may not see cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from tests.books.intake import test_rebates as tax
from tests.workflows import ledger as books
from tests.workflows import test_bill_audit as freight
from tests.workflows import test_levies_accrued as levied
from tests.workflows import test_salvage as goods

pytestmark = pytest.mark.django_db
READS = ("bill-audit", "storage", "rebates", "duty-refunds", "salvage")


@pytest.fixture
def seller(db: None, settings: Any, tmp_path: Path) -> None:
    """An overcharged shipment, an invoice and a part of it exported, duty that came back; a card and ways out."""
    (tmp_path / "rules" / "cards").mkdir(parents=True)
    (tmp_path / "rules" / "cards" / "sea.toml").write_text(freight.CARD)
    goods.seller(tmp_path)
    settings.HOME = tmp_path
    over = freight.forwarded(
        "F1", {"amount": 12_000, "billed_units": "240"}, {"component": "handling", "amount": 4_500}
    )
    spoilt = books.doc("regrade", "G1", "2026-03-01", origin={"location": "DE"},
                       destination={"location": "DE", "condition": "mould"},
                       lines=[{"sku": "A", "quantity": 10}])  # fmt: skip
    tax.post([*freight.shipped(), over, spoilt, tax.invoice(), tax.declaration(quantity=60),
              tax.duty("K1", 1_000, "R1", entry="E-1"), tax.refund(400, entry="E-1")])  # fmt: skip


def test_every_read_answers_who_may_see_cost_and_nobody_else(seller: None, call: Callable[..., Any]) -> None:
    """Finance gets the figures; the warehouse gets none."""
    assert {call("finance", "get", f"/api/{name}").status_code for name in READS} == {200}
    assert {call("warehouse", "get", f"/api/{name}").status_code for name in READS} == {403}


def test_figures_are_integers_with_their_currency(seller: None, call: Callable[..., Any]) -> None:
    """The dispute, the claim that can be made, the refund by SKU and the lot's ways, in minor units."""
    bills = call("owner", "get", "/api/bill-audit?since=2026-01-01&until=2026-12-31").json()
    assert bills["disputed"] == {"USD": 2_000}
    assert bills["bills"][0]["lines"][0]["parameters"]["packed"] == "200"
    one = call("owner", "get", f"/api/bill-audit/{bills['bills'][0]['key']}?language=zh").json()
    assert "多收 20.00 USD" in one["letter"]
    models.Item.objects.update(hs_code="95030089")  # toys: 13 % by the rule book
    claims = call("owner", "get", "/api/rebates").json()
    assert [(row["units"], row["rebate"], row["currency"]) for row in claims["proposals"]] == [(60, 7_800, "CNY")]
    refunds = call("owner", "get", "/api/duty-refunds").json()["refunds"]
    told = call("owner", "get", f"/api/duty-refunds/{refunds[0]['document']}").json()
    assert sum(row["sold"] + row["on_hand"] for row in told["skus"]) == told["refund"]["base"] == 400
    (lot,) = call("owner", "get", "/api/salvage").json()["lots"]
    assert (lot["units"], lot["best"]) == (10, "")
    assert call("owner", "get", "/api/duty-refunds/1").status_code == 404
    assert call("owner", "get", "/api/storage?days=0").status_code == 422


def test_a_schemes_bill_is_entered_by_who_may_post(settings: Any, tmp_path: Path, call: Callable[..., Any]) -> None:
    """What is accrued, the bill in its place, and no figure for who may not see cost."""
    levied.rules(tmp_path)
    settings.HOME = tmp_path
    levied.shop(levied.german("S-1", "2026-02-03", 1_000))
    levied.run(tmp_path)
    (waiting,) = call("finance", "get", "/api/levies?scheme=DUAL").json()
    assert (waiting["scheme"], waiting["levy"], waiting["amount"]) == ("DUAL", "DE-paper", 2_160)
    assert call("warehouse", "get", "/api/levies").status_code == 403
    bill = {"scheme": "DUAL", "number": "L-1", "on": "2026-03-05", "amount": 2_500, "currency": "USD", "since": "2026-02-01",
            "until": "2026-02-28"}  # fmt: skip
    assert call("viewer", "post", "/api/levies/bills", bill).status_code == 403
    entered = call("owner", "post", "/api/levies/bills", bill)
    assert (entered.status_code, entered.json()) == (201, [])
    assert call("owner", "post", "/api/levies/bills", {**bill, "number": "L-2"}).status_code == 422
