"""Columns of the quote page: alternatives side by side, and the lines of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _

from entrepot.core.components import FAMILIES
from entrepot.faces.web import families
from entrepot.faces.web import quote_words as words
from entrepot.faces.web.quoting import AlternativeRow
from entrepot.faces.web.tables import Column
from entrepot.workflows.quote import LineAnswer


def alternatives(rows: Iterable[AlternativeRow], pick: Callable[[AlternativeRow], str]) -> list[Column]:
    """Ways, quantities and days; a column for each family that occurs, all of one unit."""
    found = list(rows)
    several = len({r.found.via for r in found}) > 1
    present = [
        name for name in FAMILIES
        if any(r.found.family(name) or any(n.needs and n.family == name for n in r.found.quote.lines) for r in found)
    ]  # fmt: skip
    return [
        Column("way", _("Way"), read=lambda r: words.way(r.found.quote.way), href=pick, wrap=True),
        *([Column("via", _("Then"), read=lambda r: str(words.AFTER.get(r.found.via, r.found.via)))] if several else []),
        Column("quantity", _("Units"), "units", read=lambda r: r.found.quantity),
        Column("on", _("Day of entry"), "date", read=lambda r: r.found.on),
        Column("days", _("Transit days"), "days", read=lambda r: r.found.quote.days, optional=True),
        Column("unit", _("Landed, a unit"), "money", read=lambda r: r.found.unit if r.found.quote.complete else None),
        Column("known", _("Known so far, a unit"), "money", read=lambda r: r.found.unit),
        *(
            Column(f"family_{name}", families.label(name), "money", read=lambda r, n=name: r.family(n))
            for name in present
        ),
        Column("total", _("All units"), "money", read=lambda r: r.found.quote.cost, shown=False),
        Column("cash", _("Cash out"), "money", read=lambda r: r.found.quote.cash, shown=False),
        Column("missing", _("Costs missing"), "units", read=lambda r: r.found.quote.missing, shown=False),
    ]


def lines(rule: Callable[[LineAnswer], str], *, parts: bool = False) -> list[Column]:
    """Every cost line with the rule or card that gave it; with ``parts`` the part of a split that it belongs to."""
    return [
        Column("label", _("Cost"), read=lambda n: words.label(n.label), wrap=True),
        *([Column("part", _("Part"), read=lambda n: words.way(n.part), wrap=True)] if parts else []),
        Column("family", _("Family"), read=lambda n: families.label(n.family), shown=False),
        Column("amount", _("Amount"), "money"),
        Column("how", _("How"), read=_how, wrap=True),
        Column("rule", _("Rule"), read=lambda n: words.rule(n.rule), href=rule, wrap=True),
        Column("valid", _("Valid"), read=_valid, optional=True),
        Column("confidence", _("Confidence"), read=lambda n: words.confidence(n.confidence) if n.rule else ""),
        Column("source", _("Source"), read=lambda n: words.source(n.source), href=_address, wrap=True, optional=True),
        Column("legal", _("Legal reference"), wrap=True, optional=True, shown=False),
    ]


def _how(line: LineAnswer) -> str:
    if line.needs:
        return str(_("needs %(what)s")) % {"what": words.needs(line.needs)}
    parts = [p for p in (words.rate(line.rate), words.rate(line.base)) if p]
    said = " × ".join(parts)
    marks = [str(_("estimate"))] if line.estimate else []
    if line.recoverable:
        marks.append(str(_("comes back: cash, not cost")))
    return " · ".join(p for p in (said, *marks, words.note(line.note)) if p)


def _valid(line: LineAnswer) -> str:
    if line.valid_from is None and line.valid_to is None:
        return ""
    return f"{line.valid_from or ''} – {line.valid_to or ''}".strip()


def _address(line: LineAnswer) -> str:
    """The source's address where the source is one."""
    first = line.source.split()[0] if line.source else ""
    return first if first.startswith("https://") else ""
