"""Words of stock work: arrivals, counts, causes of differences, ways of transport."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

STOCK_WORDS: dict[str, dict[str, Promise]] = {
    "label_layout": {
        "a4_44": pgettext_lazy("label", "A4, 44 labels"),
        "a4_40": pgettext_lazy("label", "A4, 40 labels"),
        "a4_27": pgettext_lazy("label", "A4, 27 labels"),
        "a4_24": pgettext_lazy("label", "A4, 24 labels"),
        "a4_21": pgettext_lazy("label", "A4, 21 labels"),
        "letter_30": pgettext_lazy("label", "Letter, 30 labels"),
        "thermal_50x25": pgettext_lazy("label", "Thermal roll"),
    },
    "mode": {
        "sea": pgettext_lazy("mode", "Sea"),
        "rail": pgettext_lazy("mode", "Rail"),
        "air": pgettext_lazy("mode", "Air"),
        "express": pgettext_lazy("mode", "Express"),
        "truck": pgettext_lazy("mode", "Truck"),
        "other": pgettext_lazy("mode", "Other"),
    },
    "arrival": {
        "on_the_way": pgettext_lazy("arrival", "on the way"),
        "partly": pgettext_lazy("arrival", "partly arrived"),
        "arrived": pgettext_lazy("arrival", "arrived"),
        "late": pgettext_lazy("arrival", "late"),
    },
    "count_state": {
        "counting": pgettext_lazy("count", "being counted"),
        "review": pgettext_lazy("count", "to be approved"),
        "posted": pgettext_lazy("count", "posted"),
        "cancelled": pgettext_lazy("count", "cancelled"),
    },
    "count_reason": {
        "miscounted": pgettext_lazy("count", "counted wrongly before"),
        "lost": pgettext_lazy("count", "lost"),
        "found": pgettext_lazy("count", "found again"),
        "damaged": pgettext_lazy("count", "damaged"),
        "mislabelled": pgettext_lazy("count", "wrong label"),
        "not_booked": pgettext_lazy("count", "movement not booked"),
        "unknown": pgettext_lazy("count", "not known"),
    },
    "difference_state": {
        "open": pgettext_lazy("difference", "open"),
        "resolved": pgettext_lazy("difference", "resolved"),
        "settled": pgettext_lazy("difference", "settled"),
    },
    "difference_act": {
        "assign": pgettext_lazy("difference", "given to"),
        "resolve": pgettext_lazy("difference", "resolved"),
        "reopen": pgettext_lazy("difference", "opened again"),
        "note": pgettext_lazy("difference", "note"),
        "found": pgettext_lazy("difference", "found by the daily comparison"),
        "settle": pgettext_lazy("difference", "agrees again"),
    },
    "difference_cause": {
        "under_way": pgettext_lazy("difference", "goods under way"),
        "late_booking": pgettext_lazy("difference", "booked later"),
        "lost": pgettext_lazy("difference", "lost at the platform"),
        "claimed": pgettext_lazy("difference", "claimed from the platform"),
        "counted": pgettext_lazy("difference", "settled by a count"),
        "wrong_report": pgettext_lazy("difference", "the report was wrong"),
        "receiving": pgettext_lazy("difference", "still being received"),
        "reserved": pgettext_lazy("difference", "held for open orders"),
        "researching": pgettext_lazy("difference", "still searched for there"),
        "return_due": pgettext_lazy("difference", "return not booked"),
        "condition": pgettext_lazy("difference", "in another condition"),
        "label": pgettext_lazy("difference", "labels mixed up"),
        "units": pgettext_lazy("difference", "counted in packs"),
        "disposal": pgettext_lazy("difference", "disposal not booked"),
        "not_known_there": pgettext_lazy("difference", "SKU not known there"),
        "other": pgettext_lazy("difference", "other"),
    },
}
