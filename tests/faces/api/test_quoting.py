"""A quote by the API: every line with its rule; what is not known is asked for, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entrepot.books import models

pytestmark = [pytest.mark.django_db]
Call = Callable[..., Any]
SHIRTS = {"sku": "A-1", "quantity": 1000, "value": 400_000, "currency": "USD", "hs": "6109.10.00", "origin": "CN"}
ASKED: dict[str, Any] = {
    "items": [SHIRTS], "destination": "US", "on": "2026-08-01", "currency": "USD",
    "ways": [{"name": "Sea", "mode": "sea", "freight": 60_000, "currency": "USD"},
             {"name": "Air", "mode": "air", "freight": 300_000, "currency": "USD"}],
}  # fmt: skip


def test_ways_side_by_side(call: Call) -> None:
    """Both ways come back, the cheaper one first; its lines add up to its cost and name their rules."""
    before = models.Document.objects.count()
    quotes = call("finance", "post", "/api/quote", ASKED).json()["quotes"]
    assert [q["way"] for q in quotes] == ["Sea", "Air"]
    sea = quotes[0]
    assert sea["complete"] is False or sea["cost"] == sum(n["amount"] for n in sea["lines"])
    duty = {n["label"]: (n["amount"], n["rule"], n["confidence"]) for n in sea["lines"] if n["component"] == "duty"}
    assert duty["Duty"] == (66_000, "us.hts.61091000", "high")
    assert duty["Section 301 forced labour"][:2] == (50_000, "us.301.forced_labour.high")
    assert models.Document.objects.count() == before


def test_a_currency_that_is_none_is_a_problem(call: Call) -> None:
    """Bad input is an answer with a remedy."""
    answer = call("owner", "post", "/api/quote", {**ASKED, "currency": "XXQ"})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "unknown_currency"


def test_a_country_without_rules(call: Call) -> None:
    """A destination that the book does not have is said, with those it has."""
    answer = call("owner", "post", "/api/quote", {**ASKED, "destination": "ZZ"})
    assert answer.status_code == 422
    assert "DE" in answer.json()["problems"][0]["remedy"]


def test_only_for_users(call: Call) -> None:
    """Without a token there is no quote."""
    from django.test import Client

    assert Client().post("/api/quote", ASKED, content_type="application/json").status_code == 401


def test_an_origin_that_is_none_is_refused(call: Call) -> None:
    """Both ways to ask; without an origin the country of origin is asked for."""
    asked = {
        "destination": "US",
        "price": "0.125",
        "quantity": 10_000,
        "currency": "USD",
        "hs": "6109.10",
        "on": "2026-08-01",
    }
    for address, body in (
        ("/api/quote", {**ASKED, "items": [{**SHIRTS, "origin": "ZZ"}]}),
        ("/api/quote/alternatives", {**asked, "origin": "ZZ"}),
    ):
        answer = call("owner", "post", address, body)
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["code"] == "unknown_origin"
    told = call("owner", "post", "/api/quote/alternatives", asked).json()["alternatives"][0]
    assert not told["complete"]
    assert "country of origin" in {need for line in told["lines"] for need in line["needs"]}
    assert [n["amount"] for n in told["lines"] if n["component"] == "goods"] == [125_000]
