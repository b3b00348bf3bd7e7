"""What cannot be done with a month, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

MONTHS: dict[str, tuple[Promise, Promise]] = {
    "answered_already": (
        pgettext_lazy("problem", "this request was answered"),
        pgettext_lazy("remedy", "look at the month again"),
    ),
    "asked_already": (
        pgettext_lazy("problem", "somebody has asked for it already"),
        pgettext_lazy("remedy", "answer that request"),
    ),
    "bad_month": (
        pgettext_lazy("problem", "this is no month"),
        pgettext_lazy("remedy", "write it as 2026-01"),
    ),
    "month_closed": (
        pgettext_lazy("problem", "the month is closed"),
        pgettext_lazy("remedy", "ask to open it again, or enter it in the open month"),
    ),
    "month_not_over": (
        pgettext_lazy("problem", "the month is not over"),
        pgettext_lazy("remedy", "close it when it is"),
    ),
    "never_closed": (
        pgettext_lazy("problem", "the month was never closed"),
        pgettext_lazy("remedy", "close it first"),
    ),
    "not_closed": (
        pgettext_lazy("problem", "this month is not closed"),
        pgettext_lazy("remedy", "nothing has to be opened"),
    ),
    "no_amount": (
        pgettext_lazy("problem", "this is no amount"),
        pgettext_lazy("remedy", "write it as 1234.50"),
    ),
    "no_choice": (
        pgettext_lazy("problem", "this component cannot be treated either way"),
        pgettext_lazy("remedy", "choose among those of the list"),
    ),
    "no_treatment": (
        pgettext_lazy("problem", "there are two treatments"),
        pgettext_lazy("remedy", "say capitalise or expense"),
    ),
    "nothing_chosen": (
        pgettext_lazy("problem", "no component is named"),
        pgettext_lazy("remedy", "choose at least one"),
    ),
    "not_on_hand": (
        pgettext_lazy("problem", "nothing of this SKU was on hand then"),
        pgettext_lazy("remedy", "leave it out"),
    ),
    "own_request": (
        pgettext_lazy("problem", "nobody grants his own request"),
        pgettext_lazy("remedy", "let a colleague who may close months answer"),
    ),
    "capital_rate": (
        pgettext_lazy("problem", "no cost of capital is known for these days"),
        pgettext_lazy("remedy", "give the yearly rate from the first of these days on"),
    ),
}
