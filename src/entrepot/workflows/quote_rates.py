"""Which exchange rates a quote took, of which day and from whom: a rate is as much a source as a tariff."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from entrepot.core.cost_lines import CostLine
from entrepot.rules.fx import ExchangeRates

_WAS = re.compile(r"-?[\d.]+ ([A-Z]{3}) at ")
"""How a line says that it was converted."""


def rate_notes(
    lines: Iterable[CostLine], goods: Iterable[str], country: str, shown: str, on: date, rates: ExchangeRates
) -> list[str]:
    """A sentence for each pair: what lines were shown by, and what brought the goods' price into the customs' money."""
    pairs = {(found[1], shown): None for line in lines if (found := _WAS.match(line.note))}
    pairs |= {(own, country): None for own in goods if own != country}
    told: list[str] = []
    for base, quote in sorted(pairs):
        rate = rates.at(base, quote, on)
        if rate is not None:
            told.append(
                f"Exchange rate {base} to {quote}: {float(rate.value):.6g} of {rate.on}, {rate.source or 'own rate'}."
            )
    return told
