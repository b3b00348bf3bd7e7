"""How figures, amounts and dates are written in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from entrepot.books.selectors.shapes import Money
from entrepot.core.money import CURRENCIES

MINUS = "\u2212"
NARROW = "\u202f"
SYMBOLS = {"USD": "US$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "JPY": "JP¥", "HKD": "HK$", "CAD": "CA$", "AUD": "A$"}


def figure(value: float, decimals: int | None = None) -> str:
    """A plain number with thousands separators and a true minus sign.

    >>> figure(-1234567), figure(12.345), figure(3.0)
    ('\u22121,234,567', '12.3', '3')
    """
    if decimals is None:
        decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def plain(amount: int, currency: str) -> str:
    """An amount in major units without its currency, exact.

    >>> plain(-123456, "USD"), plain(5, "JPY")
    ('\u22121,234.56', '5')
    """
    decimals = CURRENCIES.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**decimals)
    tail = f".{rest:0{decimals}d}" if decimals else ""
    return f"{MINUS if amount < 0 else ''}{whole:,}{tail}"


def rounded(amount: int, currency: str) -> str:
    """An amount rounded to whole major units, for sentences about estimates."""
    decimals = CURRENCIES.get(currency, 2)
    scale = 10**decimals
    whole = (abs(amount) + scale // 2) // scale
    return f"{MINUS if amount < 0 and whole else ''}{whole:,}"


def money_text(value: Money) -> str:
    """An amount with its currency as it stands in a sentence: exact, or ≈ and whole units for an estimate."""
    if value.amount is None:
        return _("not known")
    symbol = SYMBOLS.get(value.currency, value.currency + NARROW)
    text = rounded(value.amount, value.currency) if value.estimate else plain(value.amount, value.currency)
    sign, digits = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return f"{'≈' + NARROW if value.estimate else ''}{sign}{symbol}{digits}"


def percent(tenths: int) -> str:
    """Tenths of a percent.

    >>> percent(-123)
    '\u221212.3%'
    """
    return f"{MINUS if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def day(value: date | datetime) -> str:
    """A day as the language writes it."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return dateformat.format(value, pgettext("date format", "j M Y"))


def short_day(value: date) -> str:
    """A day without its year."""
    return dateformat.format(value, pgettext("short date format", "j M"))


def instant(value: datetime) -> str:
    """A day and time of day in the company's zone."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return dateformat.format(local, pgettext("instant format", "j M Y, H:i"))


def ago(value: datetime, now: datetime | None = None) -> str:
    """How old something is, in the largest unit that says it."""
    seconds = int(((now or datetime.now(UTC)) - value).total_seconds())
    if seconds < 90:
        return _("just now")
    if seconds < 5400:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", seconds // 60) % {"n": seconds // 60}
    if seconds < 129_600:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d day ago", "%(n)d days ago", seconds // 86_400) % {"n": seconds // 86_400}


def days_left(value: date, today: date | None = None) -> str:
    """How far a deadline is."""
    left = (value - (today or timezone.localdate())) // timedelta(days=1)
    if left < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    if left == 0:
        return _("today")
    if left == 1:
        return _("tomorrow")
    return ngettext("in %(n)d day", "in %(n)d days", left) % {"n": left}


def cover(days: int | None) -> str:
    """Days of cover; beyond two years nobody counts days."""
    if days is None:
        return ""
    return _("> 2 years") if days > 730 else figure(days)


def as_json(value: Any) -> Any:
    """Dates for chart data as ISO text."""
    return value.isoformat() if isinstance(value, date) else value
