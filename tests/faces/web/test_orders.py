"""Purchasing and payables: what the pages show to whom, and an order of forty lines from typing to payment by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from entrepot.books import models
from entrepot.books.access import create_user
from entrepot.core.documents import parse
from entrepot.workflows import order_trade, purchasing
from tests.workflows import ledger

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORD = "a long enough phrase 7"


@pytest.fixture
def books() -> None:
    """A company, a supplier, forty items and four people."""
    ledger.post(
        *ledger.masters(), ledger.doc("supplier", "F1", "2026-01-01", name="Lamp works"),
        *(ledger.doc("item", f"K-{n:02d}", "2026-01-01") for n in range(1, 41)),
    )  # fmt: skip
    for name, role in (("ann", "operations"), ("bob", "finance"), ("wes", "warehouse"), ("vic", "viewer")):
        create_user(name, WORD, role, check=False)


def _who(name: str) -> Any:
    from entrepot.books.access import viewer_for

    return viewer_for(models.Membership.objects.get(user__username=name).user)


def _signed_in(name: str) -> Client:
    client = Client()
    client.force_login(models.Membership.objects.get(user__username=name).user)
    return client


def _proposed() -> None:
    lines = [{"sku": "K-01", "quantity": 10, "price": {"amount": 777}}]
    said = {"supplier": "F1", "currency": "USD", "lines": lines, "deposit_bp": 3000}
    order = parse({"type": "purchase_order", "id": "PO-1", "effective_at": "2026-01-05T04:00:00Z", **said})
    purchasing.propose(_who("ann"), order)


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
def test_prices_are_for_who_may_see_them() -> None:
    """A warehouse worker sees the order and its units; no amount stands on the pages or in the export; payables are closed."""
    _proposed()
    purchasing.approve(_who("bob"), "PO-1")
    for name, priced in (("bob", True), ("wes", False), ("vic", False)):
        client = _signed_in(name)
        for address in ("/purchasing/", "/purchasing/PO-1/", "/purchasing.csv"):
            answer = client.get(address)
            assert answer.status_code == 200
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert (b"77.70" in content) == priced, (name, address)
        assert client.get("/payables/").status_code == (200 if priced else 403)
        assert client.get("/payables/open.csv").status_code == (200 if priced else 403)


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
def test_approving_on_the_page() -> None:
    """The proposer is told to ask a colleague and refused by the server; the colleague's approval places the order."""
    _proposed()
    ann, bob = _signed_in("ann"), _signed_in("bob")
    assert b"You proposed this order" in ann.get("/purchasing/PO-1/").content
    answer = ann.post("/purchasing/PO-1/do/approve")
    assert answer.status_code == 422
    assert b"approves his own order" in answer.content
    assert bob.post("/purchasing/PO-1/do/approve").status_code == 302
    assert models.PurchaseLine.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
