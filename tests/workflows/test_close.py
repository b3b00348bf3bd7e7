"""Closing months: the hash of what was reported can be asked again for ever, whatever becomes known later."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import intake, models
from entrepot.core.errors import ProblemError
from entrepot.workflows import close
from entrepot.workflows.checking import check
from entrepot.workflows.roll_forward import roll_forward
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CLOSED_AT = make.instant(2026, 2, 3)


@pytest.fixture(autouse=True)
def _january() -> None:
    """100 units received, 30 sold, a freight bill; known in January."""
    papers = [
        *ledger.masters(), ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.bill("F-1", "2026-01-03", "freight", 5001, ("receipt", "R-1")),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000),
    ]  # fmt: skip
    assert intake.post(papers, name="January", recorded_at=make.instant(2026, 1, 20)).quarantined == 0


def test_a_closing_says_what_was_reported() -> None:
    """Units and value at the end of the month, and a hash that stays true when a bill comes late."""
    done = close.close("US", "2026-01", actor="ann", at=CLOSED_AT)
    assert (done.first, done.last, done.units) == (date(2026, 1, 1), date(2026, 1, 31), 70)
    assert (done.value, done.currency) == (70 * 300 + 5001 - 1500, "USD")
    late = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    intake.post([late], name="late", recorded_at=make.instant(2026, 3, 1))
    assert close.reported_still("US", "2026-01")
    assert models.Period.objects.get().reported == done.reported
    assert check(stale_too=False).residue == 0


def test_a_closing_reports_inventory_and_not_what_else_falls_on_units() -> None:
    """What handling returned units cost falls on them in the full view and is no inventory: the value is what the roll-forward
    closes with."""
    more = ledger.bill("RT-1", "2026-01-05", "returns", 700, ("receipt", "R-1"))
    assert intake.post([more], name="returns", recorded_at=make.instant(2026, 1, 21)).quarantined == 0
    done = close.close("US", "2026-01", actor="ann", at=CLOSED_AT)
    assert done.value == 70 * 300 + 5001 - 1500
    steps = roll_forward("US", "2026-01").steps
    assert done.value == steps.filter(steps["step"] == "closing")["amount"].sum()


def test_a_closing_can_be_lifted_and_made_again() -> None:
    """Closed, opened with its reason, closed anew with what is known by then: three facts, two hashes."""
    first = close.close("US", "2026-01", actor="ann", at=CLOSED_AT)
    close.reopen("US", "2026-01", "duty bill", actor="ann", at=CLOSED_AT + 1)
    late = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    intake.post([late], name="late", recorded_at=CLOSED_AT + 2)
    second = close.close("US", "2026-01", actor="ann", at=CLOSED_AT + 3)
    assert (first.document, second.document) == ("CLOSE-2026-01", "CLOSE-2026-01-2")
    assert second.value - first.value == 6137 - 1841
    periods = models.Period.objects.order_by("version").values_list("closed", "reason")
    assert list(periods) == [(True, ""), (False, "duty bill"), (True, "")]
    assert models.AuditEntry.objects.filter(action__startswith="period.").count() == 3


@pytest.mark.parametrize(
    ("company", "months", "code"),
    [
        ("US", "2026-02", "month_not_over"),
        ("US", "January", "bad_month"),
        ("US", "2026-13", "bad_month"),
        ("XX", "2026-01", "unknown_company"),
        ("US", "2026-01..2025-12", "empty_period"),
    ],
)
def test_what_cannot_be_closed_is_refused(company: str, months: str, code: str) -> None:
    """The reason is said and no period is there."""
    with pytest.raises(ProblemError) as refused:
        close.close(company, months, actor="ann", at=CLOSED_AT)
    assert (refused.value.problems[0].code, models.Period.objects.count()) == (code, 0)


def test_a_month_is_closed_once() -> None:
    """A second closing of the same month is refused and leaves nothing behind in quarantine."""
    close.close("US", "2026-01", actor="ann", at=CLOSED_AT)
    with pytest.raises(ProblemError) as refused:
        close.close("US", "2026-01", actor="ann", at=CLOSED_AT + 1)
    assert refused.value.problems[0].code == "period_state"
    assert (models.Period.objects.count(), models.Quarantine.objects.count()) == (1, 0)


def test_months_closed_together_are_closed_each() -> None:
    """January and February closed together: neither is closed again, and what comes late leaves both as they were; in March."""
    papers = [*ledger.masters(), ledger.receipt("R-1", "2026-01-02", 100, 300), ledger.sale("S-1", "2026-01-04", 30)]
    intake.post(papers, name="books", recorded_at=make.instant(2026, 2, 20))
    close.close("US", "2026-01..2026-02", actor="ann", at=make.instant(2026, 3, 2))
    before = [roll_forward("US", month).totals() for month in ("2026-01", "2026-02")]
    late = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    assert intake.post([late], name="late", recorded_at=make.instant(2026, 3, 10)).quarantined == 0
    assert [roll_forward("US", month).totals() for month in ("2026-01", "2026-02")] == before
    assert roll_forward("US", "2026-03").totals()["adjustment"] == (0, 6137 - 1841)
    for month in ("2026-01", "2026-02"):
        with pytest.raises(ProblemError) as refused:
            close.close("US", month, actor="ann", at=make.instant(2026, 3, 11))
        assert refused.value.problems[0].code == "period_state"
        assert "2026-01..2026-02" in refused.value.problems[0].message
