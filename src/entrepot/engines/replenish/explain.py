"""A proposal in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from entrepot.core.money import major
from entrepot.core.reasons import Reason

ASSUMED_NAMES: dict[str, str] = {
    "lead_weeks": "lead time",
    "review_weeks": "weeks between orders",
    "unit_cost": "landed cost",
    "unit_margin": "margin",
    "storage_week": "storage fee",
    "end_of_life_rate": "risk that the item stops selling",
    "order_cost": "cost of an order line",
    "capital_rate": "cost of capital",
}

FLAG_TEXTS = {
    "overdue_inbound": "Some arrivals are overdue; they are counted as arriving now.",
    "loses_money": "The item loses money on every sale, so nothing is ordered.",
    "moq_too_large": "The smallest order would lie so long that carrying it costs more than it earns.",
}


def explain_missing(missing: list[str]) -> tuple[Reason, ...]:
    """Why a row was not planned."""
    names = ", ".join(ASSUMED_NAMES.get(name, name.replace("_", " ")) for name in missing)
    return (Reason("not_planned", f"Not planned: {names} missing.", {"missing": ",".join(missing)}),)


def explain_row(row: dict[str, Any], currency: str, on: date) -> tuple[Reason, ...]:
    """Reasons of one planned row, the decision first."""
    lines = [_decision(row, currency, on), _stock(row, on), _level(row, currency)]
    if row["action"] == "order":
        lines.append(_effect(row, currency))
    if "late" in row["flags"]:
        lines.append(_late(row, currency))
    if row["excess_units"] > 0:
        lines.append(_excess(row, currency))
    lines += [Reason(f"flag_{flag}", FLAG_TEXTS[flag]) for flag in row["flags"] if flag in FLAG_TEXTS]
    if row["assumed"]:
        names: list[str] = row["assumed"]
        told = ", ".join(ASSUMED_NAMES.get(name, name) for name in names)
        lines.append(Reason("assumed", f"Assumed, not known: {told}.", {"inputs": ",".join(names)}))
    return tuple(lines)


def _money(amount: int, currency: str) -> str:
    return f"{major(amount, currency)} {currency}"


def _decision(row: dict[str, Any], currency: str, on: date) -> Reason:
    if row["action"] == "order":
        when = "today" if row["order_by"] is None or row["order_by"] <= on else f"by {row['order_by']:%Y-%m-%d}"
        text = f"Order {row['quantity']} units ({row['cartons']} cartons) {when}: expected gain "
        return Reason(
            "decision_order",
            text + f"{_money(row['benefit'], currency)}, cash {_money(row['cash'], currency)}.",
            {
                "quantity": row["quantity"],
                "cartons": row["cartons"],
                "order_by": None if row["order_by"] is None else row["order_by"].isoformat(),
                "benefit": row["benefit"],
                "cash": row["cash"],
                "currency": currency,
            },
        )
    if row["action"] == "excess":
        return Reason("decision_excess", "Too much stock: order nothing, consider clearing.")
    return Reason("decision_wait", "Order nothing now; the next review is soon enough.")


def _stock(row: dict[str, Any], on: date) -> Reason:
    until = row["stockout_on"]
    lasts = "it lasts for more than two years" if until is None else f"at the expected demand it lasts until {until}"
    if until is not None and until <= on:
        lasts = "there is none to sell"
    return Reason(
        "stock",
        f"{row['available']} available, {row['inbound']} on the way, {row['weekly_mean']:.1f} sold a week: {lasts}.",
        {
            "available": row["available"],
            "inbound": row["inbound"],
            "weekly_mean": round(row["weekly_mean"], 2),
            "stockout_on": None if until is None else until.isoformat(),
        },
    )


def _level(row: dict[str, Any], currency: str) -> Reason:
    weeks = row["lead_mean"] + row["cycle_weeks"]
    margin, overage = round(row["unit_margin"]), round(row["overage"])
    text = (
        f"{row['order_up_to']} units cover {weeks:.1f} weeks (lead time {row['lead_mean']:.1f} + order cycle "
        f"{row['cycle_weeks']:.1f}) in {row['service']:.0%} of cases; more would not pay: a unit short costs "
        f"{_money(margin, currency)}, the last one left over {_money(overage, currency)}. There are {row['position']}."
    )
    return Reason(
        "level",
        text,
        {
            "weeks": round(weeks, 2),
            "ratio": round(row["service"], 4),
            "margin": margin,
            "overage": overage,
            "order_up_to": row["order_up_to"],
            "position": row["position"],
            "currency": currency,
        },
    )


def _effect(row: dict[str, Any], currency: str) -> Reason:
    return Reason(
        "effect",
        f"Waiting {row['review_weeks']:g} weeks for the next review would lose {_money(row['margin_saved'], currency)} "
        f"of margin and save {_money(row['holding_added'], currency)} of holding.",
        {
            "weeks": row["review_weeks"],
            "margin_saved": row["margin_saved"],
            "holding_added": row["holding_added"],
            "currency": currency,
        },
    )


def _late(row: dict[str, Any], currency: str) -> Reason:
    lost = round(row["lost_before"])
    margin = round(row["lost_before"] * row["unit_margin"])
    return Reason(
        "late",
        f"Too late for about {lost} units ({_money(margin, currency)} of margin): stock runs out before an order of "
        "today can arrive. A faster way or a transfer could still save them.",
        {"units": lost, "margin": margin, "currency": currency},
    )


def _excess(row: dict[str, Any], currency: str) -> Reason:
    text = (
        f"{row['excess_units']} units are more than needed and cost {_money(row['excess_month'], currency)} a month "
        f"({_money(row['excess_cash'], currency)} tied up)."
    )
    if row["clear_discount"] is not None:
        text += f" Selling them now pays at up to {_money(row['clear_discount'], currency)} a unit less."
    return Reason(
        "excess",
        text,
        {
            "units": row["excess_units"],
            "month": row["excess_month"],
            "cash": row["excess_cash"],
            "discount": row["clear_discount"],
            "currency": currency,
        },
    )
