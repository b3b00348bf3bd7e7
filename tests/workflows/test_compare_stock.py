"""What a platform reports in parts is compared with stock, open orders and shipments; differences have a guess and an owner."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.access import system_viewer
from entrepot.core.errors import ProblemError
from entrepot.workflows import differing
from entrepot.workflows.compare_stock import compare_stock, owners_of
from tests.books.factories import user
from tests.workflows.ledger import DAY, doc, masters, receipt, sale

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = iter(range(20_600 * DAY, 20_700 * DAY, DAY // 100))
"""Instants of recording, from 27 May 2026 on."""


def post(*documents: Any) -> None:
    report = intake.post(list(documents), name="test", recorded_at=next(NEXT))
    assert not report.quarantined, report.problems


def told(number: str, on: str, *lines: dict[str, Any], source: str = "") -> Any:
    """A stock report of LA; lines are of A where they say nothing else."""
    more = {"source": source} if source else {}
    return doc("stock_report", number, on, location="LA", lines=[{"sku": "A", **line} for line in lines], **more)


def stage(name: str, units: int, **more: Any) -> dict[str, Any]:
    return {"stage": name, "quantity": units, **more}


def found() -> dict[str, tuple[int, int, str]]:
    """Condition or matter → reported, in the books, guess."""
    rows = differing.differences(system_viewer(), "")
    return {
        one.row.condition: (one.row.reported, one.row.in_books, one.guess.cause if one.guess else "") for one in rows
    }


@pytest.fixture(autouse=True)
def books() -> None:
    """100 A in LA."""
    intake.post([*masters(), receipt("R1", "2026-02-01", 100, 250)], name="start", recorded_at=1)


def test_what_stands_is_the_sum_of_its_parts() -> None:
    """Available, reserved of any kind and searched for stand there; inbound does not."""
    parts = [("available", 80), ("reserved_orders", 0), ("reserved", 9), ("reserved_transfer", 6), ("researching", 5)]
    post(told("S1", "2026-02-05", *[stage(name, units) for name, units in parts]))
    assert found() == {}
    post(told("S2", "2026-02-06", stage("available", 80), stage("inbound_shipped", 20)))
    assert found() == {"sellable": (80, 100, "receiving"), "inbound": (20, 0, "receiving")}


def test_reserved_units_are_the_open_orders_of_that_instant() -> None:
    """An open order holds units until it ships; what shipped after the report was still open at the report."""
    order = sale("O1", "2026-02-03", 4, status="open")
    post(order)
    post(told("S1", "2026-02-05", stage("available", 96), stage("reserved_orders", 4)))
    assert found() == {}
    post(told("S2", "2026-02-06", stage("available", 93), stage("reserved_orders", 7)))
    assert found() == {"reserved_orders": (7, 4, "not_booked")}
    post(sale("O1", "2026-02-03", 4, status="shipped", shipped_at="2026-02-07T00:00:00Z"))
    assert found() == {"reserved_orders": (7, 4, "not_booked")}
    post(told("S3", "2026-02-08", stage("available", 96), stage("reserved_orders", 0)))
    assert found() == {}


def test_a_report_of_available_units_alone_is_explained_by_open_orders() -> None:
    """The usual download leaves reserved units out: no mystery, and no loss."""
    post(sale("O1", "2026-02-03", 4, status="open"))
    post(told("S1", "2026-02-05", {"quantity": 96}))
    assert found() == {"sellable": (96, 100, "reserved")}


def test_inbound_is_compared_with_shipments_under_way() -> None:
    """Shipped and receiving together are what left and has not arrived; a whole report without the SKU says none."""
    ship = doc("shipment", "SH", "2026-02-03", origin={"location": "DE"}, destination="LA", mode="sea",
               lines=[{"sku": "A", "quantity": 30}])  # fmt: skip
    there = doc("receipt", "R2", "2026-02-01", location="DE", lines=[{"sku": "A", "quantity": 30}])
    post(there, ship)
    post(
        told("S1", "2026-02-05", stage("available", 100), stage("inbound_shipped", 18), stage("inbound_receiving", 12))
    )
    assert found() == {}
    post(told("S2", "2026-02-06", stage("available", 110), stage("inbound_shipped", 8), stage("inbound_receiving", 12)))
    assert found() == {"sellable": (110, 100, "under_way"), "inbound": (20, 30, "under_way")}


def test_unsellable_units_without_reason_meet_all_reasons_of_the_books() -> None:
    """3 defective and 2 customer damaged are 5 unsellable; one fewer there is a disposal that was not booked."""
    spoil = [
        doc("regrade", f"G{n}", "2026-02-02", origin={"location": "LA"}, destination={"location": "LA", "condition": to},
            lines=[{"sku": "A", "quantity": n}])
        for n, to in ((3, "defective"), (2, "customer_damaged"))
    ]  # fmt: skip
    post(*spoil)
    post(told("S1", "2026-02-20", stage("available", 95), {"quantity": 5, "condition": "unsellable"}))
    assert found() == {}
    post(told("S2", "2026-02-21", stage("available", 95), {"quantity": 4, "condition": "unsellable"}))
    assert found() == {"unsellable": (4, 5, "disposal")}
    post(told("S3", "2026-02-22", stage("available", 96), {"quantity": 4, "condition": "unsellable"}))
    assert {kind: why for kind, (_, _, why) in found().items()} == {"sellable": "condition", "unsellable": "condition"}


def test_causes_rest_on_evidence() -> None:
    """A movement of that size nearby; another SKU off the other way; units of a pack; an SKU that a whole list lacks."""
    post(receipt("R9", "2026-02-06", 7, 250), told("S1", "2026-02-05", {"quantity": 107}))
    assert found() == {"sellable": (107, 100, "late_booking")}
    post(receipt("RB", "2026-02-01", 50, 250, sku="B"))
    post(told("S2", "2026-03-05", {"quantity": 97}, {"sku": "B", "quantity": 60}))
    rows = differing.differences(system_viewer())
    assert {(one.row.sku, one.guess.cause, one.guess.sku) for one in rows if one.guess} == {
        ("A", "label", "B"), ("B", "label", "A"),
    }  # fmt: skip
    post(told("S3", "2026-03-06", stage("available", 50, sku="B"), source="file:amazon_fba_inventory"))
    assert found() == {"sellable": (0, 107, "not_known_there")}


def test_the_day_opens_gives_and_settles() -> None:
    """A new difference goes to who is confined to the place; doing it again changes nothing; agreement settles it."""
    user("owner", "ann"), user("warehouse", "wes", locations=("LA",)), user("viewer", "vic")
    post(told("S1", "2026-02-05", {"quantity": 95}))
    done = compare_stock(at=50)
    assert (done.found, done.opened, done.settled, done.alone) == (1, 1, 0, 0)
    assert compare_stock(at=51).opened == 0
    one = differing.difference(system_viewer(), "LA|A|sellable")
    assert (one.owner, one.state, [n.act for n in one.notes]) == ("wes", "open", ["found"])
    differing.change(system_viewer(), one.key, resolve="lost")
    post(told("S2", "2026-02-06", {"quantity": 94}))
    assert compare_stock(at=52).opened == 1
    post(told("S3", "2026-02-07", {"quantity": 100}))
    assert (compare_stock(at=53).settled, models.DifferenceCase.objects.get().state) == (1, "settled")
    post(told("S4", "2026-02-08", {"quantity": 99}))
    compare_stock(at=54)
    again = differing.difference(system_viewer(), one.key)
    assert (again.state, again.owner, again.off) == ("open", "wes", -1)


def test_an_owner_sees_the_place_and_may_correct_stock() -> None:
    """Nobody confined elsewhere and no mere viewer is named; without anybody there is no owner."""
    assert owners_of({"LA"}) == {}
    user("viewer", "vic"), user("warehouse", "wes", locations=("DE",))
    assert owners_of({"LA", "DE"}) == {"DE": "wes"}
    user("finance", "fay")
    assert owners_of({"LA"}) == {"LA": "fay"}


def test_a_stage_that_is_none_is_refused() -> None:
    """A report names the stages that there are."""
    with pytest.raises((ProblemError, ValueError)):
        told("S1", "2026-02-05", stage("lost", 3))
