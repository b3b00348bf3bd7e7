"""One order, one voyage, eleven trade terms: when the goods become ours, at what cost, and what corrections change."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.core.calendar import midnight
from entrepot.core.incoterms import HANDOVER
from entrepot.workflows.cut_off import cut_off
from entrepot.workflows.revalue import revalue
from entrepot.workflows.value_at import value_at
from tests.workflows.ledger import assert_proven, bill, doc, held, masters, post, stock_value

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def order(incoterm: str, **fields: Any) -> Any:
    return doc(
        "purchase_order", "PO", "2026-01-05", supplier="MILL", incoterm=incoterm, currency="USD",
        lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}], **fields,
    )  # fmt: skip


def voyage(**fields: Any) -> Any:
    """Picked up on 20 January, sailed on 29 January, said to be on board on 2 February."""
    told = {"picked_up_at": "2026-01-20T12:00:00Z", "on_board_at": "2026-02-02T12:00:00Z", **fields}
    return doc(
        "shipment", "SEA", "2026-01-29", origin={"location": "NB"}, destination="LA",
        order={"type": "purchase_order", "id": "PO"}, lines=[{"sku": "A", "quantity": 100}],
        **{name: value for name, value in told.items() if value},
    )  # fmt: skip


def arrival(quantity: int = 100) -> Any:
    return doc(
        "receipt", "IN", "2026-03-01", location="LA", shipment={"type": "shipment", "id": "SEA"},
        lines=[{"sku": "A", "quantity": quantity}],
    )  # fmt: skip


def begin(incoterm: str) -> None:
    post(*masters(), doc("location", "NB", "2026-01-01"), order(incoterm))


def owned_on(year: int, month: int, day: int) -> int:
    """Goods value that the books hold at the end of a day."""
    from datetime import date

    return stock_value(value_at(midnight(date(year, month, day), "UTC") - 1)).get("goods", 0)


@pytest.mark.parametrize(("incoterm", "moment"), HANDOVER.items())
def test_the_incoterm_says_at_which_month_end_the_goods_are_ours(incoterm: str, moment: str) -> None:
    """Of the same facts only the term differs: in the books at the end of January, of February, or when received."""
    begin(incoterm)
    post(voyage())
    post(arrival())

    january, february = owned_on(2026, 2, 1), owned_on(2026, 3, 1)

    expected = {"picked_up": (30_000, 30_000), "on_board": (0, 30_000), "received": (0, 0)}[moment]
    assert (january, february) == expected
    assert held("LA") == {"units": 100, "purchase": 30_000}
    assert_proven()


def test_without_a_bill_of_lading_the_departure_stands_for_it_and_the_later_one_corrects_it() -> None:
    begin("FOB")
    post(voyage(on_board_at=""))
    assert owned_on(2026, 2, 1) == 30_000

    post(voyage(), at=2 * 86_400_000_000)

    assert owned_on(2026, 2, 1) == 0
    assert owned_on(2026, 2, 3) == 30_000
    assert_proven()


@pytest.mark.parametrize("incoterm", ["FOB", "DDP"])
def test_bills_freight_and_short_receipts_reach_goods_however_they_became_ours(incoterm: str) -> None:
    """The supplier's bill replaces the order's price, freight aimed at the receipt adds up, and ten units stay at sea."""
    begin(incoterm)
    report = intake.post(
        [bill("B-1", "2026-01-10", "goods", 31_000, ("purchase_order", "PO"))], name="early", recorded_at=86_400_000_000
    )
    assert report.quarantined == 1  # nothing of the order is ours yet: the bill waits for it
    post(voyage())
    post(arrival(90), bill("F-1", "2026-03-05", "freight", 900, ("receipt", "IN")))

    here = held("LA")
    assert models.Quarantine.objects.filter(state="open").count() == 0
    if incoterm == "FOB":
        assert here == {"units": 100, "purchase": 31_000, "first_leg": 900}  # ten of them are at sea, for LA
        assert owned_on(2026, 3, 2) == 31_000
    else:
        assert here == {"units": 90, "purchase": 31_000, "first_leg": 900}
    assert_proven()


def test_items_not_ordered_wait_and_a_late_change_of_terms_says_what_to_do() -> None:
    begin("DDP")
    post(voyage())
    post(arrival())
    post(order("FOB"), at=2 * 86_400_000_000)

    again = intake.post([voyage(carrier="COSCO")], name="later", recorded_at=3 * 86_400_000_000)
    assert again.quarantined == 1
    assert again.problems[0].code == "already_received"
    assert "withdraw the receipt" in again.problems[0].remedy
    revalue()
    assert held("LA") == {"units": 100, "purchase": 30_000}

    other = doc("shipment", "SEA-2", "2026-01-29", origin={"location": "NB"}, destination="LA",
                order={"type": "purchase_order", "id": "PO"}, lines=[{"sku": "B", "quantity": 1}])  # fmt: skip
    refused = intake.post([other], name="unordered", recorded_at=4 * 86_400_000_000)
    assert refused.problems[0].code == "not_ordered"
    assert_proven()


@pytest.mark.parametrize("incoterm", ["FOB", "DDP"])
def test_nothing_is_sent_on_an_order_that_was_cancelled(incoterm: str) -> None:
    """Refused as a receipt is, whoever bears the risk under way; when the order goes on again it is taken."""
    begin(incoterm)
    post(doc("purchase_end", "E-1", "2026-01-10", order="PO", end="cancelled", by="ann"))
    refused = intake.post([voyage()], name="sent", recorded_at=2 * 86_400_000_000)
    assert [problem.code for problem in refused.problems] == ["order_cancelled"]
    assert not models.Movement.objects.exists()
    post(doc("purchase_end", "E-2", "2026-01-11", order="PO", end="reopened", by="ann"), at=3 * 86_400_000_000)
    post(voyage(), at=4 * 86_400_000_000)
    assert_proven()


@pytest.mark.parametrize(
    ("incoterm", "owned", "committed", "paper", "papered"),
    [
        ("EXW", 30_000, 0, "pickup_note", True),
        ("FOB", 0, 30_000, "bill_of_lading", True),
        ("DAP", 0, 30_000, "delivery_note", False),
    ],
)
def test_the_cut_off_names_whose_goods_they_are_and_the_paper_that_proves_it(
    incoterm: str, owned: int, committed: int, paper: str, papered: bool
) -> None:
    """The same order at the end of January under three terms, and at the end of the months in which it arrives."""
    begin(incoterm)
    post(voyage())
    post(arrival(60))

    january = cut_off("US", "2026-01")

    assert (january.owned, january.committed) == (owned, committed)
    row = january.rows[0]
    assert (row.order, row.shipment, row.units, row.stage) == ("PO", "SEA", 100, "under_way")
    assert (row.paper, row.papered) == (paper, papered)
    assert january.unproven == 0
    march = cut_off("US", "2026-03")
    assert [(r.units, r.owned) for r in march.rows] == [(40, incoterm != "DAP")]


def test_goods_at_the_factory_in_the_port_and_at_the_border_are_told_apart() -> None:
    begin("FOB")
    assert [(r.stage, r.units, r.owned) for r in cut_off("US", "2026-01").rows] == [("supplier", 100, False)]

    half = voyage(on_board_at="", arrived_at="2026-02-20T12:00:00Z").model_copy(
        update={"effective_at": voyage().effective_at.replace(month=2, day=3)}
    )
    post(half.model_copy(update={"lines": [half.lines[0].model_copy(update={"quantity": 60})]}))

    january, february = cut_off("US", "2026-01"), cut_off("US", "2026-02")
    assert [(r.stage, r.units, r.owned, r.amount) for r in january.rows] == [
        ("supplier", 40, False, 12_000), ("carrier", 60, False, 18_000),
    ]  # fmt: skip
    assert [(r.stage, r.units, r.owned, r.papered) for r in february.rows] == [
        ("border", 60, True, False), ("supplier", 40, False, False),
    ]  # fmt: skip
    assert february.unproven == 1
