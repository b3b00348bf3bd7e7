"""The loops of :mod:`~entrepot.engines.twin.levels` and :mod:`~entrepot.engines.twin.purse`."""

from __future__ import annotations

from math import ceil
from typing import Any

from entrepot.engines.compiled import compiled


@compiled
def wanted(  # noqa: PLR0917 - a kernel is called with its arrays in order
    week: int, after: int, item: Any, outlook: Any, prior: Any, seen: Any, theta: Any, cycle: Any, nominal: Any, known: Any,
    shock: Any, here: Any, position: Any, due: Any, transit: Any, carton: Any, least: Any, out: Any,
) -> None:  # fmt: skip
    """Orders ``out`` [rows, modes]; ``outlook`` and ``prior`` by ``item`` of a row, ``known`` delays by ``shock`` group."""
    end = outlook.shape[1] - 1
    h = min(week + 1, end - after)
    until = min(h + 13, end)
    modes = out.shape[1]
    span = transit.shape[2]
    for r in range(out.shape[0]):
        i, s = item[r], shock[r]
        thought = outlook[i, h]
        ratio = (prior[i] + seen[r]) / (prior[i] + thought) if prior[i] + thought > 0 else 1.0
        rate = ratio * max(outlook[i, until] - outlook[i, h], 1e-9) / (until - h)
        for mode in range(modes):
            out[r, mode] = 0
            if theta[r, mode] <= 0:
                continue
            known_now, known_next = (
                known[s, min(h, known.shape[1] - 1), mode],
                known[s, min(h + 1, known.shape[1] - 1), mode],
            )
            there = 0
            if mode == modes - 1:
                there = position[r]
                for k in range(modes):
                    there += out[r, k] if k < mode else 0
            else:
                reach = nominal[r, mode] + known_now
                there = here[r]
                for w in range(min(reach, due.shape[1])):
                    there += due[r, w]
                for k in range(modes):
                    for age in range(max(nominal[r, k] - reach, 0), span):
                        there += transit[r, k, age]
                    if k < mode and nominal[r, k] <= reach:
                        there += out[r, k]
            upto = outlook[i, min(h + 1 + nominal[r, mode] + known_next, end)]
            level = theta[r, mode] * ratio * (upto - outlook[i, h])
            if there >= level:
                continue
            room = cycle[r]
            if mode < modes - 1:
                room = min(room, max(nominal[r, mode + 1] - nominal[r, mode], 0))
            want = level + room * rate - there
            if want > 0:
                out[r, mode] = max(ceil(want / carton[r] - 1e-9) * carton[r], least[r])


@compiled
def let_through(spend: Any, order: Any, purse: Any, granted: Any) -> None:
    """What each future's ``purse`` pays for, in ``order`` [futures, rows]; an order that does not fit waits."""
    for future in range(spend.shape[0]):
        for rank in range(spend.shape[1]):
            at = order[future, rank]
            if 0 < spend[future, at] <= purse[future]:
                purse[future] -= spend[future, at]
                granted[future, at] = True
