"""Cost variance, FX exposure and the reconciliation on real books: figures, drill, exports, roles, both languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PAGES = ("/variance/", "/exchange/", "/cost/reconciliation/", "/cost/?by=order")


@pytest.fixture
def visit() -> Callable[..., Any]:
    """``visit(address, role, language)``."""
    from django.test import Client

    from tests.books.factories import user

    clients: dict[str, Client] = {}

    def _visit(address: str, role: str = "owner", language: str = "en") -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        return clients[role].get(address, headers={"accept-language": language})

    return _visit


@pytest.fixture
def books(transactional_db: None, tmp_path: Any, settings: Any) -> None:
    """An estimate of 500 that was billed at 620, one that waits, a loss, an open order in yuan; the round was run."""
    from entrepot.workflows.true_up import true_up
    from tests.books.intake.test_accruals import charge
    from tests.workflows.ledger import DAY, doc, masters, post, receipt, sale
    from tests.workflows.test_exposure import order

    settings.HOME = tmp_path
    first = ("receipt", "R-1", None)
    post(
        *masters(), doc("fx_rate", "FX", "2026-01-01", base="CNY", quote="USD", numerator=14, denominator=100, date="2026-01-01"),
        receipt("R-1", "2026-01-10", 100, 300), charge("E-1", 500, [first], estimate=True, supplier="F"),
        charge("E-2", 70, [first], "duty", estimate=True, supplier="F"), sale("S-1", "2026-01-20", 30, amount=27_000),
        doc("stock_use", "U-1", "2026-02-10", purpose="lost", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": 2}]),
        order("PO-1", "2026-02-01", 700, due="2026-03-20"),
    )  # fmt: skip
    post(charge("B-1", 620, [first], supplier="F"), at=2 * DAY)
    true_up()


def _rows(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_pages_say_what_the_books_say(visit: Callable[..., Any], books: None) -> None:
    """1.20 more than accrued by price; every cent stands somewhere; 98.00 to be paid."""
    assert "1.20 more than accrued" in visit("/variance/").content.decode()
    assert "residue 0" in visit("/cost/reconciliation/").content.decode()
    assert "PO-1" in visit("/exchange/").content.decode()
    for by in ("cause", "supplier", "forwarder", "sku", "month", "component"):
        assert visit(f"/variance/?by={by}").status_code == 200


def test_a_variance_leads_to_its_bill_and_its_estimate(visit: Callable[..., Any], books: None) -> None:
    """Both documents are one click away."""
    from entrepot.books.models import Document

    page = visit("/variance/").content.decode()
    for number in ("B-1", "E-1"):
        assert f"/documents/{Document.objects.get(external_id=number).pk}/" in page


def test_exports_hold_what_the_page_shows(visit: Callable[..., Any], books: None) -> None:
    """CSV rows of every table; XLSX opens."""
    (row,) = _rows(visit("/variance.csv"))
    assert {row["Accrued (USD)"], row["Billed (USD)"], row["Difference (USD)"]} == {"5.00", "6.20", "1.20"}
    assert [row["Document"] for row in _rows(visit("/variance/unbilled.csv"))] == ["E-2"]
    assert len(_rows(visit("/cost/reconciliation/families.csv"))) == 11
    assert [row["SKU"] for row in _rows(visit("/cost/reconciliation/losses.csv"))] == ["A"]
    assert len(_rows(visit("/exchange/orders.csv"))) == 1
    for address in ("/variance.xlsx", "/exchange/weeks.xlsx", "/exchange/differences.xlsx"):
        assert visit(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_who_may_not_see_cost_is_refused(visit: Callable[..., Any], books: None, address: str) -> None:
    """A page without a figure, and no export."""
    refused = visit(address, "warehouse")
    assert refused.status_code == 403
    assert "6.20" not in refused.content.decode()
    assert visit("/variance.csv", "warehouse").status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_few_queries_and_both_languages(visit: Callable[..., Any], books: None, address: str) -> None:
    """A bounded number of questions to the database, session and navigation included; the Chinese page is Chinese."""
    from django.db import connection

    visit(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert visit(address).status_code == 200
    assert len(asked) <= 26, len(asked)
    assert "成本" in visit(address, language="zh-hans").content.decode()
