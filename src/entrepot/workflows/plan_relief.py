"""The cheapest way out of a limit, in figures: how much more of it would let which order through, and what that would save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.core.money import major
from entrepot.workflows.plan_model import Inputs

if TYPE_CHECKING:
    from entrepot.workflows.plan_bounds import Bound
    from entrepot.workflows.plan_within import Chosen

Said = dict[str, Any]
CODES = {
    "cash": "limit_more_money", "funds": "limit_more_money", "container": "limit_more_room", "warehouse": "limit_more_room",
    "container_kg": "limit_more_weight", "supplier": "limit_more_units", "supplier_week": "limit_more_units",
}  # fmt: skip
"""Kind of limit → code of the sentence that says how it is relaxed."""


def relief_of(inputs: Inputs, chosen: Chosen, bounds: list[int]) -> Said | None:
    """Of the orders that gave way, the one that saves most for each unit more of the limit."""
    fixed = [k for k in bounds if k in chosen.short]
    if fixed:
        return _already(inputs, chosen, fixed)
    waits = [
        n
        for n, pick in enumerate(chosen.pick)
        if chosen.rows[n].week == 0 and pick != chosen.rows[n].whole
        and any(chosen.bounds[k].use[n, chosen.rows[n].whole] > chosen.bounds[k].use[n, pick] for k in bounds)
    ]  # fmt: skip
    best: tuple[float, int, float, float] | None = None
    for n in waits:
        row, pick = chosen.rows[n], chosen.pick[n]
        for option in range(pick + 1, len(row.options)):
            saved = float(row.money[pick] - row.money[option])
            more = max(_lacking(chosen, k, n, option) for k in bounds)
            if saved > 0 and more > 0 and (best is None or saved / more > best[0]):
                best = saved / more, n, more, saved
    if best is None:
        return None
    _, n, more, saved = best
    line = inputs.lines[chosen.rows[n].choices[0].row]
    bound = chosen.bounds[bounds[0]]
    currency, shown, amount = inputs.company.currency, _rounded_up(more, bound), round(saved)
    text = (
        f"{len(waits)} orders gave way. {_written(shown, bound.kind, currency)} more would let {line.sku} for {line.place.code} "
        f"through and save {major(amount, currency)} {currency}."
    )
    told = {
        "lines": len(waits),
        "sku": line.sku,
        "place": line.place.code,
        "amount": amount,
        **_amount(shown, bound.kind, currency),
    }
    return {"code": CODES[bound.kind], "text": text, "parameters": told}


def _lacking(chosen: Chosen, k: int, row: int, option: int) -> float:
    bound = chosen.bounds[k]
    return chosen.used(k) + float(bound.use[row, option] - bound.use[row, chosen.pick[row]]) - bound.capacity


def _already(inputs: Inputs, chosen: Chosen, fixed: list[int]) -> Said:
    """What is owed or on its way goes beyond the limit by itself: by how much, and in which week first."""
    worst = max(fixed, key=lambda k: chosen.short[k])
    bound, first = chosen.bounds[worst], chosen.bounds[min(fixed, key=lambda k: chosen.bounds[k].week)]
    shown, currency = _rounded_up(chosen.short[worst], bound), inputs.company.currency
    text = (
        f"What is owed or on its way already is {_written(shown, bound.kind, currency)} too much, from week {first.week + 1} on: "
        "no choice of today changes that."
    )
    code = CODES[bound.kind].replace("limit_more", "limit_already")
    told = {"week": first.week + 1, **_amount(shown, bound.kind, currency)}
    return {"code": code, "text": text, "parameters": told}


def _rounded_up(more: float, bound: Bound) -> int:
    return int(-(-more * bound.scale // 1))


def _amount(shown: int, kind: str, currency: str) -> Said:
    """What is lacking as a sentence takes it: money, or a number in the unit that the sentence says."""
    if kind in ("cash", "funds"):
        return {"more_money": shown, "currency": currency}
    scale = 1000 if kind in ("container", "warehouse", "container_kg") else 1
    return {"more": round(shown / scale, 2) if scale > 1 else shown, "currency": currency}


def _written(shown: int, kind: str, currency: str) -> str:
    if kind in ("cash", "funds"):
        return f"{major(shown, currency)} {currency}"
    if kind in ("container", "warehouse"):
        return f"{shown / 1000:.2f} m³"
    return f"{shown / 1000:.0f} kg" if kind == "container_kg" else f"{shown:,} units"


def excluded(inputs: Inputs, floor: float, got: float, chosen: Chosen, rows: set[int]) -> Said | None:
    """Why a service floor is not met: nothing serves more, or another limit keeps orders back, and how much is lacking.

    ``rows``: lines of the inputs of which the floor asks for more.
    """
    if got < floor:
        text = (
            f"{got:.1%} can be served: the rest runs out before an order of today arrives, or costs more than it earns."
        )
        return {"code": "limit_service", "text": text, "parameters": {"share": round(got, 4), "floor": floor}}
    asked = [n for n, row in enumerate(chosen.rows) if row.week == 0 and any(one.row in rows for one in row.choices)]
    asked = [n for n in asked if chosen.pick[n] != chosen.rows[n].whole]
    if not asked or chosen.shared is None:
        return None
    lacking: dict[int, list[tuple[int, float]]] = {}
    for name in chosen.shared.names:
        use = chosen.bounds[int(name)].use
        more = [(n, float(use[n, chosen.rows[n].whole] - use[n, chosen.pick[n]])) for n in asked]
        lacking[int(name)] = [(n, amount) for n, amount in more if amount > 0]
    prices = dict(zip((int(name) for name in chosen.shared.names), chosen.shared.prices, strict=True))
    worth = {k: float(prices[k]) * sum(amount for _, amount in found) for k, found in lacking.items()}
    most = max(worth, key=lambda k: worth[k], default=-1)
    if most < 0 or worth[most] <= 0:
        return None
    bound, cut = chosen.bounds[most], [n for n, _ in lacking[most]]
    needed = sum(amount for _, amount in lacking[most])
    shown, currency = _rounded_up(needed, bound), inputs.company.currency
    text = (
        f"The floor and the limit {bound.kind} exclude each other: {len(cut)} orders that the floor asks for gave way; "
        f"{_written(shown, bound.kind, currency)} more would let all of them through."
    )
    code = CODES[bound.kind].replace("limit_more", "limit_excludes")
    told = {"lines": len(cut), "limit": bound.kind, **_amount(shown, bound.kind, currency)}
    return {"code": code, "text": text, "parameters": told}
