"""Users, audit trail, set-up, items and months as pages and by the API, on real books and for each role."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.books import models
from entrepot.faces import worker
from tests.workflows import ledger
from tests.workflows.test_set_up_books import SIGNED, papers, workbook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def go(transactional_db: None) -> Callable[..., Any]:
    """``go(address, role)`` reads, with a form it posts."""
    from django.test import Client

    from tests.books.factories import user

    clients: dict[str, Client] = {}

    def _go(address: str, role: str = "owner", *, body: Any = None, said: Any = None, **form: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        if body is not None:
            return clients[role].post(address, json.dumps(body), content_type="application/json")
        form = {**(said or {}), **form}
        return clients[role].post(address, form) if form else clients[role].get(address)

    return _go


def test_pages_open_for_whom_they_are_meant(go: Callable[..., Any]) -> None:
    """Users for owners, the trail for owner and finance, set-up for who imports, items for all; others are refused."""
    ledger.post(*ledger.masters())
    allowed = {
        "/users/": ("owner",), "/audit-trail/": ("owner", "finance"), "/set-up/": ("owner", "finance", "operations"),
        "/items/": ("owner", "finance", "operations", "warehouse", "viewer"),
        "/users.csv": ("owner",), "/audit-trail.xlsx": ("owner", "finance"), "/api/months": ("owner", "finance", "operations"),
    }  # fmt: skip
    for address, roles in allowed.items():
        for role in ("owner", "finance", "operations", "warehouse", "viewer"):
            assert (go(address, role).status_code == 200) == (role in roles), (address, role)


def test_an_owner_invites_and_changes(go: Callable[..., Any]) -> None:
    """The first password is on the answer once; a change needs what was seen; the trail tells of both."""
    ledger.post(*ledger.masters())
    page = go("/users/invite", said={"name": "lin", "role": "warehouse", "locations": ["LA"]}).content.decode()
    assert 'id="secret"' in page
    assert 'id="secret"' not in go("/users/lin/").content.decode()
    assert models.Membership.objects.get(user__username="lin").locations.get().code == "LA"
    stale = go("/users/lin/", said={"role": "finance", "seen": "old"})
    assert (stale.status_code, models.Membership.objects.get(user__username="lin").role) == (422, "warehouse")
    assert "lin" in go("/audit-trail/?action=user.add").content.decode()


def test_a_workbook_is_tried_and_posted(go: Callable[..., Any], tmp_path: Path) -> None:
    """A cent beside the accounts cannot be posted; the right one shows that it ties, and comes in by one button."""
    for signed, ties in (([*SIGNED[:3], ("US", "payables", "61.01", "USD")], False), (SIGNED, True)):
        file = SimpleUploadedFile("start.xlsx", workbook(tmp_path, papers(), signed).read_bytes())
        key = go("/set-up/", file=file, zone="UTC").url.rstrip("/").rsplit("/", 1)[-1]
        worker.work(once=True)
        page = go(f"/set-up/{key}/").content.decode()
        assert ("Post it" in page, "-$0.01" in page or "-0.01" in page or "0.01" in page) == (ties, not ties)
        assert go(f"/set-up/{key}/confirm", yes="1").status_code == (302 if ties else 422)
    worker.work(once=True)
    assert "All of it came in" in go(f"/set-up/{key}/").content.decode()
    assert models.Document.objects.filter(type="opening_balance").count() == 1
    assert models.AuditEntry.objects.filter(action="books.set_up").count() == 1


def test_the_items_sheet_posts_and_names_faults(go: Callable[..., Any]) -> None:
    """Cells come as data; a wrong one comes back with its place, a right one is posted."""
    ledger.post(*ledger.masters())
    rows = go("/items/").context["data"]["rows"]
    cells, seen = next(row for row in rows if row[0][0] == "A")
    named = dict(zip([c[0] for c in go("/items/").context["data"]["columns"]], cells, strict=True))
    wrong = go("/items/post", body={"rows": [{"seen": seen, "cells": {**named, "moq": "many"}}]})
    assert (wrong.status_code, wrong.json()["faults"][0]["column"]) == (422, "moq")
    right = go("/items/post", body={"rows": [{"seen": seen, "cells": {**named, "moq": "12"}}]})
    assert (right.json()["posted"], models.Item.objects.get(sku="A").moq) == (1, 12)
    assert go("/items/post", "warehouse", body={"rows": []}).status_code == 422
    assert go("/items/post", body=[1]).status_code == 422


def test_months_by_the_api(go: Callable[..., Any]) -> None:
    """The list, the roll-forward and the vouchers of a month; an unknown layout is not there, a viewer is refused."""
    ledger.post(
        *ledger.masters(),
        ledger.receipt("R", "2026-01-02", 100, 300),
        ledger.sale("S", "2026-01-05", 30, amount=27_000),
    )
    assert [m["month"] for m in go("/api/months").json()][-1] == "2026-01-01"
    assert go("/api/months/2026-01/report", body={}).status_code == 202
    worker.work(once=True)
    (row,) = go("/api/months/2026-01/roll-forward").json()
    assert (row["sku"], row["in_units"], row["out_units"], row["closing_units"]) == ("A", 100, -30, 70)
    assert go("/api/months/2026-01/vouchers/generic").status_code == 200
    assert go("/api/months/2026-01/vouchers/other").status_code == 404
    assert go("/api/months/2026-13").status_code == 422
    assert go("/api/months/2026-01", "viewer").status_code == 403
