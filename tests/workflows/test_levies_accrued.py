"""Levies on what was sold or imported: accrued once, exactly, and trued up by the scheme's bill."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.core.calendar import to_instant
from entrepot.core.errors import ProblemError
from entrepot.workflows.accrue import Accrued, accrue
from entrepot.workflows.levies_billed import LevyBill, post_levy_bill, standing_levies
from entrepot.workflows.reconcile import reconcile
from entrepot.workflows.revalue import revalue
from entrepot.workflows.variance import variance
from tests.workflows.ledger import DAY, assert_proven, doc, masters, post, receipt, sale, sold

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = to_instant(doc("location", "X", "2026-06-30").effective_at)
PAPER = """
[[levy]]
id = "DE-paper"
name = "Packaging, paper"
country = "DE"
material = "paper"
per = "kg"
rate = {rate}
currency = "USD"
scheme = "DUAL"
{more}
[[item]]
sku = "A"
grams = {{ paper = {grams} }}
"""


def rules(home: Path, *, rate: str = "0.18", grams: int = 120, more: str = "") -> None:
    """The seller's rate card in his home."""
    (home / "rules").mkdir(exist_ok=True)
    (home / "rules" / "levies.toml").write_text(PAPER.format(rate=rate, grams=grams, more=more))


def german(number: str, on: str, units: int, country: str = "DE") -> Any:
    """A sale into a country."""
    return sale(number, on, units, amount=units * 1_000, country=country or None)


def shop(*sales: Any) -> None:
    """Stock of 2,000 and these sales."""
    post(*masters(), receipt("R-1", "2026-01-10", 2_000, 500), *sales)


def run(home: Path) -> Accrued:
    """One run, with the figures after it."""
    (done,) = accrue(at=NOW, home=home)
    revalue()
    return done


def amounts(estimate: bool = True) -> list[int]:
    """Live cost lines of levies."""
    rows = models.CostLine.objects.filter(
        estimate=estimate, replacement__isnull=True, document__source__in=("accrual", "levies")
    )
    return list(rows.order_by("pk").values_list("base_amount", flat=True))


def billed(amount: int, **more: Any) -> None:
    """The scheme's bill of the second quarter."""
    told = LevyBill("DUAL", "INV-7", date(2026, 7, 5), amount, "USD", date(2026, 4, 1), date(2026, 6, 30), **more)
    post_levy_bill(system_viewer(), told)
    revalue()


def test_sales_into_the_country_are_accrued_once_by_month_and_rounded_once(tmp_path: Path) -> None:
    """5 units of 120 g at 0.18 a kg are 10.8 cents in May; a sale to France bears none; another run adds nothing."""
    rules(tmp_path)
    shop(german("S-1", "2026-05-02", 2), german("S-2", "2026-05-09", 3), german("S-3", "2026-05-10", 9, "FR"))
    assert (run(tmp_path).posted, amounts()) == (1, [11])
    assert run(tmp_path).posted == 0
    assert (sold("S-1").get("selling", 0) + sold("S-2").get("selling", 0), sold("S-3").get("selling", 0)) == (11, 0)
    post(german("S-4", "2026-05-20", 100), at=NOW)
    assert (run(tmp_path).posted, amounts()) == (1, [11, 216])
    assert_proven()


def test_less_than_a_cent_waits_until_it_makes_one(tmp_path: Path) -> None:
    """0.18 a kg on 1 g is nothing for ten units and 2 cents for a hundred and ten."""
    rules(tmp_path, grams=1)
    shop(german("S-1", "2026-05-02", 10))
    assert (run(tmp_path).posted, amounts()) == (0, [])
    post(german("S-2", "2026-05-03", 100), at=NOW)
    assert (run(tmp_path).posted, amounts()) == (1, [2])


def test_the_bill_takes_the_place_of_the_estimates_unit_by_unit(tmp_path: Path) -> None:
    """216 accrued for 10 kg and 12 kg billed for 3.00: the weight explains 43, the rate the rest; nothing is left over."""
    rules(tmp_path)
    shop(german("S-1", "2026-05-02", 100), german("S-2", "2026-06-02", 100))
    run(tmp_path)
    company = models.Company.objects.get()
    assert [(one.levy, one.amount) for one in standing_levies(company, "DUAL")] == [
        ("DE-paper", 216),
        ("DE-paper", 216),
    ]
    billed(600, quantity="28.8")
    assert (amounts(), amounts(False)) == ([], [600])
    assert (sold("S-1")["selling"], sold("S-2")["selling"]) == (300, 300)
    variance(at=NOW)
    row = models.VarianceFigure.objects.get()
    assert (row.accrued, row.billed, row.quantity, row.rate, row.basis) == (432, 600, 86, 82, "card")
    assert run(tmp_path).posted == 0
    assert [one.residue for one in reconcile()] == [0]
    assert_proven()


def test_the_list_of_what_is_not_billed_shows_the_estimate_until_its_bill(tmp_path: Path) -> None:
    """The estimate is expected within the days of the rate card, and gone from the list with the bill."""
    rules(tmp_path, more="bill_days = 45")
    shop(german("S-1", "2026-05-02", 100))
    run(tmp_path)
    variance(at=NOW)
    (row,) = models.UnbilledFigure.objects.filter(supplier="DUAL")
    assert (row.kind, row.amount, row.due) == ("accrued", 216, date(2026, 6, 16))
    assert row.reference.startswith("Packaging, paper: 0.18 USD a kg")
    billed(216)
    variance(at=NOW)
    assert not models.UnbilledFigure.objects.filter(supplier="DUAL").exists()


