"""The cost line: one amount of a quote, an accrual or a bill check, with the rule that gave it.

Every engine that prices something answers in these lines, so that a quote can lay duty, freight, storage and capital side
by side and say of each where it comes from. A cost that is not known is a line without amount that names what it needs; it
is never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from entrepot.core.components import COMPONENTS
from entrepot.core.money import exponent, major


class Confidence(StrEnum):
    """How far a rule or rate can be relied on, best first."""

    SELLER = "seller"
    """The seller's own broker's entry, platform report or rate card: overrides every table."""
    HIGH = "high"
    MEDIUM = "medium"
    UNCONFIRMED = "unconfirmed"
    """From memory, proposed or not seen in a source: shown, marked, and to be confirmed by the seller."""


_RANK = {confidence: rank for rank, confidence in enumerate(Confidence)}


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from: a rule of the rule book or a rate card.

    ``rule`` is its id; ``valid_from`` and ``valid_to`` are the first and last day on which it applies (``None`` = open).
    ``legal`` is the reference in law (Chapter 99 heading, regulation), ``source`` where the figure was read.
    """

    rule: str
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: Confidence = Confidence.HIGH
    legal: str = ""

    def __str__(self) -> str:
        """The rule with its dates, for a line of explanation.

        >>> str(Basis("us.301.list4a", "USTR notice", date(2020, 2, 14)))
        'us.301.list4a (from 2020-02-14; high; USTR notice)'
        """
        start, end = self.valid_from, self.valid_to
        dates = f"{start} to {end}" if start and end else f"from {start}" if start else f"to {end}" if end else ""
        return f"{self.rule} ({'; '.join(p for p in (dates, self.confidence.value, self.legal, self.source) if p)})"


UNKNOWN = Basis("", confidence=Confidence.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost of a consignment or of one of its goods lines.

    ``component`` is a key of :data:`entrepot.core.components.COMPONENTS`; ``amount`` is in minor units of ``currency``
    for all units together, ``None`` where it is not known: then ``needs`` says what would make it known. ``base`` and
    ``rate`` are the two factors as texts. ``item`` names the goods line, empty = the whole consignment.
    ``recoverable`` marks an amount that is paid but comes back (import VAT of a registered importer): cash, not cost.
    ``estimate`` marks a figure that a bill will replace.

    Raises ``ValueError`` for an unknown component, for an amount with needs and for none without: the caller's mistake.

    >>> line = CostLine("duty", "Section 301 list 4A", 750, "USD", Basis("us.301.list4a"), base="100.00 USD", rate="7.5%")
    >>> line.explain()
    'Section 301 list 4A: 7.50 USD = 7.5% of 100.00 USD. Rule: us.301.list4a (high)'
    >>> CostLine("duty", "Ordinary duty", None, "USD", needs=("HS code",)).explain()
    'Ordinary duty: not known; needs HS code'
    """

    component: str
    label: str
    amount: int | None
    currency: str
    basis: Basis = UNKNOWN
    base: str = ""
    rate: str = ""
    needs: tuple[str, ...] = ()
    item: str = ""
    estimate: bool = False
    recoverable: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.component not in COMPONENTS:
            raise ValueError(f"no cost component {self.component!r}")
        if (self.amount is None) != bool(self.needs):
            raise ValueError("a line has an amount, or says what it needs")
        exponent(self.currency)

    @property
    def known(self) -> bool:
        """Whether the amount is known."""
        return self.amount is not None

    def explain(self) -> str:
        """Why this amount, in one line."""
        if self.amount is None:
            text = f"{self.label}: not known; needs {', '.join(self.needs)}"
        else:
            how = (
                f" = {self.rate} of {self.base}" if self.rate and self.base else f" = {self.rate}" if self.rate else ""
            )
            marks = [word for flag, word in ((self.estimate, "estimate"), (self.recoverable, "recoverable")) if flag]
            text = f"{self.label}: {major(self.amount, self.currency)} {self.currency}{how}"
            text += f" ({', '.join(marks)})" if marks else ""
        text += f". {self.note}" if self.note else ""
        return f"{text}. Rule: {self.basis}" if self.basis.rule else text


@dataclass(frozen=True, slots=True)
class Total:
    """Sum of cost lines of one currency: what is ``known``, and how many lines are ``missing`` from it."""

    known: int
    missing: int
    currency: str

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def total(lines: Iterable[CostLine], currency: str) -> Total:
    """Sum of ``lines``, all of which must be in ``currency``; recoverable lines count (leave them out for a cost).

    Raises ``ValueError`` for a line in another currency: convert first.

    >>> total([CostLine("freight", "Sea", 500, "USD"), CostLine("duty", "Duty", None, "USD", needs=("HS code",))], "USD")
    Total(known=500, missing=1, currency='USD')
    """
    known = missing = 0
    for line in lines:
        if line.currency != currency:
            raise ValueError(f"a line in {line.currency} among {currency}")
        known, missing = (known, missing + 1) if line.amount is None else (known + line.amount, missing)
    return Total(known, missing, currency)


def weakest(confidences: Iterable[Confidence]) -> Confidence:
    """The least of several confidences: a figure is no surer than its least sure part.

    >>> weakest([Confidence.HIGH, Confidence.UNCONFIRMED, Confidence.SELLER]).value
    'unconfirmed'
    """
    return max(confidences, key=_RANK.__getitem__, default=Confidence.SELLER)
