"""Recoverable import tax as people and programs see it: the page, its exports, the address, the command, a sale, what-if."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from entrepot.books import models, tokens
from entrepot.books.access import system_viewer
from entrepot.faces.cli.main import app
from entrepot.workflows import explain
from entrepot.workflows.recoverable import comes_back, recoverable_tax
from entrepot.workflows.tax_whatif import if_registered
from tests.books import factories as make
from tests.books.test_import_tax import arrived, places, registration, taxed
from tests.workflows.ledger import post, sale
from tests.workflows.test_recoverable_tax import settled

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)


def books() -> None:
    """Ten units with 10.00 of recovered tax and four sold; 5.00 of which nobody says who imported; 2.00 of it came back."""
    post(
        *places(), registration(), arrived(), arrived("R-2", "2026-03-01"), taxed(importer="US", tax_point="2026-02-10"),
        taxed("B-2", "2026-03-05", 500, ("receipt", "R-2")), sale("S-1", "2026-02-20", 4, place="DE"),
        settled("T-1", "2026-04-11", 200),
    )  # fmt: skip


def visit(address: str, role: str = "owner", language: str = "en") -> Any:
    client = Client()
    client.force_login(make.user(role))
    return client.get(address, headers={"Accept-Language": language})


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode("utf-8-sig"))


def test_the_balance_has_age_country_and_a_day_on_which_it_can_be_expected() -> None:
    """10.00 less 2.00 that came back after 60 days: 8.00 outstanding for 140 days, expected 60 days after the tax point."""
    books()
    found = recoverable_tax(system_viewer("US"), ON)
    (balance,) = found.balances
    assert (balance.country, balance.claimed, balance.returned, balance.outstanding) == ("DE", 1_000, 200, 800)
    assert (balance.oldest, balance.usual, balance.late, balance.registration) == (140, 60, 800, "DE1")
    (left,) = found.open
    assert (left.number, left.amount, left.expected, left.assumed) == ("B-1", 800, date(2026, 4, 11), False)
    assert [(row.number, row.code, row.cost) for row in found.undecided] == [("B-2", "importer_missing", 500)]
    assert found.at_stake == 500


@pytest.mark.parametrize(("language", "said"), [("en", "is still to come back"), ("zh-hans", "进口税待收回")])
def test_the_page_in_both_languages(language: str, said: str) -> None:
    """The sum stands in the heading, the reason beside every line; few queries."""
    books()
    response = visit("/recoverable-tax/", language=language)
    assert response.status_code == 200
    assert said in text(response)
    assert "DE1" in text(response)


def test_who_may_not_see_cost_sees_none_of_it() -> None:
    """Page, export and address are closed to a warehouse worker."""
    books()
    assert visit("/recoverable-tax/", "warehouse").status_code == 403
    assert visit("/recoverable-tax/lines.csv", "warehouse").status_code == 403
    secret = tokens.issue(make.user("warehouse"), "test", at=make.NOW)[1]
    answer = Client().get("/api/recoverable-tax", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_tables_leave_as_files_and_programs_read_the_same() -> None:
    """Every decision as CSV with its reason; the address gives the same sums; a table that is none is not found."""
    books()
    rows = text(visit("/recoverable-tax/lines.csv"))
    assert "Recovered in DE: registration DE1 since 2026-01-01" in rows
    assert "who the importer of record was" in rows
    assert visit("/recoverable-tax/nothing.csv").status_code == 404
    secret = tokens.issue(make.user("owner"), "test", at=make.NOW)[1]
    told = Client().get("/api/recoverable-tax", headers={"Authorization": f"Bearer {secret}"}).json()
    assert (told["outstanding"], told["at_stake"], told["lines"][-1]["share"]) == (800, 500, "1")
    asked = Client().get(
        "/api/recoverable-tax/if-registered?country=DE&since=2026-01-01&ourselves=true",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert (asked.json()["now"], asked.json()["then"]) == (1_000, 1_500)


def test_the_command_says_balance_and_reasons() -> None:
    """The command line tells the same, and what a registration elsewhere would have brought: nothing."""
    books()
    told = CliRunner().invoke(app, ["recoverable-tax"])
    assert told.exit_code == 0, told.output
    assert "8.00 USD outstanding; 5.00 USD taken as cost" in told.output
    asked = CliRunner().invoke(app, ["recoverable-tax", "--register", "FR:2026-01-01"])
    assert "0.00 more than now" in asked.output
    assert CliRunner().invoke(app, ["recoverable-tax", "--register", "soon"]).exit_code != 0


def test_a_sale_names_the_registration_beside_its_import_tax() -> None:
    """The units sold bear none of the tax; the line says that it came back, and by which registration."""
    books()
    movement = models.SaleFigure.objects.get().movement_id
    (line,) = [row for row in explain.sale(movement) if row.component == "import_tax"]
    assert line.amount == 0
    assert line.tax is not None
    assert (line.tax.code, line.tax.back, line.tax.registration, line.tax.since) == (
        "recovered",
        1_000,
        "DE1",
        date(2026, 1, 1),
    )


def test_what_if_tells_registering_from_importing_oneself() -> None:
    """Tax that a forwarder imported under his name comes back only if the company had imported itself; by SKU."""
    post(*places(), arrived(), taxed(importer="FWD"), sale("S-1", "2026-02-20", 4, place="DE"))
    viewer = system_viewer("US")
    first = if_registered(viewer, "DE", date(2026, 1, 1))
    assert (first.lines, first.tax, first.then, first.others) == (1, 1_000, 0, 1_000)
    half = if_registered(viewer, "DE", date(2026, 1, 1), share=Fraction(1, 2), ourselves=True)
    assert (half.gain, [(row.sku, row.less) for row in half.skus]) == (500, [("A", 500)])
    assert if_registered(viewer, "DE", date(2026, 2, 13), ourselves=True).lines == 0
    assert models.TaxRegistration.objects.count() == 0


def test_a_quote_decides_as_the_books_do() -> None:
    """Where the company is registered on the day its own imports' tax comes back; else it does not."""
    post(*places(), registration(), registration("OSS", scheme="oss", country="FR", number="EU1"))
    viewer = system_viewer("US")
    assert comes_back(viewer, "DE", ON).share == 1
    assert comes_back(viewer, "DE", date(2025, 12, 31)).share == 0
    assert comes_back(viewer, "FR", ON).code == "not_registered"


