"""Every page, file and address of the interface, walked by each role: nobody meets an error page, money is for who may see it."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import pytest
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = re.compile(r"(?:US\$|CN¥|USD|CNY)\s?-?\d[\d,]*\.\d\d|\d[\d,]*\.\d\d\s?(?:USD|CNY)")
"""An amount with its currency, as pages and files write it."""
OWN_AMOUNTS = re.compile(r"(?<![\d.:])(?:7\.77|50\.01|19\.99|599\.70)(?!\d)")
"""What is priced below; the fraction of an instant's second is none of them."""
AMOUNT = re.compile(r'"amount": ?-?\d')
MOST_OF_A_KIND = 2


@pytest.fixture
def books(transactional_db: None) -> None:
    """Goods bought, billed, shipped, sold; an order that is open, a platform's report, a plan's shipment under way."""
    from tests.workflows import ledger as b

    b.post(
        *b.masters(), b.doc("supplier", "SUP", "2026-01-01", name="Sup"),
        b.doc("item", "A", "2026-01-02", list_price=1999, currency="USD"),
    )  # fmt: skip
    b.post(
        b.doc("purchase_order", "PO-1", "2026-01-02", supplier="SUP", currency="USD", destination="LA",
              lines=[{"sku": "A", "quantity": 500, "price": {"amount": 777}}]),
        b.receipt("R1", "2026-01-05", 100, 777, order={"type": "purchase_order", "id": "PO-1"}, supplier="SUP"),
        b.bill("F1", "2026-01-06", "freight", 5_001, ("receipt", "R1"), supplier="SUP"),
        b.doc("shipment", "SH-1", "2026-01-10", origin={"location": "LA"}, destination="DE", mode="sea",
              lines=[{"sku": "A", "quantity": 20}]),
        b.sale("S1", "2026-01-12", 30, amount=59_970),
        b.doc("stock_report", "SR-1", "2026-01-15", location="LA", lines=[{"sku": "A", "quantity": 47}]),
    )  # fmt: skip


def starts() -> list[str]:
    """Addresses without a part of their own; files as CSV."""
    from entrepot.faces.web.urls import urlpatterns

    found: list[str] = []
    for entry in urlpatterns:
        text = str(entry.pattern).replace("(?P<suffix>csv|xlsx)", "csv").strip("^$").replace("\\.", ".")
        if not re.search(r"[<(]", text):
            found.append(f"/{text}")
    return found


def walk(client: Any) -> dict[str, tuple[int, str]]:
    """Status and text of what can be reached: from the table of addresses, from the interface's description, by links."""
    spec = client.get(reverse("api:openapi-json")).json()
    todo = deque([*starts(), *(a for a, told in spec["paths"].items() if "get" in told and "{" not in a)])
    found: dict[str, tuple[int, str]] = {}
    kinds: dict[Any, int] = {}
    while todo:
        address = todo.popleft().split("#")[0]
        try:
            at = resolve(address.split("?")[0])
        except Resolver404:
            continue
        kind = (at.view_name, at.kwargs.get("name"), at.kwargs.get("suffix"), at.kwargs.get("part"))
        if address in found or "sign-out" in address or kinds.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode("utf-8", "replace")
        found[address] = (answer.status_code, text)
        if "html" in answer.get("Content-Type", ""):
            todo.extend(link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', text))
    return found


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_no_money_and_no_error_for_who_sees_none(books: None, role: str) -> None:
    """Pages that are not his say so; no page, file or answer that he gets holds an amount; what he may do answers."""
    from django.test import Client

    from tests.books.factories import user

    client = Client()
    client.force_login(user(role, role))
    found = walk(client)
    assert len(found) > 100
    assert {a: s for a, (s, _) in found.items() if s not in (200, 302, 403, 404, 405, 422)} == {}
    assert {a for a, (s, t) in found.items() if s == 403 and not t.strip()} == set()
    shown = {a: t for a, (s, t) in found.items() if s == 200 and not a.startswith("/api/openapi")}
    assert {a: SECRET.findall(t)[:3] for a, t in shown.items() if SECRET.search(t)} == {}
    assert {a for a, t in shown.items() if a.startswith("/api/") and AMOUNT.search(t)} == set()
    assert {a for a, t in shown.items() if OWN_AMOUNTS.search(t)} == set()
    for address in ("/", "/inventory/", "/receiving/", "/purchasing/", "/differences/", "/items/", "/counts/"):
        assert address in shown


def test_the_owner_meets_no_error(books: None) -> None:
    """The same walk by who may see everything: every page answers, and there the amounts stand."""
    from django.test import Client

    from tests.books.factories import user

    client = Client()
    client.force_login(user("owner", "owner"))
    found = walk(client)
    assert {a: s for a, (s, _) in found.items() if s not in (200, 302, 404, 405, 422)} == {}
    assert any(SECRET.search(text) for _, text in found.values())