def test_what_is_wrong_is_told_above_what_was_typed() -> None:
    """Too many units: 422, the reason, and the number as typed; nothing was posted."""
    _proposed()
    purchasing.approve(_who("bob"), "PO-1")
    wes = _signed_in("wes")
    answer = wes.post("/purchasing/PO-1/do/receive", {"location": "LA", "quantity-1": "99"})
    assert answer.status_code == 422
    assert b"ore than was ordered" in answer.content
    assert b'value="99"' in answer.content
    assert not models.Document.objects.filter(type="receipt").exists()
    assert wes.post("/purchasing/PO-1/do/receive", {"location": "LA", "quantity-1": "ten"}).status_code == 422
    assert wes.post("/purchasing/PO-1/do/pay", {"pay-purchase_order:PO-1": "1"}).status_code == 422


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
def test_payables_ask_the_books_a_fixed_number_of_times(django_assert_max_num_queries: Any) -> None:
    """Twenty queries at most, with a bill open, also for a past day."""
    _proposed()
    purchasing.approve(_who("bob"), "PO-1")
    order_trade.receive(_who("wes"), "PO-1", "LA", [{"order_line": 1, "quantity": 10}])
    order_trade.bill(_who("bob"), "PO-1", "USD", [{"order_line": 1, "amount": 7_770}], name="B-1")
    client = _signed_in("bob")
    client.get("/payables/")
    for address in ("/purchasing/", "/payables/", "/payables/?on=2026-01-20"):
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200
    assert b"B-1" in client.get("/payables/").content
    assert b"B-1" not in client.get("/payables/?on=2026-01-20").content


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
def test_files_beside_an_order() -> None:
    """A PDF attached to the proposal stands on the order's page after approval too; a worker who sees no cost does not get it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    _proposed()
    key = models.Document.objects.get(type="purchase_proposal").pk
    ann, wes = _signed_in("ann"), _signed_in("wes")
    file = SimpleUploadedFile("quote.pdf", b"%PDF-1.7 offer")
    answer = ann.post(f"/documents/{key}/attach", {"file": file, "order": "PO-1"})
    assert (answer.status_code, answer["Location"]) == (302, "/purchasing/PO-1/#attached")
    purchasing.approve(_who("bob"), "PO-1")
    assert b"quote.pdf" in ann.get("/purchasing/PO-1/").content
    assert b"quote.pdf" not in wes.get("/purchasing/PO-1/").content
    row = models.Attachment.objects.get()
    assert (
        ann.post(f"/documents/{key}/attached/{row.pk}/remove", {"order": "PO-1"})["Location"]
        == "/purchasing/PO-1/#attached"
    )
    assert b"quote.pdf" not in ann.get("/purchasing/PO-1/").content


def _open(open_page: Callable[..., Page], address: str, name: str) -> Page:
    page = open_page("en-GB", 1440, 900, base_url=address)
    page.goto("/sign-in")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(WORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("books")
def test_forty_lines_from_order_to_payment_by_keyboard(
    live_server: Any, open_page: Callable[..., Page]
) -> None:  # fmt: skip
    """Forty lines are typed, approved by a second person, received, billed and paid; no mouse is used anywhere."""
    ann = _open(open_page, live_server.url, "ann")
    ann.goto("/purchasing/")
    ann.focus("[accesskey=n]")
    ann.keyboard.press("Enter")
    ann.wait_for_selector("[data-sheet]")
    for field, text in (("supplier", "F1"), ("currency", "USD"), ("destination", "LA")):
        ann.focus(f'[data-head-field="{field}"]')
        ann.keyboard.press("Control+A")
        ann.keyboard.type(text)
    number = ann.input_value('[data-head-field="id"]')
    ann.focus('tbody tr:first-child [data-cell="sku"]')
    for n in range(1, 41):
        for name, text in (("sku", f"K-{n:02d}"), ("quantity", str(n)), ("price", "1.50")):
            ann.focus(f'tbody tr:nth-child({n}) [data-cell="{name}"]')
            ann.keyboard.type(text)
        ann.keyboard.press("Enter")
    ann.keyboard.press("Control+Enter")
    ann.wait_for_url(f"**/purchasing/{number}/")
    bob = _open(open_page, live_server.url, "bob")
    bob.goto(f"/purchasing/{number}/")
    bob.wait_for_selector("main button:focus")  # the one that approves
    bob.keyboard.press("Enter")
    bob.wait_for_selector(".order-acts")
    for act in ("receive", "bill", "pay"):
        bob.goto(f"/purchasing/{number}/?act={act}")
        bob.wait_for_selector("[data-order-form] input:focus")
        bob.keyboard.press("Control+Enter")
        bob.wait_for_url(f"**/purchasing/{number}/")
    worth = sum(150 * n for n in range(1, 41))
    assert models.Movement.objects.filter(purchase_line__isnull=False).count() == 40
    assert sum(models.PaymentLine.objects.values_list("amount", flat=True)) == worth
    assert bob.inner_text(".order-state").startswith("Paid")
