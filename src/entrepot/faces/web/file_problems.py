"""Why a file or a table cannot be read, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

FILES: dict[str, tuple[Promise, Promise]] = {
    "bad_account_map": (
        pgettext_lazy("problem", "the account map cannot be read"),
        pgettext_lazy("remedy", "correct the named line of the account map"),
    ),
    "bad_claim_terms": (
        pgettext_lazy("problem", "the claim terms cannot be read"),
        pgettext_lazy("remedy", "give payer, days, and if wanted from, covers, modes and places"),
    ),
    "bad_exchange_rate": (
        pgettext_lazy("problem", "this exchange rate cannot be read"),
        pgettext_lazy("remedy", "write base, quote, rate, from and purpose"),
    ),
    "bad_fee_change": (
        pgettext_lazy("problem", "this change of a fee cannot be read"),
        pgettext_lazy("remedy", "write marketplace, fee and per cent"),
    ),
    "bad_fee_row": (
        pgettext_lazy("problem", "this fee cannot be read"),
        pgettext_lazy("remedy", "write a rate like 0.78, days like 2027-01-15, months 1 to 12"),
    ),
    "bad_item_row": (
        pgettext_lazy("problem", "this row cannot be read"),
        pgettext_lazy(
            "remedy", "write whole quantities and grams, prices like 12.34, a currency code and a duty in per cent"
        ),
    ),
    "bad_levies": (
        pgettext_lazy("problem", "the levies cannot be read"),
        pgettext_lazy("remedy", "correct the named place of the file"),
    ),
    "bad_price_row": (
        pgettext_lazy("problem", "this price cannot be read"),
        pgettext_lazy("remedy", "write a known SKU, whole units, a price like 12.34 and a currency code"),
    ),
    "bad_quote_file": (
        pgettext_lazy("problem", "the quote cannot be read"),
        pgettext_lazy("remedy", "correct the named place of the file"),
    ),
    "bad_rate_row": (
        pgettext_lazy("problem", "this row of the rule table cannot be read"),
        pgettext_lazy("remedy", "correct the named columns"),
    ),
    "bad_source": (
        pgettext_lazy("problem", "this source cannot be read"),
        pgettext_lazy("remedy", "correct the named place of the file"),
    ),
    "bad_trial_balance": (
        pgettext_lazy("problem", "the trial balance cannot be read"),
        pgettext_lazy("remedy", "write the company's code, its own currency and amounts like 1234.50"),
    ),
    "bad_ways_out": (
        pgettext_lazy("problem", "the ways out cannot be read"),
        pgettext_lazy("remedy", "give id, name, currency and prices with name, per and amount"),
    ),
    "columns_missing": (
        pgettext_lazy("problem", "columns are missing"),
        pgettext_lazy("remedy", "give the columns that are named"),
    ),
    "currency_missing": (
        pgettext_lazy("problem", "the company's own currency is not said"),
        pgettext_lazy("remedy", "name it"),
    ),
    "demand_settings": (
        pgettext_lazy("problem", "the demand settings cannot be read"),
        pgettext_lazy("remedy", "correct the named place of the file"),
    ),
    "most_rows_faulty": (
        pgettext_lazy("problem", "most rows of the file cannot be used"),
        pgettext_lazy("remedy", "correct what the first one lacks; it is most often the same in all"),
    ),
    "moment_without_zone": (
        pgettext_lazy("problem", "the moment has no time zone"),
        pgettext_lazy("remedy", "add its offset"),
    ),
    "no_orders": (
        pgettext_lazy("problem", "the file has no purchase order"),
        pgettext_lazy("remedy", "fill in the template"),
    ),
    "no_setup_workbook": (
        pgettext_lazy("problem", "none of the sheets is one of the set-up workbook"),
        pgettext_lazy("remedy", "fill in the empty workbook"),
    ),
    "not_readable": (
        pgettext_lazy("problem", "the file is not of the kind that is wanted here"),
        pgettext_lazy("remedy", "choose the right file"),
    ),
    "nothing_to_write": (
        pgettext_lazy("problem", "there are no documents"),
        pgettext_lazy("remedy", "choose some"),
    ),
    "own_report": (
        pgettext_lazy("problem", "the platform's report cannot be read"),
        pgettext_lazy("remedy", "keep its columns as they were exported"),
    ),
    "price_list": (
        pgettext_lazy("problem", "the price list cannot be read, or holds no price for this"),
        pgettext_lazy("remedy", "correct the named place, or import a newer list"),
    ),
    "rate_card": (
        pgettext_lazy("problem", "the rate card cannot be read, or holds none for the day"),
        pgettext_lazy("remedy", "correct the named place, or import a newer card"),
    ),
    "reference_too_narrow": (
        pgettext_lazy("problem", "a reference by account or source does not fit into one cell"),
        pgettext_lazy("remedy", "send this document through the API"),
    ),
    "sheet_not_read": (
        pgettext_lazy("problem", "another sheet holds such a table too and is not read"),
        pgettext_lazy("remedy", "save it as a file of its own and import that"),
    ),
    "sheet_not_understood": (
        pgettext_lazy("problem", "the sheet lacks headings that it needs"),
        pgettext_lazy("remedy", "take the headings of the empty workbook"),
    ),
    "sheet_undecided": (
        pgettext_lazy("problem", "numbers or dates of the sheet can be read in two ways"),
        pgettext_lazy("remedy", "write numbers and dates so that they are clear"),
    ),
    "types_mixed": (
        pgettext_lazy("problem", "a template holds documents of one type"),
        pgettext_lazy("remedy", "write one file a type"),
    ),
    "unknown_fee": (
        pgettext_lazy("problem", "no fee of a marketplace is called that"),
        pgettext_lazy("remedy", "choose one of those named"),
    ),
    "unknown_marketplace": (
        pgettext_lazy("problem", "there is no such marketplace"),
        pgettext_lazy("remedy", "choose one of those named"),
    ),
    "unknown_zone": (
        pgettext_lazy("problem", "there is no such time zone"),
        pgettext_lazy("remedy", "name one such as Asia/Shanghai"),
    ),
}
