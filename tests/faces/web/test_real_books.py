"""From files and documents to the pages: the figures that a reader sees are those of the books."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

ORDERS = (
    "Order ID,SKU,Quantity,Unit price,Order date,Ship country\n"
    "X-1,A,2,20.00,2026-03-01 10:00,US\n"
    "X-2,A,1,20.00,2026-03-02 10:00,DE\n"
    "X-3,NOWHERE,1,9.99,2026-03-02 10:00,US\n"
)


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


@pytest.fixture
def ledger(transactional_db: None) -> dict[str, str]:
    """100 units at 3.00 with 50.01 of freight; 30 sold at 9.00, 2 of them came back; 40 moved to Germany."""
    from entrepot.books.models import Document, Movement
    from entrepot.core.kinds import Kind
    from tests.workflows import ledger as books

    books.post(*books.masters())
    books.post(
        books.receipt("GR-1", "2026-01-02", 100, 300),
        books.bill("F-1", "2026-01-03", "freight", 5001, ("receipt", "GR-1")),
        books.sale("S-1", "2026-01-05", 30, amount=27_000),
        books.transfer("T-1", "2026-01-06", 40),
        books.returned("R-1", "2026-01-08", "S-1", 2),
    )
    return {
        "sale": str(Movement.objects.get(kind=Kind.SALE).pk),
        "bill": str(Document.objects.get(external_id="F-1").pk),
    }


def _rows(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(content)))


def test_a_sale_is_explained_to_the_cent(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """The lines that it opens sum to the cost that its page shows, and lead to the bill."""
    page = visit(f"/cost/sale/{ledger['sale']}/").content.decode()
    why = visit(f"/cost/sale/{ledger['sale']}/why").content.decode()
    assert "270.00" in page
    assert f"/documents/{ledger['bill']}/" in why
    total = re.search(r"<tfoot>.*?([\d.,]+)</td></tr></tfoot>", why, re.DOTALL)
    assert total is not None
    assert total.group(1) == "98.00"  # 28 of the 30 units: goods 84.00, freight R(5001·28/100) = 14.00


def test_a_late_bill_reaches_every_page(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """Duty of 61.37 falls on what was sold, what came back and what is in both places, and on nothing else."""
    from tests.workflows import ledger as books

    books.post(books.bill("D-1", "2026-03-05", "duty", 6137, ("receipt", "GR-1")))
    bills = {row["Document"]: row for row in _rows(visit("/cost/bills/A.csv"))}
    assert bills["D-1"]["Whole line (USD)"] == "61.37"
    assert bills["D-1"]["Of units sold (USD)"] == "17.18"
    assert bills["D-1"]["Of units in stock (USD)"] == "44.19"
    assert "−17.18" in visit("/cost/?from=2026-01&to=2026-03").content.decode()


def test_inventory_and_its_export_agree_with_the_books(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """Units and value by place are those of the ledger."""
    rows = {row["Location"]: row for row in _rows(visit("/inventory.csv?by=location"))}
    assert (rows["LA"]["On hand"], rows["DE"]["On hand"]) == ("32", "40")
    assert rows["DE"]["Book value (USD)"] == "140.01"
    assert rows["LA"]["Book value (USD)"] == "112.00"


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_cost_is_absent_for_who_may_not_see_it(visit: Callable[..., Any], ledger: dict[str, str], role: str) -> None:
    """On the real books as on the made-up ones: no amount, no header, no chart of money."""
    for address in (
        "/", "/inventory/?cols=sku,value", "/sku/A/", f"/cost/sale/{ledger['sale']}/", f"/documents/{ledger['bill']}/",
        "/health/", "/search?q=A-", "/import/",
    ):  # fmt: skip
        text = visit(address, role).content.decode()
        assert not re.search(r"US\$|<small>USD|270\.00|50\.01|140\.01|waterfall", text), address
    for address in ("/inventory.csv", "/inventory.csv?cols=value&by=location", "/cost/sales/A.csv"):
        assert not [key for row in _rows(visit(address, role)) for key in row if key and "USD" in key]
    for address in ("/cost/", "/cost.csv", "/cost/bills/A.csv", "/cost/layers/A/", f"/cost/sale/{ledger['sale']}/why"):
        assert visit(address, role).status_code == 403


def test_a_file_goes_in_by_the_pages_and_out_again(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """Upload, dry run, totals, confirm, figures; twice changes nothing; undone as one."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from entrepot.books.models import SaleFigure
    from entrepot.faces import worker

    def upload() -> str:
        file = SimpleUploadedFile("orders.csv", ORDERS.encode())
        options = {"channel": "WEB", "currency": "USD", "zone": "UTC"}
        return visit("/import/", method="post", data={"file": file, **options})["Location"]

    def work(address: str) -> str:
        worker.work(once=True, interval=0)
        return visit(address).content.decode()

    address = upload()
    assert 'data-phase="checking"' in visit(address).content.decode()
    checked = work(address)
    assert "2 lines would be posted" in checked
    assert "NOWHERE" in checked
    assert SaleFigure.objects.count() == 1
    visit(f"{address}confirm", method="post")
    assert "2 lines posted" in work(address)
    assert SaleFigure.objects.count() == 3
    health = visit("/health/").content.decode()
    assert "1 row waits in quarantine" in health
    assert "orders.csv" in health

    again = upload()
    assert "0 lines would be posted" in work(again)

    undone = visit(f"{address}undo", method="post")["Location"]
    assert "one reversing batch took all of it back" in work(undone)
    assert SaleFigure.objects.filter(quantity__gt=0).count() == 1


