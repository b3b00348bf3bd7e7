"""Tax that comes back: what claims, settlements and duty refunds do to the cost of lots, exactly, and that it is proven."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.intake import IntakeReport
from entrepot.books.versions import current
from entrepot.workflows.revalue import revalue
from tests.workflows import ledger
from tests.workflows.ledger import DAY, assert_proven, bill, doc, masters, receipt, sale, sold

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def post(documents: list[Any], at: int = DAY) -> IntakeReport:
    """Post and value; what cannot be posted waits."""
    report = intake.post(documents, name="test", recorded_at=at)
    revalue()
    return report


def held(sku: str, place: str = "LA") -> int:
    """Cost of what stands at a place."""
    return sum(amount for name, amount in ledger.held(place, sku).items() if name != "units")


def invoice(number: str = "V1", quantity: int = 100, amount: int = 100_000, tax: int = 13_000, **fields: Any) -> Any:
    line = {"sku": "A", "quantity": quantity, "amount": amount, "tax": tax,
            "order": fields.pop("order", {"type": "receipt", "id": "R1"})}  # fmt: skip
    return doc("vat_invoice", number, "2026-01-06", **{"supplier": "F", "currency": "CNY", **fields}, lines=[line])


def declaration(number: str = "D1", quantity: int = 100, mode: str = "0110", **line: Any) -> Any:
    lines = [{"sku": "A", "quantity": quantity, **line}]
    return doc("export_declaration", number, "2026-01-10", mode=mode, currency="USD", lines=lines)


def claim(
    number: str = "C1", quantity: int = 100, rate: int = 1300, of: str = "V1", by: str = "D1", **line: Any
) -> Any:
    told = {"invoice": {"type": "vat_invoice", "id": of}, "quantity": quantity, "rate_bp": rate, **line}
    if told.get("treatment") != "forgone":
        told["declaration"] = {"type": "export_declaration", "id": by}
    return doc("rebate_claim", number, "2026-02-01", currency="CNY", lines=[told])


def settlement(amount: int, number: str = "S1", of: str = "C1") -> Any:
    lines = [{"claim": {"type": "rebate_claim", "id": of, "line": 1}, "amount": amount}]
    return doc("rebate_settlement", number, "2026-12-12", currency="CNY", lines=lines)


def books(price: int = 1130, units: int = 100) -> list[Any]:
    return [*masters("CNY"), receipt("R1", "2026-01-05", units, price, currency="CNY")]


def rebate() -> list[tuple[int, bool]]:
    """Live rebate lines as (amount, estimate)."""
    rows = models.CostLine.objects.filter(component=20, replacement__isnull=True).order_by("pk")
    return list(rows.values_list("amount", "estimate"))


def test_a_refund_comes_off_a_price_with_tax_on_sold_and_held_units() -> None:
    """100 units at 11.30 with tax; 13 % come back: a unit costs 10.00, those sold before the claim too."""
    post([*books(), sale("O1", "2026-01-20", 30, currency="CNY"), invoice(), declaration(), claim()])
    assert rebate() == [(-13_000, False)]
    assert sum(sold("O1").values()) == 30_000
    assert held("A") == 70_000
    assert_proven()


def test_what_is_not_refunded_of_a_price_without_tax_is_cost() -> None:
    """Prices without tax: of 13 % VAT 9 % come back, 4 % fall on the lot."""
    post([*books(1000), invoice(tax_in_cost=False), declaration(), claim(rate=900)])
    assert rebate() == [(4_000, False)]
    assert held("A") == 104_000
    assert_proven()


def test_tax_for_which_no_refund_will_be_asked_becomes_cost() -> None:
    """Forgone: nothing changes where the price holds the tax; else all of it is cost."""
    post([*books(1000), invoice(tax_in_cost=False), claim(treatment="forgone")])
    assert rebate() == [(13_000, False)]
    assert_proven()


def test_a_provisional_refund_is_settled_after_the_sale() -> None:
    """The published example of mode 9810: 100 cups, 1,300.00 paid at departure, settled at 1,235.00 after the sale."""
    post([*books(11_300), invoice(amount=1_000_000, tax=130_000), declaration(mode="9810"), claim()])
    assert rebate() == [(-130_000, True)]
    post([settlement(123_500)], at=2 * DAY)
    assert rebate() == [(-123_500, False)]
    assert held("A") == 1_130_000 - 123_500
    assert_proven()


def test_an_unsold_provisional_refund_is_paid_back_whole_and_the_repayment_can_be_taken_back() -> None:
    """Settled at 0, the tax is cost again; when the settlement is withdrawn, the claim counts again."""
    post([*books(), invoice(), declaration(mode="9810"), claim(), settlement(0)])
    assert held("A") == 113_000
    undo = doc("reversal", "X1", "2026-12-20", documents=[{"type": "rebate_settlement", "id": "S1"}])
    post([undo], at=2 * DAY)
    assert rebate() == [(-13_000, True)]
    assert held("A") == 100_000
    assert_proven()


def test_a_settlement_told_again_and_a_claim_told_again_count_once() -> None:
    """A corrected settlement replaces its own line; a corrected claim does not come back over its settlement."""
    post([*books(), invoice(), declaration(), claim(), settlement(12_000)])
    post([settlement(11_000)], at=2 * DAY)
    assert rebate() == [(-11_000, False)]
    post([claim(rate=900)], at=3 * DAY)
    assert rebate() == [(-11_000, False)]
    assert_proven()


def test_claims_of_parts_come_to_the_same_in_any_order() -> None:
    """Three thirds of an odd invoice: each is rounded by itself, so that the order of delivery changes nothing."""
    odd = invoice(quantity=99, amount=100_001, tax=13_001)
    parts = [claim(f"C{n}", 33) for n in range(3)]
    post([*books(), odd, declaration(), *reversed(parts)])
    lines = current(models.RebateClaimLine.objects.all())
    assert [(line.base, line.tax, line.amount) for line in lines] == [(33_334, 4_334, 4_333)] * 3
    assert_proven()


def test_no_unit_is_claimed_twice() -> None:
    """A claim over what is left of the invoice waits for a person; after the first is taken back, it may be told again."""
    post([*books(), invoice(), declaration(quantity=200), claim(quantity=60)])
    report = post([claim("C2", 50)], at=2 * DAY)
    assert [problem.code for problem in report.problems] == ["claimed_already"]
    undo = doc("reversal", "X1", "2026-03-01", documents=[{"type": "rebate_claim", "id": "C1"}])
    post([undo, claim("C3", 50)], at=2 * DAY)
    assert rebate() == [(-6_500, False)]
    assert_proven()


def test_a_claim_waits_for_its_invoice_and_its_declaration() -> None:
    """Delivered in the wrong order, all is posted in the end."""
    report = post([*books(), claim(), declaration()])
    assert report.quarantined == 1
    post([invoice()], at=2 * DAY)
    assert rebate() == [(-13_000, False)]
    assert_proven()


def test_the_refund_of_a_shipment_falls_on_the_units_that_were_exported() -> None:
    """The declaration names the transfer: only the 40 exported units cost less."""
    moved = doc("transfer", "T1", "2026-01-09", company="US", origin={"location": "LA"}, destination={"location": "DE"},
                lines=[{"sku": "A", "quantity": 40}])  # fmt: skip
    told = declaration(quantity=40, shipment={"type": "transfer", "id": "T1"})
    post([*books(), moved, invoice(), told, claim(quantity=40)])
    assert rebate() == [(-5_200, False)]
    assert held("A", place="LA") == 60 * 1130
    assert held("A", place="DE") == 40 * 1130 - 5_200
    assert_proven()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rate": 1700}, "more_than_paid"),
        ({"quantity": 101}, "claimed_already"),
        ({"of": "V2"}, "not_matching"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(wrong: dict[str, Any], code: str) -> None:
    """More than the tax paid, more units than invoiced, another item's invoice: each waits with its reason."""
    other = doc("vat_invoice", "V2", "2026-01-06", supplier="F", currency="CNY",
                lines=[{"sku": "B", "quantity": 100, "amount": 100, "tax": 13}])  # fmt: skip
    report = post([*books(), invoice(), other, declaration(quantity=200), claim(**wrong)])
    assert [problem.code for problem in report.problems] == [code]
    assert_proven()


