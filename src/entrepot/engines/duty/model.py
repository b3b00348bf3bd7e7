"""What an entry at the border is made of, and what its assessment says.

Money is in integer minor units. Values of goods are for the whole line in the line's currency; the assessment is in the
destination's currency. Rates are exact fractions (5 % = 1/20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from entrepot.core.cost_lines import Basis, CostLine, weakest
from entrepot.core.money import major

Rates = Callable[[str, str], Fraction | None]
"""Units of the second currency for one of the first, on the day of the entry; ``None`` when not known."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of a declaration.

    ``value`` for the whole ``quantity``; ``None`` = not known. ``hs`` as the seller has it, empty = not known; ``origin``
    is an ISO country. ``quantities`` holds other units that a specific duty may ask for (``pr``, ``l``, ``m2``), ``parts``
    the value of components in minor units of ``currency``. ``programme`` names the trade agreement for which a
    certificate comes with the goods. ``duty_rate`` and ``tax_rate`` are the seller's own figures for these goods: they
    stand in for the schedule's ordinary rate.
    """

    item: str
    quantity: int
    value: int | None
    currency: str
    hs: str = ""
    origin: str = ""
    net_grams: int | None = None
    quantities: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    parts: Mapping[str, int] = field(default_factory=dict[str, int])
    programme: str = ""
    duty_rate: Fraction | None = None
    tax_rate: Fraction | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A consignment that enters ``destination`` on a day.

    ``regime``: ``commercial`` (ordinary declaration), ``personal``, ``ioss`` (EU parcel whose VAT the seller collects),
    ``remessa_conforme`` (Brazil) …; ``mode``: sea, rail, road, air, express, post, empty = not known. ``freight`` and
    ``insurance`` to the border and ``onward`` to the first destination in minor units, ``None`` = not known. ``fees`` are
    charges that the caller knows (carrier's disbursement fee), in minor units of the destination's currency.
    ``recoverable``: the importer gets the import tax back. ``known_on``: as the rules were known that day. ``confirmed``
    holds ids of measures of which a person has said that they apply (True) or do not.
    """

    destination: str
    on: date
    goods: tuple[Goods, ...]
    regime: str = "commercial"
    mode: str = ""
    freight: int | None = None
    freight_currency: str = ""
    insurance: int | None = None
    insurance_currency: str = ""
    onward: int = 0
    fees: Mapping[str, int] = field(default_factory=dict[str, int])
    value_is_customs_value: bool = False
    income_tax_rate: Fraction | None = None
    importer_tax_number: bool | None = None
    recoverable: bool = False
    known_on: date | None = None
    confirmed: Mapping[str, bool] = field(default_factory=dict[str, bool])


class Reach(StrEnum):
    """How far a measure gets with a line: the four are kept apart."""

    NOT_THERE = "the heading does not exist"
    NOT_IN_FORCE = "not in force that day"
    NOT_REACHED = "does not reach this line, origin or date"
    YIELDS = "left out because another measure is charged"
    CHARGED = "charged"
    UNSETTLED = "needs a person"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one measure for one goods line."""

    item: str
    measure: str
    name: str
    reach: Reach
    rate: Fraction | None = None
    text: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of the assessment in minor units, or what it needs."""

    amount: int | None
    needs: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()

    @property
    def confidence(self) -> str:
        """Least confidence of the rules behind it."""
        return weakest(b.confidence for b in self.basis).value


@dataclass(frozen=True, slots=True)
class Assessment:
    """Charges of an entry, in ``currency``.

    ``lines`` are the amounts payable, per goods line where they belong to one. ``figures`` holds the sums by name:
    ``customs_value``, ``duty``, ``surcharge``, ``tax_base``, ``import_tax``, ``income_tax``, each fee, ``computed_charges``
    (before a collection floor), ``charges`` (payable), ``goods``, ``freight``, ``insurance`` and ``landed``.
    """

    currency: str
    entry: Entry
    lines: tuple[CostLine, ...]
    figures: Mapping[str, Figure]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every charge is known."""
        return all(line.known for line in self.lines)

    def explain(self, figure: str = "charges") -> list[str]:
        """Why a figure is what it is, in lines that a seller can read.

        ``charges`` explains every line; raises ``KeyError`` for a figure that there is not.
        """
        found = self.figures[figure]
        head = f"{figure.replace('_', ' ')}: "
        head += (
            f"{major(found.amount, self.currency)} {self.currency}" if found.amount is not None else "not known; needs "
        )
        head += ", ".join(found.needs) if found.amount is None else ""
        body = [line.explain() for line in self.lines] if figure in {"charges", "landed", "computed_charges"} else []
        if not body:
            wanted = {"duty": {"duty"}, "import_tax": {"import_tax"}}.get(figure, set[str]())
            body = [line.explain() for line in self.lines if line.component in wanted]
            body = body or [f"Rule: {b}" for b in found.basis]
        return [head, *body, *(self.notes if figure == "charges" else ())]
