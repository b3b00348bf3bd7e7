"""Duty accrued from the rule book at arrival: posted with its rules, replaced by the broker's entry, the difference a rule's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.core.calendar import to_instant
from entrepot.core.components import COMPONENTS
from entrepot.workflows.accrue import accrue
from entrepot.workflows.revalue import revalue
from entrepot.workflows.variance import variance
from tests.workflows.ledger import assert_proven, bill, doc, held, post

pytestmark = pytest.mark.django_db
NOW = to_instant(doc("location", "X", "2026-08-20").effective_at)
DUTY = COMPONENTS["duty"]


def shipped(hs: str = "6109.10.00", on: str = "2026-08-01") -> list[Any]:
    """A hundred cotton T-shirts at 3.00 leave China and arrive in the United States on ``on``."""
    return [
        doc("company", "US", "2026-01-01", currency="USD", name="US"),
        doc("location", "SZ", "2026-01-01", country="CN"), doc("location", "LA", "2026-01-01", country="US"),
        doc("shop", "WEB", "2026-01-01", company="US", currency="USD", location="LA"),
        doc("item", "A", "2026-01-01", hs_code=hs, origin="CN"),
        doc("receipt", "R-1", "2026-06-01", location="SZ", currency="USD",
            lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}]),
        doc("shipment", "SH", "2026-06-20", origin={"location": "SZ"}, destination="LA", mode="sea",
            lines=[{"sku": "A", "quantity": 100}]),
        doc("receipt", "IN", on, location="LA", shipment={"type": "shipment", "id": "SH"}, lines=[{"sku": "A", "quantity": 100}]),
    ]  # fmt: skip


def run(home: Path) -> list[models.CostLine]:
    accrue(at=NOW, home=home)
    revalue()
    return list(models.CostLine.objects.filter(component=DUTY, replacement__isnull=True).select_related("document"))


def test_duty_is_accrued_by_the_rules_of_the_day_of_arrival(tmp_path: Path) -> None:
    """16.5 % and 7.5 % and 12.5 % on 300.00 on 1 August 2026 (notes on the tariff's history): 109.50, marked as an estimate."""
    post(*shipped())
    (line,) = run(tmp_path)
    assert (line.amount, line.estimate, line.document.source) == (10_950, True, "accrual")
    assert held("LA")["duty_tax"] == 10_950
    assert run(tmp_path)[0].pk == line.pk, "run again without news it changes nothing"
    assert_proven()


def test_the_day_of_arrival_decides_which_rules(tmp_path: Path) -> None:
    """On 1 March 2026 the surcharge of ten points stood in place of the forced-labour duty: 34 % of 300.00."""
    documents = [one for one in shipped(on="2026-03-01") if one.id not in ("R-1", "SH")]
    earlier = [
        doc("receipt", "R-1", "2026-01-05", location="SZ", currency="USD",
            lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}]),
        doc("shipment", "SH", "2026-01-20", origin={"location": "SZ"}, destination="LA", mode="sea",
            lines=[{"sku": "A", "quantity": 100}]),
    ]  # fmt: skip
    post(*documents[:-1], *earlier, documents[-1])
    assert [line.amount for line in run(tmp_path)] == [10_200]


def test_the_brokers_entry_takes_its_place_and_the_difference_is_a_rules(tmp_path: Path) -> None:
    """Billed 112.50 in place of 109.50: the accrual is gone, 3.00 stand as a difference by rule and as nothing else."""
    post(*shipped())
    run(tmp_path)
    post(bill("B-1", "2026-08-10", "duty", 11_250, ("receipt", "IN"), supplier="BRK", entry="E-1"), at=NOW)
    (line,) = run(tmp_path)
    assert (line.document.external_id, line.estimate, held("LA")["duty_tax"]) == ("B-1", False, 11_250)
    variance(at=NOW)
    (row,) = models.VarianceFigure.objects.all()
    assert (row.basis, row.accrued, row.billed) == ("rule", 10_950, 11_250)
    assert (row.rule, row.price, row.quantity, row.rate, row.fx) == (300, 0, 0, 0, 0)
    assert_proven()


def test_no_duty_is_accrued_that_the_rules_cannot_tell(tmp_path: Path) -> None:
    """Without a heading of the customs tariff nothing is posted: a cost that is not known is missing, not 0."""
    post(*shipped(hs=""))
    assert run(tmp_path) == []
