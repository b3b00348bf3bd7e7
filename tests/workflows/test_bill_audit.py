"""Forwarders' bills in the books beside rate card and packed cartons: what was planted is found, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.engines.freight import RateCard, read_card
from entrepot.workflows.bill_audit import BillAudits, bill_audit
from entrepot.workflows.bill_letter import written
from tests.workflows.ledger import DAY, doc, masters, receipt

pytestmark = pytest.mark.django_db
CARD = """
id = "FWD-SEA-LA"
name = "Sea to Los Angeles"
mode = "sea"
currency = "USD"
destination = "US"
valid_from = 2026-01-01
source = "FWD offer 114"
weight = { unit = "kg", divisor = 1000, step = 1 }
band = [{ over = 0, rate = 0.5 }]
[[charge]]
code = "doc"
name = "Documents"
component = "handling"
amount = 45
[[charge]]
code = "peak"
name = "Peak season"
component = "other"
amount = 100
when = { season = ["09-01", "12-31"] }
"""


def card() -> RateCard:
    return read_card(CARD)


def packed(level: str, units: int, grams: int, *sides: int) -> dict[str, Any]:
    return {"level": level, "units": units, "weight_g": grams,
            **dict(zip(("length_mm", "width_mm", "height_mm"), sides, strict=True))}  # fmt: skip


def shipped() -> list[Any]:
    """70 units in cartons of 20: three whole ones of 10 kg and 50 l, and one with ten units; 200 kg by volume."""
    item = doc("item", "A", "2026-01-01", packaging=[packed("carton", 20, 10_000, 500, 500, 200)])
    sent = doc("shipment", "SH-1", "2026-01-10", company="US", origin={"location": "DE"}, destination="LA", mode="sea",
               lines=[{"sku": "A", "quantity": 70}])  # fmt: skip
    place = doc("location", "LA", "2026-01-01", country="US")
    bought = receipt("R1", "2026-01-05", 100, 300)
    bought = bought.model_copy(update={"location": "DE"})
    return [*masters(), place, item, bought, sent]


def forwarded(number: str, *lines: dict[str, Any], supplier: str = "FWD", **fields: Any) -> Any:
    target = [{"kind": "births", "document": {"type": "shipment", "id": "SH-1"}}]
    return doc("cost_bill", number, "2026-02-01", company="US", supplier=supplier, currency="USD",
               lines=[{"component": "freight", "basis": "quantity", "targets": target, **line} for line in lines],
               **fields)  # fmt: skip


def audited(*bills: Any) -> BillAudits:
    report = intake.post([*shipped(), *bills], name="test", recorded_at=DAY)
    assert report.quarantined == 0, report.problems
    return bill_audit(models.Company.objects.get(), [card()], date(2026, 1, 1), date(2026, 12, 31))


RIGHT = {"amount": 10_000, "billed_units": "200"}


def test_a_right_bill_has_nothing_to_dispute() -> None:
    """The cartons as packed: three whole, one for the rest, 200 kg by volume; freight 100.00 and documents 45.00."""
    (bill,) = audited(forwarded("F1", RIGHT, {"component": "handling", "amount": 4500})).bills
    assert (bill.cartons, bill.kilograms, bill.cubic_metres, bill.card) == (4, "35", "0.2", "FWD-SEA-LA")
    assert (bill.disputed, bill.lines, bill.problem) == (0, (), "")


def test_more_weight_and_a_charge_without_ground_are_disputed() -> None:
    """240 kg billed for 200 packed, and a peak charge in January: 20.00 and 100.00, with both in the letter."""
    planted = forwarded("F1", {"amount": 12_000, "billed_units": "240"}, {"component": "handling", "amount": 4500},
                        {"component": "other", "charge": "peak", "amount": 10_000, "note": "PSS"})  # fmt: skip
    found = audited(planted)
    (bill,) = found.bills
    assert [(x.code, x.cause, x.amount) for x in found.lines] == [
        ("peak", "not_due", 10_000),
        ("freight", "weight", 2_000),
    ]
    assert found.disputed == {"USD": 12_000}
    english, chinese = written(bill, "Lamps Ltd"), written(bill, "灯具公司", "zh")
    assert "120.00 USD of it is too much" in english
    assert "billed for 240 kg; packed 200 kg by volume" in english
    assert "多收 120.00 USD" in chinese
    assert "体积重" in chinese


def test_a_bill_that_forgets_a_charge_is_told_and_not_disputed() -> None:
    """Documents are due and not billed: expect them later."""
    found = audited(forwarded("F1", RIGHT))
    assert [(line.code, line.cause, line.disputed) for line in found.lines] == [("doc", "not_billed", False)]
    assert written(found.bills[0], "x") == ""


def test_bills_without_a_card_are_listed_as_such() -> None:
    """Another forwarder's bill is not compared, and says why; a bill that was taken back is left out."""
    gone = forwarded("F2", RIGHT)
    back = doc("reversal", "X", "2026-03-01", documents=[{"type": "cost_bill", "id": "F2"}])
    (bill,) = audited(forwarded("F1", RIGHT, supplier="OTHER"), gone, back).bills
    assert (bill.number, bill.problem, bill.billed) == ("F1", "no_card", 10_000)


def test_what_is_not_measured_is_not_known() -> None:
    """Without packed weight the card cannot say; nothing is disputed on a guess."""
    bare = doc("item", "A", "2026-01-02", packaging=[{"level": "carton", "units": 20}])
    intake.post([*shipped(), bare, forwarded("F1", RIGHT)], name="test", recorded_at=DAY)
    (bill,) = bill_audit(models.Company.objects.get(), [card()], date(2026, 1, 1), date(2026, 12, 31)).bills
    assert ("freight", "not_known") in [(line.code, line.cause) for line in bill.lines]
    assert (bill.disputed, bill.kilograms) == (0, "")
