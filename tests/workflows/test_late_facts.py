"""A closed month as reported and as known: what came late, by family, SKU and document."""

from __future__ import annotations

import pytest

from entrepot.books import intake
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.workflows import close
from entrepot.workflows.late_facts import late_facts, late_papers
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CLOSED_AT = make.instant(2026, 2, 3)
LATE = make.instant(2026, 3, 1)


@pytest.fixture(autouse=True)
def _january() -> None:
    """100 units received at 3.00, 30 sold; known in January, which is closed in February."""
    papers = [
        *ledger.masters(),
        ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000),
    ]
    assert intake.post(papers, name="January", recorded_at=make.instant(2026, 1, 20)).quarantined == 0
    close.close("US", "2026-01", actor="ann", at=CLOSED_AT)


def test_a_late_bill_is_told_beside_what_was_reported() -> None:
    """61.37 of duty on 100 units in March: 30 % of it belongs to what was sold in January, the rest to its stock."""
    bill = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    intake.post([bill], name="late", recorded_at=LATE)
    found = late_facts("US", "2026-01")
    duty, whole = found.rows
    assert (duty.family, duty.stock_reported, duty.stock_known, duty.left_known) == ("duty_tax", 0, 6137 - 1841, 1841)
    assert (whole.stock_reported, whole.stock, whole.left_reported, whole.left) == (21_000, 4296, 9_000, 1841)
    assert found.proven
    assert [(sku, stock, left) for sku, stock, left in found.skus] == [(found.skus[0][0], 4296, 1841)]
    assert [(paper.number, paper.happened, paper.known) for paper in found.papers] == [
        ("D-1", "2026-01-05", "2026-03-01")
    ]
    assert found.documents == 1


def test_what_was_not_known_yet_does_not_count() -> None:
    """Asked as known in February, January is as reported: no family differs, no document is late."""
    bill = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    intake.post([bill], name="late", recorded_at=LATE)
    found = late_facts("US", "2026-01", known=LATE - 1)
    assert [(row.family, row.stock, row.left) for row in found.rows] == [("", 0, 0)]
    assert (found.skus, found.documents, found.papers) == ((), 0, ())


def test_a_month_that_was_never_closed_has_nothing_reported() -> None:
    """It is said so, with what to do."""
    with pytest.raises(ProblemError) as refused:
        late_facts("US", "2026-02")
    assert refused.value.problems[0].code == "never_closed"


def test_a_closing_from_outside_has_no_proof_and_says_so() -> None:
    """Closed by a document that kept no digest: neither proven nor refuted."""
    papers = [ledger.receipt("R-2", "2026-02-02", 10, 300)]
    intake.post(papers, name="February", recorded_at=LATE)
    told = {
        "type": "period_close", "id": "C-2", "company": "US", "effective_at": "2026-03-02T00:00:00Z",
        "period_from": "2026-02-01", "period_to": "2026-02-28",
    }  # fmt: skip
    intake.post([parse(told)], name="file", recorded_at=LATE + 1)
    assert late_facts("US", "2026-01").proven is True
    assert late_facts("US", "2026-02").proven is None


def test_months_that_were_closed_together_are_told_together() -> None:
    """January opened again and closed with February: either month is as that closing reported both, not as January was."""
    close.reopen("US", "2026-01", "a late bill", actor="ann", at=LATE)
    intake.post([ledger.receipt("R-2", "2026-02-02", 10, 300)], name="February", recorded_at=LATE + 1)
    close.close("US", "2026-01..2026-02", actor="ann", at=LATE + 2)
    bill = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    intake.post([bill], name="late", recorded_at=LATE + 3)
    january, february = late_facts("US", "2026-01"), late_facts("US", "2026-02")
    assert january == february
    assert (january.months, january.reported_at, january.proven) == ("2026-01..2026-02", LATE + 2, True)
    assert (january.total.stock_reported, january.total.stock, january.total.left) == (24_000, 4296, 1841)
    assert late_papers("US", "2026-01").papers == january.papers
    # as known before they were closed together, January is as it was closed alone
    assert late_facts("US", "2026-01", known=LATE - 1).reported_at == CLOSED_AT


def test_days_of_late_papers_are_the_companys() -> None:
    """Ten at night in Los Angeles is the next day in UTC."""
    intake.post([ledger.doc("company", "LA", "2026-01-01", currency="USD", zone="America/Los_Angeles", name="LA")],
                name="LA", recorded_at=make.instant(2026, 1, 20))  # fmt: skip
    close.close("LA", "2026-01", actor="ann", at=CLOSED_AT)
    told = {
        "type": "cost_bill", "id": "D-9", "company": "LA", "supplier": "X", "currency": "USD",
        "effective_at": "2026-02-01T06:00:00Z",
        "lines": [{"component": "software", "amount": 100,
                   "targets": [{"kind": "company", "period_from": "2026-01-01", "period_to": "2026-01-31"}]}],
    }  # fmt: skip
    assert intake.post([parse(told)], name="late", recorded_at=make.instant(2026, 3, 2, 4)).quarantined == 0
    (paper,) = late_papers("LA", "2026-01").papers
    assert (paper.happened, paper.known) == ("2026-01-31", "2026-03-01")
