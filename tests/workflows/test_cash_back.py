"""Money that is expected back stands in the week in which it usually comes: import tax, export rebates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.workflows.cash_back import USUAL_REBATE_DAYS, due_back
from entrepot.workflows.cash_calendar import payables_page
from tests.books.intake.test_rebates import books as china
from tests.books.intake.test_rebates import claim, declaration, invoice
from tests.books.intake.test_rebates import post as post_china
from tests.books.test_import_tax import arrived, places, registration, taxed
from tests.workflows.ledger import post
from tests.workflows.test_rebates import paid
from tests.workflows.test_recoverable_tax import settled

pytestmark = pytest.mark.django_db


def back(today: date) -> list[tuple[date, int]]:
    viewer = system_viewer()
    return sorted(due_back(viewer, models.Company.objects.get(), today))


def test_tax_is_expected_after_as_long_as_it_took_before() -> None:
    """Tax of 12 February came back 23 days later, so that of 1 April is expected on the 24th, and what is overdue now."""
    post(
        *places(), registration(), arrived(), taxed(importer="US"), settled("T-1", "2026-03-07", 1_000),
        arrived("R-2", "2026-04-01", 5), taxed("V-2", "2026-04-01", 500, ("receipt", "R-2"), importer="US"),
    )  # fmt: skip
    assert back(date(2026, 4, 5)) == [(date(2026, 4, 24), 500)]
    assert back(date(2027, 1, 1)) == [(date(2027, 1, 1), 500)]


def test_a_rebate_is_expected_after_the_usual_wait_less_what_came() -> None:
    """Nothing was ever paid: the assumed wait. After a part came, the rest is expected by the wait that was seen."""
    post_china([*china(), invoice(), declaration(), claim()])
    whole = models.RebateClaimLine.objects.get()
    (found,) = back(date(2026, 2, 1))
    assert found[1] == whole.amount
    claimed = found[0]
    post_china([paid(100)], at=9 * 86_400_000_000)
    (rest,) = back(date(2026, 2, 1))
    assert rest[1] == whole.amount - 100
    assert claimed == date(2026, 2, 1) + timedelta(days=USUAL_REBATE_DAYS)
    assert rest[0] == date(2026, 3, 3)


def test_the_calendar_has_it_as_money_in() -> None:
    """The week's sum and what all of it comes to carry it; nothing of it is called a cost."""
    post(*places(), registration(), arrived(), taxed(importer="US"))
    page = payables_page(system_viewer())
    assert page is not None
    assert sum(week.of("tax_back") for week in page.weeks) == 1_000
    assert sum(week.come for week in page.weeks) == 1_000
    assert page.weeks[-1].running == 1_000 - sum(week.out for week in page.weeks)
