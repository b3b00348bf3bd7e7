"""Goods of sister companies: selling stock waits for nobody, and no unit is planned by two companies."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from entrepot.books import models
from entrepot.workflows.plan_economics import capital_rate
from entrepot.workflows.plan_inputs import gather
from entrepot.workflows.plan_sisters import Group
from entrepot.workflows.revalue import revalue
from tests.workflows.plan_books import AT, LAST, START, doc, post

pytestmark = pytest.mark.django_db


def group(paces: dict[str, int]) -> None:
    """SZ holds 1,000 units in its warehouse and 300 in its own shop; US and DE bought from it and sell at ``paces``."""
    masters: list[Any] = [doc("company", "SZ", START, currency="USD", zone="UTC", name="SZ")]
    masters += [doc("location", place, START, kind="warehouse", country="CN") for place in ("CN", "CNSHOP")]
    masters += [doc("item", "A", START), doc("shop", "TMALL", START, company="SZ", currency="USD", location="CNSHOP")]
    later: list[Any] = []
    for place, units in (("CN", 1400), ("CNSHOP", 300)):
        costs = [{"component": "goods", "money": {"amount": units * 500, "currency": "USD"}}]
        lines = [{"sku": "A", "quantity": units, "costs": costs}]
        later.append(doc("opening_balance", f"O-{place}", START, company="SZ", location=place, lines=lines))
    for code, pace in paces.items():
        masters += [
            doc("company", code, START, currency="USD", zone="UTC", name=code),
            doc("location", f"{code}-3PL", START, kind="third_party", country=code),
            doc("shop", f"WEB-{code}", START, company=code, currency="USD", location=f"{code}-3PL"),
        ]
        later.append(
            doc("intercompany_sale", f"I-{code}", START + timedelta(days=1), company="SZ", buyer=code, currency="USD",
                origin={"location": "CN"}, destination={"location": f"{code}-3PL"},
                lines=[{"sku": "A", "quantity": 200, "price": {"amount": 700}}])
        )  # fmt: skip
        if pace:
            later.append(
                doc("sales_order", f"S-{code}", LAST - timedelta(days=7), shop=f"WEB-{code}", currency="USD",
                    cell={"location": f"{code}-3PL"}, lines=[{"sku": "A", "quantity": pace, "amount": 9000}])
            )  # fmt: skip
    post(*masters, at=AT)
    post(*later, at=2 * AT)
    revalue()


def shares(units: int = 1000) -> dict[str, int]:
    """What each company plans with of so many units of SZ."""
    item, owner = models.Item.objects.get(sku="A").pk, models.Company.objects.get(code="SZ").pk
    return {
        company.code: Group(company, LAST).share(owner, item, units)
        for company in models.Company.objects.order_by("code")
        if Group(company, LAST).may_take(owner, company.pk)
    }


def test_a_sisters_selling_stock_is_no_waiting_goods() -> None:
    """What stands in the shop of the sister is its own to sell; its warehouse waits."""
    group({"US": 60, "DE": 30})
    us = models.Company.objects.get(code="US")
    home = {models.Location.objects.get(code="US-3PL").pk}
    found = Group(us, LAST).waiting(home)[models.Item.objects.get(sku="A").pk]
    places = {models.Location.objects.get(pk=place).code: units for _, place, units in found}
    assert places == {"CN": 1000}


def test_companies_fed_by_one_sister_share_its_goods_by_what_they_sell() -> None:
    """Twice as many sold, twice as many units; together no more than there are, and none for the owner who sells none."""
    group({"US": 60, "DE": 30})
    found = shares()
    assert found == {"DE": 333, "US": 667, "SZ": 0}
    assert sum(shares(7).values()) == 7


def test_goods_that_nobody_sold_yet_are_planned_once() -> None:
    """Before the first sale one company plans with them, not all and not the mere supplier."""
    group({"US": 0, "DE": 0})
    found = shares()
    assert sorted(found.values()) == [0, 0, 1000]


def test_the_plan_of_each_company_reads_its_share_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What two plans together take to be waiting is what waits."""
    monkeypatch.setattr("entrepot.workflows.plan_inputs.grade", lambda *_: None)
    group({"US": 60, "DE": 30})
    item = models.Item.objects.get(sku="A").pk
    waiting = 0
    for code in ("US", "DE"):
        company = models.Company.objects.get(code=code)
        waiting += gather(company, _forecast(company), LAST).waiting[item].units
    assert waiting == 1000


def test_the_plan_charges_the_companys_own_cost_of_capital() -> None:
    """The rate that the books charge on a day is the plan's; twelve per cent, marked as assumed, where nobody said."""
    group({"US": 60})
    us = models.Company.objects.get(code="US")
    assert capital_rate(us, LAST) == (float(Fraction(12, 100)), True)
    post(
        doc("signal", "CR", START, name="capital_rate", company="US", numerator=1, denominator=5),
        at=3 * AT,
    )
    assert capital_rate(us, LAST) == (0.2, False)


def _forecast(company: models.Company) -> Any:
    """A forecast of one item at the company's place, as far as the reading of the plan looks at it."""
    import polars as pl

    class Result:
        by = ("item", "channel")
        frame = pl.DataFrame(
            {"item": [models.Item.objects.get(sku="A").pk],
             "channel": [str(models.Location.objects.get(code=f"{company.code}-3PL").pk)], "weekly_mean": [5.0]}
        )  # fmt: skip

    class One:
        result = Result()
        as_of = int((LAST - date(1970, 1, 1)).total_seconds()) * 1_000_000
        promotions: dict[int, Any] = {}

    return One()
