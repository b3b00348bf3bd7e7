"""Which number style a file is written in, decided from all its numbers, and exact values of its number texts.

"1.234" alone says nothing: it is one and a bit in London and one thousand and so many in Berlin. But one "9,90" or one
"1.234,50" in the same file settles it. A text that is evidence for one style is never a valid number in the other, so
after the decision the odd ones out are refused row by row and nothing is misread. Without evidence, the file is refused
until somebody chooses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from entrepot.core.money import MAX_AMOUNT, exponent, round_half_away

NumberStyle = Literal["point", "comma"]
"""``point``: 1,234.56 (also 1 234.56); ``comma``: 1.234,56 (also 1 234,56)."""

Evidence = Literal["point", "comma", "either", "neutral", "bad"]

TOLERATED = Fraction(1, 100)
"""Share of contrary numbers up to which the majority decides (the contrary rows are refused); above it nobody does."""

_DRESS = re.compile(r"^(?:[A-Z]{2,3}\s?)?[$€£¥₹₩]?\s*(.*?)\s*(?:[A-Z]{3}|[$€£¥₹₩]|元)?$", re.DOTALL)
_SPACED = re.compile(r"^\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d*)?$")
_BODY = re.compile(r"^[\d.,]*\d[\d.,]*$", re.ASCII)
_GROUPED = {  # groups of three, or of two as in India (1,23,456)
    ",": re.compile(r"^[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}$"),
    ".": re.compile(r"^[1-9]\d{0,2}(?:\.\d{2,3})*\.\d{3}$"),
}
_PLAIN = re.compile(r"^\d+$", re.ASCII)


def evidence(text: str) -> Evidence:
    """What one number text says about its file.

    >>> [evidence(t) for t in ("9.90", "1.234,5", "1.234", "1234", "-1,234.00", "NaN", "1.234.567")]
    ['point', 'comma', 'either', 'neutral', 'point', 'bad', 'comma']
    """
    split = _split(text)
    if split is None:
        return "bad"
    body = split[1]
    if _PLAIN.match(body):
        return "neutral"
    point, comma = _value(body, "point"), _value(body, "comma")
    if point is not None and comma is not None:
        return "neutral" if point == comma else "either"
    if point is None and comma is None:
        return "bad"
    return "comma" if point is None else "point"


def decide(texts: Iterable[tuple[str, int]]) -> tuple[NumberStyle | None, dict[Evidence, int], dict[Evidence, str]]:
    """The style of all ``(text, how often)``, or ``None``; with the counts and one example of each kind of evidence.

    >>> decide([("1.234", 5), ("9,90", 1)])[0], decide([("1.234", 5)])[0], decide([("12", 1)])[0]
    ('comma', None, 'point')
    """
    counts: dict[Evidence, int] = {}
    examples: dict[Evidence, str] = {}
    for text, times in texts:
        kind = evidence(text)
        counts[kind] = counts.get(kind, 0) + times
        examples.setdefault(kind, text)
    point, comma = counts.get("point", 0), counts.get("comma", 0)
    if not point and not comma:
        return (None if counts.get("either") else "point"), counts, examples
    if Fraction(min(point, comma), point + comma) > TOLERATED:
        return None, counts, examples
    return ("point" if point > comma else "comma"), counts, examples


def decimal(text: str, style: NumberStyle) -> Decimal | None:
    """The exact value of a number text in ``style``, ``None`` where it is not one.

    >>> decimal("(1.234,50 €)", "comma"), decimal("1e309", "point"), decimal("12-", "point"), decimal("1,5", "point")
    (Decimal('-1234.50'), None, Decimal('-12'), None)
    """
    split = _split(text)
    if split is None:
        return None
    value = _value(split[1], style)
    return None if value is None else -value if split[0] else value


def canonical(text: str) -> Decimal | None:
    """The value of a cell that the file itself types as a number (decimal point, perhaps an exponent).

    >>> canonical("1e+16"), canonical("NaN"), canonical("1e309")
    (Decimal('1E+16'), None, None)
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 40:
        return None
    return value


def to_minor(value: Decimal | Fraction, currency: str) -> int | None:
    """Minor units, halves away from zero; ``None`` beyond what can be stored.

    >>> to_minor(Decimal("0.125"), "USD"), to_minor(Fraction(1, 3), "KWD"), to_minor(Decimal("1E+30"), "USD")
    (13, 333, None)
    """
    result = round_half_away(Fraction(value) * 10 ** exponent(currency))
    return result if abs(result) <= MAX_AMOUNT else None


def _split(text: str) -> tuple[bool, str] | None:
    """(negative, digits with separators) of a number text."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("−", "-")
    if len(text) > 40:
        return None
    text = text.strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1].strip()
    if text[:1] in "+-":
        if negative:
            return None
        negative, text = text[:1] == "-", text[1:].lstrip()
    elif text[-1:] == "-" and not negative:
        negative, text = True, text[:-1].rstrip()
    body = text
    if not _BODY.match(body):
        dressed = _DRESS.match(body)
        assert dressed is not None
        body = dressed[1]
        if body[:1] == "-" and not negative:
            negative, body = True, body[1:].lstrip()
        if _SPACED.match(body):
            body = body.replace(" ", "").replace("'", "").replace("’", "")
        if not _BODY.match(body):
            return None
    return negative, body


def _value(body: str, style: NumberStyle) -> Decimal | None:
    mark, group = (".", ",") if style == "point" else (",", ".")
    whole, found, part = body.partition(mark)
    if found and not (part == "" or _PLAIN.match(part)):
        return None
    if group in whole:
        if not _GROUPED[group].match(whole):
            return None
        whole = whole.replace(group, "")
    elif whole and not _PLAIN.match(whole):
        return None
    if not whole and not part:
        return None
    return Decimal(f"{whole or '0'}.{part}" if part else whole)