def test_a_question_about_a_file_is_answered_on_its_page(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """What cannot be told from the file is asked, and with the answer the dry run goes on."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from entrepot.faces import worker

    text = ORDERS.replace("2026-03-01", "03/04/2026").replace("2026-03-02", "05/04/2026")
    options = {"channel": "WEB", "currency": "USD", "zone": "UTC", "file": SimpleUploadedFile("o.csv", text.encode())}
    address = visit("/import/", method="post", data=options)["Location"]
    worker.work(once=True, interval=0)
    asked = visit(address).content.decode()
    assert "Does the day or the month stand first in the dates?" in asked
    answered = visit(f"{address}answer", method="post", data={"date_order": "day_first"})["Location"]
    worker.work(once=True, interval=0)
    assert "lines would be posted" in visit(answered).content.decode()


def test_pages_ask_the_database_little(
    visit: Callable[..., Any], ledger: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    """At most 20 queries a page."""
    for address in (
        "/", "/inventory/", "/cost/", "/cost/family/first_leg/", "/sku/A/", f"/cost/sale/{ledger['sale']}/",
        f"/documents/{ledger['bill']}/", "/health/", "/import/", "/search?q=S-1",
    ):  # fmt: skip
        visit(address)
        with django_assert_max_num_queries(20):
            visit(address)


def test_a_user_without_a_role_sees_nothing(ledger: dict[str, str]) -> None:
    """He is told so on every page."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.create_user("newcomer"))
    for address in ("/", "/inventory/", "/cost/", "/health/", "/import/", "/search?q=A", "/sku/A/", "/inventory.csv"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "You have no role yet" in answer.content.decode()


def test_empty_books_open(visit: Callable[..., Any]) -> None:
    """The very first visit, before any document: every page teaches, none fails."""
    for address in ("/", "/inventory/", "/cost/", "/health/", "/import/"):
        response = visit(address)
        assert response.status_code == 200
        assert "Import a file" in response.content.decode() or "Choose a file" in response.content.decode()


def test_a_quarantined_row_is_dismissed_with_a_reason(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """Its page shows what it is; dismissing needs a reason and leaves it, the name and the reason on record."""
    from entrepot.books.models import AuditEntry
    from tests.books import factories as make

    first, second = make.quarantined(row={"sku": "X", "ship-name": "A. Buyer"}), make.quarantined()
    address = f"/health/quarantine/{first.pk}/"
    assert "A. Buyer" in visit(address).content.decode()
    assert "A. Buyer" not in visit(address, "finance").content.decode()
    assert visit(f"{address}dismiss", "warehouse", "post", data={"reason": "x"}).status_code == 403
    assert visit(f"{address}dismiss", method="post", data={"reason": "  "}).status_code == 422
    second_page = visit(f"/health/quarantine/{second.pk}/dismiss", method="post", data={"reason": "a test order"})
    assert second_page["Location"] == address
    shown = visit(f"/health/quarantine/{second.pk}/").content.decode()
    assert "Dismissed by" in shown
    assert "a test order" in shown
    entry = AuditEntry.objects.get(action="quarantine.dismiss")
    assert (entry.subject, entry.after["reason"]) == (f"quarantine:{second.pk}", "a test order")
    again = visit(f"/health/quarantine/{second.pk}/dismiss", method="post", data={"reason": "again"})
    assert again.status_code == 422
    assert "1 row waits in quarantine" in visit("/health/").content.decode()


def test_a_token_is_made_used_and_revoked_on_its_page(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """The secret is on the answer that made it and nowhere else; another user cannot revoke it."""
    from django.test import Client

    from entrepot.books.models import ApiToken

    made = visit("/tokens", method="post", data={"name": "ERP", "days": "30"}).content.decode()
    secret = re.search(r"entrepot_[\w-]{20,}", made)
    assert secret is not None
    assert secret[0] not in visit("/tokens").content.decode()
    asked = {"headers": {"Authorization": f"Bearer {secret[0]}"}}
    assert Client().get("/api/me", **asked).json()["role"] == "owner"
    key = ApiToken.objects.get().pk
    assert visit(f"/tokens/{key}/revoke", "finance", "post").status_code == 404
    visit(f"/tokens/{key}/revoke", method="post")
    assert Client().get("/api/me", **asked).status_code == 401


def test_guessing_a_password_is_slowed_down(ledger: dict[str, str]) -> None:
    """After five wrong ones even the right one has to wait, and the page says for how long."""
    from django.test import Client

    from tests.books.factories import PASSWORD, user

    name = user("owner").get_username()
    for _ in range(5):
        assert Client().post("/sign-in", {"username": name, "password": "wrong"}).status_code == 200
    answer = Client().post("/sign-in", {"username": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Try again in 15 minutes." in answer.content.decode()
    assert int(answer["Retry-After"]) > 890


def test_a_file_may_be_told_its_place_at_once(visit: Callable[..., Any], ledger: dict[str, str]) -> None:
    """The upload form offers the places, for layouts that do not name theirs."""
    assert '<select name="location">' in visit("/import/").content.decode()
