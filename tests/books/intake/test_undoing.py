"""An import undone: what it brought goes, what it corrected counts as before, what was told anew since then stays."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.books import intake, models
from entrepot.books.intake import personal
from entrepot.core.errors import ProblemError
from entrepot.workflows.revalue import revalue
from tests.workflows.ledger import DAY, assert_proven, bill, doc, held, masters, post, receipt, sale, sold

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def undo(batch: int | None, day: int) -> intake.IntakeReport:
    assert batch is not None
    report = intake.reverse_batch(batch, recorded_at=day * DAY)
    revalue()
    assert_proven()
    return report


def test_a_correction_undone_brings_the_earlier_telling_back() -> None:
    """The receipt's quantity and price, the bill aimed at it and the sale's cost are as before the second import."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), bill("F1", "2026-01-03", "freight", 100, ("receipt", "R1")))
    post(sale("S1", "2026-01-04", 4), at=2 * DAY)
    before = held("LA"), sold("S1")
    second = post(receipt("R1", "2026-01-02", 8, 500), at=3 * DAY)
    assert (held("LA"), sold("S1")) != before
    undo(second.batch, 4)
    assert (held("LA"), sold("S1")) == before


def test_what_a_later_import_told_anew_stays() -> None:
    """Undoing the import in the middle leaves the last telling; undoing the last then brings the first."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    second = post(receipt("R1", "2026-01-02", 10, 400), receipt("R2", "2026-01-03", 1, 7), at=2 * DAY)
    third = post(receipt("R1", "2026-01-02", 10, 500), at=3 * DAY)
    undo(second.batch, 4)
    assert held("LA")["purchase"] == 5000
    undo(third.batch, 5)
    assert held("LA")["purchase"] == 3000


def test_the_same_file_comes_in_again_after_it_was_undone() -> None:
    """A correction that was undone can be imported once more, and the buyer's fields follow the telling that counts."""
    order = {"buyer": {"name": "Somebody", "city": "Somewhere"}}
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-04", 4, amount=900, **order))
    changed = sale("S1", "2026-01-04", 5, amount=900, **order)
    second = post(changed, at=2 * DAY)
    undo(second.batch, 3)
    now = models.Document.objects.filter(type="sales_order").order_by("-version")[0]
    assert now.version == 3
    assert personal.read(now.pk) == order["buyer"]
    assert post(changed, at=4 * DAY).posted == 1
    assert post(changed, at=5 * DAY).repeated == 1
    assert_proven()


def test_conversions_and_returns_come_back_too() -> None:
    """A corrected conversion and the return of a corrected sale stand as before the import that corrected them."""

    def made(of_a: int) -> object:
        return doc("conversion", "C1", "2026-01-03", cell={"location": "LA"}, consumed=[{"sku": "A", "quantity": of_a}],
                   produced=[{"sku": "KIT", "quantity": 1}])  # fmt: skip

    post(*masters(), receipt("R1", "2026-01-02", 10, 300), made(2))
    before = held("LA"), held("LA", "KIT")
    second = post(made(4), at=2 * DAY)
    assert (held("LA"), held("LA", "KIT")) != before
    undo(second.batch, 3)
    assert (held("LA"), held("LA", "KIT")) == before


