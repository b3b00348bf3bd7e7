"""Three papers of one purchase side by side: what was ordered, what came, what was billed; line by line, in the order's
currency.

A bill is right when it asks, for what came, the price that was agreed. What differs by more than the tolerance is a difference
with its cause (price, quantity, not received) and its amount; a person accepts it or disputes it, and who follows it up is kept.
Bills aim at the units that they bill, so quantities are read from the receipts and the amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.money import round_half_away
from entrepot.workflows.order_facts import OrderFacts, OrderLine, Step

TOLERANCE_BP = 50
"""A bill may differ from the agreed price by 0.5 % of a line …"""
TOLERANCE_MINOR = 100
"""… and never less than one unit of a currency with cents."""


@dataclass(frozen=True)
class Match:
    """A line: units ordered, received and given back, amount as agreed for what came, as billed (less credits), and between."""

    line: int
    item: int
    ordered: int
    received: int
    returned: int
    agreed: int
    billed: int
    credited: int
    difference: int
    cause: str
    decision: str
    owner: str


def matches(order: OrderFacts) -> list[Match]:
    """Every line of an order with its difference; ``cause`` empty where the papers agree or nothing is billed yet."""
    return [_match(order, line) for line in order.lines]


def open_differences(order: OrderFacts) -> list[Match]:
    """Differences that nobody has accepted."""
    return [row for row in matches(order) if row.cause and row.decision != "accepted"]


def _match(order: OrderFacts, line: OrderLine) -> Match:
    agreed = round_half_away(line.price * (line.received - line.returned))
    billed, credited = round_half_away(line.billed), round_half_away(line.credited)
    between = billed - credited - agreed if billed else 0
    tolerated = max(TOLERANCE_MINOR, abs(agreed) * TOLERANCE_BP // 10_000)
    cause = "" if abs(between) <= tolerated else _cause(line, between)
    told = next((step for step in reversed(order.steps) if _answers(step, line)), None) if cause else None
    if told is not None and told.state == "accepted" and abs(between) > abs(told.amount or 0) + tolerated:
        told = None  # it was a smaller difference that was accepted
    return Match(
        line.line, line.item, line.quantity, line.received, line.returned, agreed, billed, credited, between, cause,
        told.state if told else "", told.by if told else "",
    )  # fmt: skip


def _answers(step: Step, line: OrderLine) -> bool:
    return step.kind == "match_decision" and step.order_line == line.line


def _cause(line: OrderLine, between: int) -> str:
    """Billed at the agreed price for what was ordered but did not come: quantity; anything else: price."""
    if line.received == 0:
        return "not_received"
    ordered: Fraction = line.price * line.quantity
    missing = line.price * (line.quantity - line.received)
    if between > 0 and missing > 0 and abs(line.billed - ordered) <= max(1, abs(ordered) / 200):
        return "quantity"
    return "price"
