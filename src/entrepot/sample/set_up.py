"""The sample seller in the middle of a year, as his set-up workbook says it: masters, opening layers by component, goods on the
way, orders with deposits, unpaid bills; and the trial balance that his accountant signs, added up here by plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from entrepot.channels.files.setup_workbook import filled_workbook
from entrepot.channels.files.template_words import Language
from entrepot.core.documents import parse
from entrepot.sample import catalogue as goods
from entrepot.sample import places

CNY_PER_USD = (71, 10)
"""Rate of the day, units of CNY for one USD: numerator, denominator."""
DEPOSIT_PERCENT = 30
SKUS = 36


@dataclass(frozen=True)
class Started:
    """``papers`` in any order; ``signed``: company, figure of the trial balance, amount in minor units, currency."""

    papers: tuple[Any, ...]
    signed: tuple[tuple[str, str, int, str], ...]


def started(on: date, *, seed: int = 7, skus: int = SKUS) -> Started:
    """The books that begin on ``on``: all of it happened before."""
    items = goods.build(np.random.default_rng(seed), skus, 365)
    before = on - timedelta(1)
    start = on - timedelta(180)
    masters = [
        *places.companies(start), *places.registrations(start), *places.locations(start), *places.shops(start),
        *places.suppliers(start), *goods.items(items, start),
    ]  # fmt: skip
    sums: dict[tuple[str, str], int] = {}
    papers = [
        *_stock(items, on, sums), *_orders(items, before, sums), *_bills(before, sums),
        _doc("fx_rate", "USDCNY", before, base="USD", quote="CNY", numerator=CNY_PER_USD[0], denominator=CNY_PER_USD[1],
             date=str(before)),
    ]  # fmt: skip
    signed = tuple(
        (company, figure, amount, places.BASE_CURRENCY[company]) for (company, figure), amount in sums.items()
    )
    return Started((*masters, *papers), signed)


def example_workbook(language: Language, on: date) -> bytes:
    """The set-up workbook filled in, in one of two languages."""
    books = started(on)
    return filled_workbook(books.papers, books.signed, language)


def _doc(kind: str, number: str, on: date, **fields: Any) -> Any:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return parse({"type": kind, "id": number, "effective_at": at.isoformat(), **fields})


def _add(sums: dict[tuple[str, str], int], company: str, figure: str, amount: int) -> None:
    sums[company, figure] = sums.get((company, figure), 0) + amount


def _stock(items: goods.Catalogue, on: date, sums: dict[tuple[str, str], int]) -> Iterator[Any]:
    """Opening layers: with the exporter at factory price; abroad with freight and duty; some of it already on its way."""
    spots = ((places.SZ, places.CHINA, "CNY"), (places.HK, places.FBA, "USD"), (places.HK, places.GERMANY, "USD"))
    for place, (company, location, currency) in enumerate(spots):
        lines: list[dict[str, Any]] = []
        sent: list[tuple[str, int]] = []
        for n, sku in enumerate(items.sku):
            if (n + place) % 3 == 0 or items.base[n] >= 0:
                continue
            units = int(40 + 20 * ((n * 7 + place) % 9))
            goods_cost = int(items.cost_cny[n]) * units
            if currency == "USD":
                goods_cost = goods_cost * CNY_PER_USD[1] // CNY_PER_USD[0]
            costs = {"goods": goods_cost}
            if currency == "USD":
                costs |= {"freight": goods_cost * 12 // 100, "duty": goods_cost * 7 // 100}
            received = on - timedelta(20 + (n * 13 + place) % 120)
            told = [
                {"component": name, "money": {"amount": amount, "currency": currency}} for name, amount in costs.items()
            ]
            lines.append({"sku": sku, "quantity": units, "received_on": f"{received}T00:00:00Z", "costs": told})
            _add(sums, company, "inventory", sum(costs.values()))
            if company == places.SZ and n % 5 == 0:
                sent.append((sku, units // 4))
                _add(sums, company, "in_transit", _part(goods_cost, units, units // 4))
        day = on - timedelta(1)
        yield _doc("opening_balance", f"OPEN-{location}", day, location=location, company=company, lines=lines)
        if sent:
            yield _doc(
                "shipment", "SHIP-OPEN-1", day, company=company, origin={"location": location}, destination=places.FBA,
                mode="sea", eta=f"{on + timedelta(25)}T00:00:00Z", lines=[{"sku": s, "quantity": q} for s, q in sent],
            )  # fmt: skip


def _part(total: int, units: int, first: int) -> int:
    """What the first units of a layer carry, half rounded away from zero."""
    return (2 * total * first + units) // (2 * units)


def _orders(items: goods.Catalogue, on: date, sums: dict[tuple[str, str], int]) -> Iterator[Any]:
    """Open orders of both companies, each with its deposit paid."""
    for n in range(12):
        company, price = (places.HK if n % 3 == 0 else places.SZ), int(items.cost_cny[n])
        units = int(items.moq[n])
        worth = price * units
        deposit = worth * DEPOSIT_PERCENT // 100
        number = f"PO-{company}-{n + 1:02}"
        yield _doc(
            "purchase_order", number, on - timedelta(20), company=company, supplier=items.supplier[n], currency="CNY",
            deposit_bp=DEPOSIT_PERCENT * 100, destination=places.CHINA, incoterm="FOB", expected=str(on + timedelta(30 + n)),
            lines=[{"sku": items.sku[n], "quantity": units, "price": {"amount": price}}],
        )  # fmt: skip
        yield _doc(
            "payment", f"PAY-{company}-{n + 1:02}", on, company=company, supplier=items.supplier[n], currency="CNY",
            amount=deposit, shares=[{"document": {"type": "purchase_order", "id": number}, "amount": deposit}],
        )  # fmt: skip
        _add(sums, company, "prepayments", deposit if company == places.SZ else _in_dollars(deposit))


def _in_dollars(cents: int) -> int:
    """CNY cents in USD cents, half rounded up."""
    return (2 * cents * CNY_PER_USD[1] + CNY_PER_USD[0]) // (2 * CNY_PER_USD[0])


def _bills(on: date, sums: dict[tuple[str, str], int]) -> Iterator[Any]:
    """Bills that nobody has paid yet: software and storage of the last month."""
    month = {"kind": "company", "period_from": str(on.replace(day=1)), "period_to": str(on)}
    for number, company, supplier, currency, component, amount in (
        ("BILL-SFT", places.HK, places.SOFTWARE, "USD", "software", 12_900),
        ("BILL-ERP", places.SZ, places.SYSTEMS_CN, "CNY", "software", 88_000),
        ("BILL-LGR", places.HK, places.WAREHOUSE_DE, "USD", "storage", 41_275),
    ):
        yield _doc("cost_bill", number, on, company=company, supplier=supplier, currency=currency,
                   lines=[{"component": component, "amount": amount, "targets": [month]}])  # fmt: skip
        _add(sums, company, "payables", amount)
