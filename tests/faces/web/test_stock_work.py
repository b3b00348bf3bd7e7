"""Pages of stock work on real books: typing, receiving, counting, labels, attached files, and who may do what."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.7 a packing list"
PAGES = {
    "/enter/": "录入单据", "/receiving/": "待收", "/shipments/": "在途", "/counts/": "开始盘点", "/labels/": "打印标签",
    "/differences/": "差异", "/inbound/": "入仓计划", "/arrivals/shipment/SH-1/": "装箱单",
}  # fmt: skip


@pytest.fixture
def books(transactional_db: None) -> dict[str, Any]:
    """100 A in LA; 40 of them on their way to DE in two cartons; an order of 50 B; a report that misses 3 A."""
    from entrepot.books.models import Document
    from tests.workflows import ledger

    cartons = [{"number": "1", "cartons": 2, "sku": "A", "quantity": 20}]
    ledger.post(*ledger.masters(), ledger.doc("supplier", "SUP", "2026-01-01", name="Sup"))
    ledger.post(
        ledger.receipt("GR-1", "2026-11-01", 100, 300),
        ledger.doc("shipment", "SH-1", "2026-11-05", origin={"location": "LA"}, destination="DE", mode="sea",
                   eta="2026-11-20T00:00:00Z", lines=[{"sku": "A", "quantity": 40}], cartons=cartons),
        ledger.doc("purchase_order", "PO-1", "2026-11-02", supplier="SUP", currency="USD", destination="LA",
                   lines=[{"sku": "B", "quantity": 50, "price": {"amount": 700}}]),
        ledger.doc("stock_report", "SR-1", "2026-11-06", location="LA", lines=[{"sku": "A", "quantity": 57}]),
    )  # fmt: skip
    return {row.external_id: row.pk for row in Document.objects.all()}


@pytest.fixture
def visit() -> Callable[..., Any]:
    """``visit(address, role)`` on real books."""
    from django.test import Client

    from tests.books.factories import user

    clients: dict[str, Client] = {}

    def _visit(address: str, role: str = "owner", method: str = "get", **more: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        return getattr(clients[role], method)(address, **more)

    return _visit


def send(visit: Callable[..., Any], address: str, told: Any, role: str = "owner") -> Any:
    return visit(address, role, "post", data=json.dumps(told), content_type="application/json")


def test_pages_in_both_languages_and_without_cost(visit: Callable[..., Any], books: dict[str, Any]) -> None:
    """At most 20 questions beside the frame's, Chinese in Chinese, and no price for the warehouse, on every page."""
    from django.db import connection

    for address, word in PAGES.items():
        visit(address)
        with CaptureQueriesContext(connection) as asked:
            assert visit(address).status_code == 200
        assert len(asked) <= 24, (address, len(asked))
        assert word in visit(address, headers={"Accept-Language": "zh-hans"}).content.decode()
        seen = visit(address, "warehouse")
        assert seen.status_code == 200
        assert not {"7.00", "3.00"} & set(seen.content.decode().split())


def test_a_receipt_from_arrival_to_document(visit: Callable[..., Any], books: dict[str, Any]) -> None:
    """Begin, save, check (short is told), post; a second save with an old version is a conflict; taking back restores."""
    begun = visit("/arrivals/shipment/SH-1/receive", "warehouse", "post")
    address = begun.headers["Location"]
    sheet = visit(address, "warehouse").content.decode()
    assert "40 to come" in sheet
    assert visit("/arrivals/purchase_order/PO-1/receive", "warehouse", "post").status_code == 302
    assert "Begun and not posted" in visit("/receiving/", "warehouse").content.decode()
    told = {"version": 1, "header": {"id": "GR-9", "location": "DE", "effective_at": "2026-11-21 10:00", "shipment": "SH-1"},
            "rows": [{"sku": "A", "quantity": "38"}]}  # fmt: skip
    saved = send(visit, f"{address}save", told, "warehouse")
    assert saved.json() == {"version": 2}
    stale = send(visit, f"{address}save", told, "warehouse")
    assert (stale.status_code, "warehouse" in stale.json()["problem"]) == (409, True)
    tried = send(visit, f"{address}try", {**told, "version": 2}, "warehouse").json()
    assert tried["faults"] == []
    assert "38 of 40" in tried["html"]
    wrong = send(visit, f"{address}post", {**told, "version": 1}, "warehouse")
    assert wrong.status_code == 409
    gone = send(visit, f"{address}post", {**told, "version": 2}, "warehouse").json()["go"]
    page = visit(gone, "warehouse").content.decode()
    assert "Take back" in page
    assert "2 of 40 units to come" in visit("/arrivals/shipment/SH-1/").content.decode()
    from entrepot.books.models import Document

    batch = Document.objects.get(external_id="GR-9").batch_id
    assert visit(f"/enter/undo/{batch}", "warehouse", "post").status_code == 302
    assert "40 of 40 units to come" in visit("/arrivals/shipment/SH-1/").content.decode()


