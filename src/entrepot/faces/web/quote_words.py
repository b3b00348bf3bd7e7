"""Words of quotes and rules: countries, modes, and what the engines say, in the reader's language.

Whole sentences of the engines have their shapes in :mod:`entrepot.faces.web.line_words`.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.faces.web import line_words
from entrepot.workflows.quote_needs import LISTS

MODES: dict[str, str | Promise] = {
    "sea": pgettext_lazy("mode", "Sea"),
    "rail": pgettext_lazy("mode", "Rail"),
    "road": pgettext_lazy("mode", "Road"),
    "air": pgettext_lazy("mode", "Air"),
    "express": pgettext_lazy("mode", "Express"),
    "post": pgettext_lazy("mode", "Post"),
}
BASES: dict[str, str | Promise] = {
    "total": _("in total"),
    "unit": _("a unit"),
    "kg": _("a kg"),
    "cbm": _("a m³"),
}
REGIMES: dict[str, str | Promise] = {
    "commercial": _("Commercial entry"),
    "personal": _("Personal parcel"),
    "ioss": _("IOSS parcel (EU)"),
    "remessa_conforme": _("Remessa Conforme (Brazil)"),
    "remessa": _("Postal remittance (Brazil)"),
    "registered_seller": _("Registered seller collects the tax"),
    "consignment": _("Consignment of low value"),
}
AFTER: dict[str, str | Promise] = {
    "": _("Nothing"),
    "platform": _("Platform (FBA)"),
    "third_party": _("Third-party warehouse"),
    "both": _("Both side by side"),
}
PLACEMENT: dict[str, str | Promise] = {
    "minimal": _("minimal splits"),
    "partial": _("partial splits"),
    "optimised": _("platform's own splits"),
    "none": _("no placement fee"),
}
CONFIDENCE: dict[str, str | Promise] = {
    "seller": _("your own figure"),
    "high": _("high"),
    "medium": _("medium"),
    "unconfirmed": _("unconfirmed"),
}
REACH: dict[str, str | Promise] = {
    "charged": _("charged"),
    "does not reach this line, origin or date": _("does not reach these goods"),
    "left out because another measure is charged": _("gives way to another measure"),
    "the heading does not exist": _("the heading does not exist"),
    "needs a person": _("needs a person"),
}
STATUS: dict[str, str | Promise] = {
    "in force": _("in force"),
    "announced": _("announced"),
    "reported": _("reported, not seen collected"),
    "struck down": _("struck down by a court"),
    "what if": _("what if"),
}
LABELS: dict[str, str | Promise] = {
    "Goods": pgettext_lazy("component", "Goods"),
    "No way named": _("No way named"),
    "Freight to the border": _("Freight to the border"),
    "Freight from the border": _("Freight from the border"),
    "Freight, all in": _("Freight, all in"),
    "Insurance": pgettext_lazy("component", "Insurance"),
    "Duty": pgettext_lazy("component", "Duty"),
    "VAT": _("VAT"),
    "GST": _("GST"),
    "Flat duty": _("Flat duty"),
    "Duty waived": _("Duty waived"),
    "Harbor maintenance fee": _("Harbor maintenance fee"),
    "Merchandise processing fee": _("Merchandise processing fee"),
    "Merchandise processing fee, informal entry": _("Merchandise processing fee, informal entry"),
    "Inbound placement": _("Inbound placement"),
    "FBA fulfilment": _("FBA fulfilment"),
    "Third-party warehouse": _("Third-party warehouse"),
    "Platform fees": _("Platform fees"),
}
NEEDS: dict[str, str | Promise] = {
    "a price": _("a price"),
    "the duty": _("the duty"),
    "HS code": _("HS code"),
    "HS code or duty rate": _("HS code or duty rate"),
    "freight to the border": _("freight to the border"),
    "insurance": _("insurance"),
    "a freight rate or the seller's figure": _("a freight rate or your own figure"),
    "country of origin": _("country of origin"),
    "origin": _("country of origin"),
    LISTS: _("on which lists of added duties the heading is: import the schedule, or a code that is in it"),
    "whether an added duty is charged: then a formal entry, with another fee": _(
        "whether an added duty is charged: then a formal entry, with another fee"
    ),
    "how many are sold a day": _("how many are sold a day"),
    "the warehouse's fee of a unit": _("the warehouse's fee of a unit"),
    "a fee table of the platform in this country": _("a fee table of the platform in this country"),
}
RATES = (_("European Central Bank, euro reference rates"), _("own rate"))
"""Whose an exchange rate is."""
NOTES: dict[str, str | Promise] = {"The country has no tax on imports.": _("The country has no tax on imports.")}


def country(name: str) -> str:
    """A country of the rule book in the reader's language; the catalogue has them by their English names."""
    return translated(name)


def label(text: str) -> str:
    """The label of a cost line."""
    return str(LABELS[text]) if text in LABELS else line_words.label(text)


def need(text: str) -> str:
    """What would make a cost known.

    >>> need("value of KT-1"), need("a letter of the customs")
    ('value of KT-1', 'a letter of the customs')
    """
    return str(NEEDS[text]) if text in NEEDS else line_words.need(text)


def needs(texts: tuple[str, ...]) -> str:
    """All that is needed, once each."""
    return translated("; ").join(dict.fromkeys(need(t) for t in texts))


def rate(text: str) -> str:
    """The rate of a cost line, or what it is taken of.

    >>> rate("500 units for 1750.00 USD")
    '500 units for 1750.00 USD'
    """
    return line_words.how(text)


def note(text: str) -> str:
    """A remark on the whole quote or on a line."""
    return str(NOTES[text]) if text in NOTES else line_words.note(text)


def way(name: str) -> str:
    """Name of a way: a means of transport, a lane of the rule book, or as its owner calls it; parts of a split with their units.

    >>> way("288 air + 672 sea"), way("Sea LCL Ningbo")
    ('288 Air + 672 Sea', 'Sea LCL Ningbo')
    """
    return " + ".join(_one_way(part) for part in name.split(" + "))


def _one_way(name: str) -> str:
    count, _space, rest = name.partition(" ")
    if count.isdigit() and rest:
        return f"{count} {_one_way(rest)}"
    return mode(name) if name in MODES else label(name)


SOURCES: dict[str, str | Promise] = {
    "own_rates": _("Own duty and tax rates"),
    "exchange_rates": _("Exchange rates"),
    "cards": _("Freight card"),
    "warehouses": _("Warehouse price list"),
    "fee_preview": _("Platform's fee preview"),
    "storage_fees": _("Platform's storage report"),
    "us_hts": _("US schedule"),
    "uk_tariff": _("UK tariff"),
}
OWN: dict[str, str | Promise] = {
    "price": _("your price"),
    "typed": _("as typed"),
    "own figure": _("your own rate"),
    "the seller's price": _("your price"),
    "the figure typed for this quote": _("typed for this quote"),
    "given with the goods": _("given with the goods"),
}
"""Rules and sources that are the seller's own."""


def rule(text: str) -> str:
    """Id of a rule or card; the seller's own figures by their names."""
    return str(OWN.get(text, text))


def source(text: str) -> str:
    """Where a figure was read."""
    return str(OWN.get(text, text))


def mode(code: str) -> str:
    """Name of a way of transport; a name that is none stays."""
    return str(MODES.get(code, code))


def confidence(code: str) -> str:
    """How far a rule can be relied on."""
    return str(CONFIDENCE.get(code, code))
