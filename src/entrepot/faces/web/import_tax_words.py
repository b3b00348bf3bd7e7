"""Why import tax is cash or cost, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from entrepot.core.input_tax import GIVES_BACK

SCHEMES: dict[str, str | Promise] = {
    "paid": pgettext_lazy("import tax", "Paid at the border"),
    "postponed": pgettext_lazy("import tax", "Postponed, on the return"),
    "deferred": pgettext_lazy("import tax", "Deferred, from an account"),
    "not_recoverable": pgettext_lazy("import tax", "Not deductible"),
    "ioss": "IOSS",
}
NUMBERS: dict[str, str | Promise] = {
    "vat": gettext_lazy("VAT"), "gst": "GST", "flat_rate": gettext_lazy("VAT, flat rate scheme"), "ioss": "IOSS", "oss": "OSS",
    "eori": "EORI", "sales_tax": gettext_lazy("Sales tax"), "importer_of_record": gettext_lazy("Importer of record"),
    "other": pgettext_lazy("registration", "Other"),
}  # fmt: skip


def reason(row: Any) -> str:
    """Why one line of import tax comes back or not: ``row`` has code, country, on, importer, registration, since, share."""
    since = date_format(row.since, "Y-m-d") if row.since else ""
    told = {
        "country": row.country, "number": row.registration, "since": since, "day": date_format(row.on, "Y-m-d"),
        "importer": row.importer, "share": str(row.share),
    }  # fmt: skip
    text = _SENTENCES.get(row.code)
    return str(text) % told if text is not None else str(row.code)


_SENTENCES: dict[str, str | Promise] = {
    "recovered": gettext_lazy("Recovered in %(country)s: registration %(number)s since %(since)s"),
    "partly": gettext_lazy(
        "%(share)s recovered in %(country)s: registration %(number)s since %(since)s; the rest is cost"
    ),
    "not_registered": gettext_lazy("Cost: not registered in %(country)s on %(day)s"),
    "flat_rate": gettext_lazy("Cost: flat rate scheme, registration %(number)s since %(since)s"),
    "other_importer": gettext_lazy("Cost: the importer of record was %(importer)s"),
    "stated_cost": gettext_lazy("Cost: the entry says that it is not deductible"),
    "ioss": gettext_lazy("Cost: collected under IOSS"),
    "importer_missing": gettext_lazy("Taken as cost until somebody says who the importer of record was"),
    "country_missing": gettext_lazy("Taken as cost until somebody says in which country the tax was paid"),
    "tax_point_missing": gettext_lazy("The lesser share is taken until somebody says on which day the tax became due"),
    "mixed": gettext_lazy("Taken as cost: the goods came with several importers or to several countries"),
}


def scheme(code: str) -> str:
    """How the entry accounts for the tax; empty where it does not say."""
    return str(SCHEMES.get(code, code))


def kind(code: str) -> str:
    """The kind of a registration."""
    return str(NUMBERS.get(code, code))


def share(row: Any) -> str:
    """What of the import tax a registration gives back; empty where it gives none."""
    if row.scheme not in GIVES_BACK or not row.share:
        return ""
    return str(_("all of it")) if row.share == 1 else str(row.share)


def needed() -> str:
    """What a person can do about lines that nobody decided."""
    return _(
        "Tell the bill again with importer of record, country and day of the tax, or the shipment with its importer."
    )
