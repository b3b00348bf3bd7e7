"""What bill audits, ways out and rebates say, in the reader's language."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from entrepot.core.money import major
from entrepot.faces.web import quote_words
from entrepot.workflows.bill_audit import AuditLine

CAUSES: dict[str, str | Promise] = {
    "weight": pgettext_lazy("dispute", "Weight"),
    "rate": pgettext_lazy("dispute", "Price"),
    "not_due": pgettext_lazy("dispute", "Not due"),
    "not_on_card": pgettext_lazy("dispute", "Not on the card"),
    "twice": pgettext_lazy("dispute", "Charged twice"),
    "not_billed": pgettext_lazy("dispute", "Not billed yet"),
    "currency": pgettext_lazy("dispute", "Other currency"),
    "not_known": pgettext_lazy("dispute", "Not known"),
}
PROBLEMS: dict[str, str | Promise] = {
    "no_card": _("No rate card of this forwarder"),
    "several_cards": _("Several rate cards fit"),
    "no_goods": _("The shipment is not in the books"),
}
STATES: dict[str, str | Promise] = {
    "filed": pgettext_lazy("claim", "Filed"),
    "provisional": pgettext_lazy("claim", "Provisional"),
    "settled": pgettext_lazy("claim", "Settled"),
    "forgone": pgettext_lazy("claim", "Not claimed"),
}
BUYING: dict[str, str | Promise] = {
    "with_invoice": _("With invoice and rebate"),
    "verified": _("No invoice, verified taxation"),
    "not_deductible": _("No invoice, purchase not deductible"),
}
CONDITIONS: dict[str, str | Promise] = {
    "damaged": pgettext_lazy("condition", "Damaged"),
    "defective": pgettext_lazy("condition", "Defective"),
    "customer_damaged": pgettext_lazy("condition", "Damaged by customer"),
    "warehouse_damaged": pgettext_lazy("condition", "Damaged in warehouse"),
    "carrier_damaged": pgettext_lazy("condition", "Damaged by carrier"),
    "expired": pgettext_lazy("condition", "Expired"),
    "unsellable": pgettext_lazy("condition", "Unsellable"),
    "mould": pgettext_lazy("condition", "Mould"),
    "held": pgettext_lazy("condition", "Held"),
    "researching": pgettext_lazy("condition", "Under investigation"),
}
WAYS: dict[str, str | Promise] = {
    "Return to the supplier": _("Return to the supplier"),
    "Refurbish and sell as used": _("Refurbish and sell as used"),
    "Sell to a liquidator": _("Sell to a liquidator"),
    "Destroy abroad": _("Destroy abroad"),
    "Ship home and sell or destroy there": _("Ship home and sell or destroy there"),
    "Disposal by the platform": _("Disposal by the platform"),
    "Transport to the supplier": _("Transport to the supplier"),
    "Credit of the supplier": _("Credit of the supplier"),
    "Refurbishing": _("Refurbishing"),
    "Sale as used": _("Sale as used"),
    "Paid by the liquidator": _("Paid by the liquidator"),
    "Sorting": _("Sorting"),
    "Transport": _("Transport"),
    "Destruction": _("Destruction"),
    "Fines and certificates": _("Fines and certificates"),
    "Export and freight home": _("Export and freight home"),
    "Duty and tax on return": _("Duty and tax on return"),
    "What it brings or costs at home": _("What it brings or costs at home"),
    "Storage until done": _("Storage until done"),
}
_BY: dict[str, str | Promise] = {
    "weight": pgettext_lazy("packed by", "weight"),
    "volume": pgettext_lazy("packed by", "volume"),
    "minimum": pgettext_lazy("packed by", "minimum"),
}
_PER = re.compile(r"^(-?[\d.,]+ [A-Z]{3}) (?:per|a) (unit|kg|cbm|batch|day)$")
_PERS: dict[str, str | Promise] = {
    "unit": _("a unit"),
    "kg": _("a kg"),
    "cbm": _("a m³"),
    "batch": _("in total"),
    "day": _("a day"),
}
_COUNTED = re.compile(r"^([\d.,]+) (units|days)$")
_MONTHLY = re.compile(r"^(?:Storage|Utilisation surcharge) (\d{4}-\d\d)$")
_AGED = re.compile(r"^Age surcharge (\d{4}-\d\d-\d\d), (\d+) days$")


def cause(code: str) -> str:
    """Why a billed amount differs."""
    return str(CAUSES.get(code, code))


def problem(code: str) -> str:
    """Why a bill was not compared; empty where it was."""
    return str(PROBLEMS.get(code, code))


def state(code: str) -> str:
    """Where a claim line stands."""
    return str(STATES.get(code, code))


def condition(code: str) -> str:
    """A condition of goods; the seller's own names stay."""
    return str(CONDITIONS.get(code, code))


