"""Import tax that comes back: reconciled, in vouchers, outstanding by age, settled oldest first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.workflows.close import close
from entrepot.workflows.reconcile import reconcile
from entrepot.workflows.tax_claims import Claim, Returned, clear
from entrepot.workflows.vouchers import vouchers
from tests.books.test_import_tax import arrived, places, registration, taxed
from tests.workflows.ledger import DAY, assert_proven, doc, post, sale

NOON = 20_500 * DAY
books = pytest.mark.django_db


def settled(number: str, on: str, amount: int, **fields: Any) -> Any:
    return doc(
        "tax_return", number, on, company="US", **{"country": "DE", "currency": "USD", "amount": amount, **fields}
    )


def booked(month: str) -> dict[tuple[str, str], int]:
    """Kind of voucher and account → amount, of a month whose vouchers balance."""
    made = vouchers("US", month)
    assert made.residue == 0
    return {
        (v.kind, e.account): sum(x.amount for x in v.entries if x.account == e.account)
        for v in made.vouchers
        for e in v.entries
    }


@books
def test_recoverable_tax_stands_apart_and_nothing_is_left_over() -> None:
    """A bill of 10.01, seven tenths recoverable: 7.01 is a claim, 3.00 stands on units, the residue is 0."""
    post(
        *places(),
        registration(numerator=7, denominator=10),
        arrived(),
        taxed(amount=1_001, importer="US"),
        sale("S-1", "2026-02-20", 4, place="DE"),
    )
    (found,) = reconcile()
    (row,) = [row for row in found.rows if row.family == "duty_tax"]
    assert (row.bills, row.recoverable, row.sold + row.on_hand, row.residue, found.residue) == (1_001, 701, 300, 0, 0)


@books
@pytest.mark.both_databases
def test_vouchers_debit_the_receivable_and_a_later_registration_moves_it_there() -> None:
    """February is reported with the tax in stock; the registration that becomes known in March moves it to the receivable: what
    was sold in February is a prior-period adjustment, and February's vouchers stay as they were."""
    post(*places(), arrived(), taxed(importer="US", supplier="BRK"), sale("S-1", "2026-02-20", 4, place="DE"))
    before = booked("2026-02")
    assert before["purchases", "inventory"] == 4_000
    close("US", "2026-02", actor="test", at=NOON + 20 * DAY)
    post(registration(), at=NOON + 30 * DAY)
    assert booked("2026-02") == before
    assert booked("2026-03") == {
        ("purchases", "payables"): 1_000, ("purchases", "inventory"): -1_000,
        ("import_tax", "input_tax"): 1_000, ("import_tax", "payables"): -1_000,
        ("prior_period", "inventory"): 400, ("prior_period", "prior_period"): -400,
    }  # fmt: skip
    assert_proven()


@books
def test_what_comes_back_clears_the_receivable() -> None:
    """Set off in March, the rest paid out in April; nothing is left on the account."""
    post(
        *places(),
        registration(),
        arrived(),
        taxed(importer="US"),
        settled("T-1", "2026-03-10", 600),
        settled("T-2", "2026-04-10", 400, way="refund"),
    )
    assert booked("2026-02")["import_tax", "input_tax"] == 1_000
    assert booked("2026-03") == {("import_tax", "input_tax"): -600, ("import_tax", "import_tax_due"): 600}
    assert booked("2026-04") == {("import_tax", "input_tax"): -400, ("import_tax", "bank"): 400}
    assert_proven()


@books
def test_postponed_tax_is_owed_to_nobody_and_never_outstanding() -> None:
    """Half of it comes back: the other half is cost against the return, and there is no receivable."""
    post(*places(), registration(numerator=1, denominator=2), arrived(), taxed(importer="US", tax_scheme="postponed"))
    made = booked("2026-02")
    assert (made["purchases", "import_tax_due"], made["purchases", "inventory"]) == (-500, 3_500)
    assert ("import_tax", "input_tax") not in made


CLAIMS = st.lists(
    st.builds(Claim, st.integers(1, 9), st.sampled_from(["DE", "GB"]), st.just("EUR"),
              st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(1, 10_000), st.integers(1, 10_000)), max_size=6,
)  # fmt: skip
RETURNS = st.lists(
    st.builds(Returned, st.sampled_from(["DE", "GB"]), st.just("EUR"), st.dates(date(2026, 1, 1), date(2026, 12, 31)),
              st.integers(1, 8_000), st.integers(1, 9_000)), max_size=5,
)  # fmt: skip


@given(CLAIMS, RETURNS)
@settings(max_examples=150, deadline=None)
def test_claims_less_returns_is_what_is_outstanding(claims: list[Claim], returns: list[Returned]) -> None:
    """In the tax's currency and in the books: claimed = cleared + outstanding, country by country."""
    left, done = clear(claims, returns)
    for country in ("DE", "GB"):
        amount = sum(c.amount for c in claims if c.country == country) - sum(
            r.amount for r in returns if r.country == country
        )
        assert sum(c.amount for c in left if c.country == country) == amount
        base = sum(c.base for c in claims if c.country == country) - sum(
            d.base for d in done if d.returned.country == country
        )
        assert sum(c.base for c in left if c.country == country) == base
