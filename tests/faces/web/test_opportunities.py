"""The page of unmet demand on real books: both languages, exports, roles, what an empty one says, and the API beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from entrepot.books import models
from tests.books import factories as make

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def ask() -> Ask:
    """``ask("/opportunities/", role="viewer", language="zh-hans")``: the answer of the real books."""
    make.shop("WEB")
    clients: dict[str, Client] = {}

    def _ask(address: str, role: str = "owner", language: str = "en") -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(make.user(role))
        return clients[role].get(address, headers={"Accept-Language": language})

    return _ask


@pytest.fixture
def ranked() -> models.OpportunityFigure:
    """One subject, ranked."""
    reasons = [
        ["opp_search", "?", {"count": 900, "units": 18.0, "share": 0.02, "subjects": 0}],
        ["opp_money_similar", "?", {"price": 2900, "margin": 800, "items": 3, "currency": "USD"}],
    ]
    return models.OpportunityFigure.objects.create(
        company=make.company(), made_at=make.NOW, place=1, subject="=blue kettle", kind="new", item=make.item("KT-1"),
        shops=",WEB,", counts={"search": 900}, units_milli=18_000, low_milli=9_000, high_milli=36_000, sales=52_200,
        profit=14_400, profit_low=7_200, profit_high=28_800, trend=120, basis="similar", reasons=reasons,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("New product", "Left in carts")), ("zh-hans", ("新品机会", "弃购"))]
)
def test_the_page_tells_what_why_and_that_it_is_an_estimate(
    ask: Ask, ranked: models.OpportunityFigure, language: str, words: tuple[str, str]
) -> None:
    """Subject, kind, estimate, reasons with money, and columns to choose."""
    text = ask("/opportunities/", language=language).content.decode()
    assert "=blue kettle" in text
    assert all(word in text for word in words)
    assert "≈144" in text
    assert "US$29.00" in text


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_money_is_not_for_every_role(ask: Ask, ranked: models.OpportunityFigure, role: str) -> None:
    """No column, no reason, no export and no field of the API has it."""
    page = ask("/opportunities/", role=role).content.decode()
    export = ask("/opportunities.csv?cols=subject,profit,sales,why", role=role).getvalue().decode()
    data = ask("/api/opportunities", role=role).json()["page"]
    for text in (page, export):
        assert "kettle" in text
        assert "144" not in text
        assert "29.00" not in text
    assert "profit" not in data["rows"][0]
    assert [reason["code"] for reason in data["rows"][0]["reasons"]] == ["opp_search"]


def test_exports_hold_what_is_seen_and_no_formula(ask: Ask, ranked: models.OpportunityFigure) -> None:
    """CSV as typed cells with the subject made harmless; XLSX opens."""
    text = ask("/opportunities.csv?cols=subject,units,profit").getvalue().decode("utf-8-sig")
    assert text.splitlines() == ["Wanted,Units a month,Profit a month (USD)", "'=blue kettle,18.0,144.00"]
    assert ask("/opportunities.xlsx").content.startswith(b"PK")


def test_without_signals_the_page_says_how_to_begin(ask: Ask) -> None:
    """What it is for, what to import, and the template; who may not import gets no button."""
    text = ask("/opportunities/").content.decode()
    assert "abandoned_carts" in text
    assert "/import/templates/signal.en.xlsx" in text
    assert "/import/templates/" not in ask("/opportunities/", role="viewer").content.decode()


def test_a_filter_that_finds_nothing_leads_back(ask: Ask, ranked: models.OpportunityFigure) -> None:
    """By kind; the count of each kind stands in its choice."""
    assert "Nothing matches" in ask("/opportunities/?kind=better").content.decode()
    assert "New product (1)" in ask("/opportunities/?kind=better").content.decode()
