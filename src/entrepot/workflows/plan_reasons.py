"""Why a line of a plan: lines that a seller can read, with codes that the pages say in his language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from entrepot.core.money import major
from entrepot.core.reasons import Reason
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import MOVE, SHIP, Choice

Said = dict[str, Any]
FLAGS = {
    "minimum": "Raised to the supplier's minimum: the part that is not needed yet costs less than the order saves.",
    "no_minimum": "The supplier's minimum costs more than the order would save: nothing today.",
    "price_break": "Raised to the next price break: what it saves is more than the units wait.",
    "container": "More, or by a slower way, because the container that it goes in is paid for anyway.",
    "no_least_value": "The supplier's least order value is not reached, and reaching it costs more than it saves: nothing today.",
    "least_value": "Raised so that the supplier's least order value is reached.",
    "closure": "The supplier's closure changes this order.",
    "limited": "Smaller or later than it should be, because of the limits.",
    "shared": "More is wanted than waits: cartons went where the next one saves most.",
    "review_later": "Its review is not due this week, and waiting costs little.",
    "not_ordered": "Its class is not ordered without a person's word.",
    "ending": "The item ends soon: nothing more is bought.",
    "made_here": "It is made from other items: buy those.",
    "no_supplier": "No supplier is known: name one before you approve.",
    "loses_money": "A unit sold earns nothing after its costs.",
    "overdue_inbound": "Arrivals that are long overdue are not counted.",
    "stock_negative": "The books show less than nothing there: taken as empty.",
    "long_lead": "The lead time is nearly as long as the weeks that are looked ahead.",
}


def reasons_of(inputs: Inputs, choice: Choice, said: Said, engine: Sequence[Reason]) -> list[Said]:
    """The line itself, where it stands, the engine's reasons, what comes later, what was special."""
    line, units, currency = inputs.lines[choice.row], int(choice.units.sum()), inputs.company.currency
    saved = round(choice.nothing - choice.cost)
    out: list[Reason] = []
    if units:
        ways = ", ".join(f"{one['units']} by {one['mode']} (there {one['arrives']})" for one in said["modes"])
        what = {SHIP: "Load", MOVE: f"Move from {choice.origin.code if choice.origin else ''}"}.get(choice.kind, "Buy")
        boxes = -(-units // line.carton)
        packed = "1 carton" if boxes == 1 else f"{boxes} cartons"
        text = f"{what} {units} units ({packed}): {ways}. Expected to save {major(saved, currency)} {currency}."
        coded = ",".join(f"{one['mode']}:{one['units']}:{one['arrives']}" for one in said["modes"])
        out.append(
            Reason(f"plan_{choice.kind}", text, {"units": units, "cartons": -(-units // line.carton), "ways": coded,
                   "saved": saved, "currency": currency, "cash": said["cash"]})
        )  # fmt: skip
    out.append(_standing(inputs, choice, said))
    out += _ordered(inputs, choice)
    if units:
        lost, risk = round(said["lost_units"]), said["risk_nothing"]
        until = said["nothing"]["until"]
        text = (
            f"Until {until} about {lost} more units would run out without it: {risk / 10:.1f} % of the demand, "
            f"{said['risk'] / 10:.1f} % with it."
        )
        told = {"units": lost, "risk_nothing": risk / 10, "risk": said["risk"] / 10, "until": until}
        out.append(Reason("plan_without", text, told))
    told = {"rolling_order", "rolling_fill"} if units else {"rolling_nothing", "rolling_fill"}
    out += [reason for reason in engine if reason.code in told]
    if units and said["later_storage"] > 0:
        later, aged = said["later_storage"], said["later_aged"]
        text = f"Its units will cost {major(later, currency)} {currency} of storage until they are sold"
        text += f", {major(aged, currency)} of it because they grow old." if aged else "."
        out.append(Reason("plan_storage", text, {"amount": later, "aged": aged, "currency": currency}))
    if "limited" in choice.flags:
        dearer = round(choice.cost - choice.unlimited)
        text = f"The limits cost {major(dearer, currency)} {currency} here: {int(choice.wanted.sum())} units would be best."
        out.append(
            Reason("plan_limited", text, {"amount": dearer, "units": int(choice.wanted.sum()), "currency": currency})
        )
    if choice.batch.price > 0:
        price = round(choice.batch.price)
        text = f"To serve its class's share of demand a unit not sold counts {major(price, currency)} {currency} more."
        out.append(Reason("plan_service", text, {"amount": price, "currency": currency}))
        if inputs.kept is not None and inputs.kept.shortfall > 0:
            out += inputs.kept.explain()
    if line.grade is not None:
        out += list(line.grade.explain())
    out += [
        Reason(f"plan_flag_{flag}", FLAGS[flag], {})
        for flag in dict.fromkeys((*choice.flags, *line.flags))
        if flag in FLAGS
    ]
    return [{"code": r.code, "text": r.text, "parameters": _plain(r.parameters)} for r in out]


def _standing(inputs: Inputs, choice: Choice, said: Said) -> Reason:
    line = inputs.lines[choice.row]
    coming = sum(line.coming)
    waiting = inputs.waiting.get(line.item)
    wait = waiting.units if waiting else 0
    until = f"lasts until about {said['out_on']}" if said["out_on"] else "lasts beyond the weeks ahead"
    text = (
        f"{line.available} free at {line.place.code}, {coming} on the way, {wait} waiting unshipped; "
        f"{line.weekly:.1f} sold a week: it {until}."
    )
    return Reason(
        "plan_standing", text,
        {"available": line.available, "coming": coming, "waiting": wait, "weekly": round(line.weekly, 1),
         "out_on": said["out_on"] or "", "reserved": line.reserved},
    )  # fmt: skip


def _ordered(inputs: Inputs, choice: Choice) -> list[Reason]:
    """What suppliers still bring to the place of loading: without it a line that buys nothing is not understood."""
    waiting = inputs.waiting.get(inputs.lines[choice.row].item)
    if waiting is None or not any(waiting.ordered):
        return []
    units, place = sum(waiting.ordered), waiting.place.code
    text = f"{units} more are on order, to be loaded from {place} when they are there."
    return [Reason("plan_ordered", text, {"units": units, "place": place})]


def _plain(parameters: Any) -> Said:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in dict(parameters).items()}
