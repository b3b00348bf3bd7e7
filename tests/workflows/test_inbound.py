"""An inbound plan split into shipments, each sent and received by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.books import intake, models
from entrepot.books.access import system_viewer
from entrepot.core.errors import ProblemError
from entrepot.workflows import inbound, receiving
from entrepot.workflows.entered import TypedFaults, post_typed, tried
from entrepot.workflows.inbound import Part
from entrepot.workflows.over_receipt import over_short
from tests.workflows.ledger import assert_proven, doc, masters, receipt


@pytest.mark.django_db(transaction=True)
def test_one_plan_becomes_several_shipments() -> None:
    """60 A and 20 B in two shipments; one is sent with its fee, arrives short, and too many are refused."""
    places = [doc("location", code, "2026-01-01") for code in ("ONT8", "LAX9")]
    stock = [receipt("R1", "2026-02-01", 100, 250), receipt("R2", "2026-02-01", 30, 900, sku="B")]
    intake.post([*masters(), *places, *stock], name="start", recorded_at=1)
    viewer = system_viewer()
    number = inbound.make(viewer, "LA", "A 60\nB\t20")
    parts = [Part("FBA-1", "ONT8", {"A": 40}, "12.50", "USD"), Part("FBA-2", "LAX9", {"A": 20, "B": 15})]
    kept = inbound.split(viewer, number, 1, parts)
    assert (kept.over, kept.unsplit) == ({"B": -5}, 5)
    with pytest.raises(ProblemError, match="saved this plan"):
        inbound.split(viewer, number, 1, parts)
    inbound.send(viewer, number, kept.version, "FBA-1")
    with pytest.raises(ProblemError, match="sent already"):
        inbound.send(viewer, number, kept.version + 1, "FBA-1")
    fee = models.CostLine.objects.get(document__external_id="FBA-1-FEE")
    assert (fee.amount, models.BasisShare.objects.get(basis__cost_line=fee).movement.quantity) == (1250, 40)

    draft = receiving.begin(viewer, "shipment", "FBA-1")
    assert (draft.typed.header["location"], dict(draft.context)) == ("ONT8", {"expected": {"A": 40}})
    short = replace(draft.typed, rows=({"sku": "A", "quantity": "38"},))
    assert [(row.sku, row.difference) for row in over_short(viewer, tried(viewer, short).document)] == [("A", -2)]
    post_typed(viewer, short)
    assert [(part.arrived, part.total) for part in inbound.plan(viewer, number).parts] == [(38, 40), (0, 35)]
    again = receiving.begin(viewer, "shipment", "FBA-1").typed
    with pytest.raises(TypedFaults) as caught:
        post_typed(viewer, replace(again, rows=({"sku": "A", "quantity": "7"}, {"sku": "B", "quantity": "1"})))
    assert [(fault.row, fault.problem.code) for fault in caught.value.faults] == [
        (0, "over_shipment"),
        (1, "not_in_shipment"),
    ]
    post_typed(viewer, replace(again, rows=({"sku": "A", "quantity": "4"},)))  # two over, within what is tolerated
    assert_proven()
