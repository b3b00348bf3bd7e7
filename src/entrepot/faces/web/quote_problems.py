"""What can be wrong with a quote, a what-if or a question to the rules: code to what is wrong and what makes it right.

What a form asks for in one field has one code and many remedies; those stand in the catalogue as they are.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

QUOTES: dict[str, tuple[Promise, Promise]] = {
    "not_an_hs_code": (
        pgettext_lazy("problem", "this is no HS code"),
        pgettext_lazy("remedy", "write its four to ten digits such as 6109.10, or leave it empty"),
    ),
    "unknown_mode": (
        pgettext_lazy("problem", "this mode of transport is not known"),
        pgettext_lazy("remedy", "choose sea, rail, road, air, express or post"),
    ),
    "unknown_regime": (
        pgettext_lazy("problem", "this kind of entry is not known"),
        pgettext_lazy("remedy", "choose one of the list, or leave it as a commercial entry"),
    ),
    "unknown_destination": (
        pgettext_lazy("problem", "the rule book has no rules for this country"),
        pgettext_lazy("remedy", "choose a country of the list"),
    ),
    "unknown_origin": (
        pgettext_lazy("problem", "the country of origin is no country"),
        pgettext_lazy("remedy", "write its two letters such as CN, or GB for the United Kingdom"),
    ),
    "not_a_rate": (
        pgettext_lazy("problem", "this is no rate in per cent"),
        pgettext_lazy("remedy", "write it like 6.5"),
    ),
    "bad_quantity": (
        pgettext_lazy("problem", "a quote needs at least one unit"),
        pgettext_lazy("remedy", "give the quantity"),
    ),
    "too_many_alternatives": (
        pgettext_lazy("problem", "too many alternatives at once"),
        pgettext_lazy("remedy", "ask for fewer quantities, days or ways"),
    ),
    "split_by_no_way": (
        pgettext_lazy("problem", "the split names a way that the quote does not have"),
        pgettext_lazy("remedy", "name a way of the quote, or give its freight"),
    ),
    "bad_tariff": (
        pgettext_lazy("problem", "this change of a tariff cannot be read"),
        pgettext_lazy(
            "remedy", "give a country of the list, an HS code or none, an origin or none, and points such as 10"
        ),
    ),
    "bad_exchange": (
        pgettext_lazy("problem", "this change of an exchange rate cannot be read"),
        pgettext_lazy("remedy", "name two currencies such as USD/CNY and a change in per cent such as -5"),
    ),
    "bad_percent": (
        pgettext_lazy("problem", "this change cannot be reckoned with"),
        pgettext_lazy("remedy", "give per cent, -100 or more"),
    ),
    "unknown_importer": (
        pgettext_lazy("problem", "the importer of record is neither a company nor a supplier of the books"),
        pgettext_lazy(
            "remedy", "write the code of the company that imported, or enter the forwarder or supplier who did"
        ),
    ),
    "bad_field": (
        pgettext_lazy("problem", "this cannot be read"),
        pgettext_lazy("remedy", "write it like the example in the field"),
    ),
    "item_twice": (
        pgettext_lazy("problem", "an item stands twice"),
        pgettext_lazy("remedy", "put its units into one line"),
    ),
    "daily": (
        pgettext_lazy("problem", "this is too little to be reckoned with"),
        pgettext_lazy("remedy", "write units sold a day, such as 0.25"),
    ),
    "destination": (
        pgettext_lazy("problem", "the quote goes nowhere"),
        pgettext_lazy("remedy", "name a country of two letters"),
    ),
    "quantity": (
        pgettext_lazy("problem", "this is no quantity"),
        pgettext_lazy("remedy", "write whole numbers"),
    ),
    "via": (
        pgettext_lazy("problem", "there is no such way on"),
        pgettext_lazy("remedy", "choose one of those named"),
    ),
    "file": (
        pgettext_lazy("problem", "the file is not valid TOML"),
        pgettext_lazy("remedy", "correct the named place"),
    ),
    "confidence": (
        pgettext_lazy("problem", "there is no such confidence"),
        pgettext_lazy("remedy", "choose one of those named"),
    ),
    "season": (
        pgettext_lazy("problem", "these are not two days of the year"),
        pgettext_lazy("remedy", "write them like 10-15 and 01-14"),
    ),
}
REMEDIES = (
    gettext_noop("write a whole number such as 500"),
    gettext_noop("write an amount such as 12.50"),
    gettext_noop("write a country of two letters such as CN"),
    gettext_noop("write a number such as 0.25"),
    gettext_noop("write a day such as 2026-12-01"),
    gettext_noop("write three sides in cm such as 30x20x10"),
    gettext_noop("write a currency such as USD"),
    gettext_noop("choose a country of the list"),
    gettext_noop("write price breaks such as 500:1.90, 1000:1.75"),
    gettext_noop("write a part of 1 to 99 per cent and two different ways"),
    gettext_noop("write a rate in per cent such as 6.5"),
    gettext_noop("choose a way of the list"),
    gettext_noop("write an HS code of four to ten digits such as 6109.10, or leave it empty"),
    gettext_noop("write a part in per cent from 0 to 100"),
    gettext_noop("write a change in per cent such as 40 or -5"),
)
"""What a field of a form asks for."""
FIELDS: dict[str, str | Promise] = {
    "hs": _("HS code"), "from": _("Origin"), "to": _("Destination"), "country": _("Country"), "on": _("Day of entry"),
    "on2": _("Compare with day"), "qty": _("Units (several: 200, 500)"), "price": _("Purchase price, a unit"),
    "breaks": _("Price breaks"), "cur": _("Currency"), "in": _("Shown in"), "g": _("Weight of a unit, g"),
    "size": _("Size of a unit, cm"), "pace": _("Sold a day"), "sale": _("Selling price, local currency"),
    "fee": _("Third party's fee, a unit"), "duty": _("Own duty rate, per cent"), "tax": _("Own tax rate, per cent"),
    "known": _("As known on"), "pc": _("Units in a carton"), "ckg": _("Carton, kg"), "csize": _("Carton, cm"),
    "s": _("Split: per cent first"), "share": _("or a part of it, per cent"), "freight": _("Freight"), "storage": _("Storage"),
}  # fmt: skip
"""Fields by the names that stand above them."""
_NUMBERED: dict[str, str | Promise] = {"m": _("Way"), "f": _("Freight"), "b": _("Per"), "d": _("Transit days")}


def field_label(name: str) -> str:
    """What a form calls a field; one of several with its number.

    >>> field_label("price"), field_label("f2"), field_label("other")
    ('Purchase price, a unit', 'Freight 2', 'other')
    """
    if name in FIELDS:
        return str(FIELDS[name])
    return f"{_NUMBERED[name[0]]} {name[1:]}" if name[:1] in _NUMBERED and name[1:].isdigit() else name
