"""Sentences: what codes of engines and books say to a reader, in his language.

Engines and books answer with a code and parameters and know no language. The templates here are translated through
gettext; a code that is not here falls back to the English text that came with it.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from entrepot.books.selectors.health_shapes import QuarantineRow, Question
from entrepot.books.selectors.shapes import Decision, Money
from entrepot.core.errors import Problem
from entrepot.core.reasons import Reason
from entrepot.faces.web import reasons
from entrepot.faces.web.formats import day, money_text
from entrepot.faces.web.problems import PROBLEMS
from entrepot.faces.web.vocabulary import WORDS

DECISIONS: dict[str, Promise] = {
    "order": gettext_lazy("Order {quantity} units of {sku} from {supplier}"),
    "order_nowhere": gettext_lazy("Order {quantity} units of {sku}"),
    "ship": gettext_lazy("Load {quantity} units of {sku} for {location}"),
    "excess": gettext_lazy("Sell down {quantity} units of {sku}: they cover {cover_days} days"),
    "still": gettext_lazy("Decide on {quantity} units of {sku} that do not sell"),
    "cost": gettext_lazy("Enter the purchase cost of {sku}: {quantity} units have none"),
    "quarantine": gettext_lazy("Repair {quantity} rows that wait in quarantine"),
}
"""Kind of decision to its sentence."""

KINDS: dict[str, Promise] = {
    "order": pgettext_lazy("decision kind", "Reorder"),
    "ship": pgettext_lazy("decision kind", "Load"),
    "excess": pgettext_lazy("decision kind", "Overstock"),
    "still": pgettext_lazy("decision kind", "Dead stock"),
    "cost": pgettext_lazy("decision kind", "Missing cost"),
    "quarantine": pgettext_lazy("decision kind", "Quarantine"),
}


def word(kind: str, value: str) -> str:
    """The word for a state; an unknown one shows itself readably."""
    known = WORDS.get(kind, {}).get(value)
    return str(known) if known else value.replace("_", " ")


def decision(item: Decision) -> str:
    """The decision as one sentence."""
    kind = "order_nowhere" if item.kind == "order" and not item.parameters.get("supplier") else item.kind
    template = DECISIONS.get(kind)
    if template is None:
        return str(item.parameters.get("text", "")) or f"{item.kind}: {item.sku}"
    return _fill(str(template), {"sku": item.sku, "name": item.name, **item.parameters})


def kind(value: str) -> str:
    """The filter's name for a kind of decision."""
    return str(KINDS.get(value, value.replace("_", " ")))


def line(item: Reason) -> str:
    """One line of an explanation; English where the code has no sentence yet."""
    return reasons.sentence(item.code, item.parameters) or item.text


def problem(row: QuarantineRow | Problem) -> str:
    """What is wrong with a row or a file; in English the text that came with it, which says more."""
    template = None if _english() else PROBLEMS.get(row.code)
    return str(template[0]) if template else row.message


def remedy(row: QuarantineRow | Problem) -> str:
    """What would make it right."""
    if _english() or not row.remedy:
        return row.remedy
    own, template = _(row.remedy), PROBLEMS.get(row.code)
    return str(template[1]) if template and own == row.remedy else own


def _english() -> bool:
    return (get_language() or "en").startswith("en")


def reason_name(code: str) -> str:
    """The filter's name for a quarantine code."""
    template = PROBLEMS.get(code)
    return str(template[0]) if template else code.replace("_", " ")


QUESTIONS: dict[str, Promise] = {
    "layout": pgettext_lazy("question", "What kind of file is it?"),
    "number_style": pgettext_lazy("question", "How are decimals written?"),
    "date_order": pgettext_lazy("question", "Does the day or the month stand first in the dates?"),
    "shop": pgettext_lazy("question", "Which shop does the file come from?"),
    "location": pgettext_lazy("question", "Which place does the file speak of?"),
    "currency": pgettext_lazy("question", "In which currency are the amounts?"),
    "zone": pgettext_lazy("question", "In which time zone are the times?"),
    "as_of": pgettext_lazy("question", "At which moment was this stock counted?"),
}
"""Name of an open question about a file to its words."""
ANSWERS: dict[str, Promise | str] = {
    "point": "1,234.56",
    "comma": "1.234,56",
    "day_first": gettext_lazy("31/12/2026, day first"),
    "month_first": gettext_lazy("12/31/2026, month first"),
}


def question(item: Question) -> str:
    """What must be said about a file."""
    sort, colon, field = item.name.partition(":")
    if colon:
        return _("Which column holds: %(field)s?") % {"field": word("field", field)}
    return str(QUESTIONS.get(sort, item.text))


def answer(choice: str, name: str) -> str:
    """A choice as it is read."""
    return layout(choice) if name == "layout" else str(ANSWERS.get(choice, choice))


def layout(code: str) -> str:
    """The title of a file's layout."""
    from entrepot.faces.web import queries  # which wants Django's models; sentences do not

    return queries.layouts().get(code) or word("document", code)


def waits_for(what: str) -> str:
    """What a waiting fact needs: a word, or a document such as ``receipt:GR-0412``."""
    sort, colon, number = what.partition(":")
    return f"{word('document', sort)} {number}" if colon else word("waits", what)


def numbered(text: str) -> str:
    """A document named as ``sales_order 4711``, with its kind in words; a file name stays."""
    sort, space, number = text.partition(" ")
    known = WORDS["document"].get(sort)
    return f"{known} {number}" if space and known else text


def join(parts: list[str]) -> str:
    """Sentences one after another as the language sets them."""
    return reduce(reasons.followed, parts) if parts else ""


def _fill(template: str, parameters: dict[str, Any]) -> str:
    """Fill a template; what is not known is said to be so."""
    return template.format_map(_Known({key: _readable(key, value, parameters) for key, value in parameters.items()}))


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return _("(not known)")


def _readable(key: str, value: Any, beside: dict[str, Any]) -> str:
    if isinstance(value, Money):
        return money_text(value)
    return day(value) if hasattr(value, "year") else reasons.written(key, value, beside)
