"""Where an order stands, what has to be done next and by when: derived from its facts, so that it cannot be set by hand.

States, in the order of a life: proposed → rejected | ordered → sent → confirmed → production → ready → inspected | held →
shipped → part_received → received → billed → paid; closed and cancelled end it. ``next`` names the act that brings it on; a
deposit that is due goes before everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from entrepot.core.calendar import local_date
from entrepot.core.documents.terms import ADVANCE
from entrepot.core.money import round_half_away, split_largest_remainder
from entrepot.workflows.order_facts import OrderFacts

SHORT_DAYS = 56
"""Days after which what is overdue of a partly received order was delivered short."""
SMALL = 100
"""Less than this of a share is a rounding of whoever paid it, in minor units."""
USUAL = {"confirmation": 3, "shipped": 4, "bl_copy": 10, "arrival": 38, "receipt": 45, "bill": 45}
"""Days after the order (confirmation) or after the goods are ready (the others) at which a trigger is expected."""
_LOOKED_AT = {
    "hold": ("held", "inspect"), "held": ("held", "inspect"), "failed": ("held", "inspect"), "passed": ("inspected", "ship"),
    "released": ("inspected", "ship"), "ready": ("ready", "inspect"), "loaded": ("shipped", "receive"),
}  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A share of an order that is to be paid: ``day`` is expected rather than known while ``estimate``."""

    trigger: str
    amount: int
    open: int
    day: date
    estimate: bool


@dataclass(frozen=True)
class Standing:
    """Where an order stands on a day."""

    state: str
    next: str
    next_due: date | None
    expected: date | None
    late_days: int
    open: bool
    dues: tuple[Due, ...]


def standing(order: OrderFacts, zone: str, today: date) -> Standing:
    """The state of ``order`` on ``today``."""
    expected = expected_on(order, zone)
    dues = tuple(payments_due(order, zone, today))
    ended = order.last("closed", "cancelled", "reopened")
    if not order.ordered:
        decision = order.last("rejected")
        proposed = order.last("proposed")
        rejected = decision is not None and (proposed is None or decision.recorded_at >= proposed.recorded_at)
        state = "rejected" if rejected else "proposed"
        return Standing(state, "" if rejected else "approve", None, expected, 0, not rejected, ())
    if ended is not None and ended.state == "cancelled":
        refund = to_come_back(order) > 0
        return Standing("cancelled", "refund" if refund else "", None, None, 0, refund, ())
    left = sum(max(_wanted(line.quantity, line.confirmed) - line.received, 0) for line in order.lines)
    late = max((today - expected).days, 0) if expected and left else 0
    got = any(line.received for line in order.lines)
    short = bool(got and late > SHORT_DAYS)
    done = ended is not None and ended.state == "closed"
    if left == 0 or done or short:
        return _after_receipt(order, dues, expected, left, done=done)
    state, following, day = _before_receipt(order, got, expected)
    deposit = next((due for due in dues if due.open and not due.estimate and due.trigger in ADVANCE), None)
    if deposit is not None:
        return Standing(state, "pay_deposit", deposit.day, expected, late, True, dues)
    return Standing(state, following, day, expected, late, True, dues)


def _after_receipt(
    order: OrderFacts, dues: tuple[Due, ...], expected: date | None, left: int, *, done: bool
) -> Standing:
    """All has come that will come: billed, paid, closed."""
    to_pay = sum(due.open for due in dues)
    billed = sum(line.billed for line in order.lines)
    worth = received_worth(order)
    covered = order.paid >= worth > 0 or (billed > 0 and to_pay == 0 and order.bill_open <= 0)
    if done and (covered or to_pay + order.bill_open <= 0):
        back = to_come_back(order) >= SMALL
        return Standing("closed", "refund" if back else "", None, expected, 0, back, dues)
    if covered:
        return Standing("paid", "close" if left else "", None, expected, 0, left > 0, dues)
    day = min((due.day for due in dues if due.open), default=None)
    if billed:
        return Standing("billed", "pay", day, expected, 0, True, dues)
    return Standing("received", "bill", day, expected, 0, True, dues)