def test_what_was_aimed_at_a_receipt_reaches_it_when_it_comes_again() -> None:
    """A receipt's import undone and repeated with other units: its freight and the sale's cost are what they are with the
    receipt told once, and the return still knows its sale."""
    freight = bill("F1", "2026-01-03", "freight", 101, ("receipt", "R1"))
    back = doc("return", "T1", "2026-01-09", shop="WEB", location="LA", lines=[{"sku": "A", "quantity": 1}],
               order={"type": "sales_order", "id": "S1"})  # fmt: skip
    post(*masters())
    first = post(receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-04", 4), at=2 * DAY)
    post(freight, back, at=3 * DAY)
    before = held("LA"), sold("S1")
    undo(first.batch, 4)
    assert "first_leg" not in held("LA")
    post(receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-04", 4), at=5 * DAY)
    assert_proven()
    assert (held("LA"), sold("S1")) == before
    post(receipt("R1", "2026-01-02", 20, 300), at=6 * DAY)
    assert_proven()
    assert held("LA")["first_leg"] + sold("S1")["first_leg"] == 101


def test_a_split_follows_what_came_again_with_other_units() -> None:
    """Freight over two receipts by quantity; one is taken back and told again with thrice the units: 450/450, then
    225/675, and as known before the second telling nothing has changed."""
    target = [{"kind": "births", "document": {"type": "receipt", "id": number}} for number in ("R1", "R2")]
    line = {"component": "freight", "amount": 900, "basis": "quantity", "targets": target}
    freight = doc("cost_bill", "F1", "2026-01-03", currency="USD", lines=[line])
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    second = post(receipt("R2", "2026-01-02", 10, 300, sku="B"), at=2 * DAY)
    post(freight, at=3 * DAY)
    undo(second.batch, 4)
    post(receipt("R2", "2026-01-02", 30, 300, sku="B"), at=5 * DAY)
    assert (held("LA")["first_leg"], held("LA", "B")["first_leg"]) == (225, 675)
    assert_proven()


def test_a_refund_reaches_the_order_that_came_again() -> None:
    """The order is undone and imported again: its refund counts against it once more."""
    refund = doc("refund", "M1", "2026-01-06", shop="WEB", currency="USD", lines=[{"sku": "A", "amount": 100}],
                 order={"type": "sales_order", "id": "S1"})  # fmt: skip
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    order = sale("S1", "2026-01-04", 4, amount=900)
    first = post(order, at=2 * DAY)
    post(refund, at=3 * DAY)
    before = list(models.SaleFigure.objects.values_list("refunded", flat=True))
    undo(first.batch, 4)
    post(order, at=5 * DAY)
    assert_proven()
    assert list(models.SaleFigure.objects.values_list("refunded", flat=True)) == before


def test_two_imports_undone_newest_first_leave_nothing() -> None:
    """What the undoing told in the place of the second import does not keep the first alive; nor does it after a third."""
    post(*masters())
    first = post(receipt("R1", "2026-01-02", 10, 300), at=2 * DAY)
    second = post(receipt("R1", "2026-01-02", 10, 400), at=3 * DAY)
    undo(second.batch, 4)
    assert held("LA")["purchase"] == 3000
    third = post(receipt("R1", "2026-01-02", 10, 500), at=5 * DAY)
    undo(first.batch, 6)
    assert held("LA")["purchase"] == 5000
    undo(third.batch, 7)
    assert held("LA") == {"units": 0}


def test_an_undoing_is_not_undone() -> None:
    """Taking a reversal back would bring nothing back; the file is imported again instead."""
    post(*masters())
    first = post(receipt("R1", "2026-01-02", 10, 300), at=2 * DAY)
    undone = undo(first.batch, 3)
    with pytest.raises(ProblemError, match="itself the undoing"):
        undo(undone.batch, 4)
    assert post(receipt("R1", "2026-01-02", 10, 300), at=5 * DAY).posted == 1


def test_what_an_import_took_back_counts_again_when_it_is_undone() -> None:
    """A receipt and a bill that a file's reversals withdrew are there again; what was told anew since then stays."""
    freight = bill("F1", "2026-01-03", "freight", 100, ("receipt", "R1"))
    post(*masters(), *(receipt(number, "2026-01-02", 5, 100) for number in ("R1", "R2", "R3")), freight)
    named = [("receipt", "R2"), ("cost_bill", "F1"), ("receipt", "R3")]
    gone = [doc("reversal", f"V{name}", "2026-02-01", documents=[{"type": kind, "id": name}]) for kind, name in named]
    second = post(*gone, at=2 * DAY)
    assert held("LA") == {"units": 5, "purchase": 500}
    post(receipt("R3", "2026-01-02", 7, 100), at=3 * DAY)
    undo(second.batch, 4)
    assert held("LA") == {"units": 17, "purchase": 1700, "first_leg": 100}


def test_undoing_many_documents_asks_for_them_together() -> None:
    """Forty receipts more cost at most two statements each."""
    post(*masters())
    asked: list[int] = []
    for day, many in ((2, 20), (4, 60)):
        told = post(*(receipt(f"R{day}-{n}", "2026-01-02", 1, 300) for n in range(many)), at=day * DAY)
        assert told.batch is not None
        with CaptureQueriesContext(connection) as statements:
            intake.reverse_batch(told.batch, recorded_at=(day + 1) * DAY)
        asked.append(len(statements))
    assert asked[1] - asked[0] <= 80
