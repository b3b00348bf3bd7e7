"""The life of an order at the door: what its documents become, what an ended order refuses, and the independent checker."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection

from entrepot.audit import check
from entrepot.books import intake, models
from entrepot.core.documents import parse
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LINES = [
    {"sku": "A", "quantity": 100, "price": {"amount": 300}},
    {"sku": "B", "quantity": 40, "price": {"amount": 1250, "per": 10}},
]  # 30,000 + 5,000 cents


def proposal(**more: Any) -> Any:
    return ledger.doc(
        "purchase_proposal", "PO-1", "2026-01-05", supplier="F1", currency="USD", by="ann", lines=LINES, **more
    )


def order(**more: Any) -> Any:
    return ledger.doc(
        "purchase_order", "PO-1", "2026-01-06", **{"supplier": "F1", "currency": "USD", "lines": LINES, **more}
    )


def decided(by: str, version: int = 1, **more: Any) -> Any:
    return ledger.doc(
        "purchase_decision", f"PO-1-{by}-{version}", "2026-01-06", order="PO-1", by=by, version=version,
        **{"decision": "approved", **more},
    )  # fmt: skip


def paid(number: str, amount: int, kind: str = "purchase_order", name: str = "PO-1") -> Any:
    return ledger.doc(
        "payment", number, "2026-01-20", supplier="F1", currency="USD", amount=amount,
        shares=[{"document": {"type": kind, "id": name}, "amount": amount}],
    )  # fmt: skip


def received(number: str, quantity: int) -> Any:
    return ledger.doc(
        "receipt", number, "2026-02-10", location="LA", order={"type": "purchase_order", "id": "PO-1"},
        lines=[{"sku": "A", "quantity": quantity}],
    )  # fmt: skip


def of_order(kind: str, number: str, on: str, **fields: Any) -> Any:
    return ledger.doc(kind, number, on, order="PO-1", by="ann", **fields)


def refused(*documents: Any) -> str:
    report = intake.post(documents, name="no", recorded_at=9 * ledger.DAY)
    assert report.quarantined == 1
    return report.problems[0].code


def test_every_step_is_a_fact_that_the_checker_derives_too() -> None:
    """Proposal, approval, confirmation, progress, inspection, payment, receipt, bill, dispute and end leave residue 0."""
    ledger.post(*ledger.masters())
    ledger.post(proposal(), decided("bob", amount=35_000, currency="USD"), order(), at=2 * ledger.DAY)
    ledger.post(
        of_order("purchase_progress", "S-1", "2026-01-07", stage="sent"),
        of_order(
            "supplier_confirmation", "C-1", "2026-01-08",
            lines=[{"order_line": 1, "quantity": 90, "due": "2026-02-01"}, {"order_line": 2, "quantity": 40}],
        ),
        of_order("purchase_progress", "P-1", "2026-01-15", stage="delayed", expected="2026-02-05", reason="moulds", percent=30),
        of_order(
            "inspection", "I-1", "2026-01-30", result="hold", inspector="QC",
            lines=[{"order_line": 1, "lot": 90, "sample": 20, "major": 2, "minor": 3, "accepted": 80, "rework": 7}],
        ),
        paid("PAY-1", 10_500), received("R-1", 88),
        ledger.bill("B-1", "2026-02-12", "goods", 27_000, ("receipt", "R-1"), supplier="F1"),
        of_order(
            "match_decision", "M-1", "2026-02-13", bill="B-1", difference="price", order_line=1, decision="disputed",
            owner="cy", amount=600, currency="USD",
        ),
        of_order("purchase_end", "E-1", "2026-02-20", end="closed", reason="the rest is not made any more"), at=3 * ledger.DAY,
    )  # fmt: skip
    steps = models.PurchaseStep.objects.order_by("pk").values_list("kind", "state", "order_line", "quantity", "defects")
    assert list(steps) == [
        ("purchase_proposal", "proposed", 0, 140, None), ("purchase_decision", "approved", 0, None, None),
        ("purchase_progress", "sent", 0, None, None), ("supplier_confirmation", "confirmed", 0, None, None),
        ("supplier_confirmation", "confirmed", 1, 90, None), ("supplier_confirmation", "confirmed", 2, 40, None),
        ("purchase_progress", "delayed", 0, None, None), ("inspection", "hold", 0, None, None),
        ("inspection", "hold", 1, 90, 5), ("match_decision", "disputed", 1, None, None),
        ("purchase_end", "closed", 0, None, None),
    ]  # fmt: skip
    report = check(connection)
    assert [str(one) for one in report.residues] == []


def test_steps_cannot_be_changed() -> None:
    """A step is a fact: the database refuses to change it."""
    ledger.post(*ledger.masters(), proposal())
    with pytest.raises(Exception, match="facts are only appended"):
        models.PurchaseStep.objects.update(by="bob")
    assert issubclass(IntegrityError, Exception)


def test_nobody_approves_his_own_order_nor_one_that_changed() -> None:
    """The proposer's approval and an approval of an earlier version are refused at the door; his rejection is not."""
    ledger.post(*ledger.masters(), proposal())
    assert refused(decided("ann")) == "own_order"
    ledger.post(proposal(note="more"), at=2 * ledger.DAY)
    assert refused(decided("bob")) == "proposal_changed"
    ledger.post(decided("ann", version=2, decision="rejected"), at=3 * ledger.DAY)


