"""Signals, channels and countries on the Demand pages and as files, from a real run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from entrepot.books import models
from entrepot.workflows.forecast import forecast
from tests.books import factories as make
from tests.workflows import ledger as books
from tests.workflows.test_demand_page import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(transactional_db: None) -> Client:
    """An owner's, on books with 20 weeks of A to two countries."""
    orders = [
        books.sale(f"S-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 10, amount=20_000,
                   country="DE" if week % 4 else "AT")
        for week in range(21)
    ]  # fmt: skip
    books.post(*books.masters(), books.receipt("R-1", "2026-01-05", 900, 300), *orders)
    forecast(made_at=make.NOW)
    found = Client()
    found.force_login(make.user("owner"))
    return found


def test_an_items_demand_divides_on_its_page_and_in_its_file(client: Client) -> None:
    """Countries with their share; the export has the same rows."""
    text = client.get("/demand/A/?place=LA").content.decode()
    assert "Where it sells: channels and countries" in text
    assert "/demand/regions/A.csv?place=LA" in text
    rows = client.get("/demand/regions/A.csv?place=LA").getvalue().decode("utf-8-sig").splitlines()
    assert rows[0] == "Channel,Country,Share,Units a week,Sold in half a year"
    assert [row.split(",")[1] for row in rows[1:]] == ["DE", "AT"]
    assert sum(float(row.split(",")[2]) for row in rows[1:]) == pytest.approx(100, abs=0.2)
    assert client.get("/demand/regions/KIT.csv").status_code == 404


def test_all_demand_divides_and_signals_say_what_they_were_worth(client: Client) -> None:
    """On the list and as files, in both languages; without any judged signal there is no such file."""
    models.DemandRun.objects.update(
        content={
            **models.DemandRun.objects.get().content,
            "signals": [
                {"name": "cart_adds", "effect": 0.41, "low": 0.3, "high": 0.52, "value": 0.06, "kept": True, "reason": ""},
                {"name": "fog", "effect": -0.1, "low": -0.3, "high": 0.1, "value": 0.0, "kept": False,
                 "reason": "no value on unseen weeks"},
            ],
        }
    )  # fmt: skip
    text = client.get("/demand/").content.decode()
    assert "Put in carts" in text
    assert "Signals beside sales" in text
    chinese = client.get("/demand/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "对未见周无价值" in chinese
    signals = client.get("/demand/parts/signals.csv").getvalue().decode("utf-8-sig").splitlines()
    assert signals[1].startswith("Put in carts,kept,6.0,0.41,")
    assert client.get("/demand/parts/regions.xlsx").content.startswith(b"PK")
    assert [row["name"] for row in client.get("/api/demand").json()["signals"]] == ["cart_adds", "fog"]
    models.DemandRun.objects.update(content={})
    assert client.get("/demand/parts/signals.csv").status_code == 404
    assert client.get("/demand/").status_code == 200
