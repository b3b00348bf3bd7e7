"""From steps to bars: where each bar of a waterfall starts and ends, in percent of the drawing's width.

Steps add up by construction (the ledger says so); this only places them. A step whose amount is not known is drawn as
a gap and named as missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entrepot.books.selectors.shapes import Step
from entrepot.faces.web import families

ENDS = frozenset({"net_sales", "profit", "gross"})


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``left`` and ``width`` in percent; ``before`` and ``after`` are where the running
    total stands on its two sides."""

    family: str
    label: str
    amount: int | None
    per_unit: int | None
    share: int | None
    """Tenths of a percent of net sales."""
    left: float
    width: float
    before: float
    after: float
    missing_units: int
    estimate: bool
    end: bool
    href: str


def bars(steps: list[Step], units: int, href: Callable[[str], str] | None = None) -> list[Bar]:
    """Place ``steps``; costs come negative, ``net_sales`` first and ``profit`` last stand on the ground line.

    >>> [(b.family, b.left, b.width) for b in bars([Step("net_sales", 1000), Step("purchase", -400),
    ...                                            Step("profit", 600)], 10)]
    [('net_sales', 0.0, 100.0), ('purchase', 60.0, 40.0), ('profit', 0.0, 60.0)]
    """
    spans: list[tuple[int, int]] = []
    running = 0
    for step in steps:
        amount = step.amount or 0
        spans.append((0, amount) if step.family in ENDS else (running, running + amount))
        running = amount if step.family in ENDS else running + amount
    low = min([0, *(min(s) for s in spans)])
    high = max([1, *(max(s) for s in spans)])
    net = next((s.amount for s in steps if s.family == "net_sales"), None)

    def place(value: int) -> float:
        return round((value - low) * 100 / (high - low), 2)

    return [
        Bar(
            family=step.family,
            label=families.label(step.family),
            amount=step.amount,
            per_unit=per_unit(step.amount, units),
            share=round(step.amount * 1000 / net) if net and step.amount is not None else None,
            left=place(min(span)),
            width=round(place(max(span)) - place(min(span)), 2),
            before=place(span[0]),
            after=place(span[1]),
            missing_units=step.missing_units,
            estimate=step.estimate,
            end=step.family in ENDS,
            href=href(step.family) if href and step.family in families.DRILLED else "",
        )
        for step, span in zip(steps, spans, strict=True)
    ]


def per_unit(amount: int | None, units: int) -> int | None:
    """The amount of one unit in minor units, half away from zero; for reading only, never for reckoning."""
    if amount is None or units <= 0:
        return None
    half = (2 * abs(amount) + units) // (2 * units)
    return half if amount >= 0 else -half
