"""Landed-cost quotes for programs: items, a country, a day and ways in; every cost line with its rule out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from entrepot.books.selectors import paging
from entrepot.core.calendar import local_date
from entrepot.core.errors import ProblemError
from entrepot.core.hs_codes import hs_problem
from entrepot.faces.api.security import viewer_of
from entrepot.workflows.quote import QuoteAsked, Way, Wish, answer_by, destination_problem
from entrepot.workflows.quote_file import share_back
from entrepot.workflows.recoverable import comes_back
from entrepot.workflows.rule_files import kept_rules
from entrepot.workflows.sought import mode_problem

quoting = Router()
Code = Annotated[str, Field(max_length=40)]
Country = Annotated[str, Field(min_length=2, max_length=2)]
Currency = Annotated[str, Field(min_length=3, max_length=3)]
Minor = Annotated[int, Field(ge=0, le=10**15, description="minor units of the currency")]


class QuoteItem(Schema):
    """One item: ``value`` is the price of all units in minor units, absent where it is not known."""

    sku: Annotated[str, Field(max_length=120)]
    quantity: Annotated[int, Field(ge=1, le=10**9)]
    value: Minor | None = None
    currency: Currency
    hs: Code = ""
    origin: Annotated[str, Field(max_length=2)] = ""
    grams: Annotated[int | None, Field(ge=0, le=10**12, description="packed weight of all units")] = None
    programme: Code = ""
    duty: Annotated[str, Field(max_length=20, description="own duty rate in per cent")] = ""
    tax: Annotated[str, Field(max_length=20, description="own tax rate in per cent")] = ""
    description: Annotated[
        str, Field(max_length=300, description="what the goods are: headings are suggested where the code is not known")
    ] = ""


class QuoteWay(Schema):
    """A way: freight and insurance to the border in minor units; ``freight`` absent = not known."""

    name: Annotated[str, Field(max_length=120)]
    mode: Code = ""
    freight: Minor | None = None
    currency: Currency
    insurance: Minor = 0
    onward: Minor = 0
    all_in: bool = False


class QuoteIn(Schema):
    """A request for a quote."""

    items: Annotated[list[QuoteItem], Field(min_length=1, max_length=200)]
    destination: Country
    on: date | None = None
    currency: Currency
    ways: Annotated[list[QuoteWay], Field(max_length=50)] = []
    regime: Code = "commercial"
    recoverable: bool | None = None
    """Whether import tax comes back; left out: the share by which the company is registered there on that day."""
    recover: Annotated[str, Field(max_length=20, description="share of import tax that comes back, in per cent")] = ""
    """Outranks ``recoverable``."""
    known_on: date | None = None
    confirmed: dict[str, bool] = {}


class QuoteOut(Schema):
    """Quotes by every way, complete ones first and the cheapest of them in front; amounts in minor units."""

    quotes: list[dict[str, Any]]


def _check(wish: QuoteIn) -> None:
    """Codes and modes that are none are refused by their place, for they would silently change the quote."""
    problems = [destination_problem(kept_rules(settings.HOME).book, wish.destination)]
    problems += [hs_problem(item.hs, f"items.{n}.hs") for n, item in enumerate(wish.items)]
    problems += [mode_problem(way.mode, f"ways.{n}.mode") for n, way in enumerate(wish.ways)]
    if found := [problem for problem in problems if problem]:
        raise ProblemError(*found)


@quoting.post("/quote", response=QuoteOut, summary="Landed cost of items in a country, with every rule")
def post_quote(request: HttpRequest, wish: QuoteIn) -> Any:
    """Every cost line with rule, dates, source and confidence; what is not known says what it needs. Stores nothing."""
    on = wish.on or local_date(paging.now(), viewer_of(request).company.zone)
    recoverable = share_back(wish.recover) if wish.recover.strip() else wish.recoverable
    if recoverable is None:
        recoverable = comes_back(viewer_of(request), wish.destination.upper(), on).share
    _check(wish)
    asked = QuoteAsked(
        tuple(Wish(**item.dict()) for item in wish.items), wish.destination, on, wish.currency.upper(),
        tuple(Way(**way.dict()) for way in wish.ways), wish.regime, recoverable, wish.known_on, wish.confirmed,
    )  # fmt: skip
    answers = answer_by(asked, kept_rules(settings.HOME))
    response = JsonResponse({"quotes": [asdict(a) for a in answers]}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-store"
    return response
