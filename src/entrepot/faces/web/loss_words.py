"""What losses and claims say, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PURPOSES: dict[str, str | Promise] = {
    "lost": pgettext_lazy("loss", "Lost"),
    "write_off": pgettext_lazy("loss", "Written off"),
    "destroyed": pgettext_lazy("loss", "Destroyed"),
    "count": pgettext_lazy("loss", "Short in the count"),
    "short": pgettext_lazy("loss", "Did not arrive"),
}
CAUSES: dict[str, str | Promise] = {
    "fire": pgettext_lazy("loss", "Fire"),
    "mould": pgettext_lazy("loss", "Mould"),
    "moisture": pgettext_lazy("loss", "Moisture"),
    "force_majeure": pgettext_lazy("loss", "Force majeure"),
    "carrier": pgettext_lazy("loss", "In the carrier's hands"),
    "platform": pgettext_lazy("loss", "In the platform's hands"),
    "warehouse": pgettext_lazy("loss", "In a third-party warehouse"),
    "theft": pgettext_lazy("loss", "Theft"),
    "expired": pgettext_lazy("loss", "Expired"),
    "other": pgettext_lazy("loss", "Own or not stated"),
}
STATES: dict[str, str | Promise] = {
    "none": pgettext_lazy("loss claim", "Nobody to claim from"),
    "paid": pgettext_lazy("loss claim", "Repaid"),
    "part": pgettext_lazy("loss claim", "Repaid in part"),
    "open": pgettext_lazy("loss claim", "To claim"),
    "due": pgettext_lazy("loss claim", "To claim soon"),
    "lapsed": pgettext_lazy("loss claim", "Lapsed"),
    "no_term": pgettext_lazy("loss claim", "By your contract"),
}
HOW: dict[str, str | Promise] = {
    "only_loss": _("the only loss that fits"),
    "same_units": _("the only loss of so many units"),
    "together": _("all losses that fit together are so many units"),
    "reversal": _("takes back a payment for it"),
}
WHY: dict[str, str | Promise] = {
    "no_item": _("It names no SKU"),
    "no_loss": _("No loss of this SKU before it"),
    "several": _("Several losses fit"),
    "contested": _("Another payment may be for the same loss"),
    "too_many": _("More units than were lost"),
    "reverses_unknown": _("It takes back a payment that is not linked"),
    "of_order": _("For a customer's order, not for stock"),
}


def how(code: str) -> str:
    """Why a link was derived; several reasons one after the other, empty for none."""
    return " · ".join(str(HOW.get(part, part)) for part in code.split("+") if part)
