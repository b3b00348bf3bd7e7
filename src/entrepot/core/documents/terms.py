"""When a purchase is to be paid: shares of an order's value, each with what makes it due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from entrepot.core.documents.header import Piece

Trigger = Literal["order", "confirmation", "ready", "shipped", "bl_copy", "arrival", "receipt", "bill"]
"""What starts the days of a share: order placed, order confirmed, goods ready (before loading), shipped, copy of the bill of
lading, arrival at the port, receipt of the goods, the supplier's bill."""

WHOLE = 10_000
ADVANCE = frozenset({"order", "confirmation", "ready", "shipped", "bl_copy", "arrival"})
"""Triggers that come before the goods are received: what is paid on them is a deposit."""


class PaymentTerm(Piece):
    """``share_bp`` of the order's value (basis points: 3,000 = 30 %) is due ``days`` after ``trigger``.

    >>> PaymentTerm(share_bp=3000, trigger="order").days
    0
    """

    share_bp: Annotated[int, Field(gt=0, le=WHOLE, strict=True)]
    trigger: Trigger
    days: Annotated[int, Field(ge=0, le=365, strict=True)] = 0


def whole(terms: Sequence[PaymentTerm]) -> None:
    """Refuse terms whose shares are not all of the order (none at all is allowed: they are not known)."""
    if terms and sum(term.share_bp for term in terms) != WHOLE:
        raise ValueError("the shares of the payment terms do not add up to 100 %")


def assumed(deposit_bp: int) -> list[PaymentTerm]:
    """Terms of an order that states only its deposit: the deposit with the order, the rest with the bill.

    >>> [(t.share_bp, t.trigger) for t in assumed(3000)]
    [(3000, 'order'), (7000, 'bill')]
    """
    terms = [PaymentTerm(share_bp=deposit_bp, trigger="order")] if deposit_bp else []
    return terms + ([PaymentTerm(share_bp=WHOLE - deposit_bp, trigger="bill")] if deposit_bp < WHOLE else [])
