"""The door to the ledger: repeats, corrections, quarantine and its release, promises of stock, refused changes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from entrepot.audit import check
from entrepot.books import intake, models
from entrepot.books.intake import Policy, personal
from tests.workflows.ledger import DAY, bill, doc, held, masters, post, receipt, returned, sale, sold

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_same_documents_twice_change_nothing() -> None:
    """A second delivery is counted as repeated and writes no fact."""
    documents = [*masters(), receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-03", 4)]
    post(*documents)
    before = models.Movement.objects.count(), models.Document.objects.count()
    again = intake.post(documents, name="again", recorded_at=2 * DAY)
    assert (again.posted, again.repeated) == (0, len(documents))
    assert (models.Movement.objects.count(), models.Document.objects.count()) == before


def test_the_planner_is_told_of_what_grew_by_much() -> None:
    """After a large batch PostgreSQL has looked at the tables that grew, not at others, also within the transaction; a small
    batch, and SQLite, need no look."""
    lines = [{"sku": "A", "quantity": 1, "price": {"amount": 100}}] * 1_100
    with CaptureQueriesContext(connection) as small:
        post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    with CaptureQueriesContext(connection) as large:
        post(doc("receipt", "R2", "2026-01-02", location="LA", currency="USD", lines=lines))
    told = [{q["sql"].split('"')[1] for q in told if q["sql"].startswith("ANALYZE")} for told in (small, large)]
    grew = {"books_movement", "books_costline", "books_basis", "books_basisshare"}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'books_movement'")
            assert cursor.fetchone()[0] >= 1_100
    assert told == [set(), grew if connection.vendor == "postgresql" else set()]


def test_a_changed_order_corrects_only_its_changed_line() -> None:
    """The equal line keeps its fact; the changed one is replaced, and stock and cost follow."""
    first = doc("sales_order", "S1", "2026-01-03", shop="WEB", currency="USD",
                lines=[{"sku": "A", "quantity": 2, "amount": 10}, {"sku": "B", "quantity": 3, "amount": 10}])  # fmt: skip
    second = doc("sales_order", "S1", "2026-01-03", shop="WEB", currency="USD",
                 lines=[{"sku": "A", "quantity": 2, "amount": 10}, {"sku": "B", "quantity": 5, "amount": 10}])  # fmt: skip
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), receipt("R2", "2026-01-02", 10, 100, sku="B"), first)
    kept = models.Movement.objects.get(document__external_id="S1", line=1).pk
    report = post(second, at=2 * DAY)
    assert report.corrected == 1
    assert held("LA", "B") == {"units": 5, "purchase": 500}
    live = models.Movement.objects.filter(document__external_id="S1", replacement__isnull=True)
    assert set(live.values_list("pk", flat=True)) >= {kept}
    assert live.count() == 2
    assert not check(connection).residues


def test_documents_wait_for_what_they_need_and_are_then_posted() -> None:
    """A bill before its receipt, a sale of an unknown SKU: counted with amount and units, released by what they missed."""
    late = bill("F1", "2026-01-02", "freight", 5001, ("receipt", "R1"))
    unknown = sale("S1", "2026-01-04", 3, sku="NEW", amount=999)
    report = intake.post([*masters(), late, unknown], name="early", recorded_at=DAY)
    assert report.quarantined == 2
    assert report.counts_by_code == {"unknown_receipt": 1, "unknown_item": 1}
    waiting = {row.code: row for row in models.Quarantine.objects.filter(state="open")}
    assert (waiting["unknown_item"].amount, waiting["unknown_item"].quantity) == (999, 3)
    assert waiting["unknown_receipt"].amount == 5001
    again = intake.post([late], name="again", recorded_at=2 * DAY)
    assert (again.quarantined, again.repeated) == (0, 1)
    done = post(receipt("R1", "2026-01-02", 10, 300), doc("item", "NEW", "2026-01-01"), at=3 * DAY)
    assert done.released == 2
    assert not models.Quarantine.objects.filter(state="open").exists()
    assert held("LA") == {"units": 10, "purchase": 3000, "first_leg": 5001}


def test_new_items_are_created_only_when_asked() -> None:
    """Policy "create" makes an item of an unknown SKU and calls it as the file does."""
    policy = Policy("create", {"NEW": "A new thing"})
    post(*masters(), sale("S1", "2026-01-04", 3, sku="NEW"), policy=policy)
    assert models.Item.objects.get(sku="NEW").name == "A new thing"


def test_a_missing_rate_makes_a_bill_wait_for_it() -> None:
    """No rate, no cost line: nothing is converted at a guess; the rate releases the bill."""
    foreign = bill("F1", "2026-01-03", "freight", 700, ("receipt", "R1"), currency="CNY")
    report = intake.post([*masters(), receipt("R1", "2026-01-02", 10, 300), foreign], name="x", recorded_at=DAY)
    assert report.counts_by_code == {"missing_rate": 1}
    rate = doc("fx_rate", "1", "2026-01-01", base="USD", quote="CNY", numerator=7, date="2026-01-01")
    assert post(rate, at=2 * DAY).released == 1
    assert held("LA")["first_leg"] == 100


@pytest.mark.parametrize("basis", ["weight", "volume", "chargeable_weight"])
def test_a_split_that_lacks_a_measure_is_refused(basis: str) -> None:
    """A weight or size that is not known (or 0) is never taken as nothing; when it comes the bill splits by it."""
    two = doc("receipt", "R1", "2026-01-02", location="LA", currency="USD",
              lines=[{"sku": sku, "quantity": 10, "price": {"amount": 100}} for sku in ("A", "B")])  # fmt: skip
    freight = doc("cost_bill", "F1", "2026-01-03", currency="USD", lines=[
        {"component": "freight", "amount": 900, "basis": basis,
         "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R1"}}]}])  # fmt: skip
    report = intake.post([*masters(), two, freight], name="x", recorded_at=DAY)
    assert report.counts_by_code == {"missing_measure": 1}
    measures = [
        doc("item", sku, "2026-01-02", packaging=[{"level": "unit", "units": 1, "weight_g": 100 * n, "length_mm": 100 * n,
                                                   "width_mm": 100, "height_mm": 60}])
        for sku, n in (("A", 1), ("B", 2))
    ]  # fmt: skip
    post(*measures, at=2 * DAY)
    post(freight.model_copy(update={"id": "F2"}), at=3 * DAY)
    assert held("LA", "A")["first_leg"] == 300
    assert held("LA", "B")["first_leg"] == 600


def test_corrected_weights_split_a_bill_anew() -> None:
    """A later weight of an item is a new version of the basis; the whole stays the whole."""

    def item(sku: str, grams: int, on: str) -> object:
        return doc("item", sku, on, packaging=[{"level": "unit", "units": 1, "weight_g": grams}])

    two = doc("receipt", "R1", "2026-01-02", location="LA", currency="USD",
              lines=[{"sku": sku, "quantity": 10, "price": {"amount": 100}} for sku in ("A", "B")])  # fmt: skip
    freight = doc("cost_bill", "F1", "2026-01-03", currency="USD", lines=[
        {"component": "freight", "amount": 900, "basis": "weight",
         "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R1"}}]}])  # fmt: skip
    post(*masters(), item("A", 100, "2026-01-02"), item("B", 100, "2026-01-02"), two, freight)
    assert held("LA", "A")["first_leg"] == 450
    post(item("B", 200, "2026-01-03"), at=2 * DAY)
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (300, 600)
    assert not check(connection).residues


def test_the_suppliers_bill_takes_the_place_of_the_orders_price() -> None:
    """Goods costed from the order are an estimate; the bill replaces it, and the estimate is back when it is withdrawn."""
    order = doc("purchase_order", "P1", "2026-01-01", supplier="F", currency="USD",
                lines=[{"sku": "A", "quantity": 10, "price": {"amount": 300}}])  # fmt: skip
    received = doc("receipt", "R1", "2026-01-02", location="LA", order={"type": "purchase_order", "id": "P1"},
                   lines=[{"sku": "A", "quantity": 10}])  # fmt: skip
    post(*masters(), order, received)
    assert held("LA")["purchase"] == 3000
    report = post(bill("G1", "2026-01-20", "goods", 3100, ("receipt", "R1")), at=2 * DAY)
    assert held("LA")["purchase"] == 3100
    assert report.batch is not None
    intake.reverse_batch(report.batch, recorded_at=3 * DAY)
    post(at=4 * DAY)
    assert held("LA")["purchase"] == 3000


def test_open_orders_reserve_what_is_there_and_no_more() -> None:
    """The second order gets the rest, its shortfall is told; shipping and cancelling give the promise back."""

    def order(number: str, quantity: int, status: str) -> object:
        return doc("sales_order", number, "2026-01-03", shop="WEB", currency="USD", status=status,
                   lines=[{"sku": "A", "quantity": quantity, "amount": 1}])  # fmt: skip

    post(*masters(), receipt("R1", "2026-01-02", 10, 300), order("S1", 7, "open"), order("S2", 7, "open"))
    rows = models.Reservation.objects.order_by("pk").values_list("quantity", "shortfall")
    assert list(rows) == [(7, 0), (3, 4)]
    post(order("S1", 7, "shipped"), order("S2", 7, "cancelled"), at=2 * DAY)
    balance = models.Balance.objects.get()
    assert (balance.on_hand, balance.reserved) == (3, 0)


def test_returns_beyond_what_was_sold_have_no_known_cost() -> None:
    """Five sold, six back: five take their cost back, one is a layer whose cost is missing."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-03", 5))
    post(returned("B1", "2026-01-05", "S1", 6), at=2 * DAY)
    assert sold("S1") == {}
    assert held("LA") == {"units": 11, "purchase": 3000}
    assert models.StockFigure.objects.get(cell__location__code="LA").missing == 1


