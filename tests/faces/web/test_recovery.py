"""The pages on money that can be had back, on real books: what they say, who may see them, what they export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/bill-audit/", "/storage/", "/rebates/", "/duty-refunds/", "/salvage/")
EXPORTS = (
    "/bill-audit/disputes.csv", "/bill-audit/bills.xlsx", "/storage.csv", "/rebates/invoices.csv",
    "/rebates/suppliers.xlsx", "/rebates/claim.csv", "/duty-refunds.csv", "/salvage.csv",
)  # fmt: skip
CHINESE = {
    "/bill-audit/": "账单核对",
    "/storage/": "仓储",
    "/rebates/": "退税",
    "/duty-refunds/": "关税",
    "/salvage/": "不可售",
}


@pytest.fixture
def visit(transactional_db: None, settings: Any, tmp_path: Path) -> Callable[..., Any]:
    """``visit(address, role)`` on books with a disputed bill, an open invoice, a duty refund and damaged goods."""
    from django.test import Client

    from tests.books.factories import user
    from tests.books.intake import test_rebates as tax
    from tests.workflows import ledger as books
    from tests.workflows import test_bill_audit as freight
    from tests.workflows import test_salvage as goods

    (tmp_path / "rules" / "cards").mkdir(parents=True)
    (tmp_path / "rules" / "cards" / "sea.toml").write_text(freight.CARD)
    goods.seller(tmp_path)
    settings.HOME = tmp_path
    over = freight.forwarded(
        "F1", {"amount": 12_000, "billed_units": "240"}, {"component": "handling", "amount": 4_500}
    )
    given = [one for one in freight.shipped() if one.id != "R1"]
    bought = books.receipt("R1", "2026-01-05", 200, 300).model_copy(update={"location": "DE"})
    pack = {"level": "unit", "units": 1, "weight_g": 500, "length_mm": 200, "width_mm": 100, "height_mm": 100}
    carton = freight.packed("carton", 20, 10_000, 500, 500, 200)
    item = books.doc("item", "A", "2026-01-01", name="Mug", packaging=[carton, pack])
    spoilt = books.doc("regrade", "G1", "2026-03-01", origin={"location": "DE"},
                       destination={"location": "DE", "condition": "customer_damaged"},
                       lines=[{"sku": "A", "quantity": 10}])  # fmt: skip
    sold = books.sale("O1", "2026-03-02", 5, place="DE", amount=4_500)
    post = [*(one for one in given if one.id not in ("A", "SH-1")), item, bought,
            *(one for one in given if one.id == "SH-1"), over, spoilt, sold]  # fmt: skip
    tax.post(post)
    rate = books.doc("fx_rate", "CNYUSD", "2026-01-01", base="CNY", quote="USD", numerator=14, denominator=100,
                     date="2026-01-01")  # fmt: skip
    tax.post([rate, tax.invoice(), tax.declaration(quantity=60), tax.duty("K1", 1_000, "R1", entry="E-1"),
              tax.refund(400, entry="E-1")], at=2 * books.DAY)  # fmt: skip
    clients: dict[str, Client] = {}

    def _visit(address: str, role: str = "owner", language: str = "en") -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        return clients[role].get(address, headers={"Accept-Language": language})

    return _visit


def text(response: Any) -> str:
    return str(response.content.decode())


def rows(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_pages_say_their_finding_in_both_languages(visit: Callable[..., Any]) -> None:
    """Each page opens, and speaks Chinese to who reads it."""
    for address in PAGES:
        assert visit(address).status_code == 200
        assert CHINESE[address] in text(visit(address, language="zh-hans"))
    assert "$20.00 too much" in text(visit("/bill-audit/?since=2026-01-01&until=2026-12-31")).replace("</span>", "").split(
        "<h1>")[1]  # fmt: skip


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_who_may_not_see_cost_sees_none_of_it(visit: Callable[..., Any], role: str) -> None:
    """Pages and exports refuse roles without cost."""
    from entrepot.books.access import ROLES

    expected = 200 if "see_cost" in ROLES[role] else 403
    assert {visit(address, role).status_code for address in (*PAGES, *EXPORTS)} == {expected}


def test_a_page_asks_few_questions(visit: Callable[..., Any], django_assert_max_num_queries: Any) -> None:
    """No page needs more than twenty queries."""
    for address in PAGES:
        visit(address)
        with django_assert_max_num_queries(20):
            visit(address)


def test_a_disputed_bill_has_its_letter(visit: Callable[..., Any]) -> None:
    """The export names the bill; its page shows why, and the letter can be taken along in the reader's language."""
    from entrepot.books.models import Document

    (line,) = rows(visit("/bill-audit/disputes.csv?since=2026-01-01&until=2026-12-31"))
    assert (line["Bill"], line["Cause"], line["Too much"], line["Too much ISO"]) == ("F1", "Weight", "20.00", "USD")
    key = Document.objects.get(external_id="F1").pk
    assert "packed 200 kg by volume" in text(visit(f"/bill-audit/{key}/"))
    letter = visit(f"/bill-audit/{key}/letter.txt", language="zh-hans")
    assert "多收 20.00 USD" in text(letter)
    assert letter["Content-Disposition"] == 'attachment; filename="dispute-F1.txt"'
    assert visit("/bill-audit/999999/").status_code == 404


def test_what_can_be_claimed_is_a_file_that_imports(visit: Callable[..., Any], settings: Any) -> None:
    """The claim of the page's proposals, in the template's words, posts as it is and leaves nothing to claim."""
    from entrepot.books import models
    from entrepot.workflows.import_files import ImportOptions, import_file

    models.Item.objects.update(hs_code="95030089")  # toys: 13 % by the rule book
    assert "CN¥78" in text(visit("/rebates/")).split("<h1>")[1]
    path = Path(settings.HOME) / "claim.csv"
    path.write_bytes(visit("/rebates/claim.csv").content)
    found = import_file(path, ImportOptions(company="US", zone="UTC"), actor="ann", recorded_at=10**16)
    assert found.report is not None
    assert (found.report.posted, found.report.quarantined) == (1, 0), found.report.problems
    assert models.RebateClaimLine.objects.get().amount == 7_800
    assert visit("/rebates/claim.csv").status_code == 404


def test_a_refund_adds_up_on_its_page(visit: Callable[..., Any]) -> None:
    """400 of duty: what left and what is on hand are told and sum to it."""
    from entrepot.books.models import Document

    key = Document.objects.get(external_id="DR1").pk
    (one,) = rows(visit(f"/duty-refunds/{key}.csv"))
    parts = [float(one[f"{name} (USD)"]) for name in ("of it on units that left", "of it on units on hand")]
    assert (one["SKU"], one["Less cost (USD)"], sum(parts)) == ("A", "4.00", 4.0)
    assert visit("/duty-refunds/1/").status_code == 404


def test_a_lot_shows_every_way(visit: Callable[..., Any]) -> None:
    """The best way first; missing prices are named; an unknown lot is not there."""
    shown = text(visit("/salvage/lot/?sku=A&place=DE&condition=customer_damaged"))
    assert shown.index("Refurbish and sell as used") < shown.index("Sell to a liquidator")
    assert "a price for: Transport to the supplier" in shown
    assert visit("/salvage/lot/?sku=A&place=DE&condition=mould").status_code == 404
