"""Rate texts of tariff schedules, as printed, into rates that can be charged.

``16.5%``, ``4.4¢/kg``, ``51¢ each + 6.25% on the case and strap, band or bracelet + 5.3% on the battery``, ``Free``,
``0.9¢ each + 4% but not more than 8%``, ``12.0% + 9.5 EUR/100 kg MAX 17.3%``. A text that is not understood to its last word
is kept whole, with the reason, for a person: it is never charged in part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a rate: ``percent`` of the value (of ``part`` alone, where named), or ``amount`` per ``unit``.

    ``amount`` in major units of ``currency`` for ``per`` of ``unit`` (100 kg: per 100, unit kg); ``part`` names the component or
    content that is meant, empty = the whole article.
    """

    percent: Fraction | None = None
    amount: Fraction | None = None
    currency: str = ""
    per: Fraction = Fraction(1)
    unit: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate: the sum of ``terms``, at least ``least`` and at most ``most``, or the higher of ``alternatives``.

    ``person`` is the reason why it cannot be computed; then nothing else is set.
    """

    text: str
    terms: tuple[Term, ...] = ()
    least: Rate | None = None
    most: Rate | None = None
    alternatives: tuple[Rate, ...] = ()
    person: str = ""

    @property
    def chargeable(self) -> bool:
        """Whether it can be computed from value, quantities and component values."""
        return not self.person

    @property
    def percent(self) -> Fraction | None:
        """The rate as one percentage of the whole value, where it is just that."""
        if self.person or self.least or self.most or self.alternatives:
            return None
        if any(t.percent is None or t.part for t in self.terms):
            return None
        return sum((t.percent for t in self.terms if t.percent is not None), Fraction(0))


_SIGNS = {"$": "USD", "¢": "USD", "£": "GBP", "€": "EUR"}
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_PERCENT = re.compile(rf"^{_NUMBER}\s*%\s*(?:(?:on|of)\s+(?:the\s+)?(?P<part>.+))?$")
_CENTS = re.compile(rf"^{_NUMBER}\s*(?:¢|cents?)\s*(?:/|per\s+)?\s*(?P<unit>.+)$")
_MONEY = re.compile(rf"^(?P<sign>[$£€])\s*{_NUMBER}\s*(?:/|per\s+)?\s*(?P<unit>.+)$")
_CODE = re.compile(rf"^{_NUMBER}\s*(?P<sign>EUR|GBP|USD|£|€)\s*(?:/|per\s+)\s*(?P<unit>.+)$")
_UNIT = re.compile(
    rf"^(?:(?:each\s+)?{_NUMBER}\s*)?(?P<unit>[a-zA-Z²³°. /%]+?[23]?|pins|items)?(?:\s+(?:on|of)\s+(?:the\s+)?(?P<part>.+))?$"
)
_NAMES = {
    "each": "each|each article|no|no.|p/st|item|unit|pcs|pins|items|article|piece|bird",
    "kg": "kg|kg net",
    "g": "g",
    "t": "t|tonne|metric ton",
    "clean kg": "clean kg|clean yield kg",
    "gross kg": "gross kg|kg gross",
    "l": "liter|liters|l",
    "hl": "hl",
    "pf l": "pf.liter|pf. liter|pf liter",
    "bbl": "bbl",
    "m2": "m²|m2",
    "m3": "m³|m3",
    "m": "m|linear m",
    "doz": "doz|doz.",
    "gross": "gross",
    "doz pr": "doz. pr|doz. prs|doz. pr.|doz pr.|doz. prs.",
    "pr": "pr|pr.|prs|prs.|pair|pa",
    "thousand": "thousand",
    "pack": "pack",
    "jewel": "jewel",
    "kg vanillin": "kg vanillin",
    "component kg": "component kg",
    "head": "head",
    "content kg": "metal content kg|lead content kg",
    "% vol": "% vol|%vol",
    "% vol hl": "% vol/hl|% vol / hl",
    "kg drained": "kg drained net weight|kg/net eda",
    "gj": "gj",
    "tj": "tj",
}
_UNITS = {name: unit for unit, names in _NAMES.items() for name in names.split("|")}
_REFERS = re.compile(
    r"rate applicable|rate of duty applicable|the rates? |see |subheading|heading|note \d|provided for|dutiable|free if|"
    r"in the set|of which|under bond",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def parse_rate(text: str) -> Rate:
    """The rate that ``text`` says, or one that names why a person is needed.

    >>> parse_rate("16.5%").percent
    Fraction(33, 2)
    >>> [(t.amount, t.unit) for t in parse_rate("4.4¢/kg").terms]
    [(Fraction(11, 250), 'kg')]
    >>> [(t.percent, t.part) for t in parse_rate("51¢ each + 6.25% on the case and strap, band or bracelet").terms]
    [(None, ''), (Fraction(25, 4), 'case and strap, band or bracelet')]
    >>> parse_rate("The rate applicable to the article of which it is an accessory").person
    'the rate refers to another line'
    """
    plain = _normal(text)
    if not plain:
        return Rate(text, person="the line has no rate")
    rate = _alternatives(plain, text) or _bounded(plain, text) or _sum(plain, text)
    if rate is not None:
        return rate
    return Rate(text, person="the rate refers to another line" if _REFERS.search(plain) else "the rate is a formula")


def _normal(text: str) -> str:
    text = re.sub(r"<[^>]*>", "", text)
    text = re.sub(r"\s*\b\d{1,2}/(?=\s|$)", "", text)  # footnote marks: "3.9% 1/"
    text = text.replace(" ", " ").replace("¢ /", "¢/").replace("–", "-").strip().rstrip(".")
    return re.sub(r"\s+", " ", text)


def _alternatives(plain: str, text: str) -> Rate | None:
    match = re.match(r"^(?P<a>.+?),? or (?P<b>.+?),? whichever is (?:the )?(?:higher|greater)$", plain, re.IGNORECASE)
    if match is None:
        return None
    parts = [_sum(match[g].strip(" ,"), match[g]) for g in ("a", "b")]
    return Rate(text, alternatives=tuple(p for p in parts if p)) if all(parts) else None


def _bounded(plain: str, text: str) -> Rate | None:
    pattern = r",?\s*(?:but\s+|nor\s+)?(not less than|not more than|more than|less than|MIN|MAX)\s+"
    pieces = re.split(pattern, plain)
    if len(pieces) < 3:
        return None
    first = _sum(pieces[0].strip(" ,"), text)
    bounds: dict[str, Rate] = {}
    for word, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        bound = _sum(re.sub(r"\s+(?:but|nor)$", "", piece.strip(" ,")), piece)
        key = "least" if word in {"not less than", "less than", "MIN"} else "most"
        if bound is None or key in bounds:
            return None
        bounds[key] = bound
    if first is None:
        return None
    return Rate(text, first.terms, bounds.get("least"), bounds.get("most"))


def _sum(plain: str, text: str) -> Rate | None:
    if plain.lower() in {"free", "0", "0%", "0.0%", "0.00%"}:
        return Rate(text, (Term(percent=Fraction(0)),))
    terms = [_term(piece.strip(" ,")) for piece in re.split(r"\s*\+\s*|\s+plus\s+", plain)]
    return Rate(text, tuple(t for t in terms if t)) if terms and all(terms) else None


def _term(piece: str) -> Term | None:
    if match := _PERCENT.match(piece):
        part = (match["part"] or "").strip()
        if part.lower() in {"value", "value thereof", "entire article", "entire set"}:
            part = ""
        return None if _REFERS.search(part) else Term(percent=_number(match[1]), part=_short(part))
    if match := _CENTS.match(piece):
        return _per(_number(match[1]) / 100, "USD", match["unit"])
    if match := _MONEY.match(piece):
        return _per(_number(match[2]), _SIGNS[match["sign"]], match["unit"])
    if match := _CODE.match(piece):
        return _per(_number(match[1]), _SIGNS.get(match["sign"], match["sign"]), match["unit"])
    return None


def _per(amount: Fraction, currency: str, unit: str) -> Term | None:
    match = _UNIT.match(unit.strip())
    if match is None:
        return None
    if match["unit"] is None and match[1] is None:
        return None
    name, part = " ".join((match["unit"] or "each").lower().split()), (match["part"] or "").strip()
    known = _UNITS.get(name)
    if known is None or _REFERS.search(part):
        return None
    per = _number(match[1]) if match[1] else Fraction(1)
    return Term(amount=amount, currency=currency, per=per, unit=known, part=_short(part))


def _short(part: str) -> str:
    return re.sub(r"^(?:the )?value of (?:the )?", "", part).strip()


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))
