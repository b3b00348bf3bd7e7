"""The what-if page on real books: the effect on every SKU, what turns unprofitable, what is not known, and untouched books."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = "from=2026-01&to=2026-03&paid=USD&start=2026-12-01"


@pytest.fixture
def visit(transactional_db: None) -> Callable[..., Any]:
    """``visit(address, role)`` on books where A earns 59.00 on 30 shirts to the US and B has no HS code."""
    from django.test import Client

    from tests.books.factories import user
    from tests.workflows import ledger as books

    plain = [one for one in books.masters() if one.id != "A"]
    shirt = books.doc("item", "A", "2026-01-01", hs_code="6109.10.00", origin="CN")
    books.post(*plain, shirt)
    books.post(
        books.receipt("GR-1", "2026-01-02", 100, 300),
        books.receipt("GR-2", "2026-01-02", 100, 300, sku="B"),
        books.bill("F-1", "2026-01-03", "freight", 5000, ("receipt", "GR-1")),
        books.sale("S-1", "2026-01-05", 30, amount=16_400, country="US"),
        books.sale("S-2", "2026-01-05", 10, sku="B", amount=9_000, country="US"),
    )
    clients: dict[str, Client] = {}

    def _visit(address: str, role: str = "owner", **more: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        return clients[role].get(address, **more)

    return _visit


def _rows(response: Any) -> dict[str, dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return {row["SKU"]: row for row in csv.DictReader(io.StringIO(content))}


def test_a_tariff_hits_what_it_reaches_and_leaves_the_rest(visit: Callable[..., Any]) -> None:
    """Ten points on 90.00 of goods are 9.00, and the interest on them a cent; another heading is not touched; a SKU without HS
    code says so."""
    hit = _rows(visit(f"/what-if.csv?{PERIOD}&country=US&hs=6109&origin=CN&points=10"))
    assert hit["A"]["Added cost (USD)"] == "9.01"
    assert float(hit["A"]["Profit after (USD)"]) == pytest.approx(float(hit["A"]["Profit now (USD)"]) - 9.01)
    assert hit["B"]["Added cost (USD)"] == ""
    assert hit["B"]["Still needed"] == "HS code"
    assert (
        _rows(visit(f"/what-if.csv?{PERIOD}&country=US&hs=8517&origin=CN&points=10"))["A"]["Added cost (USD)"] == "0.00"
    )


def test_what_turns_unprofitable_is_told_first(visit: Callable[..., Any]) -> None:
    """A hundred points take more than the shirt earns."""
    text = visit(f"/what-if/?{PERIOD}&country=US&hs=6109&origin=CN&points=100").content.decode()
    assert "1 SKU by country turns unprofitable" in text
    rows = _rows(visit(f"/what-if.csv?{PERIOD}&country=US&hs=6109&origin=CN&points=100"))
    assert next(iter(rows)) == "A"
    assert rows["A"]["Turns"] == "turns unprofitable"


def test_freight_and_storage_change_by_per_cent(visit: Callable[..., Any]) -> None:
    """40 % of 15.00 freight is 6.00 and a cent of interest: the US values goods without it, so no duty follows."""
    assert _rows(visit(f"/what-if.csv?{PERIOD}&freight=40"))["A"]["Added cost (USD)"] == "6.01"


def test_the_books_are_not_touched(visit: Callable[..., Any]) -> None:
    """Profit now is that of the true-cost page, whatever is asked."""
    before = visit("/cost.csv?from=2026-01&to=2026-03")
    profit = _rows_by(before, "Profit (USD)")
    asked = _rows(visit(f"/what-if.csv?{PERIOD}&points=50&freight=90"))
    assert {sku: row["Profit now (USD)"] for sku, row in asked.items()} == profit
    assert _rows_by(visit("/cost.csv?from=2026-01&to=2026-03"), "Profit (USD)") == profit


def _rows_by(response: Any, column: str) -> dict[str, str]:
    return {key: row[column] for key, row in _rows(response).items()}


def test_what_cannot_be_read_is_said(visit: Callable[..., Any]) -> None:
    """A change in words is refused in a note, the page stands."""
    response = visit(f"/what-if/?{PERIOD}&freight=much&points=ten")
    assert response.status_code == 200
    text = response.content.decode()
    assert "found: much" in text
    assert "found: US:::ten" in text


def test_cost_is_not_for_everybody(visit: Callable[..., Any]) -> None:
    """Neither page nor file."""
    assert visit("/what-if/", "warehouse").status_code == 403
    assert visit("/what-if.csv", "warehouse").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_speaks_both_languages(visit: Callable[..., Any], language: str) -> None:
    """Title and state of the change in the reader's language."""
    text = visit(f"/what-if/?{PERIOD}&points=10", headers={"Accept-Language": language}).content.decode()
    assert ("转为亏损" in text) == (language == "zh-hans")


def test_a_what_if_is_asked_in_a_browser(
    visit: Callable[..., Any], live_server: Any, open_page: Callable[..., Any]
) -> None:
    """Points are typed and sent: the heading tells what turns, the families stand before and after, nothing fails."""
    from django.contrib.auth import get_user_model

    visit("/what-if/")  # makes the owner
    owner = get_user_model().objects.latest("pk")
    owner.set_password("a long enough phrase 7")
    owner.save()
    page = open_page("en-GB", 1440, 900, base_url=live_server.url)
    page.goto("/sign-in")
    page.fill("#id_username", owner.get_username())
    page.fill("#id_password", "a long enough phrase 7")
    page.click("button.btn-primary")
    page.wait_for_url("**/")
    page.goto(f"/what-if/?{PERIOD}")
    page.fill("input[name=points]", "100")
    page.click("text=Show the effect")
    page.wait_for_url("**points=100**")
    assert "less profit a year" in page.inner_text("h1")
    assert "Reckoned in" in page.inner_text("main")


def test_a_storage_fee_changes_by_per_cent_lot_by_lot(visit: Callable[..., Any]) -> None:
    """The lots of the platforms stand in a table with an export; a fee that cannot be read says so and shows none."""
    shown = visit("/what-if/?fee=US:monthly_storage&feepercent=20").content.decode()
    assert "Storage and age after" in shown
    table = b"".join(visit("/what-if/fees.csv?fee=US:monthly_storage&feepercent=20").streaming_content).decode()
    assert table.lstrip("\ufeff").startswith("SKU,Marketplace,Lot")
    wrong = visit("/what-if/?fee=US:monthly_storage&feepercent=much").content.decode()
    assert "this change of a fee cannot be read" in wrong
    assert "Storage and age after" not in wrong
