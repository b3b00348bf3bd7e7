"""The ways out for unsalable goods as this seller has them: ``ways_out.toml`` in the folder ``rules`` of his home.

Without the file there are the usual ways, without prices: each says what it would need. A platform's own removal fee comes
from the fee tables (:mod:`entrepot.workflows.salvage`).

>>> [way.id for way in read_ways(EXAMPLE)]
['refurbish', 'destroy']
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from entrepot.core.components import COMPONENTS
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.engines.salvage import Price
from entrepot.engines.salvage.model import Per

FILE = "ways_out.toml"
EXAMPLE = """
[[way]]
id = "refurbish"
name = "Refurbish and sell as used"
conditions = ["customer_damaged"]
currency = "USD"
days = 30
price = [
  { name = "Inspection and new box", per = "unit", amount = 1.8 },
  { name = "Sale as used", per = "percent_of_value", amount = -55 },
]

[[way]]
id = "destroy"
name = "Destroy at the local disposer"
countries = ["DE"]
currency = "EUR"
price = [
  { name = "Sorting", per = "unit", amount = 0.25 },
  { name = "Transport", per = "kg", amount = 0.3, component = "freight" },
  { name = "Destruction", per = "kg", amount = 0.45, minimum = 100 },
]
"""
_PERS = get_args(Per)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way as the seller stated it; amounts of ``prices`` in minor units of ``currency`` (percent as they are).

    It is offered for goods in these ``countries``, ``places`` and ``conditions``; empty = all.
    """

    id: str
    name: str
    currency: str
    prices: tuple[Price, ...]
    days: int = 0
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    allowed: bool = True
    reason: str = ""

    def offered(self, country: str, place: str, condition: str) -> bool:
        """Whether goods there, in that condition, may go this way at all."""
        return (
            (not self.countries or country in self.countries)
            and (not self.places or place in self.places)
            and (not self.conditions or condition in self.conditions)
        )


USUAL = (
    ("return_to_vendor", "Return to the supplier", (("Transport to the supplier", "kg", "freight"),
     ("Credit of the supplier", "batch", "goods"))),
    ("refurbish", "Refurbish and sell as used", (("Refurbishing", "unit", "disposal"),
     ("Sale as used", "percent_of_value", "disposal"))),
    ("liquidate", "Sell to a liquidator", (("Paid by the liquidator", "percent_of_value", "disposal"),)),
    ("destroy", "Destroy abroad", (("Sorting", "unit", "disposal"), ("Transport", "kg", "freight"),
     ("Destruction", "kg", "disposal"), ("Fines and certificates", "batch", "disposal"))),
    ("home", "Ship home and sell or destroy there", (("Export and freight home", "kg", "freight"),
     ("Duty and tax on return", "percent_of_value", "duty"), ("What it brings or costs at home", "unit", "disposal"))),
)  # fmt: skip
"""The usual ways: id, name, and what each needs a price for (name, per, component)."""


def usual(currency: str) -> tuple[WayOut, ...]:
    """The usual ways with every price still to be asked for."""
    return tuple(
        WayOut(key, name, currency, tuple(Price(text, per, None, component) for text, per, component in prices))  # type: ignore[arg-type]
        for key, name, prices in USUAL
    )


def ways_out(home: Path, currency: str) -> tuple[WayOut, ...]:
    """The seller's ways, and of the usual ones those that he has not stated under the same id."""
    path = home / "rules" / FILE
    own = read_ways(path.read_text("utf-8-sig")) if path.exists() else ()
    stated = {way.id for way in own}
    return (*own, *(way for way in usual(currency) if way.id not in stated))


def read_ways(text: str) -> tuple[WayOut, ...]:
    """Ways from TOML. Raises :class:`~entrepot.core.errors.ProblemError` that names the way and what is wrong."""
    try:
        told: list[dict[str, Any]] = tomllib.loads(text).get("way", [])
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(Problem("bad_ways_out", "the ways out cannot be read", "write it as TOML", document=FILE,
                                   found=str(error))) from None  # fmt: skip
    return tuple(_way(number, way) for number, way in enumerate(told, 1))


def _way(number: int, told: dict[str, Any]) -> WayOut:
    try:
        currency = str(told["currency"]).upper()
        minor = 10 ** exponent(currency)
        prices = tuple(_price(price, minor) for price in told["price"])
        lists = {name: tuple(str(x) for x in told.get(name, ())) for name in ("countries", "places", "conditions")}
        return WayOut(str(told["id"]), str(told["name"]), currency, prices, int(told.get("days", 0)), **lists,
                      allowed=bool(told.get("allowed", True)), reason=str(told.get("reason", "")))  # fmt: skip
    except (KeyError, ValueError, TypeError) as error:
        raise ProblemError(
            Problem("bad_ways_out", "a way out cannot be read", "give id, name, currency and prices with name, per and amount",
                    document=FILE, line=number, found=str(error))
        ) from None  # fmt: skip


def _price(told: dict[str, Any], minor: int) -> Price:
    per, component = told["per"], str(told.get("component", "disposal"))
    if per not in _PERS or component not in COMPONENTS:
        raise ValueError(f"{per} {component}")
    amount = told.get("amount")
    least = told.get("minimum")
    worth = None if amount is None else Fraction(str(amount)) * (1 if per == "percent_of_value" else minor)
    return Price(str(told["name"]), per, worth, component,
                 None if least is None else round(Fraction(str(least)) * minor), str(told.get("source", FILE)))  # fmt: skip
