"""What a rule of the book says, in the reader's language: what it is about, its fields, its remark."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from entrepot.faces.web import line_words

FIELDS: dict[str, str | Promise] = {
    "label": "", "text": "", "needs": _("needs"), "percent": _("per cent"), "amount": _("amount"), "currency": _("currency"),
    "limit": _("up to"), "below": _("below"), "measured": _("measured by"), "basis": _("basis"), "parts": _("charged on"),
    "regimes": _("for"), "modes": _("by"), "affects": _("touches"), "not chapters": _("not chapters"), "chapters": _("chapters"),
    "component": _("component"), "minimum": _("at least"), "maximum": _("at most"), "over": _("above"), "upto": _("up to"),
    "over added": _("with an added duty above"), "upto added": _("with an added duty up to"),
    "step": _("in steps of"), "how": _("rounded"), "each": _("for each"), "bands": _("bands"), "less": _("less"),
    "origins": _("from"), "not origins": _("not from"), "national": _("national part"), "local": _("local part"),
    "exempt programmes": _("not under"), "inclusive": _("inclusive"), "inside": _("tax inside its base"),
    "in tax base": _("part of the tax base"), "uplift percent": _("uplift in per cent"),
    "uplift not origins": _("no uplift from"),
    "round step": _("in steps of"), "round how": _("rounded"), "for base": _("for the tax base in steps of"),
    "base step": _("base in steps of"), "base how": _("base rounded"), "landing percent": _("landing charge in per cent"),
    "without number factor": _("factor without tax number"), "highest": _("at most in per cent"),
    "above charged whole": _("above it all is charged"), "ranges": _("bands"), "relief": _("relief"), "duty": _("duty"),
    "tax": _("tax"), "HS": "HS", "from": _("from"), "group": _("group"), "refund": _("refund"), "note": "",
}  # fmt: skip
VALUES: dict[str, str | Promise] = {
    "yes": _("yes"), "goods": _("value of the goods"), "cif": "CIF", "customs_value": _("customs value"), "duty": _("duty"),
    "import_tax": _("import tax"), "tax_base": _("tax base"), "freight": _("freight"), "insurance": _("insurance"),
    "onward": _("onward carriage"), "surcharge": _("surcharge"), "rule_fees": _("fees of the border"), "line": _("line"),
    "given_fees": _("fees as given"), "down": _("down"), "up": _("up"), "half_up": _("half up"), "nearest": _("to the nearest"),
    "total": _("in total"), "handling": _("handling"), "sea": _("sea"), "air": _("air"), "post": _("post"),
    "express": _("express"), "rail": _("rail"), "road": _("road"), "commercial": _("commercial entry"),
    "personal": _("personal parcel"), "consignment": _("consignment"), "ioss": "IOSS", "other": _("other"),
    "remessa_conforme": "Remessa Conforme", "remessa": _("postal remittance"), "registered_seller": _("registered seller"),
}  # fmt: skip
_SENTENCES = frozenset({"label", "text", "needs", "group", "refund", "note"})


def about(text: str) -> str:
    """What a rule is about, or its own name.

    >>> about("Surcharge on the duty")
    'Surcharge on the duty'
    """
    low = text[:1].lower() + text[1:]
    said = translated(low) if low else ""
    return said if said != low else line_words.label(text)


def says(text: str, note: str = "") -> str:
    """The fields of a rule, and its remark.

    >>> says("label VAT; percent 19", "personal shipments")
    'VAT; per cent 19 (personal shipments)'
    >>> says("duty 12%"), says("HS 6109; duty 12% (added duties inside)")
    ('duty 12%', 'HS 6109; duty 12% (added duties inside)')
    """
    told = translated("; ").join(_field(part) for part in _parts(text))
    if not note:
        return told
    return translated("%(says)s (%(note)s)") % {"says": told, "note": line_words.note(note)}


def _parts(text: str) -> list[str]:
    """The fields of a rule; a sentence that has a semicolon of its own stays whole where the catalogue knows it so."""
    pieces, found = text.split("; "), list[str]()
    while pieces:
        sentence = pieces[0].partition(" ")[0] in _SENTENCES
        ends = range(len(pieces), 1, -1) if sentence else range(0)
        end = next((n for n in ends if _known("; ".join(pieces[:n]).partition(" ")[2])), 1)
        found.append("; ".join(pieces[:end]))
        del pieces[:end]
    return found


def _known(sentence: str) -> bool:
    return line_words.need(sentence) != sentence and "; " in sentence and translated(sentence) != sentence


def _field(part: str) -> str:
    for size in (3, 2, 1):
        words = part.split(" ")
        name, value = " ".join(words[:size]), " ".join(words[size:])
        if name in FIELDS:
            shown = line_words.need(value) if name in _SENTENCES else _value(value)
            return f"{FIELDS[name]} {shown}".strip()
    return translated(part)


def _value(text: str) -> str:
    whole = text.endswith(" (added duties inside)")
    parts = [_one(one) for one in text.removesuffix(" (added duties inside)").split(", ")]
    return translated(", ").join(parts) + (" " + translated("(added duties inside)") if whole else "")


def _one(text: str) -> str:
    return " ".join(str(VALUES.get(word, FIELDS.get(word, word))) for word in text.split(" "))
