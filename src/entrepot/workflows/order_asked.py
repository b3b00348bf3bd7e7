"""What a program or a command asks of an order: each act with the fields that it takes, done by the functions of the pages.

The page of an order, ``POST /api/orders/{number}/do/{act}`` and ``entrepot order`` end in the same functions, so
that rights, limits and refusals are the same by every door. Amounts are minor units of the order's currency.

>>> told = asked("heard", {"stage": "delayed", "expected": "2026-03-01"})
>>> told.stage, told.expected.isoformat()
('delayed', '2026-03-01')
>>> try: asked("end", {"end": "closed", "why": "done"})
... except ProblemError as error: [(one.field, one.code) for one in error.problems]
[('why', 'bad_value')]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as Invalid

from entrepot.books.access import Viewer
from entrepot.core.calendar import to_datetime
from entrepot.core.documents import PurchaseOrder
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import order_pages, order_steps, order_trade, purchasing
from entrepot.workflows.clock import now
from entrepot.workflows.entered import next_number
from entrepot.workflows.order_pages import OrderPage
from entrepot.workflows.purchasing import Placed

Units = Annotated[int, Field(ge=0, lt=10**9)]
Money = Annotated[int, Field(ge=-(10**15), le=10**15)]
Short = Annotated[str, Field(max_length=120)]
Text = Annotated[str, Field(max_length=500)]
MOST_LINES = 5_000


class Asked(BaseModel):
    """Fields of an act; what is not one of them is refused."""

    model_config = ConfigDict(extra="forbid")


class UnitsLine(Asked):
    """Units of a line of the order."""

    order_line: Annotated[int, Field(ge=1)]
    quantity: Units


class ReceivedLine(UnitsLine):
    """Units that came, and as what."""

    condition: Short = "sellable"
    label: Short = ""
    batch: Short = ""
    expiry: date | None = None


class ConfirmedLine(UnitsLine):
    """Units that the supplier will deliver, and when they are ready."""

    due: date | None = None


class InspectedLine(Asked):
    """What was found in a lot: units looked at, defects by weight, accepted and to be reworked."""

    order_line: Annotated[int, Field(ge=1)]
    lot: Units
    sample: Units = 0
    critical: Units = 0
    major: Units = 0
    minor: Units = 0
    accepted: Units = 0
    rework: Units = 0


class MoneyLine(Asked):
    """An amount of a line of the order, minor units."""

    order_line: Annotated[int, Field(ge=1)]
    amount: Annotated[int, Field(ge=0, le=10**15)]


class Share(Asked):
    """Which paper is paid, and how much of it, minor units; below 0 comes back."""

    type: Literal["cost_bill", "purchase_order", "supplier_credit"]
    id: Annotated[str, Field(min_length=1, max_length=120)]
    amount: Money


class Nothing(Asked):
    """An act that takes nothing."""


class Reject(Asked):
    """Say no, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Heard(Asked):
    """What was heard of the order; a delay needs the new day."""

    stage: Literal[
        "sent", "started", "produced", "delayed", "ready", "held", "released", "loaded", "bl_copy", "arrived"
    ]
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    expected: date | None = None
    reason: Text = ""


class Confirm(Asked):
    """The supplier's answer, line by line."""

    lines: Annotated[list[ConfirmedLine], Field(min_length=1, max_length=MOST_LINES)]


class Inspect(Asked):
    """What an inspection found."""

    result: Literal["passed", "failed", "hold"]
    inspector: Short = ""
    lines: Annotated[list[InspectedLine], Field(min_length=1, max_length=MOST_LINES)]


class Receive(Asked):
    """Goods that came, at a place."""

    location: Short
    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=MOST_LINES)]
    name: Short = ""
    on: date | None = None


class Bill(Asked):
    """The supplier's bill; ``name`` is its own number."""

    name: Short
    lines: Annotated[list[MoneyLine], Field(min_length=1, max_length=MOST_LINES)]
    due: date | None = None
    on: date | None = None


class Credit(Asked):
    """The supplier's credit note; ``returned`` names the goods given back."""

    lines: Annotated[list[MoneyLine], Field(min_length=1, max_length=MOST_LINES)]
    name: Short = ""
    returned: Short = ""
    on: date | None = None