def _before_receipt(order: OrderFacts, got: bool, expected: date | None) -> tuple[str, str, date | None]:
    """State, next step and its day while goods are still to come."""
    if got:
        return "part_received", "receive", expected
    if any(line.shipped for line in order.lines) or order.shipped_at is not None:
        return "shipped", "receive", order.eta or expected
    told = order.last(*_LOOKED_AT)
    if told is not None:
        return (*_LOOKED_AT[told.state], expected)
    made = order.last("started", "produced", "delayed")
    if made is not None:
        return "production", "follow", made.on or expected
    if order.last("confirmed") is not None:
        return "confirmed", "follow", expected
    if order.last("sent") is not None:
        return "sent", "confirm", None
    return ("ordered", "send", None) if order.last("approved") is not None else ("ordered", "receive", expected)


def expected_on(order: OrderFacts, zone: str) -> date | None:
    """When the goods should be ready, as said last: heard, confirmed, agreed."""
    heard = next((s.on for s in reversed(order.steps) if s.on is not None and s.kind != "match_decision"), None)
    days = [line.promised or line.due for line in order.lines if line.received < line.quantity]
    told = [day for day in days if day is not None]
    agreed = date.fromisoformat(order.body["expected"]) if order.body.get("expected") else None
    return heard or (max(told) if told else None) or agreed


def received_worth(order: OrderFacts) -> int:
    """What came, at the order's prices, in its currency."""
    return sum(round_half_away(line.price * (line.received - line.returned)) for line in order.lines)


def to_come_back(order: OrderFacts) -> int:
    """What was paid on an ended order beyond what came of it and what was billed: the supplier owes it."""
    ended = order.last("closed", "cancelled", "reopened")
    if ended is None or ended.state not in ("closed", "cancelled"):
        return 0
    billed = round_half_away(sum((line.billed for line in order.lines), start=0 * order.lines[0].price))
    return max(order.paid - max(received_worth(order), billed), 0)


def to_come(order: OrderFacts) -> int:
    """What the order comes to as far as it is still expected: all of it while open, what came once it has ended."""
    ended = order.last("closed", "cancelled", "reopened")
    if ended is not None and ended.state in ("closed", "cancelled"):
        return received_worth(order)
    return sum(
        round_half_away(line.price * max(_wanted(line.quantity, line.confirmed), line.received)) for line in order.lines
    )


def payments_due(order: OrderFacts, zone: str, today: date) -> list[Due]:
    """The shares of an order by its terms, with what of each is neither paid nor billed; what was paid settles the earliest.

    What is billed is owed on the bill, not here.
    """
    terms = order.terms
    whole = to_come(order)
    if not terms or whole <= 0:
        return []
    billed = round_half_away(sum((line.billed for line in order.lines), start=0 * order.lines[0].price))
    prepaid = max(order.paid - min(order.paid, billed), 0)
    left = max(whole - billed - prepaid, 0)
    amounts = split_largest_remainder(whole, [term.share_bp for term in terms])
    found: list[Due] = []
    for term, amount in zip(reversed(terms), reversed(amounts), strict=True):
        part = min(amount, left)
        left -= part
        part = 0 if part < min(SMALL, amount) else part
        day, estimate = trigger_day(order, term.trigger, zone)
        found.append(Due(term.trigger, amount, part, day + timedelta(days=term.days), estimate))
    return list(reversed(found))


def trigger_day(order: OrderFacts, trigger: str, zone: str) -> tuple[date, bool]:
    """The day of a trigger, and whether it is only expected."""
    start = local_date(order.at, zone)
    if trigger == "order":
        return start, False
    told = {
        "confirmation": order.last("confirmed"), "ready": order.last("ready", "passed"), "bl_copy": order.last("bl_copy"),
        "arrival": order.last("arrived"), "shipped": order.last("loaded"),
    }.get(trigger)  # fmt: skip
    if told is not None:
        return local_date(told.at, zone), False
    if trigger == "shipped" and order.shipped_at is not None:
        return local_date(order.shipped_at, zone), False
    came = [line.last_at for line in order.lines if line.last_at is not None]
    if came and trigger != "confirmation":
        return local_date(max(came), zone), trigger == "bill"
    return _expected_day(order, trigger, start, zone), True


def _expected_day(order: OrderFacts, trigger: str, start: date, zone: str) -> date:
    if trigger == "confirmation":
        return start + timedelta(days=USUAL["confirmation"])
    ready = expected_on(order, zone) or start + timedelta(days=30)
    if trigger == "arrival" and order.eta is not None:
        return order.eta
    return ready + timedelta(days=USUAL.get(trigger, 0))


def _wanted(quantity: int, confirmed: int | None) -> int:
    """Units that are expected of a line: as confirmed, else as ordered."""
    return quantity if confirmed is None else confirmed
