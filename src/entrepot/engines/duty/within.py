"""Whether a rule with a limit applies to an entry: yes, no, or what one must know to say."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.money import exponent
from entrepot.engines.duty.model import Entry, Rates
from entrepot.rules import Value

MODES = frozenset({"sea", "rail", "road", "air", "express", "post"})


@dataclass(frozen=True, slots=True)
class Totals:
    """Value of the goods and of the goods with freight and insurance, exact minor units of the destination's currency.

    ``None`` where something of it is not known.
    """

    goods: Fraction | None
    cif: Fraction | None
    currency: str


Answer = bool | str
"""True, False, or what is needed."""


def limit_in(value: Value, totals: Totals, rates: Rates, name: str = "limit") -> Fraction | str:
    """A limit of a rule in minor units of the destination's currency, or the exchange rate that it needs."""
    own = str(value.data.get("currency", totals.currency))
    rate = Fraction(1) if own == totals.currency else rates(own, totals.currency)
    if rate is None:
        return f"exchange rate {own} to {totals.currency}"
    return value.number(name) * rate * 10 ** exponent(totals.currency)


def applies(value: Value | None, entry: Entry, totals: Totals, rates: Rates) -> Answer:
    """Whether ``value`` applies to the consignment as a whole (its limit, regime, mode and origins)."""
    if value is None:
        return False
    inside = _inside(value, totals, rates)
    if inside is False:
        return False
    asked: list[str] = [] if inside is True else [inside]
    for answer in (_regime(value, entry), _mode(value, entry), _origin(value, entry)):
        if answer is False:
            return False
        if answer is not True:
            asked.append(answer)
    return ", ".join(asked) if asked else True


def _inside(value: Value, totals: Totals, rates: Rates) -> Answer:
    if not value.text("limit"):
        return True
    limit = limit_in(value, totals, rates)
    if isinstance(limit, str):
        return limit
    measured = totals.cif if value.text("measured") == "cif" else totals.goods
    if measured is None:
        if totals.goods is not None and totals.goods > limit:
            return False
        return "value, freight and insurance" if value.text("measured") == "cif" else "value of the goods"
    return measured <= limit


def _regime(value: Value, entry: Entry) -> Answer:
    regimes = value.names("regimes")
    if not regimes or entry.regime in regimes or (entry.mode in regimes and entry.mode):
        return True
    if "personal" in regimes and entry.regime == "commercial":
        return "whether the goods are for own use or for trade"
    return False


def _mode(value: Value, entry: Entry) -> Answer:
    modes = value.names("modes")
    if not modes or entry.mode in modes:
        return True
    return "mode of transport" if not entry.mode else False


def _origin(value: Value, entry: Entry) -> Answer:
    wanted, barred = value.names("origins"), value.names("not_origins")
    origins = {g.origin for g in entry.goods}
    if wanted:
        return "country of shipment" if "" in origins else origins <= set(wanted)
    if barred:
        return "country of origin" if "" in origins else not origins & set(barred)
    return True


def reaches_chapter(value: Value, hs: str) -> bool:
    """Whether goods of a code are meant; a code that is not known is taken for ordinary goods.

    >>> from entrepot.core.cost_lines import Basis
    >>> relief = Value({"not_chapters": ["22", "24"]}, Basis("x"))
    >>> reaches_chapter(relief, "220421"), reaches_chapter(relief, "6109"), reaches_chapter(relief, "")
    (False, True, True)
    """
    chapters, barred = value.names("chapters"), value.names("not_chapters")
    return not (hs and hs[:2] in barred) and (not chapters or hs[:2] in chapters)