def test_a_bill_for_the_company_and_the_period_withdraws_the_estimates(tmp_path: Path) -> None:
    """The same levy never counts twice, and comes back when that bill is taken back."""
    rules(tmp_path)
    shop(german("S-1", "2026-05-02", 100))
    run(tmp_path)
    target = {"kind": "company", "period_from": "2026-04-01", "period_to": "2026-06-30"}
    line = {"component": "other", "amount": 250, "targets": [target]}
    post(
        doc("cost_bill", "INV-8", "2026-07-05", company="US", supplier="DUAL", currency="USD", lines=[line]),
        at=NOW + DAY,
    )
    done = run(tmp_path)
    assert (done.posted, done.withdrawn, amounts()) == (0, 1, [])
    assert run(tmp_path).withdrawn == 0
    off = doc(
        "reversal", "X-1", "2026-07-06", company="US", documents=[{"type": "cost_bill", "id": "INV-8"}], reason="wrong"
    )
    post(off, at=NOW + 2 * DAY)
    assert (run(tmp_path).posted, amounts()) == (1, [216])
    assert_proven()


def test_a_levy_due_at_import_falls_on_the_goods_that_came_in(tmp_path: Path) -> None:
    """400 units that cross into DE bear it whether sold or not; sales into DE bear none of it, and it stays in stock."""
    rules(tmp_path, more='due = "imported"')
    sent = doc("transfer", "T-1", "2026-05-01", origin={"location": "LA"}, destination={"location": "DE"},
               lines=[{"sku": "A", "quantity": 400}])  # fmt: skip
    places = [doc("location", "LA", "2026-01-01", country="US"), doc("location", "DE", "2026-01-01", country="DE")]
    first, *others = masters()
    post(first, *places, *[m for m in others if m.type != "location"], receipt("R-1", "2026-01-10", 2_000, 500), sent,
         german("S-1", "2026-05-02", 100))  # fmt: skip
    assert (run(tmp_path).posted, amounts()) == (1, [864])
    assert run(tmp_path).posted == 0
    billed(900)
    assert (amounts(), amounts(False)) == ([], [900])
    assert [one.residue for one in reconcile()] == [0]
    assert_proven()


def test_what_cannot_be_accrued_is_named(tmp_path: Path) -> None:
    """A material that was never weighed and a sale to an unknown country are told, never taken as 0."""
    rules(tmp_path, grams=0)
    shop(german("S-1", "2026-05-02", 4), german("S-2", "2026-05-02", 3, ""))
    done = run(tmp_path)
    assert (done.posted, done.unweighed, done.nowhere) == (0, (("A", "paper", "DE"),), 3)


def test_another_companys_levy_is_not_ours_and_a_wrong_bill_is_refused(tmp_path: Path) -> None:
    """The card names the company; a bill without anything accrued, and one that ends before it begins, say what to do."""
    rules(tmp_path, more='company = "OTHER"')
    shop(german("S-1", "2026-05-02", 100))
    assert run(tmp_path).posted == 0
    with pytest.raises(ProblemError, match="no estimate of this scheme"):
        billed(100)
    late = LevyBill("DUAL", "INV-7", date(2026, 7, 5), 100, "USD", date(2026, 6, 1), date(2026, 5, 1))
    with pytest.raises(ProblemError, match="ends before"):
        post_levy_bill(system_viewer(), late)


def test_fees_are_accrued_on_an_order_that_bears_a_levy(tmp_path: Path) -> None:
    """The levy on an order that the shop has not settled does not hide the fees that it will charge."""
    rules(tmp_path)
    settled = [german(f"S-{n}", f"2026-05-{n:02d}", 1) for n in range(1, 26)]
    fees = [
        {"component": "platform_fee", "amount": 150, "order": {"type": "sales_order", "id": f"S-{n}"}}
        for n in range(1, 26)
    ]
    shop(*settled, doc("fee_charge", "F-1", "2026-06-01", shop="WEB", currency="USD", lines=fees))
    run(tmp_path)
    post(german("S-99", "2026-06-20", 100), at=NOW)
    run(tmp_path)
    assert sold("S-99")["selling"] == 216 + 15_000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("per = 'box'", "per box"),
        ("country = 'XX'", "country XX"),
        ("due = 'made'", "due made"),
        ("rate = -1", "rate -1"),
    ],
)
def test_an_odd_rate_card_is_refused_with_what_is_odd(wrong: str, said: str) -> None:
    """Nothing of the card is guessed."""
    from entrepot.workflows.levies import read_levies

    name = wrong.split(" ", maxsplit=1)[0]
    card = PAPER.format(rate="0.18", grams=1, more="")
    lines = [line for line in card.splitlines() if not line.startswith(f"{name} ")]
    with pytest.raises(ProblemError) as error:
        read_levies("\n".join([lines[0], lines[1], wrong, *lines[2:]]))
    assert said in str(error.value.problems[0].found)