def test_cash_is_kept_beside_the_claim() -> None:
    """What came in and what was paid back are facts of the claim and change no cost."""
    money = [
        doc("rebate_payment", f"P{n}", "2026-03-01", claim={"type": "rebate_claim", "id": "C1"}, currency="CNY",
            amount=amount)
        for n, amount in enumerate((13_000, -500))
    ]  # fmt: skip
    post([*books(), invoice(), declaration(), claim(), *money])
    assert list(models.RebateCash.objects.values_list("amount", flat=True)) == [13_000, -500]
    assert rebate() == [(-13_000, False)]
    assert_proven()


def duty(number: str, amount: int, *receipts: str, **fields: Any) -> Any:
    targets = [{"kind": "births", "document": {"type": "receipt", "id": name}} for name in receipts]
    lines = [
        {"component": "duty", "amount": amount, "targets": targets, "basis": fields.pop("basis", "value")},
        {"component": "handling", "amount": 900, "targets": targets, "basis": "quantity"},
    ]
    return doc("cost_bill", number, "2026-02-01", **{"currency": "USD", **fields}, lines=lines)


def refund(amount: int, number: str = "DR1", currency: str = "USD", **line: Any) -> Any:
    return doc("duty_refund", number, "2026-06-01", company="US", currency=currency, lines=[{"amount": amount, **line}])