def test_a_cancelled_order_takes_neither_deposit_nor_goods_but_its_deposit_back() -> None:
    """After the cancellation a payment, a receipt and progress are refused; money back is booked; going on lifts it."""
    ledger.post(
        *ledger.masters(),
        order(),
        paid("PAY-1", 10_500),
        of_order("purchase_end", "E-1", "2026-01-22", end="cancelled"),
    )
    assert refused(paid("PAY-2", 100)) == "order_cancelled"
    assert refused(received("R-1", 5)) == "order_cancelled"
    assert refused(of_order("purchase_progress", "P-1", "2026-01-23", stage="ready")) == "order_cancelled"
    ledger.post(paid("PAY-3", -10_500), at=2 * ledger.DAY)
    back = models.PaymentLine.objects.get(document__external_id="PAY-3")
    assert (back.amount, back.base_amount) == (-10_500, -10_500)
    ledger.post(of_order("purchase_end", "E-2", "2026-01-24", end="reopened"), received("R-2", 5), at=3 * ledger.DAY)
    assert [str(one) for one in check(connection).residues] == []


def test_what_was_received_cannot_be_cancelled() -> None:
    """An order with goods received is closed short instead."""
    ledger.post(*ledger.masters(), order(), received("R-1", 5))
    assert refused(of_order("purchase_end", "E-1", "2026-02-22", end="cancelled")) == "order_received"


def test_a_receipt_stays_within_what_the_order_tolerates() -> None:
    """5 % agreed on 100: 105 in all may come, 106 may not; without an agreement any receipt is taken up."""
    ledger.post(*ledger.masters(), order(over_bp=500), received("R-1", 100))
    assert refused(received("R-2", 6)) == "over_receipt"
    ledger.post(received("R-3", 5), at=2 * ledger.DAY)
    ledger.post(order(note="nothing agreed"), received("R-4", 300), at=3 * ledger.DAY)


def test_a_bill_is_not_paid_twice() -> None:
    """Payments in parts up to the bill's amount; one cent more is refused, and a corrected payment counts once."""
    ledger.post(
        *ledger.masters(), order(), received("R-1", 100),
        ledger.bill("B-1", "2026-02-12", "goods", 30_000, ("receipt", "R-1"), supplier="F1"),
        paid("PAY-1", 20_000, "cost_bill", "B-1"),
    )  # fmt: skip
    assert refused(paid("PAY-2", 10_001, "cost_bill", "B-1")) == "over_bill"
    ledger.post(paid("PAY-1", 25_000, "cost_bill", "B-1"), paid("PAY-3", 5_000, "cost_bill", "B-1"), at=2 * ledger.DAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": [{"share_bp": 3000, "trigger": "order"}]},
        {"terms": [{"share_bp": 10_000, "trigger": "full_moon"}]},
        {"over_bp": 10_001},
    ],
)
def test_terms_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    """Shares that are not the whole order, an unknown trigger, a tolerance beyond all measure."""
    with pytest.raises(ValueError, match=r"100 %|trigger|over_bp"):
        order(**wrong)


def test_an_inspection_accepts_no_more_than_it_saw() -> None:
    """Accepted and rework within the lot, what is left is rejected."""
    line = {"order_line": 1, "lot": 50, "accepted": 40, "rework": 5}
    ok = parse({"type": "inspection", "id": "I", "effective_at": "2026-01-01T00:00:00Z", "order": "PO-1", "result": "passed",
                "lines": [line]})  # fmt: skip
    assert ok.lines[0].rejected == 5
    with pytest.raises(ValueError, match="more than the lot"):
        of_order("inspection", "I-1", "2026-01-30", result="passed", lines=[{**line, "accepted": 46}])
