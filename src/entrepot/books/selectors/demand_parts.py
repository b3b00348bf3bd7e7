"""What a forecast run keeps beside its figures: signals and what they were worth, outside models, channels and countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from entrepot.books.models import Shop
from entrepot.books.selectors.demand_shapes import OutsideRow, RegionRow, SignalRow

MOST_REGIONS = 40


def signals(content: Mapping[str, Any]) -> list[SignalRow]:
    """Each signal that was judged: kept ones first, then by what they explain."""
    rows = [
        SignalRow(
            str(told["name"]), bool(told["kept"]), told["effect"], told["low"], told["high"], round(told["value"] * 1000),
            str(told.get("reason", "")),
        )
        for told in content.get("signals") or ()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row.kept, -row.value, row.name))


def outside(content: Mapping[str, Any]) -> list[OutsideRow]:
    """Each model from elsewhere that was judged."""
    return [
        OutsideRow(str(told["name"]), round(float(told["weight"]) * 1000), round(float(told["gain"]) * 1000))
        for told in content.get("outside") or ()
    ]


def of_run(content: Mapping[str, Any], shops: Iterable[Shop], weekly: float) -> list[RegionRow]:
    """How ``weekly`` expected units a week of all items divide, by channels that the reader may see."""
    return _regions([(*told[:3], None) for told in content.get("regions") or ()], shops, weekly)


def of_item(detail: Mapping[str, Any], shops: Iterable[Shop], weekly: float) -> list[RegionRow]:
    """How one item's expected units a week at a place divide."""
    return _regions([tuple(told[:4]) for told in detail.get("regions") or ()], shops, weekly)


def moved(detail: Mapping[str, Any]) -> dict[str, int]:
    """Signal → what it makes of the demand over the lead time, in thousandths."""
    return {str(name): round(float(factor) * 1000) for name, factor in detail.get("signals") or ()}


def _regions(told: Sequence[tuple[Any, ...]], shops: Iterable[Shop], weekly: float) -> list[RegionRow]:
    names = {shop.code: shop.name or shop.code for shop in shops}
    rows = [
        RegionRow(names.get(code, ""), code, country, round(share * 1000), round(share * weekly, 2), sold)
        for code, country, share, sold in told
        if code in names or not code
    ]
    return sorted(rows, key=lambda row: -row.share)[:MOST_REGIONS]
