"""Signals of demand that found nothing to buy, as they were told: searches, carts, complaints, people who wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from entrepot.books.models import Document, SignalValue
from entrepot.core.calendar import Instant

NAMES: Mapping[str, str] = {
    "search": "search", "searches": "search", "搜索": "search", "搜索量": "search", "搜索次数": "search",
    "cart": "cart", "abandoned_cart": "cart", "abandoned_carts": "cart", "弃购": "cart", "加购未下单": "cart",
    "complaint": "complaint", "complaints": "complaint", "差评": "complaint", "投诉": "complaint",
    "waiting": "waiting", "waiting_list": "waiting", "到货提醒": "waiting", "预约": "waiting",
}  # fmt: skip
"""What a signal may be called (case does not matter) and which source of evidence that is."""


class Told(NamedTuple):
    """One observation: ``value`` people or units; ``item`` ``None``: nothing like the subject is listed."""

    subject: str
    item: int | None
    shop: str
    source: str
    value: float
    at: Instant


def told(company: int, since: Instant) -> Iterator[Told]:
    """What was told of ``company``'s shops (or of no shop) from ``since`` on, oldest first: of each document its last
    version, and none that was taken back."""
    rows, called = _named(company)
    fields = ("subject", "item_id", "shop__code", "name", "numerator", "denominator", "effective_at")
    found = rows.filter(effective_at__gte=since).order_by("effective_at", "pk").values_list(*fields)
    for subject, item, shop, name, top, bottom, at in found.iterator(chunk_size=5_000):
        yield Told(subject, item, shop or "", called[name], top / bottom, at)


def newest(company: int) -> Instant | None:
    """When the newest of them was observed; ``None`` where none was told."""
    at: Instant | None = _named(company)[0].aggregate(at=Max("effective_at"))["at"]
    return at


def _named(company: int) -> tuple[QuerySet[SignalValue], dict[str, str]]:
    """Standing signals of unmet demand in the company's shops or in none, and the source that each name stands for."""
    names = SignalValue.objects.values_list("name", flat=True).distinct()
    called = {name: NAMES[plain] for name in names if (plain := name.strip().casefold()) in NAMES}
    rows = current(SignalValue.objects.filter(name__in=list(called)))
    return rows.filter(Q(shop=None) | Q(shop__company=company)), called


def current(rows: QuerySet[SignalValue]) -> QuerySet[SignalValue]:
    """Those of the newest version of their document that were not taken back."""
    newer = Document.objects.filter(
        type="signal", external_id=OuterRef("document__external_id"), source=OuterRef("document__source"),
        account=OuterRef("document__account"), version__gt=OuterRef("document__version"),
    )  # fmt: skip
    return rows.filter(~Exists(newer), document__reversed__isnull=True)
