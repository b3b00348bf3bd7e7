"""Signals of demand that found nothing to buy, as they were told: searches, carts, complaints, people who wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

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
    called = {
        name: NAMES.get(name.strip().casefold()) for (name,) in SignalValue.objects.values_list("name").distinct()
    }
    rows = current(SignalValue.objects.filter(name__in=[n for n, source in called.items() if source]))
    rows = rows.filter(Q(shop=None) | Q(shop__company=company), effective_at__gte=since).order_by("effective_at", "pk")
    fields = ("subject", "item_id", "shop__code", "name", "numerator", "denominator", "effective_at")
    for subject, item, shop, name, top, bottom, at in rows.values_list(*fields).iterator(chunk_size=5_000):
        yield Told(subject, item, shop or "", called[name] or "", top / bottom, at)


def current(rows: QuerySet[SignalValue]) -> QuerySet[SignalValue]:
    """Those of the newest version of their document that were not taken back."""
    newer = Document.objects.filter(
        type="signal", external_id=OuterRef("document__external_id"), source=OuterRef("document__source"),
        account=OuterRef("document__account"), version__gt=OuterRef("document__version"),
    )  # fmt: skip
    return rows.filter(~Exists(newer), document__reversed__isnull=True)
