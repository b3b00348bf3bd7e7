"""What-ifs, quotes laid side by side and the rules of a day for programs: the twins of the pages. Nothing is stored."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from entrepot.books.selectors import paging
from entrepot.books.selectors.economics import CostWish
from entrepot.core.calendar import local_date
from entrepot.core.errors import ProblemError
from entrepot.core.hs_codes import hs_problem
from entrepot.core.money import exponent
from entrepot.faces.api.security import viewer_of
from entrepot.workflows.alternatives import alternatives
from entrepot.workflows.quote_file import sought_from
from entrepot.workflows.recoverable import comes_back
from entrepot.workflows.rule_files import kept_rules
from entrepot.workflows.rules_at import begins, measures_at, rules_at
from entrepot.workflows.storage_figures import fees
from entrepot.workflows.storage_whatif import storage_effect, with_fee_change, with_fee_table
from entrepot.workflows.whatif import Change, exchange, factor, tariff
from entrepot.workflows.whatif_orders import ordered_effect
from entrepot.workflows.whatif_shop import ShopChange, shop_effect
from entrepot.workflows.whatif_water import water_effect

asking = Router()
Text = Annotated[str, Field(max_length=60)]
Percent = Annotated[float, Field(ge=-100, le=10_000, allow_inf_nan=False)]
MOST_ROWS = 2_000


class AlternativesOut(Schema):
    """Quotes of every way, quantity, day and what follows, complete ones first, the cheapest unit in front."""

    alternatives: list[dict[str, Any]]


class ChangeIn(Schema):
    """A change from a day on: ``tariff`` like ``US:6109:CN:10``, ``fx`` like ``USD/CNY:-5``, freight and storage in per cent."""

    start: date | None = None
    tariff: Annotated[list[Text], Field(max_length=50)] = []
    fx: Annotated[list[Text], Field(max_length=20)] = []
    freight: Percent = 0
    storage: Percent = 0
    paid_in: Annotated[str, Field(min_length=3, max_length=3)] = "CNY"
    months: Annotated[int, Field(ge=1, le=60)] = 12
    most: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 200


class WhatIfOut(Schema):
    """The effect on every SKU and country, those that turn unprofitable first, on the goods on the water and those on order."""

    currency: str
    seconds: float
    turned: int
    unknown: int
    profit_lost: int
    water_effect: int
    ordered_effect: int
    rows: list[dict[str, Any]]
    water: list[dict[str, Any]]
    ordered: list[dict[str, Any]]


class FeesIn(Schema):
    """Other storage fees: ``fees`` like ``US:monthly_storage:20`` in per cent from ``start`` on, or a whole ``table`` as CSV."""

    start: date | None = None
    fees: Annotated[list[Text], Field(max_length=50)] = []
    table: Annotated[str, Field(max_length=200_000)] = ""
    days: Annotated[int, Field(ge=1, le=1_095)] = 365
    most: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 200


class FeesOut(Schema):
    """Every lot before and after, the most hit first. ``more``: by currency what is known; ``unknown``: lots without an answer;
    ``ageless``: units without a known arrival."""

    on: date
    until: date | None
    more: dict[str, int]
    unknown: int
    ageless: dict[str, int]
    lots: list[dict[str, Any]]


class RulesOut(Schema):
    """What applied in a country on a day, and what each added duty does to a heading."""

    begins: date | None
    """First day for which the rule book has rules of the country."""
    rules: list[dict[str, Any]]
    measures: list[dict[str, Any]]


@asking.post("/quote/alternatives", response=AlternativesOut, summary="Ways, quantities and days side by side")
def post_alternatives(request: HttpRequest, asked: Body[dict[str, Any]]) -> Any:
    """The fields of a quote file as JSON; every line with its rule, dates, source and confidence."""
    viewer = viewer_of(request)
    viewer.need("see_cost")
    today = local_date(paging.now(), viewer.company.zone)
    sought = sought_from(_dated(asked), today)
    if "recover" not in asked:
        sought = replace(sought, recoverable=comes_back(viewer, sought.destination, sought.days[0]).share)
    found = alternatives(sought, kept_rules(settings.HOME))
    rows = [
        {**asdict(one.quote), "quantity": one.quantity, "on": one.on, "via": one.via, "unit": one.unit} for one in found
    ]
    return _private({"alternatives": rows})


@asking.post(
    "/whatif", response=WhatIfOut, summary="A change of tariff, exchange rate, freight or storage on every SKU"
)
def post_what_if(request: HttpRequest, asked: ChangeIn) -> Any:
    """Sales of the last months as they were, with the change on top; the books are not touched."""
    viewer, rules = viewer_of(request), kept_rules(settings.HOME)
    today = local_date(paging.now(), viewer.company.zone)
    start = asked.start or today
    patches = tuple(tariff(text, start, rules.book) for text in asked.tariff)
    rates = dict(exchange(text) for text in asked.fx)
    change = Change(patches, rates or None, factor(asked.freight, "freight"))
    exponent(asked.paid_in.upper())
    wanted = ShopChange(change, start, asked.paid_in.upper(), factor(asked.storage, "storage"))
    first = today.year * 12 + today.month - asked.months
    began = time.perf_counter()
    rows = shop_effect(viewer, rules, CostWish("sku", date(first // 12, first % 12 + 1, 1), today), wanted)
    water = water_effect(viewer, rules, wanted)
    ordered = ordered_effect(viewer, rules, wanted)
    told = {
        "currency": viewer.company.currency, "seconds": round(time.perf_counter() - began, 3),
        "turned": sum(r.turned for r in rows), "unknown": sum(r.effect is None for r in rows),
        "profit_lost": -sum(r.lost for r in rows if r.effect is not None), "water_effect": sum(w.effect or 0 for w in water),
        "rows": [{**asdict(r), "after": r.after, "turned": r.turned} for r in rows[: asked.most]],
        "ordered_effect": sum(o.effect or 0 for o in ordered),
        "water": [asdict(w) for w in water[: asked.most]],
        "ordered": [
            {"order": o.goods.order, "country": o.goods.country, "expected": o.goods.expected, "sku": o.goods.sku,
             "units": o.goods.units, "hit": o.hit, "effect": o.effect, "needs": o.needs}
            for o in ordered[: asked.most]
        ],
    }  # fmt: skip
    return _private(told)


@asking.post("/whatif/fees", response=FeesOut, summary="Another table of storage fees on the stock at the platforms")
def post_fees(request: HttpRequest, asked: FeesIn) -> Any:
    """Storage and age of every lot, if it sells as forecast, by the tables as they are and by others."""
    viewer, book = viewer_of(request), fees(settings.HOME)
    today = local_date(paging.now(), viewer.company.zone)
    changed = with_fee_table(book, asked.table, "table") if asked.table.strip() else book
    for text in asked.fees:
        changed = with_fee_change(changed, text, asked.start or today)
    told = storage_effect(viewer, today, book, changed, asked.days)
    rows = [{**asdict(lot), "effect": lot.effect} for lot in told.lots]
    return _private({
        "on": told.on, "until": told.until, "more": told.more(), "unknown": sum(lot.effect is None for lot in told.lots),
        "ageless": told.ageless, "lots": rows[: asked.most],
    })  # fmt: skip


@asking.get(
    "/rules/{country}", response=RulesOut, summary="What applied in a country on a day, with source and confidence"
)
def get_rules(
    request: HttpRequest,
    country: str,
    hs: str = "",
    origin: str = "CN",
    on: date | None = None,
    known_on: date | None = None,
) -> Any:
    """The rules of a day as known on another; with a heading, how far each added duty gets with it."""
    viewer, book = viewer_of(request), kept_rules(settings.HOME).book
    day = on or local_date(paging.now(), viewer.company.zone)
    if problem := hs_problem(hs):
        raise ProblemError(problem)
    found = rules_at(book, country, day, known_on)
    measures = measures_at(book, country, hs, origin, day, known_on) if hs else []
    told = {
        "begins": begins(book, country),
        "rules": [asdict(r) for r in found],
        "measures": [asdict(m) for m in measures],
    }
    return _private(told)


def _dated(asked: dict[str, Any]) -> dict[str, Any]:
    """Days written as texts, as JSON has them, as days; what is none is left for the reader to refuse."""

    def day(found: Any) -> Any:
        try:
            return date.fromisoformat(found) if isinstance(found, str) else found
        except ValueError:
            return found

    def table(found: Any) -> Any:
        if not isinstance(found, dict):
            return found
        return {name: day(v) if name in {"valid_from", "valid_to"} else v for name, v in found.items()}

    told = {**asked}
    if "on" in told:
        told["on"] = [day(one) for one in told["on"]] if isinstance(told["on"], list) else day(told["on"])
    if "known_on" in told:
        told["known_on"] = day(told["known_on"])
    if isinstance(told.get("card"), list):
        told["card"] = [table(one) for one in told["card"]]
    if "warehouse" in told:
        told["warehouse"] = table(told["warehouse"])
    return told


def _private(told: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-store"
    return response