def test_facts_refuse_update_and_delete() -> None:
    """The database itself says no, whatever code asks."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
        models.Movement.objects.update(quantity=11)
    with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
        models.CostLine.objects.all()._raw_delete(models.CostLine.objects.db)


def test_personal_fields_can_be_forgotten() -> None:
    """A buyer's fields are not in the document's body, and are gone once their key is destroyed."""
    order = doc("sales_order", "S1", "2026-01-03", shop="WEB", currency="USD", buyer={"name": "Somebody"},
                lines=[{"sku": "A", "quantity": 1, "amount": 1}])  # fmt: skip
    post(*masters(), order)
    row = models.Document.objects.get(external_id="S1")
    assert b"Somebody" not in bytes(row.body)
    assert personal.read(row.pk) == {"name": "Somebody"}
    personal.forget([row.pk])
    assert personal.read(row.pk) is None


def test_a_dry_run_leaves_nothing() -> None:
    """It counts as the real run would and writes no row."""
    report = intake.post([*masters(), receipt("R1", "2026-01-02", 10, 300)], name="x", recorded_at=DAY, dry_run=True)
    assert (report.batch, report.posted) == (None, 8)
    assert not models.Document.objects.exists()
    assert not models.Company.objects.exists()


def test_a_shipment_arrives_over_and_short() -> None:
    """What exceeds the shipment is a surplus without cost; what falls short stays in transit."""
    post(
        *masters(), receipt("R1", "2026-01-02", 20, 300),
        doc("shipment", "SH", "2026-01-03", origin={"location": "LA"}, destination="DE",
            lines=[{"sku": "A", "quantity": 12}]),
        doc("receipt", "X1", "2026-01-20", location="DE", shipment={"type": "shipment", "id": "SH"},
            lines=[{"sku": "A", "quantity": 5}]),
    )  # fmt: skip
    transit = models.Balance.objects.get(cell__transit="SH")
    assert transit.on_hand == 7
    post(
        doc("receipt", "X2", "2026-01-21", location="DE", shipment={"type": "shipment", "id": "SH"},
            lines=[{"sku": "A", "quantity": 9}]), at=2 * DAY,
    )  # fmt: skip
    stock = models.StockFigure.objects.get(cell__location__code="DE", cell__transit="")
    assert (stock.units, stock.purchase, stock.missing) == (14, 3600, 2)
    assert not check(connection).residues