class GiveBack(Asked):
    """Units that go back to the supplier."""

    location: Short
    lines: Annotated[list[UnitsLine], Field(min_length=1, max_length=MOST_LINES)]
    condition: Short = "sellable"
    name: Short = ""
    on: date | None = None


class Pay(Asked):
    """A payment over orders (a deposit), bills and credits; ``base_amount`` is what left the bank."""

    shares: Annotated[list[Share], Field(min_length=1, max_length=MOST_LINES)]
    name: Short = ""
    base_amount: Annotated[int, Field(gt=0, le=10**15)] | None = None
    on: date | None = None
    note: Text = ""


class Match(Asked):
    """A difference accepted or disputed."""

    order_line: Annotated[int, Field(ge=1)]
    decision: Literal["accepted", "disputed"]
    owner: Short = ""
    note: Text = ""


class End(Asked):
    """Close, cancel or let go on."""

    end: Literal["closed", "cancelled", "reopened"]
    reason: Text = ""


class Undo(Asked):
    """A step taken back: the key of its document."""

    step: Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Differing:
    """A line whose papers differ: order, receipts and bill. ``amount`` above 0: billed beyond what was agreed."""

    order_line: int
    sku: str
    cause: str
    decision: str
    amount: int = field(metadata={"needs": "see_supplier_price"})


@dataclass(frozen=True)
class Done:
    """An act that was done: the document that it posted (empty for a step) and how the order stands now."""

    number: str
    act: str
    document: str
    state: str
    next: str
    differences: tuple[Differing, ...]


def asked(act: str, told: Mapping[str, Any]) -> Any:
    """``told`` as the fields of ``act``. Raises ``ProblemError``: an act that there is not, every field that is wrong."""
    found = ACTS.get(act)
    if found is None:
        raise ProblemError(
            Problem("unknown_act", "this cannot be done with an order", f"use one of {', '.join(ACTS)}", field="act",
                    found=act[:60])
        )  # fmt: skip
    return checked(found[0], told)


def checked(kind: type[BaseModel], told: Any) -> Any:
    """``told`` as ``kind``; what pydantic finds wrong is a ``ProblemError`` by field, line counted from 1."""
    try:
        return kind.model_validate(told)
    except Invalid as error:
        raise ProblemError(
            *(
                Problem(
                    "bad_value", one["msg"].removeprefix("Value error, "), "correct it",
                    field=".".join(str(part) for part in one["loc"]),
                    line=next((part + 1 for part in one["loc"] if isinstance(part, int)), None), found=str(one["input"])[:80],
                )
                for one in error.errors()[:20]
            )
        ) from None  # fmt: skip


def do(viewer: Viewer, number: str, act: str, told: Mapping[str, Any], *, origin: str = "") -> Done:
    """Do ``act`` with the order. Raises ``NotThere`` for one that the viewer does not see, ``ProblemError``."""
    wish = asked(act, told)
    found = order_pages.order_page(viewer, number)
    document = ACTS[act][1](viewer, found, wish, origin)
    return stands(viewer, number, act, document)


def stands(viewer: Viewer, number: str, act: str = "", document: str = "") -> Done:
    """How the order stands."""
    found = order_pages.order_page(viewer, number)
    differing = tuple(
        Differing(x.line.line, x.sku, x.match.cause, x.match.decision, x.match.difference)
        for x in found.lines
        if x.match.cause
    )
    return Done(number, act, document, found.standing.state, found.standing.next, differing)


def propose(viewer: Viewer, told: Mapping[str, Any], *, origin: str = "") -> Placed:
    """Propose an order as the documents of the interface say one; number and moment are given where they are missing."""
    at = to_datetime(now())
    header = {"id": next_number("purchase_order", at), "effective_at": at.isoformat()}
    said = {**header, **{k: v for k, v in told.items() if v not in (None, "")}, "type": "purchase_order"}
    return purchasing.propose(viewer, order_steps.typed(PurchaseOrder, said), origin=origin)


def _lines(wish: Any) -> list[dict[str, Any]]:
    return [line.model_dump(exclude_none=True) for line in wish.lines]


def _approve(viewer: Viewer, found: OrderPage, wish: Any, origin: str) -> str:
    return _none(purchasing.approve(viewer, found.number, origin=origin))


def _reject(viewer: Viewer, found: OrderPage, wish: Reject, origin: str) -> str:
    return _none(purchasing.reject(viewer, found.number, wish.reason, origin=origin))