def test_attached_files(visit: Callable[..., Any], books: dict[str, Any]) -> None:
    """Kept once, downloaded whole, never a page of HTML; papers of money hidden from who may not see cost."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from entrepot.books.models import Attachment, KeptFile

    order, receipt = books["PO-1"], books["GR-1"]

    def attach(key: int, content: bytes, role: str = "owner") -> Any:
        upload = SimpleUploadedFile("../list.pdf", content, "application/pdf")
        return visit(f"/documents/{key}/attach", role, "post", data={"file": upload})

    assert attach(receipt, b"<html><script>alert(1)</script>").status_code == 422
    for key in (order, receipt, receipt):
        assert attach(key, PDF).status_code == 302
    assert (KeptFile.objects.count(), Attachment.objects.count()) == (1, 2)
    of_order, of_receipt = (Attachment.objects.get(number=number).pk for number in ("PO-1", "GR-1"))
    got = visit(f"/documents/{receipt}/attached/{of_receipt}", "warehouse")
    assert (got.content, got.headers["Content-Type"], got.headers["X-Content-Type-Options"]) == (
        PDF,
        "application/pdf",
        "nosniff",
    )
    assert "list.pdf" in visit(f"/documents/{receipt}/").content.decode()
    assert visit(f"/documents/{order}/attached/{of_order}", "warehouse").status_code in (404, 422)
    assert attach(order, PDF + b"2", "warehouse").status_code in (403, 422)
    assert visit(f"/documents/{receipt}/attached/{of_receipt}/remove", "warehouse", "post").status_code == 422
    assert visit(f"/documents/{receipt}/attached/{of_receipt}/remove", "owner", "post").status_code == 302
    assert Attachment.objects.get(pk=of_receipt).removed_by.startswith("owner")


def test_labels_and_bad_input(visit: Callable[..., Any], books: dict[str, Any]) -> None:
    """A PDF of units and of cartons; an unknown code is told with its line, an odd body is answered, not a traceback."""
    done = visit("/labels/", "warehouse", "post", data={"items": "A 3\nB", "layout": "a4_44", "skip": "2"})
    assert (done.status_code, done.content[:5]) == (200, b"%PDF-")
    wrong = visit("/labels/", "warehouse", "post", data={"items": "A 3\nNOPE 2", "layout": "a4_44"})
    assert wrong.status_code == 422
    assert "NOPE" in wrong.content.decode()
    assert visit("/labels/cartons/SH-1.pdf", "warehouse").content[:5] == b"%PDF-"
    draft = visit("/enter/new/transfer", "owner", "post").headers["Location"]
    for odd in ([], {"version": "x"}, {"version": 1, "rows": [1]}, {"version": 1, "header": []}):
        assert send(visit, f"{draft}save", odd).status_code in (409, 422)
    odd_cells = {"version": 1, "header": {"origin": "L\0A", "note": None}, "rows": [{"sku": "A\0"}]}
    assert send(visit, f"{draft}save", odd_cells).json() == {"version": 2}
    assert visit(f"/documents/{books['PO-1']}/put-away", "owner", "post").status_code == 404
    assert visit("/enter/new/period_close", "viewer", "post").status_code == 422
    assert visit(draft, "warehouse").status_code == 422  # another person's draft


def test_a_sheet_by_keyboard(live_server: Any, books: dict[str, Any], open_page: Callable[..., Page]) -> None:
    """Typed, pasted, scanned and posted without a mouse; the console stays quiet and axe finds nothing in the sheet."""
    from axe_playwright_python.sync_playwright import Axe

    from entrepot.books.models import Balance
    from tests.books.factories import user

    owner = user("owner")
    owner.set_password("a long enough phrase 7")
    owner.save()
    errors: list[str] = []
    page = open_page("en-GB", 1440, 900, base_url=live_server.url)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/sign-in")
    page.fill("#id_username", owner.username)
    page.fill("#id_password", "a long enough phrase 7")
    page.click("button.btn-primary")
    page.wait_for_url("**/")
    page.goto("/enter/")
    page.get_by_role("button", name="Transfer").press("Enter")
    page.wait_for_url("**/enter/*/")
    keys = page.keyboard
    keys.type("LA")  # the first empty field has the focus
    keys.press("Tab")
    keys.type("DE")
    page.focus("[data-cell=sku]")
    page.evaluate(
        """() => { const d = new DataTransfer(); d.setData('text/plain', 'A\\t5\\nNOPE\\t1\\n');
        const said = { clipboardData: d, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', said)); }"""
    )
    keys.press("Control+b")
    for _scan in range(2):
        keys.type("A")
        keys.press("Enter")
    page.wait_for_function("document.querySelector('[data-cell=quantity]').value === '7'")
    with page.expect_response("**/post"):
        keys.press("Control+Enter")
    page.wait_for_selector("[data-cell=sku][aria-invalid=true]")
    assert page.evaluate("document.activeElement.value") == "NOPE"
    keys.press("Control+Delete")
    violations = Axe().run(page, ".sheet", {"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [found["id"] for found in violations] == []
    keys.press("Control+Enter")
    page.wait_for_url("**/documents/*/")
    rows = Balance.objects.filter(item__sku="A", cell__location__code="DE", cell__transit="")
    assert [row.on_hand for row in rows] == [7]
    assert errors == []
