"""Acting by the API: documents and files in, decisions, jobs; refused where role or scope do not reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.books import audit_trail, models, tokens
from entrepot.books.access import ROLES
from entrepot.faces import worker
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Call = Callable[..., Any]

HEAD = {"effective_at": "2026-03-01T00:00:00Z"}
MASTER: list[dict[str, Any]] = [
    {**HEAD, "type": "company", "id": "SZ", "name": "Shenzhen", "currency": "USD"},
    {**HEAD, "type": "location", "id": "CN", "name": "China"},
    {**HEAD, "type": "item", "id": "A-1", "name": "Thing"},
]
RECEIPT: dict[str, Any] = {
    **HEAD, "type": "receipt", "id": "R-1", "company": "SZ", "location": "CN", "lines": [{"sku": "A-1", "quantity": 5}],
}  # fmt: skip


def test_documents_become_facts_once(call: Call) -> None:
    """Posted documents stand in the books; posting them again changes nothing and says so; valuing is set going."""
    first = call("owner", "post", "/api/documents", [*MASTER, RECEIPT]).json()
    again = call("owner", "post", "/api/documents", [*MASTER, RECEIPT]).json()
    assert (first["posted"], first["quarantined"], again["posted"], again["repeated"]) == (4, 0, 0, 4)
    assert models.Document.objects.get(type="receipt").source == "api"
    assert models.Balance.objects.get().on_hand == 5
    assert models.Job.objects.filter(kind="revalue").exists()


def test_a_dry_run_leaves_nothing(call: Call) -> None:
    """It says what would happen and takes it back."""
    answer = call("owner", "post", "/api/documents?dry_run=true", MASTER).json()
    assert (answer["posted"], answer["batch"], models.Document.objects.count()) == (3, None, 0)


def test_what_refers_to_nothing_waits(call: Call) -> None:
    """A document that names what is not there is no error of the call: it waits in quarantine, with its reason."""
    call("owner", "post", "/api/documents", MASTER[:2])
    answer = call("owner", "post", "/api/documents", [RECEIPT]).json()
    assert (answer["posted"], answer["quarantined"], answer["problems"][0]["found"]) == (0, 1, "A-1")


def test_faults_name_their_place_and_post_nothing(call: Call) -> None:
    """One bad document among good ones: every fault with document and field, and nothing in the books."""
    bad = {**RECEIPT, "id": "R-2", "lines": [{"sku": "A-1", "quantity": -5}, {"sku": "A-1"}]}
    response = call("owner", "post", "/api/documents", [*MASTER, bad, {"type": "nonsense"}])
    problems = response.json()["problems"]
    assert response.status_code == 422
    assert {(p["document"], p["field"]) for p in problems} >= {
        ("receipt R-2", "receipt.lines.0.quantity"),
        ("receipt R-2", "receipt.lines.1.quantity"),
    }
    assert models.Document.objects.count() == 0


@pytest.mark.parametrize("body", ["", "{", "[1]", '{"a": 1}', "null", '["x"]'])
def test_nonsense_is_refused_politely(call: Call, body: str) -> None:
    """A body that is no list of objects is a 400 or 422 with words, never a 500."""
    assert call("owner", "post", "/api/documents", body).status_code in (400, 422)


@pytest.mark.parametrize("role", make.ROLES)
def test_each_role_posts_what_is_its_own(call: Call, role: str) -> None:
    """Units by whoever handles them, everything by the office, nothing by onlookers; no role gets more than it may."""
    call("owner", "post", "/api/documents", MASTER)
    priced = {
        **RECEIPT,
        "id": "R-2",
        "currency": "USD",
        "lines": [{"sku": "A-1", "quantity": 5, "price": {"amount": 9}}],
    }
    for document, permission in ((RECEIPT, "post_stock"), (priced, "post")):
        response = call(role, "post", "/api/documents", [document])
        assert response.status_code == (200 if permission in ROLES[role] else 403), (role, permission)
        if response.status_code == 200:
            assert ("totals" in response.json()) == ("see_cost" in ROLES[role])


def test_a_confined_user_posts_at_his_places_only() -> None:
    """A hand of one warehouse cannot receive into another."""
    make.company(), make.location("CN"), make.location("US"), make.item()
    secret = tokens.issue(make.user("warehouse", locations=("US",)), "t", at=make.NOW)[1]

    def post(place: str) -> int:
        return Client().post(
            "/api/documents", [{**RECEIPT, "location": place}], headers={"Authorization": f"Bearer {secret}"},
            content_type="application/json",
        ).status_code  # fmt: skip

    assert (post("CN"), post("US")) == (403, 200)


@pytest.mark.parametrize("role", make.ROLES)
@pytest.mark.parametrize(("act", "data"), [("approve", None), ("snooze", {"days": 3}), ("dismiss", None)])
def test_decisions_by_who_may(call: Call, role: str, act: str, data: Any) -> None:
    """Approve, snooze and dismiss change the decision and leave their entry, for who may approve; 403 for others."""
    row = make.decision("excess")
    response = call(role, "post", f"/api/decisions/{row.pk}/{act}", data)
    may = "approve" in ROLES[role]
    assert response.status_code == (200 if may else 403)
    row.refresh_from_db()
    assert (row.state != "open") == may
    assert models.AuditEntry.objects.filter(action=f"decision.{act}", origin="api").exists() == may
    if may:
        assert call(role, "post", f"/api/decisions/{row.pk}/undo").json()["state"] == "open"


def test_a_settled_decision_says_so(call: Call) -> None:
    """A second answer is refused with what it is already."""
    row = make.decision("excess")
    call("owner", "post", f"/api/decisions/{row.pk}/approve")
    response = call("owner", "post", f"/api/decisions/{row.pk}/snooze", {"days": 1})
    assert (response.status_code, response.json()["problems"][0]["found"]) == (422, "approved")


CSV = (
    b"Order ID,Date,SKU,Quantity,Price,Currency\n"
    b"A-1,2026-03-01 10:00:00,MUG,2,4.50,EUR\nA-2,2026-03-02 10:00:00,CUP,1,3.00,EUR\n"
)


def _upload(secret: str, name: str = "orders.csv", content: bytes = CSV, query: str = "") -> Any:
    return Client().post(
        f"/api/imports?channel=own&currency=EUR&zone=Europe/Berlin&new_items=create{query}",
        {"file": SimpleUploadedFile(name, content)},
        headers={"Authorization": f"Bearer {secret}"},
    )


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_all_the_way() -> None:
    """Upload, dry run with totals, confirm, posted and valued, undone as one; each step in the worker."""
    make.company(currency="EUR")
    user = make.user("operations")
    secret = tokens.issue(user, "t", at=make.NOW)[1]
    headers = {"Authorization": f"Bearer {secret}"}

    def step(method: str, address: str, status: int, data: Any = None) -> Any:
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        response = getattr(Client(), method)(address, headers=headers, **body)
        assert response.status_code == status, response.content
        return response.json()

    key = _upload(secret).json()["id"]
    assert step("get", f"/api/imports/{key}", 200)["phase"] == "checking"
    worker.work(once=True, interval=0)
    checked = step("get", f"/api/imports/{key}", 200)
    assert checked["phase"] == "checked", checked["job"]
    assert (checked["preview"]["lines"], checked["preview"]["would_post"]) == (2, 2)
    assert checked["preview"]["amounts"][0]["amount"] == 1200
    assert models.SalesLine.objects.count() == 0
    step("post", f"/api/imports/{key}/confirm", 202)
    worker.work(once=True, interval=0)
    done = step("get", f"/api/imports/{key}", 200)
    assert (done["phase"], done["outcome"]["posted"], models.SaleFigure.objects.count()) == ("done", 2, 2), done
    assert step("post", f"/api/imports/{key}/confirm", 422)["problems"][0]["code"] == "not_checked"
    assert models.Job.objects.get(kind="daily").state == "done"
    step("post", "/api/jobs", 202, {"kind": "check"})
    step("post", f"/api/imports/{key}/undo", 202)
    worker.work(once=True, interval=0)
    undone = step("get", f"/api/imports/{key}", 200)
    assert (undone["phase"], models.SaleFigure.objects.count()) == ("undone", 0)
    assert audit_trail.verify() == []
    checks = step("get", "/api/health", 200)["checks"]
    assert checks
    assert {check["residue"] for check in checks} == {0}


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_read_says_why() -> None:
    """A broken upload ends its job with words; a wrong kind and an empty file are refused at the door."""
    make.company(currency="EUR")
    secret = tokens.issue(make.user("owner"), "t", at=make.NOW)[1]
    for name, content, code in (("x.exe", b"MZ", "file_type"), ("x.csv", b"", "file_empty")):
        response = _upload(secret, name, content)
        assert (response.status_code, response.json()["problems"][0]["code"]) == (422, code)
    key = _upload(secret, "broken.xlsx", b"PK\x03\x04 not a workbook").json()["id"]
    worker.work(once=True, interval=0)
    page = Client().get(f"/api/imports/{key}", headers={"Authorization": f"Bearer {secret}"}).json()
    assert page["phase"] == "failed"
    assert page["job"]["error"]
    assert page["job"]["remedy"]


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_who_may_not_import_cannot(call: Call, role: str) -> None:
    """Upload, undo and starting work are refused."""
    make.company()
    secret = tokens.issue(make.user(role), "t", at=make.NOW)[1]
    batch = make.batch(posted=1)
    assert _upload(secret).status_code == 403
    assert call(role, "post", f"/api/imports/batch-{batch.pk}/undo").status_code == 403
    assert call(role, "post", "/api/jobs", {"kind": "revalue"}).status_code == 403
    assert models.Job.objects.count() == 0


def test_a_job_is_started_and_cancelled(call: Call) -> None:
    """Work starts by its kind, and stops on request."""
    job = call("owner", "post", "/api/jobs", {"kind": "revalue"}).json()
    assert job["state"] == "waiting"
    assert call("owner", "post", f"/api/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert call("owner", "post", "/api/jobs", {"kind": "sell everything"}).status_code == 422


def test_a_quarantined_row_is_dismissed_by_who_may_import(call: Any, books: dict[str, str]) -> None:
    """With a reason, once, and not by the warehouse."""
    from entrepot.books.models import Quarantine

    key = Quarantine.objects.filter(state="open").values_list("pk", flat=True)[0]
    address = f"/api/quarantine/{key}/dismiss"
    assert call("warehouse", "post", address, {"reason": "x"}).status_code == 403
    assert call("owner", "post", address, {}).status_code == 422
    assert call("owner", "post", address, {"reason": "a test order"}).json()["why"] == "a test order"
    assert call("owner", "get", f"/api/quarantine/{key}").json()["state"] == "dismissed"
    assert "amount" not in call("warehouse", "get", f"/api/quarantine/{key}").json()["row"]
    assert call("owner", "post", address, {"reason": "again"}).status_code == 422


def test_a_program_places_no_order_that_a_second_person_approves(call: Callable[..., Any]) -> None:
    """Where a colleague approves orders, a program proposes them; alone it places them, within what its owner approves."""
    call("owner", "post", "/api/documents", MASTER)
    order = {
        "type": "purchase_order", "id": "PO-9", "effective_at": "2026-01-05T00:00:00Z", "company": "SZ", "supplier": "F",
        "currency": "USD", "lines": [{"sku": "A-1", "quantity": 10, "price": {"amount": 300}}],
    }  # fmt: skip
    member = models.Membership.objects.get(role="owner")
    member.approval_limit, member.approval_currency = 2_999, "USD"
    member.save()
    over = call("owner", "post", "/api/documents", [order])
    assert (over.status_code, over.json()["problems"][0]["code"]) == (422, "over_limit")
    member.approval_limit = 3_000
    member.save()
    assert call("owner", "post", "/api/documents", [order]).json()["quarantined"] == 0
    make.user("finance")
    refused = call("owner", "post", "/api/documents", [{**order, "id": "PO-10"}])
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "second_person")
    assert not models.Document.objects.filter(external_id="PO-10").exists()