def _take_back(viewer: Viewer, found: OrderPage, wish: Any, origin: str) -> str:
    return _none(purchasing.take_back(viewer, found.number, origin=origin))


def _heard(viewer: Viewer, found: OrderPage, wish: Heard, origin: str) -> str:
    return _none(order_steps.heard(viewer, found.number, **wish.model_dump(), origin=origin))


def _confirm(viewer: Viewer, found: OrderPage, wish: Confirm, origin: str) -> str:
    return _none(order_steps.confirm(viewer, found.number, _lines(wish), origin=origin))


def _inspect(viewer: Viewer, found: OrderPage, wish: Inspect, origin: str) -> str:
    return _none(
        order_steps.inspect(viewer, found.number, wish.result, _lines(wish), inspector=wish.inspector, origin=origin)
    )


def _receive(viewer: Viewer, found: OrderPage, wish: Receive, origin: str) -> str:
    return order_trade.receive(
        viewer, found.number, wish.location, _lines(wish), name=wish.name, on=wish.on, origin=origin
    )


def _bill(viewer: Viewer, found: OrderPage, wish: Bill, origin: str) -> str:
    return order_trade.bill(viewer, found.number, found.facts.currency, _lines(wish), name=wish.name, due=wish.due,
                            on=wish.on, origin=origin)  # fmt: skip


def _credit(viewer: Viewer, found: OrderPage, wish: Credit, origin: str) -> str:
    return order_trade.credit(viewer, found.number, found.facts.currency, _lines(wish), name=wish.name,
                              returned=wish.returned, on=wish.on, origin=origin)  # fmt: skip


def _give_back(viewer: Viewer, found: OrderPage, wish: GiveBack, origin: str) -> str:
    cell = {"location": wish.location, "condition": wish.condition}
    return order_trade.give_back(viewer, found.number, cell, _lines(wish), name=wish.name, on=wish.on, origin=origin)


def _pay(viewer: Viewer, found: OrderPage, wish: Pay, origin: str) -> str:
    shares = [share.model_dump() for share in wish.shares]
    return order_trade.pay(viewer, found.facts.supplier, found.facts.currency, shares, name=wish.name,
                           base_amount=wish.base_amount, on=wish.on, note=wish.note, origin=origin)  # fmt: skip


def _match(viewer: Viewer, found: OrderPage, wish: Match, origin: str) -> str:
    line = next((x for x in found.lines if x.line.line == wish.order_line), None)
    if line is None or not line.match.cause:
        raise ProblemError(
            Problem("wrong_order_line", "this line agrees", "look at the order again", found=str(wish.order_line))
        )
    bill = found.bills[-1].number if found.bills else found.number
    return _none(
        order_steps.settle(
            viewer, found.number, bill, line.match.cause, wish.decision, order_line=wish.order_line, owner=wish.owner,
            amount=line.match.difference, currency=found.facts.currency, note=wish.note, origin=origin,
        )
    )  # fmt: skip


def _end(viewer: Viewer, found: OrderPage, wish: End, origin: str) -> str:
    return _none(order_steps.end(viewer, found.number, wish.end, wish.reason, origin=origin))


def _undo(viewer: Viewer, found: OrderPage, wish: Undo, origin: str) -> str:
    if wish.step not in {event.document for event in found.events if event.step}:
        raise ProblemError(
            Problem("nothing_to_undo", "the order has no such step", "look at the order again", found=str(wish.step))
        )
    return _none(order_steps.undo(viewer, wish.step, origin=origin))


def _none(_said: Any) -> str:
    return ""


ACTS: dict[str, tuple[type[Asked], Callable[[Viewer, OrderPage, Any, str], str]]] = {
    "approve": (Nothing, _approve), "reject": (Reject, _reject), "take-back": (Nothing, _take_back), "heard": (Heard, _heard),
    "confirm": (Confirm, _confirm), "inspect": (Inspect, _inspect), "receive": (Receive, _receive), "bill": (Bill, _bill),
    "credit": (Credit, _credit), "return": (GiveBack, _give_back), "pay": (Pay, _pay), "match": (Match, _match),
    "end": (End, _end), "undo": (Undo, _undo),
}  # fmt: skip
Act = Literal["approve", "reject", "take-back", "heard", "confirm", "inspect", "receive", "bill", "credit", "return", "pay",
              "match", "end", "undo"]  # fmt: skip
