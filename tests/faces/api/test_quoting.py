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


def test_a_quote_with_no_known_cost_has_no_sum(call: Call) -> None:
    """Sums are null and the quote is marked, for items without price by a way without freight."""
    item = {"sku": "A", "quantity": 5, "currency": "USD", "hs": "6109.10.00", "origin": "CN"}
    (quote,) = call("owner", "post", "/api/quote", {**ASKED, "items": [item], "ways": []}).json()["quotes"]
    assert [quote[name] for name in ("cost", "book", "cash")] == [None] * 3
    assert (quote["complete"], quote["items"][0]["unit"], quote["families"]["purchase"]) == (False, None, None)
    assert quote["families_missing"]["purchase"] == 1


@pytest.mark.parametrize(
    ("address", "changed", "code"),
    [
        ("/api/quote", {"items": [{**SHIRTS, "hs": "abc"}]}, "not_an_hs_code"),
        ("/api/quote", {"ways": [{"name": "x", "mode": "teleport", "freight": 1, "currency": "USD"}]}, "unknown_mode"),
        ("/api/quote", {"destination": "EU"}, "unknown_destination"),
        ("/api/quote", {"regime": "smuggled"}, "unknown_regime"),
        ("/api/quote", {"recover": "160"}, "not_a_rate"),
        ("/api/whatif", {"tariff": ["US:abc:CN:10"]}, "bad_tariff"),
        ("/api/whatif", {"fx": ["USD/QQQ:5"]}, "unknown_currency"),
        ("/api/whatif", {"fx": ["USD/USD:5"]}, "bad_exchange"),
        ("/api/whatif", {"freight": 5, "paid_in": "QQQ"}, "unknown_currency"),
    ],
)
def test_odd_input_has_a_code_and_a_remedy(call: Call, address: str, changed: dict[str, Any], code: str) -> None:
    """By their field, never as a figure."""
    body = {**ASKED, **changed} if address == "/api/quote" else changed
    answer = call("owner", "post", address, body)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["code"] == code
    assert problem["remedy"]


@pytest.mark.parametrize("freight", [-200, 1e9])
def test_a_change_beyond_its_bounds_is_refused(call: Call, freight: float) -> None:
    """By the shape of the request."""
    assert call("owner", "post", "/api/whatif", {"freight": freight}).status_code == 422


def test_a_share_of_import_tax_comes_back(call: Call) -> None:
    """Asked for in per cent; both lines are the tax."""
    asked = {**ASKED, "items": [{**SHIRTS, "duty": "12"}], "destination": "DE", "ways": ASKED["ways"][:1]}
    whole, part = (
        [
            n
            for n in call("owner", "post", "/api/quote", {**asked, **more}).json()["quotes"][0]["lines"]
            if n["label"] == "VAT"
        ]
        for more in ({"recoverable": True}, {"recover": "25"})
    )
    assert [n["recoverable"] for n in part] == [True, False]
    assert sum(n["amount"] for n in part) == whole[0]["amount"]
    assert part[0]["amount"] * 4 == pytest.approx(whole[0]["amount"], abs=4)


def test_the_rules_of_a_day_before_them_say_when_they_begin(call: Call) -> None:
    """No rule and the first day; a code that is none is refused."""
    told = call("owner", "get", "/api/rules/US?on=1950-01-01").json()
    assert (told["rules"], told["begins"]) == ([], "1991-01-01")
    assert call("owner", "get", "/api/rules/US?hs=abc").json()["problems"][0]["code"] == "not_an_hs_code"
    assert call("owner", "get", "/api/rules/USA").json()["problems"][0]["code"] == "unknown_destination"
