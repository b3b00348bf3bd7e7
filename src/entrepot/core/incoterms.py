"""When goods become the buyer's: the point of delivery of each Incoterms 2020 rule, at which the risk passes.

Incoterms settle delivery, risk and cost, not title; like most buyers' accounting policies the books take stock up when its
risks pass (IAS 2 and CAS 1 with IFRS 15.38: transfer of risks and of possession as indicators of control). Source: International
Chamber of Commerce, Incoterms 2020, articles A2 and A3 of each rule.
"""

from __future__ import annotations

from typing import Literal

Handover = Literal["picked_up", "on_board", "received"]

HANDOVER: dict[str, Handover] = {
    "EXW": "picked_up", "FCA": "picked_up", "CPT": "picked_up", "CIP": "picked_up",
    "FAS": "on_board", "FOB": "on_board", "CFR": "on_board", "CIF": "on_board",
    "DAP": "received", "DPU": "received", "DDP": "received",
}  # fmt: skip
"""picked_up: the first carrier has taken them over (EXW: at the seller's premises) · on_board: they are on the vessel (FAS:
alongside, taken as loaded on the same day) · received: they have arrived at the named place. CFR and CIF pass the risk on
board although the seller pays the carriage further; CPT and CIP at the first carrier."""


def owned_from(incoterm: str, departed_at: int, picked_up_at: int | None, on_board_at: int | None) -> int | None:
    """Instant (µs UTC) from which goods under way are the buyer's; None while they are the seller's until received.

    Without the evidence of the rule's own moment the departure stands for it: goods that sail are taken over and on board.
    A pick-up stands in for nothing: goods picked up for a sale FOB may still wait in the port.

    >>> owned_from("FOB", 30, 10, 20), owned_from("FOB", 30, 10, None), owned_from("EXW", 30, 10, None)
    (20, 30, 10)
    >>> owned_from("DDP", 30, 10, 20) is None
    True
    """
    moment = HANDOVER[incoterm]
    if moment == "received":
        return None
    told = picked_up_at if moment == "picked_up" else on_board_at
    return departed_at if told is None else told
