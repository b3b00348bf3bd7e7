"""Filters and tags that write figures, amounts, dates and whole table cells."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entrepot.books.selectors.health_shapes import QuarantineRow, Question
from entrepot.books.selectors.shapes import AGE_BANDS, Arrival, Decision, Money
from entrepot.core.errors import Problem
from entrepot.core.reasons import Reason
from entrepot.faces.web import families, formats, sentences
from entrepot.faces.web import reasons as telling
from entrepot.faces.web.tables import Column

register = template.Library()


@register.simple_tag
def missing() -> SafeString:
    """How a figure that is not known looks."""
    return format_html('<span class="missing">{}</span>', _("missing"))


@register.filter
def money(amount: int | None, currency: str) -> SafeString | str:
    """An amount in a table whose header names the currency."""
    return missing() if amount is None else formats.plain(amount, currency)


@register.simple_tag
def with_currency(amount: int | None, currency: str, estimate: bool = False) -> SafeString:
    """An amount with its currency, as it stands in a headline."""
    if amount is None:
        return missing()
    text = formats.money_text(Money(amount, currency, estimate))
    return format_html('<span class="{}">{}</span>', "estimate" if estimate else "exact", text)


@register.filter
def amount(value: Money | None) -> SafeString | str:
    """An amount with its own currency."""
    if value is None or value.amount is None:
        return missing()
    text = formats.money_text(value)
    return format_html('<span class="estimate">{}</span>', text) if value.estimate else text


@register.filter
def span(value: Money) -> str:
    """The range of an estimate, in whole units of its currency."""
    ends = [formats.rounded(end, value.currency) for end in (value.low, value.high) if end is not None]
    return " \u2013 ".join(ends)


@register.filter
def figure(value: float | None) -> str:
    """A plain number."""
    return "" if value is None else formats.figure(value)


@register.filter
def percent(value: int | None) -> str:
    """Tenths of a percent."""
    return "" if value is None else formats.percent(value)


@register.filter
def day(value: date | None) -> str:
    """A day."""
    return "" if value is None else formats.day(value)


@register.filter
def instant(value: datetime | None) -> str:
    """A day and time."""
    return "" if value is None else formats.instant(value)


@register.filter
def ago(value: datetime | None) -> str:
    """How old."""
    return "" if value is None else formats.ago(value)


@register.filter
def days_left(value: date | None) -> str:
    """How far away."""
    return "" if value is None else formats.days_left(value)


@register.filter
def sentence(item: Decision) -> str:
    """A decision as a sentence."""
    return sentences.decision(item)


@register.filter
def reason(item: Reason) -> str:
    """One line of an explanation."""
    return sentences.line(item)


@register.filter
def reasons(items: list[Reason]) -> str:
    """The two most telling lines of an explanation as running text."""
    return sentences.join([sentences.line(item) for item in telling.first(items)])


@register.filter
def further(items: list[Reason]) -> list[Reason]:
    """All lines of an explanation that say more than the decision does."""
    return telling.further(items)


@register.filter
def kind(value: str) -> str:
    """Name of a kind of decision."""
    return sentences.kind(value)


@register.filter
def word(value: str, vocabulary: str) -> str:
    """The word for a state of ``vocabulary``."""
    return sentences.word(vocabulary, value)


@register.filter
def family(value: str) -> str:
    """Name of a cost family."""
    return families.label(value)


@register.filter
def problem(row: QuarantineRow | Problem) -> str:
    """What is wrong with a row."""
    return sentences.problem(row)


@register.filter
def remedy(row: QuarantineRow | Problem) -> str:
    """What makes a row right."""
    return sentences.remedy(row)


@register.filter
def signed(value: int) -> str:
    """Whole per cent with their sign."""
    return f"{formats.MINUS if value < 0 else '+'}{abs(value)} %"


@register.filter
def numbered(text: str) -> str:
    """A document named by its kind and number, in words."""
    return sentences.numbered(text)


@register.filter
def waits_for(text: str) -> str:
    """What a row waits for."""
    return sentences.waits_for(text)


@register.filter
def age_label(band: str) -> str:
    """An age band as read."""
    return band.replace("-", "\u2013") if "-" in band else f"> {int(band.rstrip('+')) - 1}"


@register.simple_tag
def age_bar(ages: tuple[int, ...] | None) -> SafeString | str:
    """The share of units by age band, as a small bar with a text for those who do not see it."""
    if not ages or sum(ages) <= 0:
        return ""
    whole, left, parts = sum(ages), 0.0, []
    for place, units in enumerate(ages):
        width = units * 100 / whole
        if units:
            parts.append((place, f"{left:.2f}%", f"{width:.2f}%"))
        left += width
    text = ", ".join(f"{band}: {formats.figure(units)}" for band, units in zip(AGE_BANDS, ages, strict=False) if units)
    drawn = format_html_join("", '<rect class="age-{}" x="{}" width="{}" height="8"/>', parts)
    return format_html(
        '<svg class="agebar" role="img" aria-label="{}" height="8"><title>{}</title>{}</svg>', text, text, drawn
    )


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column, row: Any, currency: str) -> SafeString | str:
    """The inside of one table cell."""
    value = column.value(row)
    shown = _shown(column, value, currency)
    link = column.link(row)
    if link and shown:
        return format_html('<a href="{}">{}</a>', link, shown)
    return shown


def _shown(column: Column, value: Any, currency: str) -> SafeString | str:
    if column.kind == "ages":
        return age_bar(value)
    if column.kind == "amount":
        return amount(value) if value is not None else ""
    if value is None:
        absent = column.optional or column.kind in {"units", "days", "decimal", "percent", "date"}
        return format_html('<span class="none">{}</span>', "\u2013") if absent else missing()
    if column.kind == "money":
        rounded = format_html('<span class="estimate">≈{}</span>', formats.rounded(value, currency))
        return rounded if column.estimate else formats.plain(value, currency)
    if column.kind == "arrivals":
        return ", ".join(_arrival(item) for item in value)
    if column.kind == "state":
        return format_html('<span class="state state-{}">{}</span>', value, sentences.word(column.key, value))
    if column.kind == "lines":
        return sentences.join([sentences.line(item) for item in value])
    return _plain(column, value)


def _arrival(item: Arrival) -> str:
    when = formats.short_day(timezone.localtime(item.eta).date()) if item.eta else item.shipment
    return f"{formats.figure(item.units)} · {when}"


def _plain(column: Column, value: Any) -> SafeString | str:
    writers = {
        "units": formats.figure,
        "percent": formats.percent,
        "days": formats.cover,
        "decimal": formats.figure,
        "date": formats.day,
        "instant": formats.instant,
    }
    text = writers[column.kind](value) if column.kind in writers else str(value)
    if column.estimate:
        return format_html('<span class="estimate">{}</span>', text)
    return text


@register.simple_tag
def sum_cell(column: Column, sums: dict[str, int | None], currency: str) -> str:
    """The inside of one cell of the sum row."""
    value = sums.get(column.key)
    if value is None:
        return ""
    if column.kind == "money" and column.estimate:
        return str(format_html('<span class="estimate">≈{}</span>', formats.rounded(value, currency)))
    return formats.plain(value, currency) if column.kind == "money" else str(_plain(column, value))


@register.filter
def question(item: Question) -> str:
    """What must be said about a file."""
    return sentences.question(item)


@register.filter
def answer(choice: str, name: str) -> str:
    """A choice as it is read."""
    return sentences.answer(choice, name)


@register.filter
def layout(code: str) -> str:
    """The title of a file's layout."""
    return sentences.layout(code)


@register.filter
def stage(value: str) -> str:
    """What a job is doing now; of a check, that it checks."""
    return sentences.word("stage", "checking" if value.startswith("checking ") else value)


@register.filter
def percent_width(value: float) -> str:
    """A CSS/SVG percentage."""
    return f"{value:.2f}%"
