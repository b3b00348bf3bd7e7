"""Sentences of cost lines in the reader's language: what a line is called, how it was reckoned, what it needs, what it notes.

The engines and the rule book write English; here each of their sentences is known by its shape. Whole sentences of the rule book
stand in the catalogue as they are; names of cards, warehouses and goods stay as their owner wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

Shapes = tuple[tuple[re.Pattern[str], str | Promise], ...]
UNITS: dict[str, str | Promise] = {
    "rt": _("revenue ton"), "kg": "kg", "g": "g", "lb": "lb", "cbm": _("m³"), "unit": _("unit"), "order": _("order"),
    "carton": _("carton"), "shipment": _("shipment"), "piece": _("carton"), "container": _("container"), "pallet": _("pallet"),
    "units": _("unit"), "containers": _("container"), "cartons": _("carton"),
}  # fmt: skip
BY: dict[str, str | Promise] = {"weight": _("by weight"), "volume": _("by volume"), "minimum": _("by the minimum")}
MODES: dict[str, str | Promise] = {
    "sea_fcl": _("Sea FCL"), "sea_lcl": _("Sea LCL"), "rail_fcl": _("Rail FCL"), "rail_lcl": _("Rail LCL"),
    "air": _("Air freight"), "express": _("Express parcel"),
}  # fmt: skip
_NUMBER = r"[\d.,]+"
_MONEY = rf"-?{_NUMBER} [A-Z]{{3}}"

_WEIGHED = (
    rf"(?P<x>{_NUMBER}) (?P<unit>\w+) by (?P<by>\w+) \(actual (?P<a>{_NUMBER}) \w+(?:, volumetric (?P<v>{_NUMBER}) \w+)?\)"
    r"(?P<next>(?:, charged as .+)?)"
)


def _shapes(*pairs: tuple[str, str | Promise]) -> Shapes:
    return tuple((re.compile(f"^{shape}$"), said) for shape, said in pairs)


LABELS = _shapes(
    (r"Storage (?P<m>\d{4}-\d\d)", _("Storage %(m)s")),
    (r"(?P<who>.+): storage (?P<m>\d{4}-\d\d)", _("%(who)s: storage %(m)s")),
    (r"(?P<who>.+): storage", _("%(who)s: storage")),
    (r"Age surcharge (?P<d>[\d-]+), (?P<n>\d+) days", _("Age surcharge %(d)s, %(n)s days")),
    (
        rf"(?P<what>.+) relief up to (?P<a>{_NUMBER} [A-Z]{{3}})(?P<rest>(?:, \w+)?)",
        _("%(what)s relief up to %(a)s%(rest)s"),
    ),
    (rf"No duty or tax up to (?P<a>{_NUMBER} [A-Z]{{3}})", _("No duty or tax up to %(a)s")),
    (r"(?P<mode>sea_fcl|sea_lcl|rail_fcl|rail_lcl|air|express) (?P<lane>[\w/]+–[\w/]+)", "%(mode)s %(lane)s"),
)
NEEDS = _shapes(
    (r"(?:the )?value of the goods", _("value of the goods")),
    (r"(?:the )?value of (?P<x>.+)", _("value of %(x)s")),
    (r"(?:the )?selling price of (?P<x>.+)", _("selling price of %(x)s")),
    (r"packed weight of (?P<x>.+)", _("packed weight of %(x)s")),
    (r"(?:packed )?length, width and height of (?P<x>.+)", _("packed length, width and height of %(x)s")),
    (r"the peak fee of (?P<x>.+), from the fee preview: .+", _("peak-season fee of %(x)s, from your fee preview")),
    (r"the fee preview of (?P<x>[^:]+)(?::.*)?", _("fee preview of %(x)s")),
    (r"HS code or duty rate: (?P<c>.+?) is no code(?:; by its words perhaps (?P<words>.+))?",
     _("HS code or duty rate: %(c)s is no code%(words)s")),
    (r"HS code or duty rate; by its words perhaps (?P<x>.+)", _("HS code or duty rate; by its words perhaps %(x)s")),
    (r"the duty rate of (?P<c>\d+) in (?P<country>[^:]+): type it or import the schedule; by its words perhaps (?P<x>.+)",
     _("the duty rate of %(c)s in %(country)s: type it or import the schedule; by its words perhaps %(x)s")),
    (r"the duty rate of (?P<c>\d+) in (?P<country>[^:]+): type it or import the schedule",
     _("the duty rate of %(c)s in %(country)s: type it or import the schedule")),
    (r"the duty rate of (?P<c>\d+) in (?P<country>[^:]+): not in the book; near it: (?P<near>.+)",
     _("the duty rate of %(c)s in %(country)s: not in the book; near it: %(near)s")),
    (r"the full code: the heading has several rates \((?P<x>.+)\)", _("the full code: the heading has several rates (%(x)s)")),
    (r"a code of the day: (?P<c>\d+) is not in force on (?P<d>[\d-]+)(?:; perhaps (?P<x>.+))?",
     _("a code of the day: %(c)s is not in force on %(d)s %(x)s")),
    (r"(?:an )?exchange rate (?:from )?(?P<a>[A-Z]{3}) to (?P<b>[A-Z]{3})", _("exchange rate %(a)s to %(b)s")),
    (r"a rate card that holds on (?P<d>[\d-]+)", _("a rate card that holds on %(d)s")),
    (r"a price list that holds in (?P<d>[\d-]+)", _("a price list that holds in %(d)s")),
    (r"a price for (?P<x>.+?)(?: to zone (?P<z>\S+))? \(card (?P<k>.+) has none\)",
     _("a price for %(x)s %(z)s on the card %(k)s")),
    (r"a price for container (?P<x>.+)", _("a price for container %(x)s")),
    (r"the amount of freight, which it is a share of", _("the freight, of which it is a share")),
    (r"the amount of (?P<x>.+?)(?:, which it is a share of)?", _("the amount of %(x)s")),
    (r"the number of (?P<unit>\w+)", _("the number of %(unit)s")),
    (r"tax rate in (?P<country>.+)", _("tax rate in %(country)s")),
    (r"whether the heading is exempt from (?P<law>[^:]+)(?:: .+)?", _("whether the heading is exempt from %(law)s")),
    (r"whether the heading is on a list of (?P<law>.+?)(?P<more>, (?:which|the rate|the metal) .+)?",
     _("whether the heading is on a list of %(law)s%(more)s")),
    (r"the limit below which (?P<country>.+) charged no import VAT before (?P<d>\w+ \d{4})",
     _("the limit below which %(country)s charged no import VAT before %(d)s")),
    (r"the tax rules of (?P<country>.+) on (?P<d>[\d-]+): the rule book begins on (?P<b>[\d-]+)",
     _("the tax rules of %(country)s on %(d)s: the rule book begins on %(b)s")),
    (r"the tax rules of (?P<country>.+) on (?P<d>[\d-]+): the rule book has none",
     _("the tax rules of %(country)s on %(d)s: the rule book has none")),
    (r"what the customs value of (?P<country>.+) contains on (?P<d>[\d-]+): the rule book has none of that day",
     _("what the customs value of %(country)s contains on %(d)s: the rule book has none of that day")),
    (r"preferential rate of (?P<x>.+): needs its certificate for this shipment", _("the certificate of %(x)s for this shipment")),
    (r"a price of inbound_placement at (?P<x>\w+) on (?P<d>[\d-]+)", _("the placement fee of the platform in %(x)s on %(d)s")),
    (r"your confirmation of the unverified rate (?P<x>.+)", _("your confirmation of the unverified rate %(x)s")),
)  # fmt: skip
HOW = _shapes(
    (rf"(?P<n>\d+) units? for (?P<amount>{_MONEY})", _("%(n)s units for %(amount)s")),
    (rf"(?P<m>{_MONEY}) per (?P<unit>\w+) above (?P<x>{_NUMBER}) (?P<w>\w+)", _("%(m)s per %(unit)s above %(x)s %(w)s")),
    (rf"(?P<m>{_MONEY}) per (?P<unit>\w+)", _("%(m)s per %(unit)s")),
    (rf"(?P<m>{_MONEY}) a unit \((?P<x>[^)]+)\)", _("%(m)s a unit (%(x)s)")),
    (rf"(?P<m>{_MONEY}) a unit", _("%(m)s a unit")),
    (rf"(?P<m>{_MONEY}) a cubic foot and month", _("%(m)s a cubic foot and month")),
    (rf"(?P<p>{_NUMBER}%) of (?P<m>{_MONEY}) a unit", _("%(p)s of %(m)s a unit")),
    (rf"(?P<p>{_NUMBER}%), at least (?P<a>{_NUMBER}) and at most (?P<b>{_NUMBER})", _("%(p)s, at least %(a)s and at most %(b)s")),
    (rf"(?P<p>{_NUMBER}%) less (?P<m>{_MONEY}|{_NUMBER} [A-Z]{{3}})", _("%(p)s less %(m)s")),
    (rf"(?P<m>{_NUMBER}) an entry", _("%(m)s an entry")),
    (rf"(?P<m>{_NUMBER} [A-Z]{{3}}) for heading (?P<c>[\d, ]+)", _("%(m)s for heading %(c)s")),
    (rf"the minimum of (?P<m>{_MONEY})", _("the minimum of %(m)s")),
    (rf"(?P<n>\d+) × (?P<m>{_MONEY}) for (?P<x>\S+ \w+) each", _("%(n)s × %(m)s for %(x)s each")),
    (rf"(?P<n>\d+) × (?P<k>\S+) at (?P<m>{_MONEY})", _("%(n)s × %(k)s at %(m)s")),
    (r"cbm-days by age", _("m³-days by age")),
    (r"own report, a unit", _("own report, a unit")),
    (rf"(?P<m>{_MONEY}) \(tax inside\)", _("%(m)s (tax inside)")),
    (rf"(?P<m>{_MONEY}) duty", _("duty of %(m)s")),
    (rf"(?P<n>{_NUMBER}) cubic feet", _("%(n)s cubic feet")),
    (rf"(?P<n>{_NUMBER}) (?P<unit>rt|cbm|order|units|unit|containers|cartons|carton|shipment|pallet|kg|g|lb)",
     _("%(n)s %(unit)s")),
    (_WEIGHED, _("%(x)s %(unit)s %(by)s (actual %(a)s, volumetric %(v)s)%(next)s")),
)  # fmt: skip
NOTES = _shapes(
    (rf"(?P<m>{_NUMBER} [A-Z]{{3}}) at (?P<r>[\d.e-]+)", _("%(m)s at %(r)s")),
    (rf"at least (?P<m>{_MONEY})", _("at least %(m)s")),
    (rf"at most (?P<m>{_MONEY})", _("at most %(m)s")),
    (rf"(?P<m>{_MONEY}) is too small to be collected", _("%(m)s is too small to be collected")),
    (rf"(?P<m>{_MONEY}) is below (?P<x>\d+): not collected", _("%(m)s is below %(x)s: not collected")),
    (r"zone (?P<z>\S+)", _("zone %(z)s")),
    (r"the schedule has no preferential rate of (?P<x>.+) for this line: the general rate",
     _("the schedule has no preferential rate of %(x)s for this line: the general rate")),
    (rf"(?P<p>{_NUMBER}%) comes back", _("%(p)s comes back")),
    (rf"(?P<p>{_NUMBER}%) does not come back", _("%(p)s does not come back")),
    (rf"formal entry: an added duty on goods above (?P<m>{_NUMBER} [A-Z]{{3}})",
     _("formal entry: an added duty on goods above %(m)s")),
    (r"Charged weight: (?P<how>.+)", _("Charged weight: %(how)s")),
    (r"(?P<boxes>.+), filled to (?P<v>\d+%) of the usable volume and (?P<p>\d+%) of the payload",
     _("%(boxes)s, filled to %(v)s of the usable volume and %(p)s of the payload")),
    (rf"(?P<n>{_NUMBER}) cartons \((?P<x>{_NUMBER}) cbm\) go loose", _("%(n)s cartons (%(x)s m³) go loose")),
    (r"Exchange rate (?P<a>[A-Z]{3}) to (?P<b>[A-Z]{3}): (?P<r>[\d.e+-]+) of (?P<day>[\d-]+), (?P<whose>.+)\.",
     _("Exchange rate %(a)s to %(b)s: %(r)s of %(day)s, %(whose)s.")),
    (r"Not in the rule book: (?P<text>.+)\.", _("Not in the rule book: %(text)s.")),
)  # fmt: skip
_NEXT = re.compile(r", charged as (?P<x>\S+) \w+: the next break is cheaper")


def label(text: str) -> str:
    """The name of a cost line.

    >>> label("Storage 2026-12"), label("VAT relief up to 135 GBP"), label("Truck to the yard")
    ('Storage 2026-12', 'VAT relief up to 135 GBP', 'Truck to the yard')
    """
    return _said(LABELS, text)


def need(text: str) -> str:
    """What would make a cost known; several of them joined by commas are told one by one.

    >>> need("value of KT-1"), need("HS code, mode of transport"), need("a letter of the customs")
    ('value of KT-1', 'HS code, mode of transport', 'a letter of the customs')
    """
    whole = _said(NEEDS, text)
    if whole != text or ", " not in text:
        return whole
    first, rest = text.split(", ", 1)
    said, following = need(first), need(rest)
    return text if (said, following) == (first, rest) else translated(", ").join((said, following))


def how(text: str) -> str:
    """A rate or what it is taken of.

    >>> how("75.00 USD per rt"), how("8.758 rt by volume (actual 1.1 rt, volumetric 8.758 rt)")
    ('75.00 USD per revenue ton', '8.758 revenue ton by volume (actual 1.1, volumetric 8.758)')
    """
    return " + ".join(_said(HOW, part) for part in text.split(" + "))


def note(text: str) -> str:
    """A remark: several sentences joined by full stops or semicolons are told one by one.

    >>> note("12.00 USD at 0.75. at least 12.00 USD")
    '12.00 USD at 0.75. at least 12.00 USD'
    """
    whole = _said(NOTES, text)
    if whole != text:
        return whole
    for mark in (". ", "; "):
        if mark in text:
            first, rest = text.split(mark, 1)
            said, following = note(first), note(rest)
            if (said, following) != (first, rest):
                return f"{said}{translated(mark)}{following}"
    return text


def _said(shapes: Shapes, text: str) -> str:
    for shape, sentence in shapes:
        if found := shape.match(text):
            parts = {name: _part(name, value or "") for name, value in found.groupdict().items()}
            return (str(sentence) % parts).strip()
    return translated(text) if text else ""


def _part(name: str, value: str) -> str:
    """A part of a sentence that has words of its own."""
    if name in _NAMED:
        return str(_NAMED[name].get(value, value))
    if name in _TOLD:
        return _TOLD[name](value) if value else ""
    return value


def _perhaps(value: str) -> str:
    return translated("; by its words perhaps %(x)s") % {"x": value}


def _after_comma(value: str) -> str:
    return translated(", ") + need(value.removeprefix(", "))


def _next_break(value: str) -> str:
    found = _NEXT.match(value)
    return value if found is None else translated(", charged as %(x)s: the next break is cheaper") % {"x": found["x"]}


_NAMED = {"unit": UNITS, "w": UNITS, "by": BY, "mode": MODES}
_TOLD: dict[str, Callable[[str], str]] = {
    "what": label, "how": how, "country": translated, "law": translated, "text": translated, "d": translated,
    "rest": _after_comma, "words": _perhaps, "whose": translated, "more": _after_comma, "next": _next_break, "boxes": how,
}  # fmt: skip
