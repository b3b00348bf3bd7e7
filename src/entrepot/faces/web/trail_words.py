"""Words of the audit trail: what changed, and codes that stand for a role or a state."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from entrepot.faces.web import sentences

FIELDS: dict[str, Promise] = {
    "active": pgettext_lazy("trail", "active"),
    "by": pgettext_lazy("trail", "by"),
    "cause": pgettext_lazy("trail", "cause"),
    "companies": pgettext_lazy("trail", "companies"),
    "currency": pgettext_lazy("trail", "currency"),
    "decided_by": pgettext_lazy("trail", "decided by"),
    "document": pgettext_lazy("trail", "document"),
    "limit": pgettext_lazy("trail", "limit"),
    "locations": pgettext_lazy("trail", "places"),
    "note": pgettext_lazy("trail", "note"),
    "owner": pgettext_lazy("trail", "owner"),
    "reason": pgettext_lazy("trail", "reason"),
    "resolve": pgettext_lazy("trail", "resolved"),
    "role": pgettext_lazy("trail", "role"),
    "shops": pgettext_lazy("trail", "shops"),
    "state": pgettext_lazy("trail", "state"),
    "version": pgettext_lazy("trail", "version"),
}
STATES: dict[str, Promise] = {
    "open": pgettext_lazy("trail", "open"),
    "approved": pgettext_lazy("trail", "approved"),
    "snoozed": pgettext_lazy("trail", "put off"),
    "rejected": pgettext_lazy("trail", "rejected"),
    "proposed": pgettext_lazy("trail", "proposed"),
    "ordered": pgettext_lazy("trail", "ordered"),
    "closed": pgettext_lazy("trail", "closed"),
}


def field(key: str) -> str:
    """What changed, in the reader's language; a field without a word shows itself readably."""
    return str(FIELDS.get(key, key.replace("_", " ")))


def value(key: str, told: str) -> str:
    """What it was or is; a code in the reader's language."""
    if key == "role" and told:
        return sentences.word("role", told)
    return str(STATES.get(told, told)) if key == "state" else told