def test_a_duty_refund_goes_back_to_the_lots_that_bore_it_sold_or_not() -> None:
    """Half of a bill over two lots comes back: each lot gets its own share, the units sold their part of it."""
    given = [*masters(), receipt("R1", "2026-01-05", 10, 300), receipt("R2", "2026-01-06", 20, 100, sku="B")]
    post([*given, duty("K1", 1000, "R1", "R2"), sale("O1", "2026-03-01", 4)])
    before = sold("O1")["duty_tax"]
    post([refund(500, bill={"type": "cost_bill", "id": "K1"}, interest=17)], at=2 * DAY)
    back = models.CostLine.objects.filter(document__type="duty_refund")
    assert sum(line.amount for line in back) == -500
    assert (before, sold("O1")["duty_tax"]) == (240, 120)
    assert models.DutyRefundLine.objects.get().interest == 17
    assert_proven()


def test_a_whole_refund_by_entry_number_leaves_no_cent() -> None:
    """Two bills of one entry, in a foreign currency and split by value: the refund undoes both exactly."""
    rates = [
        doc("fx_rate", f"EUR{on}", on, base="EUR", quote="USD", numerator=n, denominator=10_000, date=on)
        for on, n in (("2026-01-01", 10_873), ("2026-05-01", 11_991))
    ]
    given = [*masters(), *rates, receipt("R1", "2026-01-05", 7, 333), receipt("R2", "2026-01-06", 13, 101)]
    bills = [duty("K1", 1001, "R1", "R2", entry="E-77", currency="EUR"), duty("K2", 333, "R2", entry="E-77",
             currency="EUR")]  # fmt: skip
    post([*given, *bills, sale("O1", "2026-03-01", 5)])
    post([refund(1334, currency="EUR", entry="E-77")], at=2 * DAY)
    assert sold("O1").get("duty_tax", 0) == 0
    duties = models.CostLine.objects.filter(component=3, replacement__isnull=True)
    assert sum(line.base_amount for line in duties) == 0
    assert_proven()


def test_a_refund_waits_for_the_entry_and_is_refused_beyond_what_was_charged() -> None:
    """It waits until the broker's bill is there; more than the duty is no refund."""
    report = post([*masters(), receipt("R1", "2026-01-05", 10, 300), refund(100, entry="E-1"), refund(2000, "DR2",
                   bill={"type": "cost_bill", "id": "K1"})])  # fmt: skip
    assert report.quarantined == 2
    post([duty("K1", 1000, "R1", entry="E-1")], at=2 * DAY)
    states = models.Quarantine.objects.order_by("pk").values_list("document_id", "state", "code")
    assert list(states) == [("DR1", "released", "unknown_customs_entry"), ("DR2", "open", "more_than_paid")]
    assert_proven()


def test_a_refund_can_be_taken_back() -> None:
    """Undone, the duty is cost again."""
    post([*masters(), receipt("R1", "2026-01-05", 10, 300), duty("K1", 1000, "R1")])
    report = post([refund(1000, bill={"type": "cost_bill", "id": "K1"})], at=2 * DAY)
    assert held("A") == 3_900
    assert report.batch is not None
    intake.reverse_batch(report.batch, recorded_at=3 * DAY)
    assert sum(models.CostLine.objects.filter(component=3, replacement__isnull=True).values_list("amount", flat=True)) \
        == 1000  # fmt: skip
    assert_proven()


def test_bills_keep_their_entry_and_other_bills_have_none() -> None:
    """Only a bill that names an entry is found by it."""
    post([*masters(), receipt("R1", "2026-01-05", 10, 300), duty("K1", 10, "R1", entry="E"), bill(
        "K2", "2026-02-01", "duty", 10, ("receipt", "R1"))])  # fmt: skip
    assert list(models.CustomsEntry.objects.values_list("entry", "document__external_id")) == [("E", "K1")]
    assert_proven()
