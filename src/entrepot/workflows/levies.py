"""Levies on electronics, batteries and packaging, per unit sold into a country: part of the full cost of a unit.

The rates and what is in a unit are the seller's own (his producer schemes bill him by material): ``levies.toml`` in the
folder ``rules`` of his home, ``[[levy]]`` with id, name, country, material, per (unit or kg), rate, currency, valid_from, and
``[[item]]`` with sku and ``grams`` of each material. Nothing comes with the program. ``due`` says when the duty to pay arises
(``sold``, else ``imported``), ``scheme`` who bills it (a supplier's code; else the levy's id), ``company`` for which company it
holds, ``bill_days`` within how many days its bill is expected. What was sold or imported is accrued by ``levies_accrued``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.core.cost_lines import CostLine
from entrepot.core.countries import CODES
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent

if TYPE_CHECKING:
    from entrepot.engines.storage import Levy

FILE = "levies.toml"


@dataclass(frozen=True, slots=True)
class Levies:
    """Levies by country and the materials of each SKU (grams; None = in it, not weighed)."""

    levies: tuple[Levy, ...] = ()
    materials: dict[str, dict[str, int | None]] = field(default_factory=dict[str, dict[str, int | None]])

    def of(self, sku: str, country: str, on: date, units: int = 1) -> list[CostLine]:
        """Cost lines of the levies due on ``units`` of a SKU sold into a country on a day; none for an unlisted SKU.

        >>> told = read_levies('''
        ... [[levy]]
        ... id = "DE-packaging-paper"
        ... name = "Packaging, paper"
        ... country = "DE"
        ... material = "paper"
        ... per = "kg"
        ... rate = 0.18
        ... currency = "EUR"
        ... [[item]]
        ... sku = "MUG"
        ... grams = { paper = 120 }
        ... ''')
        >>> [line.amount for line in told.of("MUG", "DE", date(2026, 3, 1), 1000)]
        [2160]
        """
        from entrepot.engines.storage import levies_on

        return levies_on(self.levies, country, on, self.materials.get(sku, {}), units, sku)


def levies(home: Path) -> Levies:
    """The seller's levies; none without the file."""
    path = home / "rules" / FILE
    return read_levies(path.read_text("utf-8-sig")) if path.exists() else Levies()


def read_levies(text: str) -> Levies:
    """Levies from TOML. Raises :class:`~entrepot.core.errors.ProblemError` that says what cannot be read."""
    try:
        told = tomllib.loads(text)
        found = tuple(_levy(one) for one in told.get("levy", ()))
        twice = {one.id for n, one in enumerate(found) if any(_collides(one, other) for other in found[:n])}
        if twice:
            raise ValueError(f"two rates on one day for {', '.join(sorted(twice))}")
        materials = {str(one["sku"]): _grams(one.get("grams", {})) for one in told.get("item", ())}
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise ProblemError(Problem("bad_levies", "the levies cannot be read", "write [[levy]] and [[item]] as TOML",
                                   document=FILE, found=str(error))) from None  # fmt: skip
    return Levies(found, materials)


def _collides(one: Levy, other: Levy) -> bool:
    """Whether two entries give one levy two rates on a day."""
    starts, ends = (one.valid_from or date.min, other.valid_from or date.min), (one.valid_to, other.valid_to)
    return one.id == other.id and max(starts) <= min(end or date.max for end in ends)


def _levy(told: dict[str, Any]) -> Levy:
    from entrepot.engines.storage import Levy

    currency = str(told["currency"]).upper()
    known = {"per": ("unit", "kg"), "due": ("sold", "imported")}
    due = str(told.get("due", "sold"))
    for name, value in (("per", told["per"]), ("due", due)):
        if value not in known[name]:
            raise ValueError(f"{name} {value}")
    code, country = str(told["id"]), str(told["country"]).upper()
    rate = Fraction(str(told["rate"])) * 10 ** exponent(currency)
    days = int(told.get("bill_days", 100))
    if rate < 0 or days < 0 or not 0 < len(code) <= 60 or country not in CODES:
        raise ValueError(f"{code or 'no id'}: rate {told['rate']}, country {country}, bill_days {days}")
    return Levy(
        code, str(told["name"]), country, str(told["material"]), told["per"], rate, currency, _day(told, "valid_from"),
        _day(told, "valid_to"), str(told.get("source", FILE)), scheme=str(told.get("scheme") or code), due=due,
        company=str(told.get("company", "")), bill_days=days,
    )  # fmt: skip


def _day(told: dict[str, Any], name: str) -> date | None:
    """A day written as a date or as text."""
    value = told.get(name)
    return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))


def _grams(told: dict[str, Any]) -> dict[str, int | None]:
    """Grams by material; 0 and less is not weighed."""
    return {str(name): int(grams) if grams and int(grams) > 0 else None for name, grams in told.items()}