def buying(code: str) -> str:
    """A way of buying and being taxed."""
    return str(BUYING.get(code, code))


def way(name: str) -> str:
    """A usual way out or one of its prices; the seller's own names stay."""
    return str(WAYS.get(name, name))


def dispute(line: AuditLine) -> str:
    """Why a line differs, with its figures."""
    told, money = dict(line.parameters), line.currency
    told["billed"] = major(line.billed, money)
    told["expected"] = "" if line.expected is None else major(line.expected, money)
    told["currency"], told["by"] = money, str(_BY.get(told.get("by", ""), told.get("by", "")))
    sentence = {
        "weight": _("Billed for %(stated)s %(unit)s, packed %(packed)s %(unit)s by %(by)s."),
        "rate": _("Billed %(billed)s, by the rate card %(expected)s %(currency)s."),
        "not_due": _("The card has this charge, but its condition is not met."),
        "not_on_card": _("The rate card has no such charge."),
        "twice": _("The same charge is billed a second time."),
        "not_billed": _("Due by the rate card (%(expected)s %(currency)s) and not billed: expect it later."),
        "currency": _("Billed in another currency than the card's: convert the line first."),
        "not_known": _("The card cannot say: weight or size of the cartons is missing."),
    }.get(line.cause)
    if line.cause == "rate" and "stated" in told:
        sentence = _("For %(stated)s %(unit)s billed %(billed)s, by the rate card %(expected)s %(currency)s.")
    return str(sentence) % told if sentence is not None else line.reason


def way_need(text: str) -> str:
    """What would make a way's cost or a fee known."""
    if text.startswith("a forecast of "):
        return translated("a forecast")
    if text.startswith("your confirmation of the unverified rate "):
        return translated("your word on an unverified fee rate")
    for start, said in (
        ("a price for ", _("a price for: %(x)s")),
        ("packed weight of ", _("packed weight of %(x)s")),
        ("packed length, width and height of ", _("packed length, width and height of %(x)s")),
        ("the selling value of ", _("the selling value of %(x)s")),
    ):
        if text.startswith(start):
            rest = text.removeprefix(start)
            named = next((str(v) for k, v in WAYS.items() if k.lower() == rest), rest)
            return str(said) % {"x": named}
    return quote_words.need(text)


def way_needs(texts: tuple[str, ...]) -> str:
    """All of it, once each."""
    return translated(", ").join(dict.fromkeys(way_need(text) for text in texts))


def unverified(text: str) -> str:
    """The id of the fee rate that a need asks to be confirmed; empty for other needs."""
    start = "your confirmation of the unverified rate "
    return text.removeprefix(start) if text.startswith(start) else ""


def way_rate(rate: str, base: str, note: str = "") -> str:
    """The two factors of a way's cost line, and whether the minimum was taken."""
    if found := _PER.match(rate):
        rate = f"{found[1]} {_PERS[found[2]]}"
    if found := _COUNTED.match(base):
        said = _("%(n)s units") if found[2] == "units" else _("%(n)s days")
        base = str(said) % {"n": found[1]}
    said = " × ".join(part for part in (rate, base) if part)
    return f"{said} · {translated('the minimum')}" if note == "the minimum" else said


def fee(label: str) -> str:
    """A storage fee's label: what for, and of which month or age."""
    if found := _MONTHLY.match(label):
        said = _("Storage %(month)s") if label.startswith("Storage") else _("Utilisation surcharge %(month)s")
        return str(said) % {"month": found[1]}
    if found := _AGED.match(label):
        return translated("Age surcharge %(on)s, %(days)s days old") % {"on": found[1], "days": found[2]}
    return label


def language() -> str:
    """Of a letter: the reader's own."""
    return "zh" if (get_language() or "").startswith("zh") else "en"