@pytest.mark.parametrize(
    ("number", "importer", "scheme", "code", "outstanding", "source"),
    [
        # The importer who is registered deducts the tax of goods for his own taxed sales: article 168(e).
        ("P-1", "US", "paid", "recovered", 1_000, "https://www.vatupdate.com/2025/07/17/roadtrip-through-ecj-cases-focus-on-right-to-deduct-vat-vat-paid-on-the-importation-of-goods-art-168e"),
        # Who only carries the goods deducts nothing, and his tax is no claim of the goods' owner either: C-187/14.
        ("P-2", "DSV", "paid", "other_importer", 0, "https://beta.bailii.org/eu/cases/EUECJ/2015/C18714.html"),
        # Postponed accounting: box 1 and box 4 of the same return, nothing is paid and nothing outstanding.
        ("P-3", "US", "postponed", "recovered", 0, "https://www.gov.uk/guidance/complete-your-vat-return-to-account-for-import-vat"),
    ],
)  # fmt: skip
def test_published_rules(number: str, importer: str, scheme: str, code: str, outstanding: int, source: str) -> None:
    """The rules that authorities and courts published, each at the address where it was read."""
    post(
        *places(),
        registration(),
        arrived(),
        taxed(number, importer=importer, tax_scheme=scheme, tax_point="2026-02-10"),
    )
    found = recoverable_tax(system_viewer("US"), ON)
    assert source.startswith("https://")
    assert (found.lines[0].code, found.outstanding) == (code, outstanding)


def test_the_page_answers_what_if_the_company_were_registered() -> None:
    """Nobody is registered: of 15.00 in Germany 10.00 would come back, 5.00 more if it had imported itself; a bad day is told."""
    goods = (arrived(), arrived("R-2", "2026-03-01"))
    post(*places(), *goods, taxed(importer="US"), taxed("B-2", "2026-03-05", 500, ("receipt", "R-2")))
    page = text(visit("/recoverable-tax/?country=de&since=2026-01-01"))
    said = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("if-registered") :]).split())
    assert "Of US$15.00 import tax on 2 lines in DE, US$10.00 would come back: US$10.00 more than now." in said
    assert "A further US$5.00 if we imported ourselves" in said
    page = text(visit("/recoverable-tax/?country=de&since=soon"))
    assert "Say a country and a day" in page
    assert "would come back" not in page


def test_a_quote_takes_the_share_of_the_registration() -> None:
    """7/10 by registration: page, interface and command split the tax; what is typed outranks it, another day has no share."""
    post(*places(), registration(numerator=7, denominator=10))
    viewer = system_viewer("US")
    address = "/quote/{part}?to=DE&duty=12&price=10&qty=10&cur=EUR&in=EUR&m1=sea&f1=20&b1=total&m2=&m3=&on={on}{more}"

    def tax(on: str = "2026-06-01", more: str = "") -> list[str]:
        told = text(visit(address.format(part="lines.csv", on=on, more=more)))
        return [line.split(",")[3] for line in told.splitlines() if line.startswith("VAT,")]

    whole = 2_280  # 19 % of 120; goods of 100 are free of duty until July 2026
    assert comes_back(viewer, "DE", date(2026, 6, 1)).share == Fraction(7, 10)
    assert "70 % comes back: registered" in text(visit(address.format(part="", on="2026-06-01", more="")))
    assert len(tax()) == 2
    assert "70% comes back" in tax()[0]
    assert "50% comes back" in tax(more="&share=50")[0]
    assert len(tax("2025-06-01")) == len(tax(more="&recover=0")) == 1
    body = {"destination": "DE", "quantity": 10, "price": 10, "currency": "EUR", "duty": "12", "on": "2026-06-01",
            "way": [{"name": "s", "mode": "sea", "freight": 20}]}  # fmt: skip
    headers = {"Authorization": f"Bearer {tokens.issue(make.user('finance'), 't', at=make.NOW)[1]}"}
    found = Client().post("/api/quote/alternatives", body, content_type="application/json", headers=headers).json()
    amounts = {
        n["recoverable"]: n["amount"] for n in found["alternatives"][0]["lines"] if n["component"] == "import_tax"
    }
    assert amounts == {True: round(whole * 0.7), False: whole - round(whole * 0.7)}
    typed = (
        "quote --to DE --price 10 --currency EUR --quantity 10 --duty 12 --way s:sea:20 --on 2026-06-01 --company US"
    )
    assert "70% comes back" in CliRunner().invoke(app, typed.split()).output
